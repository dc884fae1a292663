"""What a text costs on the air: GSM-7 or UCS-2, in how many segments; and look-alikes that keep it in GSM-7.

Sources: 3GPP TS 23.038 (alphabet and extension table), TS 23.040 (140 octets a message, 6 of them a header
once it is split).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Sent as an escape and a second septet."""

_LOOK_ALIKES = str.maketrans(
    dict.fromkeys("‘’‚‛′ʼ´`", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−•·", "-")
    | dict.fromkeys("\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff", "")
    | {"…": "...", "×": "x", "⁄": "/", "\u2028": "\n", "\u2029": "\n"}
)
_LETTERS_WITHOUT_PARTS = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE"})
"""Letters that Unicode does not take apart into a base and a mark."""


class Encoding(StrEnum):
    """The two alphabets of a text message."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


_ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}
"""Units in a message that stands alone, and in each part of a longer one."""


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets (GSM-7) or 16-bit units (UCS-2); `segments` is what the provider bills."""

    encoding: Encoding
    units: int
    segments: int


def measure(text: str) -> Segments:
    """How `text` travels. No pair of units (escape and letter, surrogates) is torn over two segments."""
    encoding = Encoding.GSM7 if in_gsm7(text) else Encoding.UCS2
    costs = [width(c) for c in text] if encoding is Encoding.GSM7 else [1 + (c > "\uffff") for c in text]
    units = sum(costs)
    alone, part = _ROOM[encoding]
    if units <= alone:
        return Segments(encoding, units, 1)
    segments, filled = 1, 0
    for cost in costs:
        if filled + cost > part:
            segments, filled = segments + 1, 0
        filled += cost
    return Segments(encoding, units, segments)


def in_gsm7(text: str) -> bool:
    """Whether every character of `text` is in the GSM-7 alphabet or its extension."""
    return all(c in _BASIC or c in _EXTENSION for c in text)


def width(char: str) -> int:
    """The most units that one character takes, whatever the encoding: 1 or 2."""
    return 2 if char > "\uffff" or char in _EXTENSION else 1


def fold(text: str) -> str:
    """`text` with curly quotes, long dashes, dots, odd spaces and the like as their GSM-7 look-alikes.
    No letter is lost: `á` and `李` stay."""
    return unicodedata.normalize("NFC", text).translate(_LOOK_ALIKES)


def without_accents(text: str) -> str:
    """`text` with only those accents that GSM-7 has (é ñ ü ¿ ¡ stay, á í ó ú go) and without pictures.
    Letters that have no base letter in GSM-7 stay."""
    plain = "".join(map(_plain, fold(text).translate(_LETTERS_WITHOUT_PARTS)))
    return re.sub("  +", " ", plain)


def only_gsm7(text: str) -> str:
    """What is left of `text` in GSM-7: a last resort that can lose letters."""
    return "".join(c for c in without_accents(text) if in_gsm7(c))


def _plain(char: str) -> str:
    if in_gsm7(char):
        return char
    parts = unicodedata.normalize("NFKD", char).translate(_LOOK_ALIKES)
    base = "".join(c for c in parts if not unicodedata.combining(c))
    if base and in_gsm7(base):
        return base
    return char if unicodedata.category(char)[0] in "LN" else ""
