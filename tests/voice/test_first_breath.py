"""What a caller hears first, and how their language is found."""

from __future__ import annotations

import pytest

from app.wiring import House
from core.messages import Channel, Inbound
from tests.voice.conftest import ROSE, MakeCall

LONGEST_GREETING = 12
"""Seconds, at the pace of public announcements, before the caller may speak."""
ENGLISH, CHINESE, SPANISH = (
    ("en-US", "Polly.Joanna", "Tell me in your own words what you need."),
    ("cmn-CN", "Polly.Zhiyu", "您需要什么帮助？随便说说就行。"),
    ("es-US", "Polly.Lupe", "Diga con sus palabras qué necesita."),
)


def test_the_greeting_is_short_with_a_person_first_and_danger_early(call: MakeCall) -> None:
    greeted = call()
    lines = greeted.said.splitlines()
    assert lines[:3] == ["Hello, this is Handrail.", "For a person, press 0.", "In danger? Hang up and call 9 1 1."]
    assert greeted.seconds <= LONGEST_GREETING


def test_each_language_is_offered_in_its_own_voice(call: MakeCall) -> None:
    offered = [(line.language, line.voice, line.words) for line in call().prompt[3:]]
    assert offered == [
        ("en-US", "Polly.Joanna", "English: press 1."),
        ("cmn-CN", "Polly.Zhiyu", "中文请按2。"),
        ("es-US", "Polly.Lupe", "Español: marque 3."),
    ]


@pytest.mark.parametrize(("key", "tongue"), [("1", ENGLISH), ("2", CHINESE), ("3", SPANISH)])
def test_a_key_chooses_the_language(call: MakeCall, key: str, tongue: tuple[str, str, str]) -> None:
    line = call().press(key).prompt[0]
    assert (line.language, line.voice, line.words) == tongue


@pytest.mark.parametrize(
    ("words", "tongue"),
    [
        ("english please", ENGLISH),
        ("中文", CHINESE),
        ("普通话", CHINESE),
        ("español", SPANISH),
        ("en español", SPANISH),
    ],
)
def test_a_word_chooses_the_language(call: MakeCall, words: str, tongue: tuple[str, str, str]) -> None:
    asked = call().say(words)
    assert (asked.prompt[0].language, asked.prompt[0].voice) == tongue[:2]
    assert asked.gather.get("language") == {"cmn-CN": "cmn-Hans-CN"}.get(tongue[0], tongue[0])


@pytest.mark.parametrize(("key", "welcome"), [("1", "Welcome back."), ("2", "欢迎"), ("3", "Hola de nuevo")])
def test_the_language_is_remembered_and_not_asked_again(call: MakeCall, key: str, welcome: str) -> None:
    call().press(key).hang_up()
    again = call()
    assert welcome in again.said
    assert "9 1 1" in again.said
    assert len({line.language for line in again.prompt}) == 1


def test_who_was_not_understood_is_not_welcomed_once_more(call: MakeCall) -> None:
    call().press("1").hang_up()
    asked = call().say("it went up and over the moon")
    assert asked.said.splitlines()[:2] == ["Sorry, we did not get that.", "Tell me in your own words what you need."]


def test_who_hung_up_before_choosing_is_asked_again(call: MakeCall) -> None:
    call().hang_up()
    assert "中文请按2。" in call().said


def test_another_language_than_the_one_chosen_is_answered_and_remembered(call: MakeCall) -> None:
    """They pressed the wrong key, and spoke their own language."""
    asked = call().press("2").say("necesito comida caliente")
    assert "¿Dónde está usted?" in asked.said
    asked.hang_up()
    assert "Hola de nuevo" in call().said


def test_another_language_can_be_asked_for_at_any_time(english: MakeCall) -> None:
    asked = english().say("another language please")
    assert [line.language for line in asked.prompt][1:4] == ["en-US", "cmn-CN", "es-US"]
    assert asked.press("3").prompt[0].words == SPANISH[2]


@pytest.mark.parametrize(
    ("need", "where"),
    [
        ("I need a hot meal", "Where are you?"),
        ("necesito comida caliente", "¿Dónde está usted?"),
        ("我想吃热饭", "您在哪一带？"),
    ],
)
def test_a_need_said_instead_of_a_language_is_served(call: MakeCall, need: str, where: str) -> None:
    assert where in call().say(need).said


def test_danger_said_into_the_greeting_comes_first(call: MakeCall) -> None:
    assert call().say("my kitchen is on fire").said.startswith("Get out now and call 9 1 1.")


def test_a_wrong_key_offers_the_languages_again_in_their_own_voices(call: MakeCall) -> None:
    again = call().press("7")
    assert again.prompt[0].words == "Please press one of these keys."
    assert [line.language for line in again.prompt[1:4]] == ["en-US", "cmn-CN", "es-US"]
    assert again.said.endswith("A person: press 0.")
    assert again.press("2").prompt[0].words == CHINESE[2]


def test_back_at_the_very_beginning_is_the_beginning(call: MakeCall) -> None:
    greeted = call()
    first = greeted.said
    assert greeted.press("#").said == first


def test_who_wrote_to_us_before_is_greeted_in_their_language(call: MakeCall, house: House) -> None:
    text = Inbound(Channel.SMS, ROSE, "SM1", house.clock.now(), text="necesito comida caliente")
    house.assistant.receive(text)
    assert "Hola de nuevo" in call().said
