"""The invented people of the demo. Their numbers are from the range kept for fiction (555-01xx)."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resident:
    """Someone with an old phone. about: the key of what is said of them. language: the tag of their `examples`.
    name_language: that of their name; "" where it is a number.
    """

    number: str
    name: str
    about: str
    language: str
    examples: tuple[str, ...]
    name_language: str = "en"


RESIDENTS = (
    Resident(
        "+12025550181",
        "Rose",
        "about.rose",
        "en",
        (
            "wot day dus the lunch club meat",
            "need a ramp for the chair and someone to read my letters to me",
            "my heating is broke and its freezing",
            "i fell and cant get up",
        ),
    ),
    Resident(
        "+12025550182",
        "李先生",
        "about.li",
        "zh-Hans",
        ("我想找人送午饭", "医院寄来的信我看不懂", "家里暖气坏了,很冷", "我要去看医生,没有车"),
        "zh-Hans",
    ),
    Resident(
        "+12025550183",
        "Doña Carmen",
        "about.carmen",
        "es",
        (
            "donde puedo comer con otra gente",
            "no entiendo una carta del seguro",
            "se me rompio la calefaccion",
            "quiero hablar con una persona",
        ),
        "es",
    ),
    Resident(
        "+12025550184",
        "Grace",
        "about.grace",
        "en",
        (
            "my dad cant do the stairs any more, can someone put in a rail",
            "he is on his own all day",
            "person",
        ),
    ),
)

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SPANISH = re.compile(r"[¿¡ñáéíóú]", re.IGNORECASE)
_BY_NUMBER = {resident.number: resident for resident in RESIDENTS}


def resident_at(number: str) -> Resident:
    """Who has `number`; somebody named by it where nobody is known."""
    return _BY_NUMBER.get(number) or Resident(
        number,
        spoken(number),
        "about.another",
        "en",
        ("where can i get a hot meal", "HELP", "STOP"),
        "",
    )


def written_in(words: str, resident: Resident) -> str:
    """The tag of `words`: told by the letters, else the resident's own where both use Latin letters; else ""."""
    if _CHINESE.search(words):
        return "zh-Hans"
    if _SPANISH.search(words):
        return "es"
    return "" if resident.language == "zh-Hans" else resident.language


def fictional_number(typed: str) -> str | None:
    """`typed` as E.164 where it is a number of the range for fiction, NPA-555-0100 to 0199; else None."""
    match = re.fullmatch(r"1?([2-9]\d\d55501\d\d)", re.sub(r"[\s().+-]", "", typed), re.ASCII)
    return f"+1{match[1]}" if match else None


def spoken(number: str) -> str:
    """+12025550181 as 202-555-0181."""
    return f"{number[2:5]}-{number[5:8]}-{number[8:]}"
