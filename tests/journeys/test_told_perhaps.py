"""One need is told surely and another perhaps: the answer goes to the sure one, and the other is offered beside it."""

from __future__ import annotations

import pytest

from core.db.models.help_request import Reason
from tests.journeys.conftest import CALL, Desk, Phone

TEETH_AND_LETTERS = "i need a dentist near elm hill and i dont follow the letters they send"
TEETH_AND_FEAR = "i need a dentist near elm hill and he pushes me about"
ASKED_TOO = "Did you ask about this too: an interpreter or reader?"


@pytest.fixture(params=["sqlite-core", CALL])
def way(request: pytest.FixtureRequest) -> str:
    """What is said where is decided in the core alone: alike for texts and chats, in calls a little otherwise."""
    return str(request.param)


def test_the_other_need_is_the_third_choice_and_is_gone_to(rose: Phone) -> None:
    offer = rose.text(TEETH_AND_LETTERS)
    assert offer.startswith("Low-Cost Dentist")
    assert f"\n{rose.asks(3, 'an interpreter or reader')}" in offer
    letters = rose.text("3")
    assert letters.startswith("Letter Readers")
    assert rose.asks(3) not in letters


def test_when_the_dentist_is_called_they_are_asked_about_the_letters(rose: Phone, desk: Desk) -> None:
    rose.text(TEETH_AND_LETTERS)
    passed_on = rose.text("1")
    assert "what you need: a dentist." in passed_on
    assert "reader" not in passed_on
    done = rose.text("yes")
    assert "We will call Low-Cost Dentist." in done
    assert ASKED_TOO in done
    (waiting,) = desk.waiting()
    assert (waiting.reason, waiting.need_code) == (Reason.REFERRAL, "health.dental")
    assert rose.text("yes").startswith("Letter Readers")


def test_who_did_not_ask_about_the_letters_says_so_once(rose: Phone, desk: Desk) -> None:
    rose.text(TEETH_AND_LETTERS)
    rose.text("1")
    rose.text("yes")
    goodbye = "OK. Call us any time.\nIf you need more, say it now. Or just hang up."
    assert rose.text("no") == rose.either("OK. Write to us any time.", goodbye)
    assert len(desk.waiting()) == 1


def test_who_wants_nobody_called_is_asked_about_the_letters_too(rose: Phone, desk: Desk) -> None:
    rose.text(TEETH_AND_LETTERS)
    rose.text("1")
    assert ASKED_TOO in rose.text("no")
    assert desk.waiting() == []


def test_where_there_is_no_other_dentist_the_letters_are_the_second_choice(rose: Phone) -> None:
    rose.text(TEETH_AND_LETTERS)
    no_more = rose.text("2")
    assert "That is all we have for this: a dentist." in no_more
    assert f"\n{rose.asks(2, 'an interpreter or reader')}" in no_more
    assert rose.text("2").startswith("Letter Readers")


def test_a_remark_about_the_offer_keeps_the_other_need_in_sight(rose: Phone) -> None:
    rose.text(TEETH_AND_LETTERS)
    assert f"\n{rose.asks(3, 'an interpreter or reader')}" in rose.text("are they open now")
    assert rose.text("3").startswith("Letter Readers")


def test_a_new_wish_leaves_nothing_of_the_old_one(rose: Phone) -> None:
    rose.text(TEETH_AND_LETTERS)
    lunch = rose.offer("no i want a hot meal")
    assert "Phone:" in lunch
    assert rose.asks(3) not in lunch


def test_it_is_named_in_spanish(rose: Phone) -> None:
    offer = rose.offer("quiero comida caliente cerca de mill street y oigo mal")
    assert f"\n{rose.asks(3, 'ayuda para ver y escuchar', 'es')}" in offer
    assert rose.text("3").startswith("Ver y Escuchar")


def test_a_question_in_between_does_not_lose_it(rose: Phone) -> None:
    assert "您在哪一带" in rose.text("想吃午饭，眼睛不太行")
    lunch = rose.offer("1")
    assert f"\n{rose.asks(3, '眼科和听力', 'zh')}" in lunch
    eyes = rose.text("3")
    assert "电话：" in eyes
    assert eyes.splitlines()[0] != lunch.splitlines()[0]


def test_fear_at_home_is_never_among_the_choices(rose: Phone, desk: Desk) -> None:
    offer = rose.text(TEETH_AND_FEAR)
    assert offer.startswith("Low-Cost Dentist")
    assert rose.asks(3) not in offer
    rose.text("1")
    done = rose.text("yes")
    assert "You also asked about something else." in done
    asked = rose.either("Are you the only one who reads this phone?", "Are you the only one who uses this phone?")
    assert asked in rose.text("yes")
    (waiting,) = desk.waiting()
    assert waiting.need_code == "health.dental"
    everything = "\n".join(rose.inbox).casefold()
    for word in ("abuse", "violence", "safe", "hurt", "husband"):
        assert word not in everything


def test_the_third_choice_is_no_way_to_what_is_kept_back(rose: Phone) -> None:
    rose.text(TEETH_AND_FEAR)
    assert rose.either("Please send one of these numbers.", "Please press one of these keys.") in rose.text("3")
