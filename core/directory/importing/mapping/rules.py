"""What a mapping file says, checked. docs/directory-import.md explains the words; `loading` reads them from TOML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Columns = tuple[str, ...]
"""Columns of which the first with text counts."""

PLACEHOLDER = re.compile(r"\{(\??)([^{}]+)\}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ORDINAL = re.compile("[0-9]+(ST|ND|RD|TH)")
_SMALL_WORDS = frozenset({"A", "AN", "AND", "AT", "BY", "DE", "DEL", "FOR", "IN", "OF", "ON", "THE", "TO", "WITH", "Y"})


def columns_in(template: str) -> list[str]:
    """The columns named in braces: "{Day} {Time}", "{?Note}" for one that may be empty."""
    return [column for _, column in PLACEHOLDER.findall(template)]


@dataclass(frozen=True, slots=True)
class Tidy:
    """How a column's text is put right: a pattern to take out, capitals to write the usual way, texts that stand for
    another (for nothing, where that is empty)."""

    remove: re.Pattern[str] | None
    title: bool
    keep: frozenset[str]
    values: Mapping[str, str]

    def __call__(self, text: str) -> str:
        """`text` put right. Only text all in capitals is written anew."""
        text = self.values.get(text, text)
        if self.remove:
            text = self.remove.sub("", text)
        if self.title and text == text.upper():
            text = _WORD.sub(self._word, text)
        return " ".join(text.split())

    def _word(self, match: re.Match[str]) -> str:
        word = match[0]
        if word in self.keep:
            return word
        if _ORDINAL.fullmatch(word) or (match.start() and word in _SMALL_WORDS):
            return word.lower()
        return word if word[0].isdigit() else word.capitalize()


@dataclass(frozen=True, slots=True)
class Join:
    """A second CSV file of the folder: its row whose `key` is our `by` gives the columns "`name`.its column"; with
    `all` every such row does."""

    name: str
    file: str
    key: str
    by: str
    all: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """The named groups of `pattern`, found in `column` (or in a template of columns), become columns of their own."""

    column: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Only:
    """Only rows in whose `column` `pattern` is found are services; the others are quarantined with `reason`."""

    column: str
    pattern: re.Pattern[str]
    reason: str


@dataclass(frozen=True, slots=True)
class PhoneRule:
    """The phones of a service, organization or location: one, or one for each item of the list `each`; with a
    `pattern`, one wherever it is found in the column, with its groups number, extension and type."""

    of: str
    each: str
    number: Columns
    extension: Columns
    description: Columns
    type: str
    pattern: re.Pattern[str] | None
    types: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AreaRule:
    """The service areas that a column names (`suffix` behind each name), or the one of all its postcodes."""

    column: str
    split: re.Pattern[str] | None
    suffix: str
    postcodes: bool


@dataclass(frozen=True, slots=True)
class Coordinates:
    """How latitude and longitude are told, and which say nothing: the points `unknown`, all that isn't `within`
    (south, west, north, east)."""

    web_mercator: bool
    unknown: frozenset[tuple[float, float]]
    within: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class NeedRules:
    """Which texts of which columns mean which need codes. `codes` are whole texts, `words` are found in a text; both
    are keyed in small letters. `always`: of every row; `default`: where nothing else is told."""

    columns: Columns
    split: re.Pattern[str] | None
    codes: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]
    always: tuple[str, ...]
    default: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of a service, a location, or a service at a location; in one of four forms.

    days: for each weekday code a column that opens and one that closes. text: a column with words, none of them read
    where `unsure` is found; kept if they can't be read, unless `words` is False. each: a list whose items have a `day`
    (its name) or a `date`, and `opens` and `closes`.
    """

    of: str
    days: Mapping[str, tuple[str, str]]
    unknown: frozenset[str]
    closes_in_afternoon: bool
    text: Columns
    unsure: re.Pattern[str] | None
    words: bool
    each: str
    day: str
    date: str
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """Which column names places of one kind, and in which area they lie."""

    kind: str
    name: str
    area: str
    split: str
    skip: frozenset[str]
    other_names: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A whole mapping. `fields` and `constants` are keyed by HSDS object and field ("address", "city"); `ids` by
    service, organization and location. `locations`: the list with one location in each item, if there are several."""

    file: str
    encoding: str
    license: str | None
    joins: tuple[Join, ...]
    parts: tuple[Parts, ...]
    combined: Mapping[str, str]
    only: tuple[Only, ...]
    ids: Mapping[str, Columns]
    fields: Mapping[tuple[str, str], Columns]
    constants: Mapping[tuple[str, str], Any]
    tidy: Mapping[str, Tidy]
    phones: tuple[PhoneRule, ...]
    areas: tuple[AreaRule, ...]
    locations: str
    coordinates: Coordinates
    needs: tuple[NeedRules, ...]
    hours: tuple[Hours, ...]
    places: tuple[PlaceRule, ...]

    def columns(self) -> frozenset[str]:
        """Every column of the rows that the mapping reads, its own and joined ones, and those it makes from them."""
        named: list[str] = [*self.tidy]
        named += [column for columns in (*self.ids.values(), *self.fields.values()) for column in columns]
        named += [column for rule in self.needs for column in rule.columns]
        named += [column for parts in self.parts for column in (columns_in(parts.column) or [parts.column])]
        named += [column for template in self.combined.values() for column in columns_in(template)]
        named += [only.column for only in self.only] + [area.column for area in self.areas]
        named += [column for phone in self.phones for column in (*phone.number, *phone.extension, *phone.description)]
        for hours in self.hours:
            named += [*hours.text, *(column for pair in hours.days.values() for column in pair)]
        named += [column for rule in self.places for column in (rule.name, rule.area) if column]
        return frozenset(named)

    def made_columns(self) -> frozenset[str]:
        """The columns that the mapping makes itself."""
        return frozenset(self.combined).union(*(parts.pattern.groupindex for parts in self.parts))
