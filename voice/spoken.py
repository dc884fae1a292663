"""What is written for the eye, said for the ear: numbers digit by digit, and how long a line takes."""

from __future__ import annotations

import re
from dataclasses import replace

from core.i18n.phrasebook import Phrasebook
from core.messages import Param, Phone, Say, Words
from intents.normalise import has_han

WORDS_A_MINUTE = 150
"""docs/accessibility: older listeners follow this pace; public announcements are read at it."""
HAN_A_MINUTE = 240
SLOW = 0.8
"""The share of the usual pace in slow mode."""
_GROUPS = re.compile(r"[^0-9]+")
_HAN = re.compile("[\u3400-\u9fff]")


def by_digits(number: str) -> str:
    """A number as it is dictated: "202-555-0100" is "2 0 2, 5 5 5, 0 1 0 0"."""
    return ", ".join(" ".join(group) for group in _GROUPS.split(number) if group)


def holds_a_number(say: Say) -> bool:
    """Whether a line tells a telephone number, which is to be written down."""
    return any(isinstance(value, Phone) for value in say.params.values())


def for_the_ear(say: Say, language: str, phrasebook: Phrasebook) -> Say:
    """The line with its numbers as they are dictated."""
    return replace(say, params={name: _heard(value, language, phrasebook) for name, value in say.params.items()})


def seconds(text: str, *, slow: bool = False) -> float:
    """About how long `text` takes to be said, in seconds."""
    han = len(_HAN.findall(text))
    words = len([word for word in text.split() if not has_han(word)])
    pace = SLOW if slow else 1.0
    return (han / HAN_A_MINUTE + words / WORDS_A_MINUTE) * 60 / pace


def _heard(value: Param, language: str, phrasebook: Phrasebook) -> Param:
    match value:
        case Phone(number, extension):
            spoken = by_digits(phrasebook.written(number))
            if not extension:
                return Words(spoken)
            return Words(phrasebook.text("phone.extension", language, number=spoken, extension=by_digits(extension)))
        case Words(text) if text.isdigit() and len(text) > 1:
            return Words(by_digits(text))
        case _:
            return value
