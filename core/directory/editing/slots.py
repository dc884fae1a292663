"""What can be changed of a listing, as the lines of a form: how it is shown, and what was typed there read back.

Whatever stands in a form exactly as it was shown is untouched, so nobody undoes what another has changed meanwhile.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from core.directory.editing import hours
from core.directory.importing.cleaning import Fields, clean, parse_phone
from core.directory.importing.values import Spot
from core.directory.standard import ENUMS

LONGEST = 4_000
"""Characters of one field."""
MOST_ROWS = 100
"""Lines of one list that are read; the largest real one has 21."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_AGE = 150
_LONGEST_OF = {"postal_code": 16, "extension": 16, "type": 16}
"""Columns that take less."""
PHONE_PARTS = ("number", "extension", "type", "description")
HOURS_PARTS = ("hours", "valid_from", "valid_to")

Typed = Mapping[str, str]
Row = dict[str, str]


class Wrong(Exception):
    """What was typed can't be taken. errors: {name of the input: key of the text that says why}"""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(str(errors))
        self.errors = errors


class SlotKind(StrEnum):
    """How a slot is filled in."""

    LINE = "line"
    WORDS = "words"
    STATUS = "status"
    PHONES = "phones"
    HOURS = "hours"
    NEEDS = "needs"
    NAMES = "names"
    """One in each line: languages, papers to bring."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One field or list that can be changed, and what it holds now (HSDS JSON). key: its name in the form."""

    spot: Spot
    key: str
    kind: SlotKind
    value: Any

    def rows(self) -> list[Row]:
        """What it holds as it is shown. Fields are one row with a single text."""
        match self.kind:
            case SlotKind.PHONES:
                return [{"id": one["id"], **{part: str(one.get(part) or "") for part in PHONE_PARTS}}
                        for one in self.value]  # fmt: skip
            case SlotKind.HOURS:
                return [{"id": one["id"], "hours": hours.in_words(one), "valid_from": one.get("valid_from") or "",
                         "valid_to": one.get("valid_to") or ""} for one in self.value]  # fmt: skip
            case SlotKind.NEEDS:
                return [{"code": code} for code in self.value]
            case SlotKind.NAMES:
                return [{"text": "\n".join(_name_of(one) for one in self.value)}]
            case _:
                return [{"text": "" if self.value is None else str(self.value)}]

    def typed(self, form: Typed) -> list[Row]:
        """What a form says of it, in the same shape; blank rows are left out."""
        match self.kind:
            case SlotKind.PHONES | SlotKind.HOURS:
                return [row for _, row in _filled(self, form)]
            case SlotKind.NEEDS:
                ticked = {name.removeprefix("need.") for name in form if name.startswith("need.")}
                return [{"code": code} for code in sorted(ticked | set(filter(None, map(form.get, NEW_NEEDS))))]
            case _:
                return [{"text": form.get(self.key, "")}]

    def all_typed(self, form: Typed) -> list[Row]:
        """The same with blank rows, so that each stands where it stood."""
        if self.kind not in (SlotKind.PHONES, SlotKind.HOURS):
            return self.typed(form)
        parts = PHONE_PARTS if self.kind is SlotKind.PHONES else (*HOURS_PARTS, "as_words")
        rows: list[Row] = []
        while len(rows) < MOST_ROWS and f"{self.key}.{len(rows)}.id" in form:
            rows.append({part: form.get(f"{self.key}.{len(rows)}.{part}", "").strip() for part in ("id", *parts)})
        return rows

    def read(self, form: Typed, country: str, needs: Collection[str]) -> Any:
        """The new value. Raises Wrong."""
        return _READERS[self.kind](self, form, country, needs)


NEW_NEEDS = ("new_need.0", "new_need.1")
"""Inputs in which a need is added."""


def digest(rows: list[Row]) -> str:
    """Stands for what was shown. Spaces and ends of lines count for nothing: browsers change them."""
    plain = [sorted((name, " ".join(text.split())) for name, text in row.items() if name != "as_words")
             for row in rows]  # fmt: skip
    return hashlib.sha256(repr(plain).encode()).hexdigest()[:16]


def _read_text(slot: Slot, form: Typed, _country: str, _needs: Collection[str]) -> Any:
    name, text = slot.spot.field, clean(form.get(slot.key, ""))
    if len(text) > _LONGEST_OF.get(name, LONGEST):
        raise Wrong({slot.key: "error.field.long"})
    if not text:
        if name == "name":
            raise Wrong({slot.key: "error.field.empty"})
        return None
    if name == "status" and text not in ENUMS["service", "status"]:
        raise Wrong({slot.key: "error.field.status"})
    if name == "email" and not _EMAIL.fullmatch(text):
        raise Wrong({slot.key: "error.field.email"})
    if name in ("url", "website"):
        return _read_url(slot, text)
    if name in ("minimum_age", "maximum_age"):
        if not (text.isascii() and text.isdigit() and int(text) <= _AGE):
            raise Wrong({slot.key: "error.field.age"})
        return int(text)
    return text


def _read_url(slot: Slot, text: str) -> str:
    url = Fields({"url": text}, "", []).url("url")
    if url is None or not url.casefold().startswith(("http://", "https://")):
        raise Wrong({slot.key: "error.field.url"})
    return url


def _read_phones(slot: Slot, form: Typed, country: str, _needs: Collection[str]) -> list[dict[str, Any]]:
    before, shown = _by_id(slot)
    errors: dict[str, str] = {}
    phones = []
    for index, row in _filled(slot, form):
        if row == shown.get(row["id"]):
            phones.append(before[row["id"]])
            continue
        where = f"{slot.key}.{index}"
        said = {part: clean(row[part]) for part in PHONE_PARTS}
        number, extension = parse_phone(said["number"], country)
        if number is None:
            errors[f"{where}.number"] = "error.field.phone"
        errors |= {f"{where}.{part}": "error.field.long" for part in ("extension", "type")
                   if len(said[part]) > _LONGEST_OF[part]}  # fmt: skip
        told = {name: value for name, value in before.get(row["id"], {}).items() if name not in PHONE_PARTS}
        own = {"id": row["id"] if row["id"] in before else str(uuid.uuid4())}
        said["extension"] = said["extension"] or extension or ""
        phones.append(told | own | {part: value for part, value in said.items() if value})
    if errors:
        raise Wrong(errors)
    return phones


def _read_hours(slot: Slot, form: Typed, _country: str, _needs: Collection[str]) -> list[dict[str, Any]]:
    before, shown = _by_id(slot)
    errors: dict[str, str] = {}
    schedules: list[dict[str, Any]] = []
    for index, row in _filled(slot, form):
        keep_words = row.pop("as_words")
        if row == shown.get(row["id"]):
            schedules.append(before[row["id"]])
            continue
        where, old = f"{slot.key}.{index}", before.get(row["id"], {})
        days = _valid(row, where, errors)
        if row["hours"] == shown.get(row["id"], {}).get("hours"):
            schedules.append({n: v for n, v in old.items() if n not in HOURS_PARTS} | days)
            continue
        spans = hours.read(row["hours"])
        if not spans and not keep_words:
            errors[f"{where}.hours"] = "error.field.hours"
            continue
        place = {"location_id": old["location_id"]} if "location_id" in old else {}
        for number, span in enumerate(spans or [{"description": clean(row["hours"])}]):
            own = str(old["id"]) if old and number == 0 else str(uuid.uuid4())
            schedules.append({"id": own, **span, **days, **place})
    if errors:
        raise Wrong(errors)
    return schedules


def _valid(row: Row, where: str, errors: dict[str, str]) -> dict[str, str]:
    """From and until when it holds."""
    days: dict[str, str] = {}
    for part in ("valid_from", "valid_to"):
        try:
            if row[part]:
                days[part] = date.fromisoformat(row[part]).isoformat()
        except ValueError:
            errors[f"{where}.{part}"] = "error.field.day"
    if len(days) == 2 and days["valid_to"] < days["valid_from"]:
        errors[f"{where}.valid_to"] = "error.field.days"
    return days


def _read_needs(slot: Slot, form: Typed, _country: str, needs: Collection[str]) -> list[str]:
    codes = [row["code"] for row in slot.typed(form)]
    if any(code not in needs and code not in slot.value for code in codes):
        raise Wrong({NEW_NEEDS[0]: "error.need.unknown"})
    return codes


def _read_names(slot: Slot, form: Typed, _country: str, _needs: Collection[str]) -> list[dict[str, Any]]:
    """What is named as before stays as it was, with all that its source says of it."""
    field = "document" if slot.spot.field == "required_documents" else "name"
    known = {_name_of(one): one for one in slot.value}
    names = dict.fromkeys(filter(None, map(clean, form.get(slot.key, "")[:LONGEST].splitlines())))
    return [known.get(name) or {"id": str(uuid.uuid4()), field: name} for name in names]


def _name_of(record: Mapping[str, Any]) -> str:
    return str(record.get("document") or record.get("name") or record.get("code") or "")


def _by_id(slot: Slot) -> tuple[dict[str, dict[str, Any]], dict[str, Row]]:
    return {one["id"]: one for one in slot.value}, {row["id"]: row for row in slot.rows()}


def _filled(slot: Slot, form: Typed) -> Iterator[tuple[int, Row]]:
    """The rows of a list that hold something, with their places in the form. One whose first part was emptied goes."""
    for index, row in enumerate(slot.all_typed(form)):
        first = row["number" if slot.kind is SlotKind.PHONES else "hours"]
        if first or (not row["id"] and any(row.values())):
            yield index, row


_READERS: Mapping[SlotKind, Callable[[Slot, Typed, str, Collection[str]], Any]] = {
    SlotKind.LINE: _read_text,
    SlotKind.WORDS: _read_text,
    SlotKind.STATUS: _read_text,
    SlotKind.PHONES: _read_phones,
    SlotKind.HOURS: _read_hours,
    SlotKind.NEEDS: _read_needs,
    SlotKind.NAMES: _read_names,
}
