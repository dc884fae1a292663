"""Callers who hide their number: they are never promised a call, and can tell us where to call."""

from __future__ import annotations

import pytest

from core.db.models.help_request import CallBack, HelpRequest, Reason
from core.helpdesk import one_request
from core.phone_numbers import number_to_call
from tests.fakes import StandingClock
from tests.voice.conftest import AT_NIGHT, DUTY_PHONE, Kept, MakeCall
from tests.voice.player import Call

HIDDEN = "We can not see your number, so we can not call you."
KEY_IN = "Key in your number, or say it."
WHEN = "When is a good time to call you back?"
AFTER_THE_TONE = "You can say your number after the tone."
GIVEN = "2025550123"


@pytest.fixture
def hidden(call: MakeCall) -> Call:
    """A caller without a number, in English, who wants a person."""
    return call("anonymous").press("1").press("0")


def shown_number(kept: Kept, request: HelpRequest) -> str | None:
    """What the holder of the request reads in the console."""
    with kept.house.database.read() as session:
        page = one_request.request_page(session, kept.house.sealer, request.id, revealed=True)
    assert page
    return None if page.number_withheld else page.address


def test_no_call_is_promised_and_the_number_is_asked_for(hidden: Call) -> None:
    assert "answer you" not in hidden.said
    assert HIDDEN in hidden.said
    assert KEY_IN in hidden.said
    assert "Your request number is" in hidden.said
    assert (hidden.gather.get("numDigits"), hidden.gather.get("finishOnKey")) == ("15", "#")


class TestTellingIt:
    """By keys or by words; read back; kept only after a yes."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def engine(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.mark.parametrize("keys", [GIVEN, f"{GIVEN}#", f"1{GIVEN}#"])
    def test_by_the_keys(self, hidden: Call, kept: Kept, keys: str) -> None:
        read_back = hidden.press(keys)
        assert read_back.said.splitlines() == [
            "Your number is 2 0 2, 5 5 5, 0 1 2 3. Is that right?", "Yes: press 1.", "No: press 2."]  # fmt: skip
        assert shown_number(kept, kept.request) is None
        assert read_back.press("1").said.startswith(WHEN)
        assert read_back.press("2").said.startswith("We call you in the morning.\nAfter the tone")
        assert shown_number(kept, kept.request) == f"+1{GIVEN}"
        assert kept.request.call_back is CallBack.MORNING

    def test_it_is_sealed_and_hidden_until_the_request_is_held(self, hidden: Call, kept: Kept) -> None:
        hidden.press(GIVEN).press("1")
        given = next(contact for contact in kept.contacts if contact.id == kept.request.call_number_id)
        assert GIVEN.encode() not in given.address_sealed
        with kept.house.database.read() as session:
            page = one_request.request_page(session, kept.house.sealer, kept.request.id, revealed=False)
        assert page
        assert page.address is None
        assert GIVEN not in str(page)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("1", "202 555 0123"),
        ("1", "2 0 2 5 5 5 0 1 2 3"),
        ("1", "my number is 202-555-0123 thank you"),
        ("3", "es el 202 555 0123"),
        ("2", "我的号码是 2025550123"),
    ],
)
def test_by_words(call: MakeCall, kept: Kept, key: str, words: str) -> None:
    read_back = call("anonymous").press(key).press("0").say(words)
    assert "2 0 2, 5 5 5, 0 1 2 3" in read_back.said
    read_back.press("1")
    assert shown_number(kept, kept.request) == f"+1{GIVEN}"


def test_a_wrong_one_can_be_told_anew(hidden: Call, kept: Kept) -> None:
    again = hidden.press("2025550124").press("2")
    assert again.said.startswith(f"Sorry, I did not get your number.\n{KEY_IN}")
    again.press(GIVEN).press("1")
    assert shown_number(kept, kept.request) == f"+1{GIVEN}"


def test_at_the_read_back_they_can_say_it_right(hidden: Call, kept: Kept) -> None:
    hidden.press("2025550124").say("no it is 202 555 0123").press("1")
    assert shown_number(kept, kept.request) == f"+1{GIVEN}"


@pytest.mark.parametrize("not_a_number", ["12", "19005550100", "18005550100", "442079460018"])
def test_what_nobody_may_be_sent_to_call_is_no_number(hidden: Call, not_a_number: str) -> None:
    assert hidden.press(not_a_number).said.startswith("Sorry, I did not get your number.")


@pytest.mark.parametrize("misses", ["silence", "keys", "no"])
def test_after_two_misses_they_say_it_after_the_tone(hidden: Call, kept: Kept, misses: str) -> None:
    for _ in range(2):
        assert hidden.waiting == "Gather"
        {
            "silence": hidden.stay_silent,
            "keys": lambda: hidden.press("123"),
            "no": lambda: hidden.press(GIVEN).press("2"),
        }[misses]()
    assert hidden.said.startswith(f"{AFTER_THE_TONE}\nAfter the tone")
    assert hidden.waiting == "Record"
    assert shown_number(kept, kept.request) is None
    assert len(kept.requests) == 1


def test_zero_goes_to_the_tone_at_once(hidden: Call) -> None:
    assert hidden.press("0").waiting == "Record"


@pytest.mark.parametrize("how", ["said", "keyed"])
def test_danger_is_heard_before_any_number(hidden: Call, kept: Kept, how: str) -> None:
    warned = hidden.press("911") if how == "keyed" else hidden.say("my kitchen is on fire")
    assert "9 1 1" in warned.said
    assert kept.requests[-1].reason is Reason.EMERGENCY


@pytest.mark.parametrize("step", range(3))
def test_each_post_twice_is_one(hidden: Call, kept: Kept, step: int) -> None:
    for do in (lambda: hidden.press(GIVEN), lambda: hidden.press("1"), lambda: hidden.press("2"))[: step + 1]:
        do()
        hidden.repeat_last_post()
    assert len(kept.requests) == 1


def test_three_silences_and_a_language_that_is_not_ours_promise_nothing(call: MakeCall) -> None:
    silent = call("anonymous").press("1").stay_silent().stay_silent().stay_silent()
    foreign = call("Restricted").say("Мне нужна помощь, пожалуйста, говорите по-русски")
    for heard in (silent, foreign):
        assert HIDDEN in heard.said
        assert AFTER_THE_TONE in heard.said
        assert "answer you" not in heard.said
        assert heard.waiting == "Record"


def test_fear_at_home_with_a_hidden_number_is_asked_for_none(call: MakeCall) -> None:
    afraid = call("anonymous").press("1").say("my husband hits me every day").press("0")
    assert KEY_IN not in afraid.said
    assert "answer you" not in afraid.said
    assert "You can call us again at any time." in afraid.said


class TestWithADutyPhone:
    """The number only matters when nobody takes the call."""

    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return {**settings, "HANDRAIL_DUTY_PHONE": DUTY_PHONE}

    def test_nobody_took_it(self, hidden: Call) -> None:
        assert hidden.waiting == "Dial"
        hidden.duty_does_not_answer()
        assert hidden.said.startswith(f"Sorry, no one could take the call just now.\n{HIDDEN}\n{KEY_IN}")

    def test_at_night(self, call: MakeCall, clock: StandingClock) -> None:
        clock.forward(AT_NIGHT)
        night = call("anonymous").press("0")
        assert KEY_IN in night.said
        assert "9 AM" not in night.said


@pytest.mark.parametrize(
    ("said", "country", "number"),
    [
        ("+12025550123", "US", "+12025550123"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+442079460018", "US", None),
        ("+14165550123", "US", None),  # Canada
        ("+19005550100", "US", None),  # premium rate
        ("+18005550100", "US", None),  # free to call, and nobody's home
        ("+443001234567", "GB", None),  # UAN
        ("+448431234567", "GB", None),  # shared cost
        ("+447012345678", "GB", None),  # personal numbers, which cost extra
        ("911", "US", None),
        ("", "US", None),
    ],
)
def test_which_numbers_may_be_called(said: str, country: str, number: str | None) -> None:
    assert number_to_call(said, country) == number
