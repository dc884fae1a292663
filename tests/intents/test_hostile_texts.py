"""Nothing that anybody may send, by mistake or on purpose, brings the understanding down or keeps it busy: what it
looks at is bounded, however long and odd the text.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import intents
from intents import decompose as splitting
from intents import features as seeing
from intents import spelling
from intents.emergencies import PRECEDENCE, EmergencyKind, find_emergency
from intents.language import detect
from intents.model import Model
from intents.normalise import LONGEST, fold_accents, normalise
from intents.understand import Vocabulary, read, understand
from intents.understanding import Act, Understanding

EMERGENCIES = Path(intents.__file__).parent / "catalogue" / "emergencies"
LANGUAGES = ("en", "es", "zh")

_MOST_GRAMS = 12  # features of one character: pieces of words of four sizes, words, pairs and sounds
_WORDS = re.compile(r"[a-z]{2,} ?[a-z]*|[\u4e00-\u9fff]{1,6}")


def literal_words(language: str) -> str:
    """The plain words that stand in the patterns of a language, one after the other."""
    files = [EMERGENCIES / language / f"{kind}.toml" for kind in PRECEDENCE]
    signs = [sign for file in files for sign in tomllib.loads(file.read_text("utf-8"))["signs"]]
    return " ".join(dict.fromkeys(_WORDS.findall(" ".join(signs))))


def long(text: str) -> str:
    """As many characters of it as are ever looked at."""
    return (text * (LONGEST // len(text) + 1))[:LONGEST]


HOSTILE = {
    "beginnings of signs, English": long("he has a my chest is i cant smell of the "),
    "beginnings of signs, Spanish": long("no puedo me quiero huele a mi mama se esta "),
    "beginnings of signs, Chinese": long("我胸口我不想煤气着有人拿"),
    "two near things, never the third": long("gas and the pipe and the gas pipe was a pipe of "),
    "words that are almost signs": long("gasp fired flamed smoker deadline chestnut strokes killjoy "),
    "words within words": long("firefirefire chestpainchestpain" * 3),
    "a look-alike within a look-alike": long("my feet are killing my feet are killing me "),
    "one sign, over and over": long("fire "),
    "one sign without spaces": long("着火"),
    "zalgo": long("h̷͉̓e̶̛͔l̵̲̈p̸̣͝ ̸͙̈́f̵̰͛i̶̼̕r̷͖̊e̵̳͝ "),
    "emoji": long("🔥🆘👩‍👩‍👧‍👦🏳️‍🌈"),
    "right-to-left marks": long("\u202ehelp\u202c \u200ffire\u200e "),
    "nothing to be seen": long("\u200b\ufeff\u2060\u00ad"),
    "NULs": long("\x00fire\x00"),
    "lone surrogates": long("\ud800fire\udfff"),
    "one letter": long("a"),
    "one word of very many letters": long("abcdefghijklmnopqrstuvwxyz"),
    "words of one letter": long("a "),
    "five thousand words that nobody knows": long("zqxj vkwz pqrx "),
    "words with one slip each": long("brethe chst ambulanc pleas hlep "),
    "digits": long("9110"),
    "menu choices": long("1 2 3 0 "),
    "scripts mixed in a word": long("hеlр火fuegо爸 "),
    "scripts mixed in a message": long("help 着火 fuego помогите أنقذونا "),
    "joiners only": long("and and and "),
    "joiners of three languages": long("and y 还有 pero but 然后 "),
    "alternating pieces": long("food and rent and "),
    "punctuation only": long("?!.,;:…—()[]{}\\|/"),
    "newlines": long("\n\r\t"),
    "full width": long("ＦＩＲＥ　ｈｅｌｐ　"),
    "ligatures that unfold": long("ﷺ㌕ﬃ"),
    "a pattern": long(r"(?:a|b)*+{0,9}\b\d.* ~ {thing}"),
    "rare characters": long("𠀀𪚥㐀龘"),
    "homophones": long("意生依生医深看彬"),
    **{f"all words of the signs, {tag}": long(literal_words(tag) + " ") for tag in LANGUAGES},
    **{f"all words of the signs, {tag}, run together": long(literal_words(tag).replace(" ", "")) for tag in LANGUAGES},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_understood_like_any_other_and_always_alike(name: str, model: Model) -> None:
    text = HOSTILE[name]
    found = understand(text, model)
    assert found == understand(text, model)
    assert (found.act is Act.EMERGENCY) == (found.urgent is not None)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_rules_answer_and_always_alike(name: str, model: Model) -> None:
    found = find_emergency(HOSTILE[name], model.catalogue.rules)
    assert found in {None, *EmergencyKind}
    assert found is find_emergency(HOSTILE[name], model.catalogue.rules)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_looked_at_is_bounded(name: str, model: Model) -> None:
    text = HOSTILE[name]
    assert len(normalise(text)) <= LONGEST
    assert len(fold_accents(normalise(text))) <= LONGEST
    for language in LANGUAGES:
        reading = read(text, model, language, Vocabulary())
        separate = [run for run in reading.parts if run[1] - run[0] == 1]
        assert len(separate) <= splitting._MOST
        assert len(reading.parts) <= splitting._MOST * (splitting._MOST + 1) // 2
        for seen in (reading.written, reading.mended, *reading.parts.values()):
            counts = seeing.features(seen, {})
            assert sum(counts.values()) <= _MOST_GRAMS * seeing.LONGEST
            assert counts == seeing.features(seen[: seeing.LONGEST], {})


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", HOSTILE)
def test_only_so_many_words_are_mended(name: str, language: str, model: Model) -> None:
    words = normalise(HOSTILE[name]).split()
    mended = spelling.repair(" ".join(words), model.words, language)
    unlike = sum(word not in mended.split() for word in set(words))
    assert unlike <= spelling._MOST


@pytest.mark.parametrize("name", HOSTILE)
def test_the_language_is_one_that_we_speak_or_none(name: str, model: Model) -> None:
    grammars = model.catalogue.grammars
    spoken = detect(
        HOSTILE[name], model.language_model, model.foreign, grammars, remembered=None, offered=model.catalogue.languages
    )
    assert spoken.tag in {*model.catalogue.languages, "und"}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_danger_is_heard_after_a_flood_of_nonsense(tag: str, model: Model) -> None:
    cry = {"en": "fire in the kitchen", "es": "se quema la cocina", "zh": "厨房着火了"}[tag]
    assert understand("🙂 zq " * 1_500 + cry, model).urgent is EmergencyKind.FIRE


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=200))
def test_any_text_at_all_is_understood(model: Model, text: str) -> None:
    assert isinstance(understand(text, model), Understanding)
