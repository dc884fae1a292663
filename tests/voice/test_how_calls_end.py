"""A receiver put down in the middle, and posts that come twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.db.models.help_request import Reason
from tests.voice.conftest import DUTY_PHONE, ROSE, Kept, MakeCall
from tests.voice.player import Call

NEED = "I need a hot meal"
HERE = "hot meal near mill street"
FEAR = "my husband hits me every day"

UNFINISHED: dict[str, tuple[Callable[[Call], object], str | None]] = {
    "asked where": (lambda c: c.say(NEED), "food.meals"),
    "asked whether to pass it on": (lambda c: c.say(HERE).press("1"), "food.meals"),
    "asked which it is": (lambda c: c.say(NEED, confidence=0.3), "food.meals"),
    "silent when asked where": (lambda c: c.say(NEED).stay_silent().stay_silent(), "food.meals"),
    "after star": (lambda c: c.say(NEED).press("*"), "food.meals"),
    "after a wrong key": (lambda c: c.say(NEED).press("9"), "food.meals"),
    "not understood": (lambda c: c.say("wug flim brap"), None),
}
FINISHED: dict[str, Callable[[Call], object]] = {
    "at the greeting": lambda c: c,
    "asked what they need": lambda c: c.press("1"),
    "silent when asked what they need": lambda c: c.press("1").stay_silent(),
    "in the menu": lambda c: c.press("1").press("1"),
    "with a number": lambda c: c.press("1").say(HERE),
    "with a number by text": lambda c: c.press("1").say(HERE).press("3"),
    "after a no": lambda c: c.press("1").say(HERE).press("1").press("2"),
    "after thanks": lambda c: c.press("1").say(HERE).say("thank you"),
    "on a phone that others use": lambda c: c.press("1").say(FEAR).press("2"),
}


@pytest.mark.parametrize("when", UNFINISHED)
def test_an_unfinished_need_is_not_lost(english: MakeCall, kept: Kept, when: str) -> None:
    steps, need = UNFINISHED[when]
    call = english()
    steps(call)
    assert kept.requests == []
    call.hang_up()
    assert (kept.request.reason, kept.request.need_code) == (Reason.HUNG_UP, need)


def test_the_desk_reads_what_they_had_said(english: MakeCall, kept: Kept) -> None:
    english().say(NEED).hang_up()
    assert kept.request.words == NEED


def test_fear_at_home_is_told_to_people_but_we_start_nothing(english: MakeCall, kept: Kept) -> None:
    english().say(FEAR).hang_up()
    assert (kept.request.reason, kept.request.need_code) == (Reason.HUNG_UP, "safety.abuse")
    assert kept.request.private
    assert kept.texts(ROSE) == []


@pytest.mark.parametrize("when", FINISHED)
def test_what_is_finished_leaves_nothing_behind(call: MakeCall, kept: Kept, when: str) -> None:
    begun = call()
    FINISHED[when](begun)
    begun.hang_up()
    assert kept.requests == []


@pytest.mark.parametrize("when", ["a person was promised", "a person was rung", "in danger"])
def test_who_has_a_person_coming_gets_no_second_request(call: MakeCall, kept: Kept, when: str) -> None:
    begun = call()
    begun.say("my kitchen is on fire") if when == "in danger" else begun.press("0")
    begun.hang_up()
    assert kept.request.reason in (Reason.ASKED_FOR_PERSON, Reason.EMERGENCY)


def test_the_next_call_begins_anew(english: MakeCall, call: MakeCall, kept: Kept) -> None:
    english().say(NEED).hang_up()
    again = call()
    assert again.said.startswith("Welcome back.")
    assert again.press("1").said.startswith("What is it about?")
    assert len(kept.requests) == 1


class TestRepeats:
    """Twilio sends a form again when an answer does not reach it."""

    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return {**settings, "HANDRAIL_DUTY_PHONE": DUTY_PHONE}

    def test_of_every_post_get_the_same_answer_and_change_nothing(self, call: MakeCall, kept: Kept) -> None:
        begun = call()
        begun.repeat_last_post()
        steps: list[Callable[[], object]] = [
            lambda: begun.press("1"),
            begun.stay_silent,
            lambda: begun.press("*"),
            lambda: begun.press("1"),
            lambda: begun.press("#"),
            lambda: begun.say(HERE),
            lambda: begun.press("7"),
            lambda: begun.press("1"),
            lambda: begun.press("1"),
        ]
        for step in steps:
            step()
            begun.repeat_last_post()
        assert kept.request.reason is Reason.REFERRAL
        assert len(kept.referrals) == 1

    def test_of_a_person_rung_and_a_message_kept(self, call: MakeCall, kept: Kept) -> None:
        begun = call().press("0")
        begun.repeat_last_post()
        begun.duty_does_not_answer()
        begun.repeat_last_post()
        begun.press("2")
        begun.repeat_last_post()
        begun.record("https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1")
        for post in begun.posts[-2:]:
            assert begun._twilio.send(post.url, post.form).text == post.answer.text
        assert len(kept.recordings) == 1
        assert len(kept.requests) == 1

    def test_of_the_end(self, english: MakeCall, kept: Kept) -> None:
        ended = english().say(NEED)
        ended.hang_up()
        ended.repeat_last_post()
        assert len(kept.requests) == 1

    def test_of_silence_that_brought_a_person(self, english: MakeCall, kept: Kept) -> None:
        silent = english().stay_silent().stay_silent().stay_silent()
        assert silent.waiting == "Dial"
        silent.repeat_last_post()
        assert kept.request.reason is Reason.NOT_UNDERSTOOD
