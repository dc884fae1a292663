"""Which turns of a talk teach something, which teach nothing, and which nobody else may ever read."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from core.conversation.decision import KeepForReview
from core.conversation.situation import RequestView
from core.conversation.state import QuestionKind
from core.db.models.help_request import Reason, Status
from core.db.models.review import Cause
from core.messages import Media
from intents.emergencies import EmergencyKind
from intents.understanding import Act
from tests.review.talk import NOW, Talk


def only(kept: list[KeepForReview]) -> tuple[str, Cause, str | None, str | None]:
    [one] = kept
    return one.words, one.cause, one.guessed, one.meant


def request(reason: Reason, need: str | None = None) -> RequestView:
    return RequestView(
        id=uuid.uuid4(),
        reference="482913",
        status=Status.OPEN,
        reason=reason,
        need=need,
        emergency_kind=None,
        held=False,
        acknowledged=False,
        created_at=NOW,
    )


def test_what_we_could_make_nothing_of_is_kept_and_so_is_the_second_try() -> None:
    rose = Talk()
    first = only(rose.says("the gubbins is kaput again, its rose"))
    assert first == ("the gubbins is kaput again, its …", Cause.UNKNOWN, None, None)
    second = only(rose.says("i mean the thing on the wall"))
    assert second == ("i mean the thing on the wall", Cause.UNKNOWN, None, None)


def test_a_remark_on_something_else_than_we_asked_is_kept_too() -> None:
    rose = Talk()
    rose.says("i need a lunch club", ("food.meals", 0.9))
    rose.says("2", picks=1)  # "not sure" where
    assert rose.question
    assert rose.question.kind is QuestionKind.OFFER
    assert only(rose.says("do they have roses"))[1] is Cause.UNKNOWN


def test_a_guess_that_was_right_teaches_nothing() -> None:
    rose = Talk()
    assert rose.says("cupboard is bare", ("food.groceries", 0.5), ("food.meals", 0.3)) == []
    assert rose.says("1", picks=1) == []


def test_another_than_our_first_guess_is_a_correction_of_the_words_we_asked_about() -> None:
    rose = Talk()
    rose.says("cupboard is bare", ("food.groceries", 0.5), ("food.meals", 0.3))
    kept = only(rose.says("2", picks=2))
    assert kept == ("cupboard is bare", Cause.CORRECTED, "food.groceries", "food.meals")


@pytest.mark.parametrize(("text", "act", "picks"), [("2", Act.UNKNOWN, 2), ("no", Act.NO, None)])
def test_a_guess_that_was_denied_is_a_correction_without_a_meaning(text: str, act: Act, picks: int | None) -> None:
    rose = Talk()
    rose.says("cupboard is bare", ("food.groceries", 0.5))
    assert only(rose.says(text, act=act, sure=1.0, picks=picks)) == (
        "cupboard is bare",
        Cause.CORRECTED,
        "food.groceries",
        None,
    )


def test_the_words_are_those_of_the_question_not_of_a_need_that_was_done_with_before() -> None:
    rose = Talk()
    rose.says("i need a lunch club", ("food.meals", 0.9))
    rose.says("1", picks=1)
    rose.says("2", act=Act.NO, sure=1.0)  # enough of it
    rose.says("cupboard is bare", ("food.groceries", 0.5), ("money.benefits", 0.3))
    assert only(rose.says("2", picks=2))[0] == "cupboard is bare"


def test_no_i_need_a_dentist_right_after_an_offer_is_a_correction() -> None:
    rose = Talk()
    rose.says("my plate is broken near mill street", ("food.meals", 0.9))
    rose.says("1", picks=1)
    kept = only(rose.says("no i need a dentist", ("health.dental", 0.95)))
    assert kept == ("my plate is broken near mill street", Cause.CORRECTED, "food.meals", "health.dental")


@pytest.mark.parametrize("text", ["i also need a dentist", "and a dentist please"])
def test_another_wish_is_no_correction(text: str) -> None:
    rose = Talk()
    rose.says("lunch club", ("food.meals", 0.9))
    rose.says("1", picks=1)
    assert rose.says(text, ("health.dental", 0.95)) == []


def test_another_need_told_where_we_asked_which_is_a_correction() -> None:
    rose = Talk()
    rose.says("my plate is broken", ("food.meals", 0.5))
    assert only(rose.says("i need a dentist", ("health.dental", 0.95)))[2:] == ("food.meals", "health.dental")


@pytest.mark.parametrize(
    ("text", "act"),
    [("stop", Act.STOP), ("thanks", Act.THANKS), ("hello", Act.GREETING), ("person", Act.PERSON), ("help", Act.HELP)],
)
def test_commands_are_not_kept(text: str, act: Act) -> None:
    assert Talk().says(text, act=act, sure=1.0) == []


def test_a_need_that_was_understood_is_not_kept() -> None:
    assert Talk().says("i need a lunch club", ("food.meals", 0.9)) == []


def test_danger_is_not_kept_nor_what_follows_it() -> None:
    rose = Talk()
    assert rose.says("i cant breathe", urgent=EmergencyKind.MEDICAL) == []
    rose.requests = (request(Reason.EMERGENCY),)
    assert rose.says("the door is on the latch") == []
    assert rose.says("come round the back") == []


@pytest.mark.parametrize("hint", [0.2, 0.5, 0.9])
def test_a_hint_of_what_is_kept_back_is_not_kept(hint: float) -> None:
    rose = Talk()
    kept = rose.says("he is at it again", ("safety.abuse", hint))
    assert kept + rose.says("you know what he does", ("social.company", 0.3)) == []


def test_what_is_said_in_a_talk_about_it_is_not_kept_either() -> None:
    rose = Talk()
    rose.says("my husband hits me", ("safety.abuse", 0.9))
    assert rose.says("1", picks=1) == []
    assert rose.says("he took the thing from the wall") == []
    ana = Talk(requests=(request(Reason.ASKED_FOR_PERSON, "safety.abuse"),))
    ana.state = replace(ana.state, misses=1)
    assert ana.says("he took the thing from the wall") == []


def test_a_place_is_not_kept_as_words_we_did_not_understand() -> None:
    rose = Talk()
    rose.says("i need a hot meal", ("food.meals", 0.9))
    assert rose.question
    assert rose.question.kind is QuestionKind.PLACE
    assert rose.says("8", picks=None) == []
    assert rose.says("the yellow house behind the church") == []


def test_another_language_than_ours_is_not_kept() -> None:
    assert Talk().says("tere, mul on abi vaja", spoken="und") == []


def test_a_picture_alone_is_not_kept() -> None:
    assert Talk().says("", media=(Media("https://media.example/1", "image/png"),)) == []
