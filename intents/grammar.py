"""What we must know of each language besides phrases: its script, small words, shorthand, and words of
place and time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intents.catalogue_file import Table, plain
from intents.normalise import normalise
from intents.sound import Rewrite, read_rewrites


class Script(StrEnum):
    """The writing systems we can read."""

    LATIN = "latin"
    HAN = "han"


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language, from one file below catalogue/languages/. Words are in the form of `plain`.

    shorthand: how an old phone writes it = the words meant. sounds: what makes spellings of one sound alike, see
    sound.py. before_place: words after which a place is
    named for sure; maybe_before_place: only where the name looks like one. times: code = the words for it.
    """

    tag: str
    script: Script
    letters: frozenset[str]
    function_words: frozenset[str]
    joiners: tuple[str, ...]
    shorthand: Mapping[str, str]
    sounds: tuple[Rewrite, ...]
    other_person: re.Pattern[str] | None
    own_person: re.Pattern[str] | None
    before_place: tuple[str, ...]
    maybe_before_place: tuple[str, ...]
    after_place: tuple[str, ...]
    kinds_of_place: frozenset[str]
    not_places: frozenset[str]
    times: Mapping[str, frozenset[str]]


def load_grammar(top: Table, shorthand: Table) -> Grammar:
    """Read one language from its file; `shorthand` has a table for each. Raises CatalogueError."""
    tag = top.text("tag")
    script = top.text("script")
    if script not in set(Script):
        raise top.error("script", f"must be one of {', '.join(Script)}")
    who, place, when = (top.table(name) for name in ("who_for", "place", "when"))
    short = shorthand.table(tag)
    return Grammar(
        tag=tag,
        script=Script(script),
        letters=frozenset(top.optional_text("letters")),
        function_words=top.words("function_words"),
        joiners=_longest_first(top.words("joiners")),
        shorthand={plain(key): normalise(short.text(key)) for key in short},
        sounds=_sounds(top),
        other_person=who.patterns("other"),
        own_person=who.patterns("self"),
        before_place=_longest_first(place.words("before")),
        maybe_before_place=_longest_first(place.words("maybe_before")),
        after_place=_longest_first(place.words("after")),
        kinds_of_place=place.words("kinds"),
        not_places=place.words("not_places"),
        times={code: when.words(code) for code in when},
    )


def _sounds(top: Table) -> tuple[Rewrite, ...]:
    try:
        return read_rewrites(top.texts("sounds"))
    except (ValueError, re.error) as error:
        raise top.error("sounds", str(error)) from error


def _longest_first(words: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda word: (-len(word), word)))
