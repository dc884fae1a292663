"""Callers who are silent, slow, polite or hard to hear, who hide their number or press what was not asked for."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.wiring import House
from core.db.models.directory import Organization, Service
from core.db.models.help_request import Reason
from tests.conftest import SETTINGS
from tests.voice.conftest import ROSE, Kept, MakeCall
from tests.voice.leg import BrokenCall, Ended, Twilio
from tests.voice.player import Call

LONG_WAIT = 60
"""Seconds that a relay call needs between a question and its answer."""


class TestSilence:
    """Nothing is heard: a shy caller, a bad line, a receiver held the wrong way round."""

    @pytest.mark.parametrize("blank", [False, True])
    def test_is_met_with_fewer_words_each_time_and_then_a_person(
        self, english: MakeCall, kept: Kept, blank: bool
    ) -> None:
        asked = english()
        once = asked.stay_silent(blank_fields=blank).said
        assert once.startswith("Sorry, I did not hear you. You can also press the keys.\nTell me in your own words")
        twice = asked.stay_silent(blank_fields=blank).said
        assert twice.startswith("Just say one word, or press a key.")
        assert len(twice) < len(once)
        assert kept.requests == []
        assert asked.stay_silent(blank_fields=blank).waiting == "Record"
        assert kept.request.reason is Reason.NOT_UNDERSTOOD

    def test_at_the_greeting_offers_the_languages_and_a_person_each_time(self, call: MakeCall) -> None:
        greeted = call()
        for _ in range(2):
            asked = greeted.stay_silent()
            assert {line.language for line in asked.prompt} == {"en-US", "cmn-CN", "es-US"}
            assert "press 0" in asked.said
        assert greeted.stay_silent().waiting == "Record"

    def test_is_forgotten_as_soon_as_they_speak(self, english: MakeCall) -> None:
        asked = english().stay_silent().stay_silent().say("I need a hot meal")
        assert asked.stay_silent().said.startswith("Sorry, I did not hear you.")
        assert asked.say("mill street").said.startswith("Hot Meals at Home")

    def test_in_the_middle_of_an_offer_keeps_its_options(self, english: MakeCall) -> None:
        offer = english().say("hot meal near mill street").stay_silent()
        assert "We call them for you: press 1." in offer.said
        assert "Is that OK?" in offer.press("1").said


class TestWrongKeys:
    """Keys that mean nothing here."""

    @pytest.mark.parametrize("key", ["4", "5", "7", "9"])
    def test_name_the_keys_once_more_and_then_bring_a_person(self, english: MakeCall, kept: Kept, key: str) -> None:
        offer = english().say("hot meal near mill street").press(key)
        assert offer.said.startswith("Please press one of these keys.\nWe call them for you: press 1.")
        assert kept.requests == []
        assert offer.press(key).press("1").waiting == "Record"
        assert kept.request.need_code == "food.meals"

    @pytest.mark.parametrize("key", "23456789")
    def test_are_never_a_need(self, english: MakeCall, key: str) -> None:
        assert english().press(key).said.startswith("Please press one of these keys.")

    def test_where_a_place_is_asked_for_are_no_place(self, english: MakeCall) -> None:
        assert "Where are you?" in english().say("I need a hot meal").press("8").said


@pytest.mark.parametrize(
    "words",
    [
        "Good morning dear I wonder if you could be so kind as to help me I need somebody to bring me a hot lunch",
        "hello, um, well, my daughter said to call you, I can't cook any more and I would like meals brought to me",
        "yes hello I would like to ask whether there is anyone who could bring a hot meal to my house, thank you",
        "I need a hot meal please if it's not too much trouble",
    ],
)
def test_polite_and_roundabout_sentences_are_understood(english: MakeCall, words: str) -> None:
    asked = english().say(words)
    assert asked.said.startswith("Where are you?")
    assert asked.say("mill street").said.startswith("Hot Meals at Home")


def test_what_a_television_says_does_not_end_the_call(english: MakeCall, kept: Kept) -> None:
    asked = english().say("uh the tv is on sorry one moment")
    assert "Tell me in your own words what you need." in asked.said
    assert asked.say("I said I would like somebody to come and fix my sink").said.startswith("Where are you?")
    assert kept.requests == []


def test_who_needs_time_gets_a_minute_at_every_prompt(english: MakeCall, call: MakeCall) -> None:
    asked = english()
    assert int(asked.gather.get("timeout", "")) < LONG_WAIT
    asked.say("slower please").hang_up()
    again = call()
    steps: tuple[Callable[[], Call], ...] = (
        again.stay_silent,
        lambda: again.say("I need a hot meal"),
        lambda: again.press("1"),
    )
    assert int(again.gather.get("timeout", "")) >= LONG_WAIT
    for step in steps:
        assert int(step().gather.get("timeout", "")) >= LONG_WAIT


_strangers = itertools.count(1000)
WITHHELD = ["anonymous", "", "Restricted", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"]


@pytest.mark.parametrize("number", WITHHELD)
def test_a_withheld_number_is_served_and_never_mixed_with_another(
    english: MakeCall, call: MakeCall, kept: Kept, number: str
) -> None:
    """What carriers send in place of a number may look like one: all who hide theirs would be one resident."""
    offer = english(number).say("hot meal near mill street")
    assert offer.said.startswith("Hot Meals at Home")
    offer.hang_up()
    assert call(number).said.startswith("Hello, this is")
    assert len(kept.contacts) == 2


@pytest.mark.parametrize(
    ("name", "heard"),
    [
        ("Tom & Jerry's <Meals>", "Tom & Jerry's <Meals>"),
        ("Me\x07als\x00 \x1bat\u0085 Home\ud83d\ude00", "Meals at Home"),
        ("]]> </Say><Dial>+19005550100</Dial>", "]]> </Say><Dial>+19005550100</Dial>"),
        ("A" * 5000, "AAAA"),
    ],
)
def test_what_a_directory_may_hold_is_said_and_nothing_else(
    english: MakeCall, house: House, name: str, heard: str
) -> None:
    with house.database.write() as session:
        written = name.replace("\x00", "").encode("utf-8", "ignore").decode()
        session.execute(sa.update(Service).values(name=written))
        session.execute(sa.update(Organization).values(name=written))
    offer = english().say("hot meal near mill street")
    assert heard in offer.prompt[0].words
    assert offer.waiting == "Gather"


def test_who_talks_for_minutes_is_answered(english: MakeCall, kept: Kept) -> None:
    asked = english().say("well you know my knee has been bad since the war " * 300)
    assert asked.waiting in ("Gather", "Record")
    assert english("+12025550182").say("I need a hot meal " * 400).waiting in ("Gather", "Record")


def test_a_caller_with_another_language_reaches_a_person(call: MakeCall, kept: Kept) -> None:
    asked = call().say("Мне нужна помощь, пожалуйста, говорите по-русски")
    assert asked.waiting == "Record"
    assert kept.request.reason is Reason.LANGUAGE


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(min_size=1, max_size=200), confidence=st.floats(0, 1), at=st.sampled_from(["greeting", "need"]))
def test_any_words_get_an_answer_that_can_be_played(call: MakeCall, words: str, confidence: float, at: str) -> None:
    """The player refuses whatever Twilio would: see tests.voice.grammar."""
    begun = call(f"+1202555{next(_strangers):04d}")
    if at == "need":
        begun.press("1")
    begun.say(words.encode("utf-8", "ignore").decode(), confidence=confidence)
    assert begun.waiting or begun.ended is Ended.BY_HANDRAIL


@pytest.mark.parametrize(
    ("path", "call_sid"), [("inbound", "nonsense"), ("inbound", ""), ("turn", "CA1"), ("turn?step=x&silences=0", "CA1")]
)
def test_a_form_that_is_no_call_is_refused(client: FlaskClient, path: str, call_sid: str) -> None:
    twilio = Twilio(client, SETTINGS["HANDRAIL_PUBLIC_URL"], SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"])
    with pytest.raises(BrokenCall, match="400"):
        twilio.post(f"{twilio.public_url}/voice/{path}", {"CallSid": call_sid, "From": ROSE, "Digits": "1"})
