"""One row, by the rules of a mapping, to an HSDS service with all that belongs to it nested inside."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.directory.identity import NEEDS
from core.directory.importing.mapping.rows import MappedRow, row_of
from core.directory.importing.mapping.rules import AreaRule, Coordinates, MappingFile, NeedRules, PhoneRule
from core.directory.importing.mapping.week import schedules
from core.directory.importing.report import Refused

_EARTH = 6_378_137.0
"""Metres: the radius of the sphere of web mercator (EPSG:3857)."""


def to_hsds(mapping: MappingFile, value: Any) -> dict[str, Any]:
    """One record of the file as an HSDS service_full record; columns without text give no field.

    Raises Refused for what is no service, and for a kind of service to which the mapping gives no need code.
    """
    if not isinstance(value, Mapping):
        raise Refused("record", "must be an object with fields")
    row = row_of(mapping, value)
    for only in mapping.only:
        if not only.pattern.search(row.text(only.column)):
            raise Refused(only.column, only.reason)
    record: dict[str, Any] = {"id": _own_id(mapping, row, "service"), **_object(mapping, row, "service")}
    record["organization"] = {
        "id": _own_id(mapping, row, "organization"), **_object(mapping, row, "organization"),
        "phones": [*_phones(mapping, row, "organization")],
    }  # fmt: skip
    phone = _object(mapping, row, "phone")
    record["phones"] = [*([phone] if "number" in phone else []), *_phones(mapping, row, "service")]
    record["service_areas"] = [*_areas(mapping, row)]
    record["service_at_locations"] = [*_places(mapping, row)]
    record["schedules"] = schedules(mapping.hours, row, "service")
    codes = need_codes(mapping.needs, row)
    record["attributes"] = [{"taxonomy_term": {"taxonomy": NEEDS, "code": code}} for code in codes]
    return record


def need_codes(rules: Iterable[NeedRules], row: MappedRow) -> tuple[str, ...]:
    """The need codes of a row, each once. Raises Refused for a text that has none, where whole texts are looked up."""
    rules = tuple(rules)
    found = tuple(code for rule in rules for column in rule.columns
                  for text in _split(row.texts(column), rule.split)
                  for code in _codes_of(rule, column, text))  # fmt: skip
    always = tuple(code for rule in rules for code in rule.always)
    return tuple(dict.fromkeys(always + found or (code for rule in rules for code in rule.default)))


def _codes_of(rule: NeedRules, column: str, text: str) -> Iterator[str]:
    plain = text.casefold()
    if plain not in rule.codes and not rule.words:
        raise Refused(column, f'the mapping has no need code for "{text[:60]}"')
    yield from rule.codes.get(plain, ())
    for word, codes in rule.words.items():
        if re.search(rf"\b{re.escape(word)}", plain):
            yield from codes


def point(mapping: MappingFile, row: MappedRow) -> tuple[float, float] | None:
    """(latitude, longitude) of a row in degrees; None where they say nothing or can't be."""
    texts = (row.text(*mapping.fields.get(("location", name), ())) for name in ("latitude", "longitude"))
    try:
        latitude, longitude = map(float, texts)
    except ValueError:
        return None
    return _real_point(mapping.coordinates, latitude, longitude)


def _real_point(rules: Coordinates, latitude: float, longitude: float) -> tuple[float, float] | None:
    if (latitude, longitude) in rules.unknown or not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    if rules.web_mercator:
        latitude = math.degrees(math.atan(math.sinh(latitude / _EARTH)))
        longitude = math.degrees(longitude / _EARTH)
    south, west, north, east = rules.within or (-90.0, -180.0, 90.0, 180.0)
    return (latitude, longitude) if south <= latitude <= north and west <= longitude <= east else None


def _own_id(mapping: MappingFile, row: MappedRow, name: str) -> str:
    """What the source calls it; made of several columns where it has no name for it."""
    texts = [" ".join(row.lines(column).split()) for column in mapping.ids.get(name, ())]
    return "|".join(texts)[:255] if any(texts) else ""


def _object(mapping: MappingFile, row: MappedRow, name: str) -> dict[str, Any]:
    made = {field: value for (of, field), value in mapping.constants.items() if of == name}
    for (of, field), columns in mapping.fields.items():
        if of == name and (text := row.text(*columns)):
            made[field] = text
    return made


def _phones(mapping: MappingFile, row: MappedRow, of: str) -> Iterator[dict[str, str]]:
    """Each number once."""
    seen: set[str] = set()
    for rule in mapping.phones:
        if rule.of == of:
            for one in row.each(rule.each) if rule.each else (row,):
                for phone in _phones_of(rule, one):
                    if phone["number"] not in seen:
                        seen.add(phone["number"])
                        yield phone


def _phones_of(rule: PhoneRule, row: MappedRow) -> Iterator[dict[str, str]]:
    told = {"type": rule.type, "extension": row.text(*rule.extension), "description": row.text(*rule.description)}
    text = row.text(*rule.number)
    for groups in (
        (match.groupdict("") for match in rule.pattern.finditer(text)) if rule.pattern else ({"number": text},)
    ):
        told |= groups
        told["type"] = rule.types.get(told["type"], told["type"])
        if told["number"]:
            yield {name: value for name, value in told.items() if value}


def _areas(mapping: MappingFile, row: MappedRow) -> Iterator[dict[str, Any]]:
    area = _object(mapping, row, "service_area")
    if "name" in area:
        yield area
    for rule in mapping.areas:
        yield from _areas_of(rule, row)


def _areas_of(rule: AreaRule, row: MappedRow) -> Iterator[dict[str, str]]:
    texts = [row.lines(rule.column)] if rule.split else row.texts(rule.column)
    names = [f"{name}{rule.suffix}" for name in _split(texts, rule.split)]
    if not rule.postcodes:
        yield from ({"name": name} for name in names)
    elif names:
        yield {"extent": ", ".join(names), "extent_type": "text"}


def _places(mapping: MappingFile, row: MappedRow) -> Iterator[dict[str, Any]]:
    for one in row.each(mapping.locations) if mapping.locations else (row,):
        own_id = _own_id(mapping, one, "location")
        if own_id:
            yield {"location": _location(mapping, one, own_id),
                   "schedules": schedules(mapping.hours, one, "service_at_location")}  # fmt: skip


def _location(mapping: MappingFile, row: MappedRow, own_id: str) -> dict[str, Any]:
    address, where = _object(mapping, row, "address"), point(mapping, row)
    return {
        "id": own_id, **_object(mapping, row, "location"),
        "latitude": where[0] if where else None, "longitude": where[1] if where else None,
        "addresses": [address] if address else [],
        "phones": [*_phones(mapping, row, "location")],
        "schedules": schedules(mapping.hours, row, "location"),
    }  # fmt: skip


def _split(texts: list[str], split: re.Pattern[str] | None) -> list[str]:
    parts = (part for text in texts for part in (split.split(text) if split else (text,)))
    return [*filter(None, (" ".join(part.split()) for part in parts))]
