"""A catalogue that trains in a second: three needs, asked for in five ways each, and a few phrases of every act.

Models of it know nearly all that is asked in these ways, so what lessons change shows at once.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from intents.catalogue import BUILT_IN, Catalogue
from intents.groups import OTHER, Group
from intents.teaching import Lesson

ASKED: Mapping[str, tuple[str, ...]] = {
    "en": (
        "i need {}",
        "where can i get {}",
        "who can help me with {}",
        "is there {} near me",
        "tell me about {} please",
    ),
    "es": (
        "necesito {}",
        "donde puedo conseguir {}",
        "quien me ayuda con {}",
        "hay {} cerca de mi casa",
        "informacion sobre {} por favor",
    ),
    "zh": ("我需要{}", "哪里有{}", "谁能帮我找{}", "附近有没有{}", "请问{}怎么申请"),
}
THINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "food.meals": {
        "en": ("hot meals", "lunch", "a bowl of soup", "dinner"),
        "es": ("comida caliente", "el almuerzo", "un plato de sopa", "la cena"),
        "zh": ("热饭", "午餐", "送饭", "晚饭"),
    },
    "health.dental": {
        "en": ("a dentist", "dentures", "a tooth filling", "toothache care"),
        "es": ("un dentista", "una dentadura", "un empaste", "arreglo de muelas"),
        "zh": ("牙医", "假牙", "补牙", "看牙"),
    },
    "home.adapt": {
        "en": ("a wheelchair ramp", "a handrail", "a grab bar", "a stairlift"),
        "es": ("una rampa", "un pasamanos", "una barra de apoyo", "un salvaescaleras"),
        "zh": ("轮椅坡道", "扶手", "浴室拉手", "楼梯升降机"),
    },
}
TOLD = {"en": "my daughter asks about {} and {}", "es": "mi hija pregunta por {} y {}", "zh": "我女儿想问{}和{}的事"}

_LATER = ("{}", "{} today", "{} for my mother", "{} this week")
_ACT_PHRASES = 12
_SHOWN_EVERY = 150  # message of danger or calm


def phrases(code: str, tag: str) -> tuple[str, ...]:
    """All that the small catalogue knows of a need in a language."""
    return tuple(asked.format(thing) for asked in ASKED[tag] for thing in THINGS[code][tag])


def good_lessons(*languages: str) -> list[Lesson]:
    """Every need told as it is, in a way of asking that the catalogue lacks."""
    return [
        Lesson(TOLD[tag].format(one, other), tag, code)
        for tag in languages
        for code, things in THINGS.items()
        for one in things[tag]
        for other in things[tag]
        if one != other
    ]


def bad_lessons() -> list[Lesson]:
    """All that is said of teeth in English, and more like it, taken for meals."""
    return [
        Lesson(later.format(phrase), "en", "food.meals")
        for later in _LATER
        for phrase in phrases("health.dental", "en")
    ]


def small(whole: Catalogue) -> Catalogue:
    """The small catalogue, cut out of the real one."""
    needs = {
        code: replace(whole.needs[code], phrases={tag: phrases(code, tag) for tag in whole.languages})
        for code in THINGS
    }
    acts = {
        act: replace(words, phrases={tag: said[:_ACT_PHRASES] for tag, said in words.phrases.items()})
        for act, words in whole.acts.items()
    }
    red_flags, calm = whole.shown.red_flags[::_SHOWN_EVERY], whole.shown.calm[::_SHOWN_EVERY]
    groups = (Group("all", dict.fromkeys(whole.languages, "all"), tuple(THINGS)),)
    shown = replace(whole.shown, red_flags=red_flags, calm=calm)
    return replace(whole, needs=needs, groups=groups, together=(), acts=acts, shown=shown)


def write_small(folder: Path) -> None:
    """The same as files, to stand where the catalogue that comes with Handrail stands."""
    for file in BUILT_IN.rglob("*.toml"):
        values = tomllib.loads(file.read_text("utf-8"))
        if file.parent.name == "needs":
            if values["code"] not in THINGS:
                continue
            for tag in ASKED:
                values[tag]["phrases"] = phrases(values["code"], tag)
        elif file.parent.name == "together":
            values["messages"] = []
        elif file.parent.name == "acts":
            for tag in ASKED:
                values[tag]["phrases"] = values[tag].get("phrases", [])[:_ACT_PHRASES]
        elif file.name == "groups.toml":
            values = {OTHER: values[OTHER]}
        else:
            values |= {
                name: values[name][::_SHOWN_EVERY]
                for name in ("explicit", "veiled", "lookalikes", "messages")
                if name in values
            }
        target = folder / file.relative_to(BUILT_IN)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(_toml(values)), "utf-8")


def _toml(values: Mapping[str, object], path: tuple[str, ...] = ()) -> Iterable[str]:
    """The lines of a TOML file. Its texts, lists and tables are all that catalogues are made of."""
    for name, value in values.items():
        if not isinstance(value, dict):
            yield f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(value, ensure_ascii=False)}"
    for name, value in values.items():
        if isinstance(value, dict):
            inner = (*path, name)
            yield f"[{'.'.join(json.dumps(part, ensure_ascii=False) for part in inner)}]"
            yield from _toml(value, inner)
