"""The words and phrases of acts: a word that means two things would send a resident down the wrong path."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from intents.catalogue import BUILT_IN, Catalogue, load_catalogue
from intents.catalogue_file import plain
from intents.emergencies import find_emergency
from intents.slots import find_choice
from intents.understanding import Act

LANGUAGES = ("en", "es", "zh")
TWILIO_STOP = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT")
HELD_OUT = Path(__file__).parent / "held_out_messages.toml"
LEAST_PHRASES = 14
LEAST_UNKNOWN = 60


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def acts_of(message: str, catalogue: Catalogue) -> set[Act]:
    """Every act that the whole message means for certain, in any language."""
    return {a.act for a in catalogue.acts.values() for words in a.words.values() if plain(message) in words}


def lists(table: dict[str, object]) -> Iterator[tuple[str, list[str]]]:
    """Every list of texts in a TOML file, with its name."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", texts) for inner, texts in lists(value))
        elif isinstance(value, list):
            yield name, value


@pytest.mark.parametrize(
    ("message", "act"),
    [
        ("STOP", Act.STOP),
        ("Stop.", Act.STOP),
        ("please stop!", Act.STOP),
        ("Don't text me", Act.STOP),
        ("opt-out", Act.STOP),
        ("ALTO", Act.STOP),
        ("Baja, por favor", Act.STOP),
        ("退订", Act.STOP),
        ("退訂", Act.STOP),
        ("不要再發了!", Act.STOP),
        ("UNSTOP", Act.START),
        ("Reanudar", Act.START),
        ("重新开始", Act.START),
        ("HELP", Act.HELP),
        ("Información", Act.HELP),
        ("幫助", Act.HELP),
        ("I need help", Act.FIND_HELP),
        ("ayúdeme", Act.FIND_HELP),
        ("帮忙", Act.FIND_HELP),
        ("yes please", Act.YES),
        ("Sí, claro", Act.YES),
        ("好的。", Act.YES),
        ("no thanks", Act.NO),
        ("No, gracias", Act.NO),
        ("不用了,谢谢", Act.NO),
        ("operator", Act.PERSON),
        ("¿Me pueden llamar?", Act.PERSON),
        ("轉人工", Act.PERSON),
        ("EMERGENCY!!!", Act.EMERGENCY),
        ("¡Auxilio!", Act.EMERGENCY),
        ("救命啊!", Act.EMERGENCY),
        ("¿Cómo?", Act.REPEAT),
        ("español", Act.LANGUAGE),
        ("never mind", Act.CANCEL),
    ],
)
def test_a_word_alone_means_its_act(catalogue: Catalogue, message: str, act: Act) -> None:
    assert acts_of(message, catalogue) == {act}


@pytest.mark.parametrize("word", TWILIO_STOP)
def test_what_the_provider_takes_for_stop_is_stop_for_us_too(catalogue: Catalogue, word: str) -> None:
    assert acts_of(word, catalogue) == {Act.STOP}


@pytest.mark.parametrize(
    "message",
    [
        "where is the bus stop",
        "the tap won't stop dripping",
        "they cut the end of my road off",
        "vivo en la calle Alto",
        "para mi mamá",
        "la presión está baja",
        "停车场在哪里",
        "停电了",
        "雨下个不停",
    ],
)
def test_a_sentence_that_only_holds_the_word_is_no_stop(catalogue: Catalogue, message: str) -> None:
    stop = catalogue.acts[Act.STOP]
    assert acts_of(message, catalogue) == set()
    assert all(plain(message) != plain(phrase) for phrases in stop.phrases.values() for phrase in phrases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_means_two_acts_or_an_act_and_a_number(catalogue: Catalogue, language: str) -> None:
    counted = Counter(word for act in catalogue.acts.values() for word in act.words[language])
    counted.update(list(catalogue.numbers[language]))
    assert [word for word, times in counted.items() if times > 1] == []


def test_no_number_word_is_an_act_in_another_language(catalogue: Catalogue) -> None:
    numbers = {word for words in catalogue.numbers.values() for word in words}
    assert {word: acts for word in numbers if (acts := acts_of(word, catalogue))} == {}


def test_stop_and_emergency_words_mean_nothing_else_in_any_language(catalogue: Catalogue) -> None:
    grave = {
        word for act in (Act.STOP, Act.EMERGENCY) for words in catalogue.acts[act].words.values() for word in words
    }
    assert {word: acts for word in grave if len(acts := acts_of(word, catalogue)) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_an_act_is_how_a_resident_names_a_need(catalogue: Catalogue, language: str) -> None:
    needs = catalogue.needs.values()
    named = {plain(text) for need in needs for text in (need.names[language], *need.phrases[language])}
    words = {word for act in catalogue.acts.values() for word in act.words[language]}
    assert named & words == set()


@pytest.mark.parametrize(
    "file", [*sorted((BUILT_IN / "acts").glob("*.toml")), BUILT_IN / "numbers.toml"], ids=lambda file: file.stem
)
def test_nothing_is_listed_twice(file: Path) -> None:
    for name, texts in lists(tomllib.loads(file.read_text("utf-8"))):
        repeated = [text for text, times in Counter(map(plain, texts)).items() if times > 1]
        assert (name, repeated) == (name, [])
        assert all(plain(text) for text in texts), f"{name} holds a text without letters or digits"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", list(Act))
def test_every_act_has_enough_to_learn_from(catalogue: Catalogue, act: Act, language: str) -> None:
    least = LEAST_UNKNOWN if act is Act.UNKNOWN else LEAST_PHRASES
    assert len(catalogue.acts[act].phrases[language]) >= least
    assert catalogue.acts[act].words[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_teaches_two_things(catalogue: Catalogue, language: str) -> None:
    taught = [
        *(plain(phrase) for act in catalogue.acts.values() for phrase in act.phrases[language]),
        *(word for act in catalogue.acts.values() for word in act.words[language]),
        *{plain(phrase) for need in catalogue.needs.values() for phrase in need.phrases[language]},
    ]
    assert [text for text, times in Counter(taught).items() if times > 1] == []


def test_held_out_messages_stay_unseen(catalogue: Catalogue) -> None:
    held_out = {plain(entry["text"]) for entry in tomllib.loads(HELD_OUT.read_text("utf-8"))["message"]}
    seen = {plain(phrase) for tag in catalogue.languages for phrase in catalogue.phrases(tag)}
    assert held_out & seen == set()


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.EMERGENCY])
def test_ordinary_messages_raise_no_alarm(catalogue: Catalogue, act: Act) -> None:
    texts = [*catalogue.acts[act].phrases.values(), *catalogue.acts[act].words.values()]
    assert [text for group in texts for text in group if find_emergency(text, catalogue.rules)] == []


@pytest.mark.parametrize(
    ("message", "choice"),
    [
        ("1", 1),
        ("1.", 1),
        ("①", 1),
        ("２", 2),
        ("the first one", 1),
        ("Number two please", 2),
        ("la primera", 1),
        ("El número 3", 3),
        ("第二個", 2),
        ("选三", 3),
        ("5", 5),
        ("0", 0),
        ("zero", 0),
        ("cero", 0),
        ("零", 0),
        ("6", None),
        ("12", None),
        ("one of my neighbors", None),
    ],
)
def test_a_menu_is_answered_by_digit_or_word(catalogue: Catalogue, message: str, choice: int | None) -> None:
    assert find_choice(plain(message), catalogue.numbers) == choice


def test_every_language_answers_every_digit(catalogue: Catalogue) -> None:
    for language in LANGUAGES:
        assert set(catalogue.numbers[language].values()) == set(range(6))


def test_a_language_is_named_in_every_language(catalogue: Catalogue) -> None:
    assert {plain("inglés"), "english", "英文"} <= catalogue.targets["en"]
    assert {"chino", "chinese", "中文"} <= catalogue.targets["zh"]
    assert {plain("español"), "spanish", "西班牙语"} <= catalogue.targets["es"]
    named = Counter(name for names in catalogue.targets.values() for name in names)
    assert max(named.values()) == 1
