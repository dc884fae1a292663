"""Emergencies are found by rules, before anything else is asked: a life must not hang on a classifier's guess.

The rules are data, one file a kind below catalogue/emergencies/. A sign raises the alarm; a look-alike ("my feet
are killing me", "the gas bill") is taken out of the text first, so that a true sign beside it still counts. Recall
comes before precision: a needless emergency number costs a resident one text, a missed sign may cost a life.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from intents.catalogue_file import Table
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
_INNER_GAP = re.compile(r"(\.\{0,\d+\})(?![|)]|$)")


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
    signs: re.Pattern[str]
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Rules:
    """All emergency rules, in the order in which they are tried."""

    writings: tuple[Writing, ...]
    kinds: tuple[KindRules, ...]


def load_rules(folder: Path) -> Rules:
    """Read shared/parts.toml and one <kind>.toml for every kind from the folder.

    Raises CatalogueError, which names the file and the field, if a file is missing or a pattern is wrong.
    """
    parts = Table.read(folder / "shared" / "parts.toml")
    tags = parts.keys()
    writings = tuple(_writing(tag, parts.table(tag)) for tag in tags)
    kinds = []
    for kind in PRECEDENCE:
        top = Table.read(folder / f"{kind}.toml")
        if top.text("kind") != kind:
            raise top.error("kind", f'must be "{kind}"')
        for writing in writings:
            named = parts.table(writing.tag).table("parts")
            table = top.table(writing.tag)
            signs = _compile(table, "signs", named, writing)
            if signs is None:
                raise table.error("signs", "must hold at least one pattern")
            kinds.append(KindRules(kind, writing.tag, signs, _compile(table, "unless", named, writing)))
    return Rules(writings=writings, kinds=tuple(kinds))


def find_emergency(text: str, rules: Rules) -> EmergencyKind | None:
    """Give the kind of emergency that the text tells of, or None. Any str is fine.

    The signs of every language are tried whatever the language of the message. Where several kinds are found, the
    first in `PRECEDENCE` is given.
    """
    plain = fold_accents(normalise(text))
    readings = {writing.tag: _reading(plain, writing) for writing in rules.writings}
    for rule in rules.kinds:
        if _shows(readings[rule.language], rule):
            return rule.kind
    return None


def _shows(reading: str, rule: KindRules) -> bool:
    # Nearly every message has no sign at all, so look-alikes are only taken out where there is one.
    if not rule.signs.search(reading):
        return False
    if rule.unless is None:
        return True
    return rule.signs.search(rule.unless.sub(_GAP, reading)) is not None


def _reading(plain: str, writing: Writing) -> str:
    """The text as the rules of one language want it; empty where it can't be in that script."""
    if writing.joined:
        return plain.replace(" ", "") if has_han(plain) else ""
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
                raise table.error(field, f"names the part {{{name}}}, which shared/parts.toml lacks")
        yield _PART.sub(lambda match: known[match[1]], pattern)


def _compile(table: Table, field: str, named: Table, writing: Writing) -> re.Pattern[str] | None:
    filled = list(patterns(table, field, named))
    for pattern in filled:
        try:
            re.compile(pattern)
        except re.error as error:
            raise table.error(field, f"holds {pattern!r}, which is not a regular expression ({error})") from error
    return re.compile(_any_of(filled, whole_words=not writing.joined)) if filled else None


def _any_of(filled: Iterable[str], *, whole_words: bool) -> str:
    either = "|".join(f"(?:{pattern})" for pattern in filled)
    if not whole_words:
        return either
    # What follows a gap is a whole word as well: "fell ... hip" is not in "fell and the chip broke".
    # \b would not do: to Python a Chinese character is a letter too, and people mix ("爸爸chest pain").
    either = _INNER_GAP.sub(r"\1(?<![a-z0-9])", either)
    return f"(?<![a-z0-9])(?=[a-z0-9])(?:{either})(?![a-z0-9])"
