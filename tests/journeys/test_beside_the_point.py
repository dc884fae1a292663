"""What people really write where a digit was expected: a yes, a doubt, a remark, a place, a thank you."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.db.models.help_request import Outcome, Reason
from tests.journeys.conftest import CALL, Desk, Phone

Passes = Callable[[timedelta], None]
ONLY_ONE = ("Are you the only one who reads this phone?", "Are you the only one who uses this phone?")


in_writing = pytest.mark.parametrize("way", ["sqlite-core"])
"""For a story that can't happen in a call; each says why."""


@pytest.fixture(params=["sqlite-core", CALL])
def way(request: pytest.FixtureRequest) -> str:
    """What is said where is decided in the core alone: alike for texts and chats, in calls a little otherwise."""
    return str(request.param)


@pytest.mark.parametrize(
    ("need", "answer", "phone_line"),
    [
        ("i need a hot meal", "not sure really", "Phone:"),
        ("i need a hot meal", "doesnt matter dear", "Phone:"),
        ("i need a hot meal", "at home", "Phone:"),
        ("i need a hot meal", "yes", "Phone:"),
        ("i need a hot meal", "no", "Phone:"),
        ("quiero comida caliente", "no me acuerdo", "Tel.:"),
        ("quiero comida caliente", "da igual", "Tel.:"),
        ("想吃热饭", "我也不知道", "电话："),
        ("想吃热饭", "都行", "电话："),
    ],
)
def test_any_way_of_not_knowing_where_is_fine(rose: Phone, need: str, answer: str, phone_line: str) -> None:
    rose.text(need)
    shown = rose.text(answer)
    assert phone_line in shown
    assert "We do not know that place" not in shown


def test_a_digit_that_is_no_choice_is_no_place_either(rose: Phone) -> None:
    rose.text("i need a hot meal")
    assert "Where are you?" in rose.text("8")


def test_a_remark_about_an_offer_shows_all_we_know_of_it_and_then_brings_a_person(rose: Phone) -> None:
    rose.text("lunch club near mill street")
    more = rose.text("are they open now")
    assert "This is what we know." in more
    assert "Address:" in more
    assert rose.asks(1, "we call them for you") in more
    assert "A person will answer you soon." in rose.text("do they have a garden with roses")


def test_what_does_it_cost_is_about_the_service_on_offer(rose: Phone) -> None:
    rose.text("lunch club near mill street")
    assert "Cost:" in rose.text("what does it cost")


def test_help_still_says_who_we_are_while_something_is_on_offer(rose: Phone) -> None:
    rose.text("lunch club near mill street")
    assert "This is Handrail." in rose.text("ayuda")


@pytest.mark.parametrize("answer", ["i already called them and nobody answers", "thats too far", "another one please"])
def test_what_speaks_against_an_offer_brings_another(rose: Phone, answer: str) -> None:
    first = rose.text("lunch club near mill street")
    second = rose.text(answer)
    assert "Phone:" in second
    assert first.splitlines()[0] != second.splitlines()[0]


def test_a_place_told_after_an_offer_is_searched_and_reports_nothing(rose: Phone, desk: Desk) -> None:
    rose.text("i need help paying the electric bill")
    assert "Phone:" in rose.text("mill street")
    assert desk.waiting() == []


def test_a_new_place_counts_for_the_next_need(rose: Phone) -> None:
    rose.text("is there a lunch club near mill street")
    near = rose.text("and a doctor near elm hill")
    assert "Where are you?" not in near
    assert "Phone:" in near


def test_a_report_in_between_does_not_change_what_is_passed_on(rose: Phone, desk: Desk) -> None:
    rose.text("lunch club near mill street")
    rose.text("by the way the street light is broken on mill street")
    assert "what you need: meals" in rose.text("1")
    rose.text("yes")
    assert {row.reason for row in desk.waiting()} == {Reason.REPORT, Reason.REFERRAL}


@pytest.mark.parametrize("answer", ["is it far", "yes but what will you tell them", "thank you"])
def test_nothing_is_passed_on_after_anything_but_a_plain_yes(rose: Phone, desk: Desk, answer: str) -> None:
    rose.text("lunch club near mill street")
    rose.text("1")
    assert "We tell them your phone number" in rose.text(answer)
    assert desk.waiting() == []


@pytest.mark.parametrize("answer", ["yes he knows", "ok then love", "👍", "go ahead"])
def test_a_plain_yes_may_have_words_around_it(rose: Phone, desk: Desk, answer: str) -> None:
    rose.text("lunch club near mill street")
    rose.text("1")
    assert "We will call" in rose.text(answer)


def test_no_with_another_wish_is_that_wish(rose: Phone) -> None:
    rose.text("lunch club near mill street")
    rose.text("1")
    assert "dent" in rose.text("no i need a dentist").casefold()


def test_never_mind_ends_the_question(rose: Phone) -> None:
    rose.text("i need a hot meal")
    assert rose.either("OK. Write to us any time.", "OK. Call us any time.") in rose.text("never mind")
    assert "What do you need?" in rose.text("1")


@in_writing  # the next day is another call, with a question of its own
def test_a_late_digit_shows_what_it_was_about_and_does_nothing_yet(
    rose: Phone, desk: Desk, time_passes: Passes
) -> None:
    offered = rose.text("lunch club near mill street")
    time_passes(timedelta(hours=26))
    assert offered.splitlines()[0] in rose.text("1")
    assert desk.waiting() == []


def test_a_word_of_thanks_does_not_lose_a_report(rose: Phone) -> None:
    rose.text("the street light is broken")
    assert "Where is it?" in rose.text("thank you")


def test_a_guess_of_ours_can_be_denied(rose: Phone, half_told: str) -> None:
    assert "Do you mean this: free groceries?" in rose.text(half_told)
    assert "in your own words" in rose.text("no")


def test_another_language_keeps_the_question(rose: Phone) -> None:
    rose.text("lunch club near mill street")
    answer = rose.text("en español por favor")
    assert "Tel.:" in answer
    assert rose.asks(1, "llamamos por usted", "es") in answer
    assert "Podemos llamar" in rose.text("1")


def test_half_is_not_taken_for_a_yes(phone: Callable[[str], Phone], desk: Desk, time_passes: Passes) -> None:
    mei = phone("0185")
    mei.text("找人")
    (waiting,) = desk.waiting()
    desk.claim(waiting)
    desk.close(waiting, Outcome.GOT_HELP)
    time_passes(timedelta(days=4))
    assert "要人继续帮您吗" in mei.text("一半吧")


@in_writing  # a caller is asked once more: perhaps they were misheard
def test_who_waits_for_a_person_may_go_on_writing(rose: Phone, desk: Desk) -> None:
    rose.text("0")
    assert "The person who helps you will see this." in rose.text("qwert it is about the blue thing")
    (waiting,) = desk.waiting()
    assert "blue thing" in str(desk.page(waiting))


def test_whatever_is_written_after_danger_goes_to_those_who_know(rose: Phone, desk: Desk) -> None:
    rose.text("i cant breathe")
    for words in ("12 mill street", "the door is open", "ok"):
        assert "Call 911 if you are still in danger." in rose.text(words)
    (waiting,) = desk.waiting()
    assert waiting.reason is Reason.EMERGENCY


def test_abuse_told_with_something_else_is_kept_back_first_and_asked_once(rose: Phone) -> None:
    first = rose.text("my husband hits me and i need food")
    assert rose.either(*ONLY_ONE) in first
    assert "food" not in first
    rose.text("yes")
    assert "Phone:" in rose.text("1")


def test_i_think_so_is_not_enough_to_name_a_matter_kept_back(rose: Phone) -> None:
    rose.text("i am scared of my partner he controls everything i do")
    again = rose.text("i think so")
    assert rose.either(*ONLY_ONE) in again
    assert "Phone:" not in again
