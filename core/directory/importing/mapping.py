"""Mapping files: how the columns of a flat CSV become HSDS, told in TOML, without programming."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from core.directory.identity import NEEDS
from core.directory.importing.cleaning import parse_time
from core.directory.importing.report import ImportFailed, Refused

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_OBJECTS = ("service", "organization", "location", "address", "phone", "service_area")
_KEYS = {"file", "encoding", "license", "ids", "fields", "constants", "tidy", "needs", "hours", "places"}
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ORDINAL = re.compile("[0-9]+(ST|ND|RD|TH)")
_SMALL_WORDS = frozenset({"A", "AN", "AND", "AT", "BY", "DE", "DEL", "FOR", "IN", "OF", "ON", "THE", "TO", "WITH", "Y"})


@dataclass(frozen=True, slots=True)
class Tidy:
    """How a column's text is put right: a pattern to take out, capitals to write the usual way."""

    remove: re.Pattern[str] | None
    title: bool
    keep: frozenset[str]

    def __call__(self, text: str) -> str:
        """`text` put right. Only text all in capitals is written anew."""
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
class Hours:
    """Opening hours: for each weekday code a column that opens and one that closes."""

    days: Mapping[str, tuple[str, str]]
    unknown: frozenset[str]
    closes_in_afternoon: bool


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
    """A mapping, checked. `ids`, `fields` and `need_column` name columns; `fields` and `constants` are keyed by
    HSDS object and field ("address", "city")."""

    file: str
    encoding: str
    license: str | None
    ids: Mapping[str, str]
    fields: Mapping[tuple[str, str], str]
    constants: Mapping[tuple[str, str], Any]
    tidy: Mapping[str, Tidy]
    need_column: str
    needs: Mapping[str, tuple[str, ...]]
    hours: Hours | None
    places: tuple[PlaceRule, ...]

    def columns(self) -> frozenset[str]:
        """Every column that must be in the file."""
        hours = [column for pair in self.hours.days.values() for column in pair] if self.hours else []
        places = [column for rule in self.places for column in (rule.name, rule.area) if column]
        return frozenset(filter(None, (*self.ids.values(), *self.fields.values(), *self.tidy, self.need_column,
                                       *hours, *places)))  # fmt: skip

    def cell(self, row: Mapping[str, str], column: str) -> str:
        """The text of a column, put right."""
        text = " ".join(row.get(column, "").split())
        tidy = self.tidy.get(column)
        return tidy(text) if tidy else text

    def to_hsds(self, row: Mapping[str, str]) -> dict[str, Any]:
        """One row as an HSDS service_full record; columns without text give no field.

        Raises Refused for a kind of service to which the mapping gives no need code.
        """
        made = {name: self._object(row, name) for name in _OBJECTS}
        service, location, address = made["service"], made["location"], made["address"]
        own_ids = {name: " ".join(row.get(column, "").split()) for name, column in self.ids.items()}
        record: dict[str, Any] = {"id": own_ids["service"], **service}
        record["organization"] = {"id": own_ids["organization"], **made["organization"]}
        record["phones"] = [made["phone"]] if "number" in made["phone"] else []
        record["service_areas"] = [made["service_area"]] if made["service_area"] else []
        if own_ids.get("location"):
            place = {"id": own_ids["location"], **location, "addresses": [address] if address else []}
            record["service_at_locations"] = [{"location": place}]
        record["schedules"] = list(_schedules(self.hours, row)) if self.hours else []
        record["attributes"] = [{"taxonomy_term": {"taxonomy": NEEDS, "code": code}} for code in self._need_codes(row)]
        return record

    def _need_codes(self, row: Mapping[str, str]) -> tuple[str, ...]:
        text = " ".join(row.get(self.need_column, "").split())
        if text and text not in self.needs:
            raise Refused(self.need_column, f'the mapping has no need code for "{text[:60]}"')
        return self.needs.get(text, ())

    def _object(self, row: Mapping[str, str], name: str) -> dict[str, Any]:
        made = {field: value for (of, field), value in self.constants.items() if of == name}
        for (of, field), column in self.fields.items():
            if of == name and (text := self.cell(row, column)):
                made[field] = text
        if name == "service_area" and "name" not in made:
            return {}
        return made


def load_mapping(path_or_name: str | Path) -> MappingFile:
    """The mapping in a file, or the built-in one of that bare name. Raises ImportFailed with one plain sentence."""
    path = Path(path_or_name)
    built_in = files("core.directory.mappings") / f"{path_or_name}.toml"
    try:
        text = path.read_text("utf-8") if path.suffix or path.exists() else built_in.read_text("utf-8")
        table = tomllib.loads(text)
    except OSError:
        raise ImportFailed(f"There is no mapping file {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportFailed(f"The mapping {path.name} can't be read: {error}.") from None
    try:
        return _mapping(table)
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise ImportFailed(f"The mapping {path.name} is wrong: {what}.") from None


def _mapping(table: dict[str, Any]) -> MappingFile:
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise ValueError(f'"{unknown[0]}" is not a word of mapping files')
    ids, needs, hours = table["ids"], table.get("needs", {}), table.get("hours")
    if not {"service", "organization"} <= set(ids):
        raise ValueError("ids must name a column for service and for organization")
    return MappingFile(
        file=table.get("file", ""),
        encoding=table.get("encoding", "utf-8"),
        license=table.get("license"),
        ids=ids,
        fields={_field(name): column for name, column in table["fields"].items()},
        constants={_field(name): value for name, value in table.get("constants", {}).items()},
        tidy={column: _tidy(rule) for column, rule in table.get("tidy", {}).items()},
        need_column=needs.get("column", ""),
        needs={text: tuple(codes) for text, codes in needs.get("codes", {}).items()},
        hours=_hours(hours) if hours else None,
        places=tuple(_place(rule) for rule in table.get("places", ())),
    )


def _field(name: str) -> tuple[str, str]:
    of, _, field = name.partition(".")
    if of not in _OBJECTS or not field:
        raise ValueError(f'"{name}" must be one of {", ".join(_OBJECTS)}, a dot and a field')
    return of, field


def _tidy(rule: dict[str, Any]) -> Tidy:
    if rule.get("case", "title") != "title":
        raise ValueError('case can only be "title"')
    remove = rule.get("remove")
    return Tidy(re.compile(remove) if remove else None, "case" in rule, frozenset(rule.get("keep", ())))


def _hours(table: dict[str, Any]) -> Hours:
    if table.get("closes_before_opens", "next day") not in ("next day", "afternoon"):
        raise ValueError('closes_before_opens must be "next day" or "afternoon"')
    if set(table["days"]) - set(WEEKDAYS):
        raise ValueError(f"days must be of {', '.join(WEEKDAYS)}")
    days = {day: (opens, closes) for day, (opens, closes) in table["days"].items()}
    return Hours(days, frozenset(table.get("unknown", ())), table.get("closes_before_opens") == "afternoon")


def _place(rule: dict[str, Any]) -> PlaceRule:
    others = {name: tuple(names) for name, names in rule.get("other_names", {}).items()}
    return PlaceRule(rule["kind"], rule["name"], rule.get("area", ""), rule.get("split", ""),
                     frozenset(rule.get("skip", ())), others)  # fmt: skip


def _schedules(hours: Hours, row: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The week as HSDS schedules, days with the same hours together; what can't be read stays as words."""
    days_by_pair: dict[str, list[str]] = {}
    for day, columns in hours.days.items():
        pair = "-".join(re.sub(r"\s", "", row.get(column, "")) for column in columns)
        if pair != "-" and pair not in hours.unknown:
            days_by_pair.setdefault(pair, []).append(day)
    for pair, days in days_by_pair.items():
        schedule = {"freq": "WEEKLY", "byday": ",".join(days)}
        yield {**schedule, **_opening(hours, *pair.split("-", 1))}


def _opening(hours: Hours, opens_text: str, closes_text: str) -> dict[str, str]:
    opens, closes = parse_time(opens_text), parse_time(closes_text)
    if not opens or not closes or opens == closes:
        return {"description": f"{opens_text}-{closes_text}"}
    if hours.closes_in_afternoon and closes < opens and closes.hour < 12:
        closes = closes.replace(hour=closes.hour + 12)
    return {"opens_at": f"{opens:%H:%M}", "closes_at": f"{closes:%H:%M}"}
