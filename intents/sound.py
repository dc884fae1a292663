"""How words sound: one key for all the ways in which people spell them who write by ear.

Latin words are rewritten by the rules of their language ("kiero" and "quiero" are one sound); Chinese characters
stand for their syllable without its tone, so that the wrong character of a pinyin keyboard sounds like the right one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Rewrite = tuple[re.Pattern[str], str]

_BLURRED = ((re.compile("^([zcs])h"), r"\1"), (re.compile("(?<=[aei])ng$"), "n"), (re.compile("v"), "u"))
"""Southern speakers, and keyboards set for them, don't tell zh from z or -ng from -n; "v" stands for "ü"."""


def read_rewrites(lines: Sequence[str]) -> tuple[Rewrite, ...]:
    """Read rules such as "ph > f", applied in their order. Raises ValueError for a line that is none."""
    rewrites = []
    for line in lines:
        pattern, arrow, sound = line.partition(" >")
        if not arrow:
            raise ValueError(f'{line!r} must look like "ph > f"')
        rewrites.append((re.compile(pattern), sound.strip()))
    return tuple(rewrites)


def sound_of(word: str, rewrites: Sequence[Rewrite]) -> str:
    """The sound of a Latin word in the form of `plain`."""
    for pattern, sound in rewrites:
        word = pattern.sub(sound, word)
    return word


def blurred(syllable: str) -> str:
    """A syllable in pinyin without tone, as all Chinese speakers may type it."""
    for pattern, sound in _BLURRED:
        syllable = pattern.sub(sound, syllable)
    return syllable


def syllables_of(text: str, syllables: Mapping[str, str]) -> list[str]:
    """The syllable of each character of a Chinese text; the character itself where it has none."""
    return [syllables.get(character, character) for character in text]
