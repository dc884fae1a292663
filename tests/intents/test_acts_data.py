"""The words that decide alone (STOP, HELP, yes, 2 ...) are complete, clear and never mean two things."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

import intents
from intents.catalogue_file import Table, plain

CATALOGUE = Path(intents.__file__).parent / "catalogue"
LANGUAGES = ("en", "es", "zh")
ACTS = (
    "find_help", "report_problem", "person", "status", "cancel", "offer_help", "feedback", "emergency", "language",
    "repeat", "slower", "stop", "start", "help", "greeting", "thanks", "yes", "no", "unknown",
)  # fmt: skip

# Twilio opts a number out, in and informs at these words itself:
# https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
TWILIO_STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
TWILIO_START = {"start", "unstop"}
TWILIO_HELP = {"help", "info"}


def _act(code: str) -> Table:
    return Table.read(CATALOGUE / "acts" / f"{code}.toml")


def _meanings() -> dict[str, set[str]]:
    meanings = defaultdict(set)
    numbers = Table.read(CATALOGUE / "numbers.toml")
    for language in LANGUAGES:
        for code in ACTS:
            for word in _act(code).table(language).words("words"):
                meanings[word].add(code)
        for number in "012345":
            for word in numbers.table(language).words(number):
                meanings[word].add(number)
    return dict(meanings)


def test_every_act_has_its_file_and_no_file_is_left_over() -> None:
    assert {file.stem for file in (CATALOGUE / "acts").glob("*.toml")} == set(ACTS)
    for code in ACTS:
        assert _act(code).text("code") == code


def test_no_word_means_two_things_in_whatever_language() -> None:
    assert {word: codes for word, codes in _meanings().items() if len(codes) > 1} == {}


def test_every_word_has_something_to_compare() -> None:
    assert "" not in _meanings()


def test_the_providers_own_words_mean_what_the_provider_does() -> None:
    english = {code: _act(code).table("en").words("words") for code in ("stop", "start", "help")}
    assert english["stop"] >= TWILIO_STOP
    assert english["start"] >= TWILIO_START
    assert english["help"] >= TWILIO_HELP


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("STOP.", "stop"), ("Stop!", "stop"), ("CANCEL", "stop"), ("Alto", "stop"), ("BAJA", "stop"), ("Pare", "stop"),
        ("退订", "stop"), ("退訂", "stop"), ("停止", "stop"), ("不要再發", "stop"),
        ("START", "start"), ("Unstop", "start"), ("Empezar", "start"), ("开始", "start"), ("開始", "start"),
        ("HELP", "help"), ("Info", "help"), ("AYUDA", "help"), ("帮助", "help"), ("幫助", "help"),
        ("I need help", "find_help"), ("Necesito ayuda", "find_help"), ("我需要帮助", "find_help"),
        ("Yep", "yes"), ("Sí", "yes"), ("si", "yes"), ("claro", "yes"), ("好的", "yes"), ("對", "yes"), ("可以", "yes"),
        ("Nope", "no"), ("No, gracias", "no"), ("不用", "no"), ("没有", "no"), ("沒有", "no"),
        ("person", "person"), ("真人", "person"), ("persona", "person"),
        ("never mind", "cancel"), ("español", "language"), ("中文", "language"), ("more slowly", "slower"),
        ("2", "2"), ("２", "2"), ("two", "2"), ("the second one", "2"), ("la primera", "1"),
        ("第二个", "2"), ("0", "0"),
    ],
)  # fmt: skip
def test_what_people_answer_is_known_for_certain(word: str, code: str) -> None:
    assert _meanings().get(plain(word)) == {code}


@pytest.mark.parametrize(
    "message",
    [
        "where is the bus stop", "the tap won't stop dripping", "the bus doesn't stop here any more",
        "help me stop smoking",
        "la parada del autobús", "en voz alta por favor", "公交车停在哪里", "停电了", "no para de llover",
    ],
)  # fmt: skip
def test_a_sentence_that_merely_holds_a_stop_word_is_not_stop(message: str) -> None:
    assert _meanings().get(plain(message)) is None
    assert plain(message) not in {plain(p) for tag in LANGUAGES for p in _act("stop").table(tag).texts("phrases")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ACTS)
def test_every_act_has_phrases_enough_and_none_twice(code: str, language: str) -> None:
    phrases = [plain(phrase) for phrase in _act(code).table(language).texts("phrases")]
    assert len(phrases) >= (60 if code == "unknown" else 14)
    assert len(phrases) == len(set(phrases))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_teaches_two_acts(language: str) -> None:
    taught = defaultdict(set)
    for code in ACTS:
        for phrase in _act(code).table(language).texts("phrases"):
            taught[plain(phrase)].add(code)
    assert {phrase: codes for phrase, codes in taught.items() if len(codes) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", "012345")
def test_every_menu_digit_can_be_typed_or_said(number: str, language: str) -> None:
    words = Table.read(CATALOGUE / "numbers.toml").table(language).words(number)
    assert number in words
    assert len(words) >= 5


def test_a_language_can_be_asked_for_in_any_language() -> None:
    targets = tomllib.loads((CATALOGUE / "acts" / "language.toml").read_text("utf-8"))["targets"]
    assert set(targets) == set(LANGUAGES)
    by_word = defaultdict(set)
    for language, words in targets.items():
        for word in words:
            by_word[plain(word)].add(language)
    assert {word: tags for word, tags in by_word.items() if len(tags) > 1} == {}
    assert by_word["ingles"] == by_word["英语"] == {"en"}
    assert by_word["chino"] == by_word["chinese"] == {"zh"}
    assert by_word["spanish"] == by_word["西班牙语"] == {"es"}
