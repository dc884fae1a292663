"""A message that may tell of danger is asked about, once, with the number in the question; silence brings a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from core.db.models.help_request import Reason, Urgency
from tests.journeys.conftest import Desk, Phone, in_writing

Passes = Callable[[timedelta], None]
ASKED = "If anyone is in danger, call 911 now. Is anyone in danger now?"


def test_the_number_comes_before_the_question_and_no_request_yet(rose: Phone, desk: Desk, hint_of_danger: str) -> None:
    asked = rose.text(hint_of_danger)
    assert asked.startswith(ASKED)
    assert rose.asks(1, "yes") in asked
    assert rose.asks(2, "no") in asked
    assert desk.waiting() == []


def test_yes_is_an_emergency_above_all_others(rose: Phone, desk: Desk, hint_of_danger: str) -> None:
    rose.text(hint_of_danger)
    assert rose.text("yes").startswith("Call 911 now.")
    (row,) = desk.waiting()
    assert (row.reason, row.urgency) == (Reason.EMERGENCY, Urgency.EMERGENCY)
    assert hint_of_danger in desk.page(row).words


def test_no_goes_on_with_what_they_had_asked_for(rose: Phone, desk: Desk, hint_of_danger: str) -> None:
    rose.text(hint_of_danger)
    offer = rose.text("2")
    assert rose.asks(1) in offer
    assert ASKED not in offer
    assert desk.waiting() == []
    assert "ride" in offer.lower()


def test_nobody_is_asked_twice_in_one_talk(rose: Phone, hint_of_danger: str) -> None:
    rose.text(hint_of_danger)
    rose.text("no")
    assert ASKED not in rose.text(hint_of_danger)


@in_writing  # in a call they are asked again at once: tests/voice/test_perhaps_in_danger.py
def test_silence_brings_a_person_after_ten_minutes(
    rose: Phone, desk: Desk, time_passes: Passes, hint_of_danger: str
) -> None:
    rose.text(hint_of_danger)
    time_passes(timedelta(minutes=9))
    assert desk.waiting() == []
    time_passes(timedelta(minutes=1, seconds=1))
    (row,) = desk.waiting()
    assert (row.reason, row.urgency) == (Reason.MAYBE_DANGER, Urgency.SOON)
    assert desk.page(row).words == hint_of_danger
    time_passes(timedelta(hours=1))
    assert len(desk.waiting()) == 1


def test_who_has_answered_is_left_alone_by_the_clock(
    rose: Phone, desk: Desk, time_passes: Passes, hint_of_danger: str
) -> None:
    rose.text(hint_of_danger)
    rose.text("no")
    time_passes(timedelta(hours=1))
    assert desk.waiting() == []


def test_an_answer_that_is_neither_yes_nor_no_brings_a_person_at_once(
    rose: Phone, desk: Desk, hint_of_danger: str
) -> None:
    rose.text(hint_of_danger)
    rose.text("blub blub")
    (row,) = desk.waiting()
    assert row.reason is Reason.MAYBE_DANGER


def test_a_need_told_instead_is_served(rose: Phone, desk: Desk, hint_of_danger: str) -> None:
    rose.text(hint_of_danger)
    assert rose.text("i need a dentist near elm hill").startswith("Low-Cost Dentist")


def test_stop_still_means_stop(rose: Phone, desk: Desk, time_passes: Passes, hint_of_danger: str) -> None:
    rose.text(hint_of_danger)
    rose.text("STOP")
    time_passes(timedelta(minutes=11))
    (row,) = desk.waiting()  # nothing more is sent, but a person sees it
    assert row.reason is Reason.MAYBE_DANGER
