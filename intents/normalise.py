"""One plain form for every text, so that rules, words and phrases compare like with like."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

LONGEST = 10_000
"""Characters looked at in any message; ten times what an SMS or a chat message of a person ever holds."""

_APOSTROPHES = re.compile("['’‘‛`´ʼʻ′＇]")
# Invisible: soft hyphen, zero-width and bidi controls, joiners, variation selectors, byte order mark.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_SPACE_INSIDE_HAN = re.compile(f"(?<=[{_HAN}])[ \\t\u3000]+(?=[{_HAN}])")
_COMBINING = re.compile("[\u0300-\u036f\u20d0-\u20ff]")
_NOT_WORD = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """Give the plain form: compatibility characters folded (NFKC), lower case, apostrophes removed ("can't"
    is "cant"), other punctuation and symbols turned to single spaces, Traditional Chinese written in
    Simplified and without spaces between characters. Accents stay; see `fold_accents`. Looks at `LONGEST`
    characters at most.

    Any str is fine, lone surrogates, NUL and direction marks included.
    """
    text = text[:LONGEST]
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    # Before NFKC, which would turn a spacing acute accent into a space and a combining mark.
    text = _APOSTROPHES.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)[:LONGEST].casefold()
        text = _COMBINING.sub("", unicodedata.normalize("NFKC", text))
        if has_han(text):
            text = _SPACE_INSIDE_HAN.sub("", text.translate(_simplified()))
    else:
        text = text.casefold()
    return _NOT_WORD.sub(" ", text).strip()


def fold_accents(normalised: str) -> str:
    """Take the accents off ("teléfono" is "telefono"), for old phones and hurried fingers leave them out."""
    if normalised.isascii():
        return normalised
    return unicodedata.normalize("NFC", _COMBINING.sub("", unicodedata.normalize("NFD", normalised)))


def has_han(text: str) -> bool:
    """Tell whether any Chinese character is in the text."""
    return _HAN_CHARACTER.search(text) is not None


@cache
def _simplified() -> dict[int, str]:
    """Character table, Traditional to Simplified, as OpenCC has it.

    By character and not by phrase: linear in the length of the text whatever it holds, and the few characters
    whose simplified form hangs on their neighbours are rare in what residents ask.
    """
    rows = (files("opencc") / "dictionary" / "TSCharacters.txt").read_text("utf-8").splitlines()
    pairs = (row.split("\t") for row in rows if "\t" in row)
    # A few have several simplified forms; the first is the usual one.
    return {ord(old): forms.split()[0] for old, forms in pairs if forms.split()[0] != old}
