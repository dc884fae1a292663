"""What a caller says may tell of danger: they are asked, by key or word; silence and hanging up bring people."""

from __future__ import annotations

from core.db.models.help_request import Reason, Urgency
from tests.voice.conftest import Kept, MakeCall

ASKED = "If anyone is in danger, call 9 1 1 now. Is anyone in danger now?"


def test_the_number_is_said_before_the_question(english: MakeCall, kept: Kept, hint_of_danger: str) -> None:
    call = english().say(hint_of_danger)
    assert call.said.startswith(ASKED)
    assert "Yes: press 1" in call.said
    assert kept.requests == []


def test_yes_by_key_is_an_emergency(english: MakeCall, kept: Kept, hint_of_danger: str) -> None:
    call = english().say(hint_of_danger).press("1")
    assert "Call 9 1 1 now." in call.said
    assert kept.request.urgency is Urgency.EMERGENCY


def test_no_by_word_goes_on_with_the_ride(english: MakeCall, kept: Kept, hint_of_danger: str) -> None:
    call = english().say(hint_of_danger).say("no")
    assert "ride" in call.said.lower()
    assert kept.requests == []


def test_silence_is_asked_again_with_the_number_and_then_brings_a_person(
    english: MakeCall, kept: Kept, hint_of_danger: str
) -> None:
    call = english().say(hint_of_danger).stay_silent()
    assert "9 1 1" in call.said
    call.stay_silent().stay_silent()
    assert (kept.request.reason, kept.request.urgency) == (Reason.MAYBE_DANGER, Urgency.SOON)


def test_a_receiver_put_down_at_the_question_brings_a_person(
    english: MakeCall, kept: Kept, hint_of_danger: str
) -> None:
    english().say(hint_of_danger).hang_up()
    assert (kept.request.reason, kept.request.words) == (Reason.MAYBE_DANGER, hint_of_danger)
