"""Mapping files from TOML, checked word by word: whatever is wrong is told in one plain sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from core.directory.importing.hours import WEEKDAYS
from core.directory.importing.mapping.rules import (
    AreaRule,
    Columns,
    Coordinates,
    Hours,
    Join,
    MappingFile,
    NeedRules,
    Only,
    Parts,
    PhoneRule,
    PlaceRule,
    Tidy,
)
from core.directory.importing.report import ImportFailed

_FIELDS = {
    "service": "name alternate_name description url email status fees_description eligibility_description minimum_age "
    "maximum_age assured_date last_modified alert interpretation_services application_process accreditations licenses "
    "additional_information",
    "organization": "name alternate_name description email website year_incorporated legal_status tax_id",
    "location": "name alternate_name description transportation latitude longitude location_type url",
    "address": "attention address_1 address_2 city region state_province postal_code country address_type",
    "phone": "number extension type description",
    "service_area": "name description extent extent_type",
}
"""The fields that a mapping may fill: those of HSDS 3.2 (docs.openreferral.org) that one text can tell."""
_OWNERS = ("service", "organization", "location")
WORDS = (
    "file", "encoding", "license", "join", "parts", "combined", "only", "ids", "fields", "constants", "tidy", "phones",
    "areas", "locations", "coordinates", "needs", "hours", "places",
)  # fmt: skip


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
    _check_words(table, WORDS, "mapping files")
    ids = {name: _columns(columns, f"ids.{name}") for name, columns in table["ids"].items()}
    _check_words(ids, _OWNERS, "ids")
    if not {"service", "organization"} <= set(ids):
        raise ValueError("ids must name a column for service and for organization")
    return MappingFile(
        file=_text(table, "file"),
        encoding=_text(table, "encoding") or "utf-8",
        license=_text(table, "license") or None,
        joins=tuple(_join(one) for one in table.get("join", ())),
        parts=tuple(_parts(one) for one in table.get("parts", ())),
        combined={name: str(template) for name, template in table.get("combined", {}).items()},
        only=tuple(_only(one) for one in table.get("only", ())),
        ids=ids,
        fields={_field(name): _columns(columns, name) for name, columns in table["fields"].items()},
        constants={_field(name): value for name, value in table.get("constants", {}).items()},
        tidy={column: _tidy(rule) for column, rule in table.get("tidy", {}).items()},
        phones=tuple(_phone(one) for one in table.get("phones", ())),
        areas=tuple(_area(one) for one in table.get("areas", ())),
        locations=_text(table, "locations"),
        coordinates=_coordinates(table.get("coordinates", {})),
        needs=tuple(_needs(one) for one in _tables(table, "needs")),
        hours=tuple(_hours(one) for one in _tables(table, "hours")),
        places=tuple(_place(one) for one in table.get("places", ())),
    )  # fmt: skip


def _check_words(table: dict[str, Any], known: Iterable[str], where: str) -> None:
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise ValueError(f'"{unknown[0]}" is not a word of {where}')


def _tables(table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """One table, or several."""
    value = table.get(name, [])
    return value if isinstance(value, list) else [value]


def _text(table: dict[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f'"{name}" must be a text')
    return value


def _columns(value: Any, name: str) -> Columns:
    columns = [value] if isinstance(value, str) else value
    if not isinstance(columns, list) or not columns or not all(isinstance(column, str) for column in columns):
        raise ValueError(f'"{name}" must name a column, or a list of columns')
    return tuple(columns)


def _optional_columns(table: dict[str, Any], name: str) -> Columns:
    return _columns(table[name], name) if name in table else ()


def _field(name: str) -> tuple[str, str]:
    of, _, field = name.partition(".")
    if of not in _FIELDS or not field:
        raise ValueError(f'"{name}" must be one of {", ".join(_FIELDS)}, a dot and a field')
    if field not in _FIELDS[of].split():
        raise ValueError(f'"{field}" is no field of {of}; there are {", ".join(_FIELDS[of].split())}')
    return of, field


def _owner(table: dict[str, Any], known: tuple[str, ...], where: str) -> str:
    of = _text(table, "of") or "service"
    if of not in known:
        raise ValueError(f"of in {where} must be one of {', '.join(known)}")
    return of


def _join(table: dict[str, Any]) -> Join:
    _check_words(table, ("name", "file", "key", "by", "all"), "join")
    return Join(table["name"], table["file"], table["key"], table["by"], bool(table.get("all", False)))


def _parts(table: dict[str, Any]) -> Parts:
    _check_words(table, ("column", "pattern"), "parts")
    pattern = re.compile(table["pattern"])
    if not pattern.groupindex:
        raise ValueError("the pattern of parts must have a named group, as in (?P<phone>...)")
    return Parts(table["column"], pattern)


def _only(table: dict[str, Any]) -> Only:
    _check_words(table, ("column", "pattern", "reason"), "only")
    return Only(table["column"], re.compile(table["pattern"]), table["reason"])


def _tidy(rule: dict[str, Any]) -> Tidy:
    _check_words(rule, ("remove", "case", "keep", "values"), "tidy")
    if rule.get("case", "title") != "title":
        raise ValueError('case can only be "title"')
    return Tidy(_pattern(rule, "remove"), "case" in rule, frozenset(rule.get("keep", ())), dict(rule.get("values", {})))


def _pattern(table: dict[str, Any], name: str) -> re.Pattern[str] | None:
    return re.compile(table[name]) if name in table else None


def _phone(table: dict[str, Any]) -> PhoneRule:
    _check_words(table, ("of", "each", "number", "extension", "description", "type", "pattern", "types"), "phones")
    pattern = _pattern(table, "pattern")
    if pattern and not {"number"} <= set(pattern.groupindex) <= {"number", "extension", "type"}:
        raise ValueError("the pattern of phones must have the group number, and may have extension and type")
    return PhoneRule(_owner(table, _OWNERS, "phones"), _text(table, "each"), _columns(table["number"], "number"),
                     _optional_columns(table, "extension"), _optional_columns(table, "description"),
                     _text(table, "type"), pattern, dict(table.get("types", {})))  # fmt: skip


def _area(table: dict[str, Any]) -> AreaRule:
    _check_words(table, ("column", "split", "suffix", "postcodes"), "areas")
    return AreaRule(table["column"], _pattern(table, "split"), _text(table, "suffix"),
                    bool(table.get("postcodes", False)))  # fmt: skip


def _coordinates(table: dict[str, Any]) -> Coordinates:
    _check_words(table, ("projection", "unknown", "within"), "coordinates")
    projection = table.get("projection", "degrees")
    if projection not in ("degrees", "web mercator"):
        raise ValueError('projection must be "degrees" or "web mercator"')
    within = tuple(float(side) for side in table.get("within", ()))
    if len(within) not in (0, 4):
        raise ValueError("within must be south, west, north and east")
    points = frozenset((float(latitude), float(longitude)) for latitude, longitude in table.get("unknown", ()))
    return Coordinates(projection == "web mercator", points, (within[0], within[1], within[2], within[3]) if within
                       else None)  # fmt: skip


def _needs(table: dict[str, Any]) -> NeedRules:
    _check_words(table, ("column", "columns", "split", "codes", "words", "always", "default"), "needs")
    columns = table.get("columns", table.get("column"))
    codes, words = ({str(text).casefold(): tuple(needs) for text, needs in table.get(name, {}).items()}
                    for name in ("codes", "words"))  # fmt: skip
    return NeedRules(_columns(columns, "columns") if columns else (), _pattern(table, "split"), codes, words,
                     tuple(table.get("always", ())), tuple(table.get("default", ())))  # fmt: skip


def _hours(table: dict[str, Any]) -> Hours:
    of = _owner(table, ("service", "location", "service_at_location"), "hours")
    forms = [form for form in ("days", "text", "each") if form in table]
    if len(forms) != 1:
        raise ValueError("hours must have one of days, text and each")
    more = {"days": (), "text": ("unsure", "words"), "each": ("day", "date", "opens", "closes")}[forms[0]]
    _check_words(table, ("of", "unknown", "closes_before_opens", *forms, *more), f"hours with {forms[0]}")
    if table.get("closes_before_opens", "next day") not in ("next day", "afternoon"):
        raise ValueError('closes_before_opens must be "next day" or "afternoon"')
    if set(table.get("days", {})) - set(WEEKDAYS):
        raise ValueError(f"days must be of {', '.join(WEEKDAYS)}")
    if "each" in table and ("day" in table) == ("date" in table):
        raise ValueError("hours with each must have a day or a date")
    return Hours(
        of, {day: (opens, closes) for day, (opens, closes) in table.get("days", {}).items()},
        frozenset(table.get("unknown", ())), table.get("closes_before_opens") == "afternoon",
        _optional_columns(table, "text"), _pattern(table, "unsure"), bool(table.get("words", True)),
        _text(table, "each"), _text(table, "day"), _text(table, "date"), _text(table, "opens"), _text(table, "closes"),
    )  # fmt: skip


def _place(rule: dict[str, Any]) -> PlaceRule:
    _check_words(rule, ("kind", "name", "area", "split", "skip", "other_names"), "places")
    others = {name: tuple(names) for name, names in rule.get("other_names", {}).items()}
    return PlaceRule(rule["kind"], rule["name"], rule.get("area", ""), rule.get("split", ""),
                     frozenset(rule.get("skip", ())), others)  # fmt: skip
