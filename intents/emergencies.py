"""Emergencies are found by rules, before anything else is asked: a life must not hang on a classifier's guess alone.

The rules are data, a folder a language and a file a kind below catalogue/emergencies/. A sign raises the alarm; a
look-alike ("my feet are killing me", "the gas bill") is taken out of the text first, so that a true sign beside it
still counts. Recall comes before precision: a needless emergency number costs a resident one text, a missed sign may
cost a life.

A pattern is a regular expression of RE2, which takes linear time whatever it is given. "{name}" stands for a part
that several patterns share; "a ~ b" for both near each other, in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from pathlib import Path

import re2

from intents.catalogue_file import CatalogueError, Shelf, Table
from intents.normalise import fold_accents, has_han, normalise


class EmergencyKind(StrEnum):
    """What kind of danger somebody is in."""

    MEDICAL = "medical"
    FIRE = "fire"
    GAS = "gas"
    VIOLENCE = "violence"
    SELF_HARM = "self_harm"
    OTHER = "other"


PRECEDENCE = (
    EmergencyKind.GAS,
    EmergencyKind.FIRE,
    EmergencyKind.VIOLENCE,
    EmergencyKind.SELF_HARM,
    EmergencyKind.MEDICAL,
    EmergencyKind.OTHER,
)
"""Which kind is told when several are found: first those where the place itself must be left."""

_GAP = "\n"
"""Stands where a look-alike was taken out. No "." of a pattern reaches across it."""

_LONG_LETTERS = re.compile(r"([a-z])\1{2,}")
_TORN_ENDINGS = (
    (re.compile(r"\b(can|don|won|isn|doesn|couldn|didn|wasn|hasn|aren|ain|wouldn|haven) t\b"), r"\1t"),
    (re.compile(r"\b(i|he|she|it|they|there|you|we) (m|s|re|ve|ll|d)\b"), r"\1\2"),
)
_PART = re.compile(r"\{([a-z_]+)\}")
_NEAR = " ~ "
_BETWEEN = r"\b[\w ]{0,40}?\b"  # what may stand between two things that are near each other: about eight words
_BETWEEN_HAN = ".{0,12}?"
_INNER_GAP = re.compile(r"(\.\{0,\d+\}\??)(?![|)?]|$)")
_WHOLE_WORD = r"\1\\b"
_MEMORY = 64 << 20  # bytes that one compiled list may use; RE2 gets slower, not wrong, where it is short of it


@dataclass(frozen=True, slots=True)
class Writing:
    """How one language is read. joined: written without spaces (Chinese). misspelt: wrong word to right word."""

    tag: str
    joined: bool
    misspelt: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KindRules:
    """The rules of one kind of emergency in one language, each list compiled into one pattern."""

    kind: EmergencyKind
    language: str
    signs: re2._Regexp
    unless: re2._Regexp | None


@dataclass(frozen=True, slots=True)
class Rules:
    """All emergency rules, in the order in which they are tried."""

    writings: tuple[Writing, ...]
    kinds: tuple[KindRules, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Messages from which a classifier learns danger. red_flags: language, kind and message; calm: language and
    message, of what only sounds like danger.
    """

    red_flags: tuple[tuple[str, EmergencyKind, str], ...]
    calm: tuple[tuple[str, str], ...]


def load_shown(folder: Path, languages: Iterable[str], shelf: Shelf) -> Shown:
    """Read the messages of the same files as `load_rules` ("explicit", which the rules alone must find, "veiled" and
    "lookalikes") and of <tag>/everyday.toml.
    """
    red_flags: list[tuple[str, EmergencyKind, str]] = []
    calm: list[tuple[str, str]] = []
    for tag in languages:
        for kind in PRECEDENCE:
            table = shelf.read(folder / tag / f"{kind}.toml")
            red_flags += ((tag, kind, message) for message in (*table.texts("explicit"), *table.texts("veiled")))
            calm += ((tag, message) for message in table.texts("lookalikes"))
        calm += ((tag, message) for message in shelf.read(folder / tag / "everyday.toml").texts("messages"))
    return Shown(tuple(red_flags), tuple(calm))


def load_rules(folder: Path, languages: Iterable[str], shelf: Shelf) -> Rules:
    """Read <tag>/words.toml and one <tag>/<kind>.toml for every kind from the folder, for each language.

    Raises CatalogueError, which names the file and the field, if a file is missing or a pattern is wrong.
    """
    writings, rules = [], []
    for tag in languages:
        shared = shelf.read(folder / tag / "words.toml")
        writing = _writing(tag, shared)
        writings.append(writing)
        for kind in PRECEDENCE:
            table = shelf.read(folder / tag / f"{kind}.toml")
            if table.text("kind") != kind:
                raise table.error("kind", f'must be "{kind}"')
            signs = _compile(table, "signs", shared.table("parts"), writing)
            if signs is None:
                raise table.error("signs", "must hold at least one pattern")
            rules.append(KindRules(kind, tag, signs, _compile(table, "unless", shared.table("parts"), writing)))
    rules.sort(key=lambda rule: PRECEDENCE.index(rule.kind))
    return Rules(writings=tuple(writings), kinds=tuple(rules))


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of an emergency in a message. words: where it stands, as the rules read them."""

    kind: EmergencyKind
    language: str
    words: str


def find_emergency(text: str, rules: Rules) -> EmergencyKind | None:
    """Give the kind of emergency that the text tells of, or None. Any str is fine.

    The signs of every language are tried whatever the language of the message. Where several kinds are found, the
    first in `PRECEDENCE` is given.
    """
    return next((sign.kind for sign in _signs(text, rules)), None)


def find_signs(text: str, rules: Rules) -> tuple[Sign, ...]:
    """Give all signs in the text, at most one a kind and language, in the order of `PRECEDENCE`."""
    return tuple(_signs(text, rules))


def _signs(text: str, rules: Rules) -> Iterator[Sign]:
    plain = fold_accents(normalise(text))
    readings = {writing.tag: _reading(plain, writing) for writing in rules.writings}
    for rule in rules.kinds:
        words = _shown(readings[rule.language], rule)
        if words is not None:
            yield Sign(rule.kind, rule.language, words)


def _shown(reading: str, rule: KindRules) -> str | None:
    # Nearly every message has no sign at all, so look-alikes are only taken out where there is one.
    found = rule.signs.search(reading)
    if found and rule.unless is not None:
        found = rule.signs.search(rule.unless.sub(_GAP, reading))
    return found[0] if found else None


def _reading(plain: str, writing: Writing) -> str:
    """The text as the rules of one language want it. Without a Chinese character it may be pinyin, word by word."""
    if writing.joined:
        return plain.replace(" ", "") if has_han(plain) else plain
    reading = _LONG_LETTERS.sub(r"\1", plain)
    for torn, whole in _TORN_ENDINGS:
        reading = torn.sub(whole, reading)
    return " ".join(writing.misspelt.get(word, word) for word in reading.split())


def _writing(tag: str, table: Table) -> Writing:
    misspelt = table.table("misspelt")
    words = misspelt.keys()
    return Writing(
        tag=tag,
        joined=table.flag("joined"),
        misspelt={wrong: right for right in words for wrong in misspelt.texts(right)},
    )


def patterns(table: Table, field: str, named: Table) -> Iterator[str]:
    """Give the patterns of one list with their {named parts} filled in.

    Raises CatalogueError for a part that has no such name.
    """
    names = named.keys()
    known = {name: named.text(name) for name in names}
    for pattern in table.texts(field):
        for name in _PART.findall(pattern):
            if name not in known:
                raise table.error(field, f"names the part {{{name}}}, which words.toml lacks")
        yield _PART.sub(lambda match: known[match[1]], pattern)


def _compile(table: Table, field: str, named: Table, writing: Writing) -> re2._Regexp | None:
    filled = [_in_any_order(pattern, joined=writing.joined) for pattern in patterns(table, field, named)]
    if not filled:
        return None
    try:
        return _regex(_any_of(filled, whole_words=not writing.joined))
    except re2.error:
        raise _wrong(table, field, filled) from None


def _wrong(table: Table, field: str, filled: Iterable[str]) -> CatalogueError:
    """The error that names the pattern which does not compile."""
    for pattern in filled:
        try:
            _regex(pattern)
        except re2.error as error:
            return table.error(field, f"holds {pattern!r}, which is not a regular expression of RE2 ({error})")
    return table.error(field, "is too long altogether")


def _regex(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    return re2.compile(pattern, options=options)


def _in_any_order(pattern: str, *, joined: bool) -> str:
    near = pattern.split(_NEAR)
    if len(near) == 1:
        return pattern
    between = (_BETWEEN_HAN if joined else _BETWEEN).join
    return "|".join(between(f"(?:{part})" for part in order) for order in permutations(near))


def _any_of(filled: Iterable[str], *, whole_words: bool) -> str:
    either = "|".join(f"(?:{pattern})" for pattern in filled)
    if not whole_words:
        return either
    # What follows a gap is a whole word as well: "fell ... hip" is not in "fell and the chip broke". RE2 takes only
    # ASCII letters and digits for a word, so a sign is found beside Chinese too ("爸爸chest pain").
    return rf"\b(?:{_INNER_GAP.sub(_WHOLE_WORD, either)})\b"
