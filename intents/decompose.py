"""Split a message into the parts that may each hold a need of their own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from intents.features import LONGEST
from intents.grammar import Grammar, Script
from intents.normalise import fold_accents, has_han, normalise

_MOST = 6  # parts looked at; nobody tells more needs at once
_FEWEST_WORDS = 2  # in a Latin part
_FEWEST_HAN = 3  # in a Chinese part
# No commas: they divide a story far oftener than two needs ("my wife died, i can't cook"), and leaving them
# out costs no compound that also says "and" or "also".
_PUNCTUATION = r"[.;:!?&+\n\r。；：！？…]+"


def splitter(grammars: Mapping[str, Grammar]) -> re.Pattern[str]:
    """Compile what separates parts: punctuation and every language's joiners ("and", "y", "还有")."""
    latin = _joiners(grammars.values(), Script.LATIN)
    han = _joiners(grammars.values(), Script.HAN)
    patterns = [_PUNCTUATION]
    patterns += [rf"\b(?:{'|'.join(map(re.escape, latin))})\b"] if latin else []
    patterns += ["|".join(map(re.escape, han))] if han else []
    return re.compile("|".join(patterns))


def decompose(text: str, separators: re.Pattern[str]) -> tuple[str, ...]:
    """Give the parts of a message, normalised, where there are at least two worth looking at; else nothing.

    A part is worth looking at from two words or three Chinese characters.
    """
    folded = fold_accents(unicodedata.normalize("NFKC", text).casefold())
    parts = [part for part in map(normalise, separators.split(folded[:LONGEST])) if _is_long_enough(part)]
    return tuple(parts[:_MOST]) if len(parts) > 1 else ()


def _is_long_enough(part: str) -> bool:
    return len(part.replace(" ", "")) >= _FEWEST_HAN if has_han(part) else len(part.split()) >= _FEWEST_WORDS


def _joiners(grammars: Iterable[Grammar], script: Script) -> list[str]:
    words = {joiner for grammar in grammars if grammar.script == script for joiner in grammar.joiners}
    return sorted(words, key=lambda word: (-len(word), word))
