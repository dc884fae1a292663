"""The details a resident tells along the way: for whom, where, when, and which answer of a menu."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from intents.catalogue_file import plain
from intents.grammar import Grammar, Script
from intents.normalise import has_han
from intents.understanding import WhoFor

_LONGEST_NAME = 6  # words of a place's name
_POSTCODE = re.compile(r"\b(?:\d{5}(?:-\d{4})?|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2})\b", re.IGNORECASE)
_NAME = r"[^\W\d_]+(?: [^\W\d_]+){0,2}"
_CAPITALISED = r"[^\W\d_a-z]\w+(?: [^\W\d_a-z]\w+){0,3}"


@dataclass(frozen=True, slots=True)
class Places:
    """Names of the directory's places: form of `plain` = as the directory spells it, split by script."""

    latin: Mapping[str, str]
    han: Mapping[str, str]


def find_choice(message: str, numbers: Mapping[str, Mapping[str, int]]) -> int | None:
    """Give the answer of a menu, 0 to 5, where the whole message (form of `plain`) is one in any language."""
    return next((words[message] for words in numbers.values() if message in words), None)


def find_who_for(message: str, grammar: Grammar) -> WhoFor | None:
    """Tell for whom the resident asks. Someone else counts first: "my dad needs a nurse" says "my" too."""
    if grammar.other_person and grammar.other_person.search(message):
        return WhoFor.OTHER
    if grammar.own_person and grammar.own_person.search(message):
        return WhoFor.SELF
    return None


def find_when(message: str, grammar: Grammar) -> str | None:
    """Give the codes of the times told ("tomorrow morning"), or None. Longer wordings count first."""
    wordings = sorted(((words, code) for code, all_ in grammar.times.items() for words in all_), key=_by_length)
    order = list(grammar.times)
    found: set[str] = set()
    rest = f" {message} "
    for words, code in wordings:
        sought = words if grammar.script == Script.HAN else f" {words} "
        if sought in rest:
            found.add(code)
            # "mañana" inside "por la mañana" is not tomorrow; "明早" is both tomorrow and morning.
            rest = rest if grammar.script == Script.HAN else rest.replace(sought, "  ")
    return " ".join(sorted(found, key=order.index)) or None


def find_place(text: str, grammar: Grammar, places: frozenset[str], *, asked: bool = False) -> str | None:
    """Give the place told: one that the directory knows, as it spells it; else a postcode, or the
    resident's words.

    A name that the directory doesn't know counts only after words such as "near", or where it looks like a
    name. asked: it answers the question where; then "mill street" is enough.
    """
    known = known_places(places)
    message = plain(text)
    return (
        _known_in(message, known)
        or _first(_POSTCODE, text)
        or (message if asked and _is_a_street(message, grammar) else None)
        or (
            _place_in_han(message, grammar) if grammar.script == Script.HAN else _place_in_latin(text, message, grammar)
        )
    )


@lru_cache(maxsize=8)
def known_places(places: frozenset[str]) -> Places:
    """Prepare the directory's names once."""
    pairs = {plain(name): name for name in sorted(places) if plain(name)}
    return Places(
        latin={name: original for name, original in pairs.items() if not has_han(name)},
        han=dict(sorted(((n, o) for n, o in pairs.items() if has_han(n)), key=_by_length)),
    )


def _known_in(message: str, known: Places) -> str | None:
    words = message.split()
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            name = known.latin.get(" ".join(words[start : start + length]))
            if name:
                return name
    return next((original for name, original in known.han.items() if name in message), None)


def _is_a_street(message: str, grammar: Grammar) -> bool:
    words = message.split()
    return 1 < len(words) <= _LONGEST_NAME and not grammar.kinds_of_place.isdisjoint((words[0], words[-1]))


def _place_in_latin(text: str, message: str, grammar: Grammar) -> str | None:
    kinds = "|".join(map(re.escape, sorted(grammar.kinds_of_place)))
    address = re.search(rf"\b\d{{1,5}} (?:[^\W\d_]+ ){{1,3}}(?:{kinds})\b", message)
    if address:
        return address[0]
    either = _either(grammar.before_place)
    if either:
        near = re.search(rf"\b(?:{either}) (?:the |my |la |el |mi )?({_NAME})", message)
        if near and not _is_no_place(near[1], grammar):
            return near[1]
    maybe = _either((*grammar.maybe_before_place, *grammar.before_place))
    if not maybe:
        return None
    street = re.search(rf"\b(?:{maybe}) ((?:the |la |el )?(?:(?:{kinds}) {_NAME}|{_NAME}? (?:{kinds})))\b", message)
    if street and not _is_no_place(street[1], grammar):
        return street[1]
    capitals = None if text.isupper() else re.search(rf"\b(?i:{maybe}) ({_CAPITALISED})", text)
    return capitals[1] if capitals and not _is_no_place(plain(capitals[1]), grammar) else None


def _place_in_han(message: str, grammar: Grammar) -> str | None:
    before = _either((*grammar.before_place, *grammar.maybe_before_place))
    after, kinds = _either(grammar.after_place), _either(sorted(grammar.kinds_of_place))
    if not (before and after and kinds):
        return None
    for pattern in (rf"(?:{before})(\w{{2,8}}?)(?:{after})", rf"(?:{before})(\w{{1,8}}?(?:{kinds}))"):
        found = re.search(pattern, message)
        if found and not _is_no_place(found[1], grammar):
            return found[1]
    return None


def _is_no_place(name: str, grammar: Grammar) -> bool:
    return name in grammar.not_places or name.split(maxsplit=1)[0] in grammar.not_places


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in words)


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[0] if found else None


def _by_length(pair: tuple[str, str]) -> tuple[int, str]:
    return -len(pair[0]), pair[0]
