"""A person can't come to the telephone now: when may they call back, and may they at all?"""

from __future__ import annotations

import pytest

from core.db.models.contact_point import ContactPoint
from core.db.models.help_request import CallBack, Reason
from core.helpdesk.queries import Shelf, queue
from core.messages import Channel, Inbound
from tests.fakes import StandingClock
from tests.voice.conftest import AT_NIGHT, DUTY_PHONE, ROSE, Kept, MakeCall
from tests.voice.leg import Ended
from tests.voice.player import Call

ASKED = "When is a good time to call you back?"
MAY_WE = "May we call this number?"
US = "Our people have your request."
CALL_AGAIN = "You can call us again at any time."
CALL_US = f"{US}\n{CALL_AGAIN}"
RECORDING = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"
FEAR = "my husband hits me every day"


class TestWhen:
    """Asked once, after the promise; then the tone."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def engine(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.mark.parametrize(
        ("key", "window", "said"),
        [
            ("1", CallBack.ANY, "We call you as soon as we can."),
            ("2", CallBack.MORNING, "We call you in the morning."),
            ("3", CallBack.AFTERNOON, "We call you in the afternoon."),
        ],
    )
    def test_by_a_key(self, call: MakeCall, kept: Kept, key: str, window: CallBack, said: str) -> None:
        asked = call().press("0")
        assert asked.said.splitlines()[0] == "A person will answer you soon."
        options = ["At any time: press 1.", "In the morning: press 2.", "In the afternoon: press 3."]
        assert asked.said.splitlines()[-4:] == [ASKED, *options]
        assert asked.press(key).said.startswith(f"{said}\nAfter the tone")
        assert asked.waiting == "Record"
        assert kept.request.call_back is window
        asked.record(RECORDING)
        assert len(kept.recordings) == 1
        assert len(kept.requests) == 1

    def test_everybody_on_duty_sees_it(self, call: MakeCall, kept: Kept) -> None:
        call().press("0").press("2")
        with kept.house.database.read() as session:
            (row,) = queue(session, Shelf.WAITING, kept.request.id)
        assert row.call_back is CallBack.MORNING


@pytest.mark.parametrize(
    ("key", "words", "window"),
    [
        ("1", "morning", CallBack.MORNING),
        ("1", "in the afternoon please", CallBack.AFTERNOON),
        ("1", "whenever you like", CallBack.ANY),
        ("3", "por la mañana", CallBack.MORNING),
        ("3", "mañana por la tarde", CallBack.AFTERNOON),
        ("3", "a cualquier hora", CallBack.ANY),
        ("2", "上午", CallBack.MORNING),
        ("2", "下午吧", CallBack.AFTERNOON),
        ("2", "随时都可以", CallBack.ANY),
    ],
)
def test_words_do_it_too(call: MakeCall, kept: Kept, key: str, words: str, window: CallBack) -> None:
    assert call().press(key).press("0").say(words).waiting == "Record"
    assert kept.request.call_back is window


@pytest.mark.parametrize("what", ["silence", "zero", "nine", "rambling"])
def test_whatever_else_they_do_they_get_the_tone_and_any_time(call: MakeCall, kept: Kept, what: str) -> None:
    asked = call().press("1").press("0")
    {
        "silence": asked.stay_silent,
        "zero": lambda: asked.press("0"),
        "nine": lambda: asked.press("9"),
        "rambling": lambda: asked.say("oh well when my daughter is here perhaps"),
    }[what]()
    assert asked.waiting == "Record"
    assert (kept.request.call_back, kept.request.reason) == (CallBack.ANY, Reason.ASKED_FOR_PERSON)


def test_who_wants_no_call_is_not_called(call: MakeCall, kept: Kept) -> None:
    assert call().press("1").press("0").say("no thank you").said.startswith("OK. Call us any time.")
    assert kept.request.call_back is None


def test_star_says_it_again_and_another_need_is_heard(call: MakeCall) -> None:
    asked = call().press("1").press("0")
    first = asked.said
    assert asked.press("*").said == first
    assert asked.say("I need a hot meal").said.startswith("Where are you?")


def test_who_has_told_us_is_not_asked_again(call: MakeCall, kept: Kept) -> None:
    call().press("1").press("0").press("3").hang_up()
    again = call().press("0")
    assert ASKED not in again.said
    assert again.waiting == "Record"
    assert kept.request.call_back is CallBack.AFTERNOON


def test_three_silences_are_not_met_with_one_more_question(call: MakeCall) -> None:
    silent = call().press("1").stay_silent().stay_silent().stay_silent()
    assert ASKED not in silent.said
    assert silent.waiting == "Record"


def test_at_night_after_the_hour_at_which_we_answer(call: MakeCall, clock: StandingClock) -> None:
    clock.forward(AT_NIGHT)
    asked = call().press("0")
    assert asked.said.startswith("A person will answer you tomorrow at 9 AM.")
    assert ASKED in asked.said


def test_by_text_nobody_is_asked(kept: Kept, clock: StandingClock) -> None:
    kept.house.assistant.receive(Inbound(Channel.SMS, ROSE, "SM1", clock.now(), text="a person please"))
    (answer,) = kept.texts(ROSE)
    assert "A person will answer you soon." in answer
    assert "call you back" not in answer


class TestNobodyTookIt:
    """The duty telephone rang in vain."""

    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return {**settings, "HANDRAIL_DUTY_PHONE": DUTY_PHONE}

    def test_they_are_asked_and_heard(self, call: MakeCall, kept: Kept) -> None:
        rung = call().press("1").press("0")
        assert ASKED not in rung.said
        rung.duty_does_not_answer()
        lines = ["Sorry, no one could take the call just now.", "A person will answer you soon.", ASKED]
        assert rung.said.splitlines()[:3] == lines
        assert rung.press("2").waiting == "Record"
        assert kept.request.call_back is CallBack.MORNING

    def test_twice_posted_is_asked_once(self, call: MakeCall, kept: Kept) -> None:
        rung = call().press("0").duty_does_not_answer()
        rung.repeat_last_post()
        rung.press("3")
        rung.repeat_last_post()
        assert (len(kept.requests), kept.request.call_back) == (1, CallBack.AFTERNOON)

    def test_at_the_second_wish_it_is_about_the_same_request(self, call: MakeCall, kept: Kept) -> None:
        call().press("1").press("0").hang_up()
        call().press("0").duty_does_not_answer("busy").press("2")
        assert kept.request.call_back is CallBack.MORNING

    def test_nothing_is_asked_of_who_talked(self, call: MakeCall, kept: Kept) -> None:
        rung = call().press("0")
        assert rung.duty_answers() is True
        assert rung.ended is Ended.BY_HANDRAIL
        assert kept.request.call_back is None

    def test_fear_at_home_is_promised_nothing(self, call: MakeCall) -> None:
        rung = call().press("1").say(FEAR).press("0").duty_does_not_answer()
        assert MAY_WE in rung.said
        assert "answer you" not in rung.said


class TestWhereSomebodyElseMayPickUp:
    """Fear at home, and danger: a call back may harm."""

    def _afraid(self, call: MakeCall) -> Call:
        return call().press("1").say(FEAR).press("0")

    def test_they_are_asked_whether_we_may_call_at_all(self, call: MakeCall, kept: Kept) -> None:
        afraid = self._afraid(call)
        assert afraid.said.splitlines()[0] == US
        assert afraid.said.splitlines()[-3:] == [MAY_WE, "Yes: press 1.", "No: press 2."]
        assert "answer you" not in afraid.said
        assert afraid.press("1").said.startswith(ASKED)
        assert afraid.press("3").waiting == "Record"
        assert (kept.request.private, kept.request.call_back) == (True, CallBack.AFTERNOON)
        assert self._contact(kept).safe_to_call is True

    def test_no_is_kept_and_they_can_call_again(self, call: MakeCall, kept: Kept) -> None:
        afraid = self._afraid(call).press("2")
        assert afraid.said.startswith(CALL_US)
        assert afraid.waiting == "Record"
        assert kept.request.call_back is None
        assert self._contact(kept).safe_to_call is False

    @pytest.mark.parametrize("what", ["silence", "i think so", "0"])
    def test_all_but_a_plain_yes_is_no_leave(self, call: MakeCall, kept: Kept, what: str) -> None:
        afraid = self._afraid(call)
        heard = afraid.stay_silent() if what == "silence" else afraid.press(what) if what == "0" else afraid.say(what)
        assert heard.said.startswith(CALL_US)
        assert self._contact(kept).safe_to_call is None

    def test_a_yes_that_was_heard_badly_is_asked_for_again(self, call: MakeCall, kept: Kept) -> None:
        afraid = self._afraid(call).say("yes", confidence=0.3)
        assert afraid.said.startswith("I am not sure that I heard you right.")
        assert afraid.say("yes", confidence=0.3).said.startswith(CALL_US)
        assert self._contact(kept).safe_to_call is None

    def test_who_said_that_others_use_the_phone_is_not_asked_again(self, call: MakeCall) -> None:
        others = call().press("1").say(FEAR).press("2").press("0")
        assert US in others.said
        assert CALL_AGAIN in others.said
        assert MAY_WE not in others.said
        assert "answer you" not in others.said
        assert others.waiting == "Record"

    def test_who_said_that_only_they_use_it_is_asked_when(self, call: MakeCall) -> None:
        safe = call().press("1").say(FEAR).press("1").press("0")
        assert MAY_WE not in safe.said
        assert ASKED in safe.said

    @pytest.mark.parametrize("words", ["my kitchen is on fire", "he is hitting me now please help"])
    def test_in_danger_too(self, call: MakeCall, words: str) -> None:
        warned = call().press("1").say(words)
        assert ASKED not in warned.said
        assert MAY_WE not in warned.said
        assert MAY_WE in warned.press("0").said

    def test_three_silences_in_danger_promise_no_call(self, call: MakeCall) -> None:
        silent = call().press("1").say("he is hitting me now please help").stay_silent().stay_silent().stay_silent()
        assert "9 1 1" in silent.said
        assert CALL_AGAIN in silent.said

    def test_gas_is_asked_nothing(self, call: MakeCall) -> None:
        call().press("1").say("I can smell gas in the house")
        again = call().press("0")
        assert ASKED not in again.said
        assert MAY_WE not in again.said

    def _contact(self, kept: Kept) -> ContactPoint:
        (contact,) = kept.contacts
        return contact
