"""Shorthand, slips, parts of a message, and the details told along the way."""

from __future__ import annotations

import pytest

from intents.catalogue_file import plain
from intents.decompose import decompose
from intents.model import Model
from intents.slots import find_place, find_when, find_who_for
from intents.sound import read_rewrites, sound_of
from intents.spelling import HanWords, LatinWords, Words, repair, write_out
from intents.understanding import WhoFor

SOUNDS = read_rewrites(["ph > f", "ck > k", "tch > X", "(?<!^)[aeiou]+ > ", "(.)\\1+ > \\1"])
TARGETS = ("dentist", "house", "ramp", "watch", "wheelchair")
WORDS = Words(
    latin={
        "en": LatinWords(
            right=frozenset({*TARGETS, "mouse", "no", "power"}),
            rare=frozenset({"wotch"}),
            targets=TARGETS,
            by_sound={sound_of("watch", SOUNDS): "watch", sound_of("house", SOUNDS): "house"},
            small=frozenset({"no"}),
            rewrites=SOUNDS,
        )
    },
    han=HanWords(
        right=frozenset({"我", "要", "看", "牙医", "护士"}),
        by_sound={"hu si": "护士", "ya yi": "牙医"},
        syllables={"户": "hu", "护": "hu", "士": "si", "牙": "ya", "医": "yi", "要": "yao", "看": "kan", "我": "wo"},
    ),
)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("a weelchair ramp", "a wheelchair ramp"),
        ("the dentst", "the dentist"),
        ("my hosue", "my house"),
        ("a mouse", "a mouse"),  # a right word, though one letter from "house"
        ("wotch me", "watch me"),  # a word of some list, but oftener one spelt by ear
        ("nopower", "no power"),
        ("mp", "mp"),  # too short to tell
        ("ramp4", "ramp4"),
        ("elmhil", "elmhill"),
        ("zzzzzz", "zzzzzz"),
    ],
)
def test_slips_are_mended_towards_known_words(text: str, mended: str) -> None:
    assert repair(text, WORDS, "en", {"elmhill"}) == mended


def test_a_wrong_character_of_the_right_sound_is_mended() -> None:
    assert repair("我要看户士", WORDS, "zh") == "我要看护士"


def test_right_chinese_stays_as_it_is() -> None:
    assert repair("我要看牙医", WORDS, "zh") == "我要看牙医"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("kiero", "quiero"), ("biejo", "viejo"), ("yave", "llave"), ("ijo", "hijo"), ("siclon", "ciclon")],
)
def test_spanish_by_ear_sounds_like_spanish_by_the_book(written: str, meant: str, model: Model) -> None:
    rules = model.catalogue.grammars["es"].sounds
    assert sound_of(written, rules) == sound_of(meant, rules)


@pytest.mark.parametrize(
    ("written", "meant"), [("rong", "wrong"), ("nite", "night"), ("fone", "phone"), ("muny", "money")]
)
def test_english_by_ear_sounds_like_english_by_the_book(written: str, meant: str, model: Model) -> None:
    rules = model.catalogue.grammars["en"].sounds
    assert sound_of(written, rules) == sound_of(meant, rules)


def test_a_sound_rule_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="must look like"):
        read_rewrites(["ph=f"])


def test_shorthand_is_written_out(model: Model) -> None:
    grammars = model.catalogue.grammars
    assert write_out("wot time pls", grammars["en"]) == "what time please"
    assert write_out("xq no kiero", grammars["es"]) == "porque no quiero"
    assert write_out("上门修电闹", grammars["zh"]) == "上门修电脑"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("i need a ramp and someone to read letters", ("i need a ramp", "someone to read letters")),
        ("necesito comida y también un doctor", ("necesito comida", "un doctor")),
        ("我要看医生，还有想装扶手", ("我要看医生", "想装扶手")),
        ("I need a ramp. My heater is broken!", ("i need a ramp", "my heater is broken")),
        ("salt and pepper", ()),
        ("just one thing here", ()),
        ("", ()),
    ],
)
def test_a_message_falls_into_parts(text: str, parts: tuple[str, ...], model: Model) -> None:
    assert decompose(text, model.separators) == parts


@pytest.mark.parametrize(
    ("language", "text", "who"),
    [
        ("en", "i need a nurse", WhoFor.SELF),
        ("en", "my dad isn't eating", WhoFor.OTHER),
        ("en", "a chair for my neighbour", WhoFor.OTHER),
        ("en", "my wife used to do all the cooking", WhoFor.SELF),
        ("en", "lunch club", None),
        ("es", "mi mamá ya no puede caminar", WhoFor.OTHER),
        ("es", "busco trabajo para mí, tengo 60 años", WhoFor.SELF),
        ("zh", "我妈妈需要人照顾", WhoFor.OTHER),
        ("zh", "我想看医生", WhoFor.SELF),
        ("zh", "送餐", None),
    ],
)
def test_who_it_is_for(language: str, text: str, who: WhoFor | None, model: Model) -> None:
    assert find_who_for(plain(text), model.catalogue.grammars[language]) == who


@pytest.mark.parametrize(
    ("language", "text", "when"),
    [
        ("en", "can someone come tomorrow morning", "tomorrow morning"),
        ("en", "open at the weekend?", "weekend"),
        ("en", "i am in mourning", None),
        ("es", "mañana por la mañana", "tomorrow morning"),
        ("es", "por la mañana", "morning"),
        ("es", "el sábado", "saturday"),
        ("zh", "下周二上午", "tuesday morning next_week"),
        ("zh", "明早", "tomorrow morning"),
    ],
)
def test_when(language: str, text: str, when: str | None, model: Model) -> None:
    assert find_when(plain(text), model.catalogue.grammars[language]) == when


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("en", "a doctor near elm hill", "elm hill"),
        ("en", "food bank in Larkfield", "Larkfield"),
        ("en", "there is a pothole at 12 mill street", "12 mill street"),
        ("en", "my zip is 00012", "00012"),
        ("en", "i am in pain", None),
        ("en", "i fell in the morning", None),
        ("en", "someone at home", None),
        ("es", "vivo en la calle Robles", "calle robles"),
        ("es", "estoy en cama", None),
        ("zh", "我住在榆树山附近", "榆树山"),
        ("zh", "我在家", None),
    ],
)
def test_where(language: str, text: str, place: str | None, model: Model) -> None:
    assert find_place(text, model.catalogue.grammars[language], frozenset()) == place
