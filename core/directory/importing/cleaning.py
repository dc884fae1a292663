"""Reading one field: put right what is plainly meant, invent nothing, refuse what can't be read."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import phonenumbers

from core.directory.importing.report import Refused

_TAG = re.compile("<[a-zA-Z/!][^<>]{0,2000}>")
_ENTITY = re.compile("&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d\d))?(?::(\d\d)(?:\.\d{1,6})?)? ?(?:([ap])\.?m\.?)?(z|[+-]\d\d:?\d\d)?")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T.{0,40})?")
_LARGEST_INTEGER = 2**31 - 1


class Fields:
    """One JSON object of a record, read field by field. `notes` collects what was put right."""

    def __init__(self, value: Any, path: str, notes: list[str]) -> None:
        if not isinstance(value, dict):
            raise Refused(path or "record", "must be an object with fields")
        self._value = value
        self._path = path
        self.notes = notes

    def path(self, name: str) -> str:
        """Where field `name` stands, for a person to find it."""
        return f"{self._path}.{name}" if self._path else name

    def text(self, name: str, longest: int | None = None) -> str | None:
        """Plain text without markup; None where there is none. Raises Refused for lists and objects."""
        value = self._value.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Refused(self.path(name), "must be text")
        raw = str(value)
        cleaned = clean(raw)
        if markup_in(raw):
            self.notes.append(f"{self.path(name)}: markup taken out")
        if longest is not None and len(cleaned) > longest:
            raise Refused(self.path(name), f"must not be longer than {longest} characters")
        return cleaned or None

    def required_text(self, name: str, longest: int | None = None) -> str:
        """The same, for a field that must be there."""
        value = self.text(name, longest)
        if value is None:
            raise Refused(self.path(name), "is missing")
        return value

    def own_id(self, name: str = "id") -> str | None:
        """The source's own id, a short text or whole number."""
        value = self._value.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
            raise Refused(self.path(name), "must be an id: a short text or a whole number")
        return self.text(name, 255)

    def url(self, name: str) -> str | None:
        """A web address, with a scheme."""
        value = self.text(name)
        if value is None or re.match("[a-zA-Z][a-zA-Z0-9+.-]{0,20}:", value):
            return value
        self.notes.append(f"{self.path(name)}: https:// added")
        return f"https://{value.lstrip('/')}"

    def number(self, name: str, least: float, most: float) -> float | None:
        """A number; one out of bounds can't be meant and is dropped with a note."""
        value = self.text(name)
        if value is None:
            return None
        try:
            number = float(value)
        except ValueError:
            raise Refused(self.path(name), "must be a number") from None
        if least <= number <= most:
            return number
        self.notes.append(f"{self.path(name)}: {value[:20]} can't be, left out")
        return None

    def integer(self, name: str, most: int = _LARGEST_INTEGER) -> int | None:
        """A whole number from 0 to `most`."""
        number = self.number(name, 0, most)
        return None if number is None else int(number)

    def date(self, name: str) -> date | None:
        """A day, as in 2026-10-05."""
        value = self.text(name)
        if value is None:
            return None
        match = _DATE.fullmatch(value)
        try:
            return date.fromisoformat(match[1] if match else value)
        except ValueError:
            raise Refused(self.path(name), "must be a date such as 2026-10-05") from None

    def moment(self, name: str) -> datetime | None:
        """A point in time, UTC where no zone is told."""
        value = self.text(name)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Refused(self.path(name), "must be a date and time") from None

    def time(self, name: str) -> time | None:
        """A time of day on the community's own clock."""
        value = self.text(name)
        if value is None:
            return None
        parsed = parse_time(value)
        if parsed is None:
            raise Refused(self.path(name), f'must be a time such as 09:30, not "{value[:20]}"')
        return parsed

    def child(self, name: str) -> Fields | None:
        """The object inside, if there is one."""
        value = self._value.get(name)
        return None if value is None or value == "" else Fields(value, self.path(name), self.notes)

    def each(self, name: str) -> Iterator[Fields]:
        """The objects of a list; none where there is no list."""
        value = self._value.get(name)
        if value is None or value == "":
            return
        if not isinstance(value, list):
            raise Refused(self.path(name), "must be a list")
        for index, item in enumerate(value):
            yield Fields(item, f"{self.path(name)}[{index}]", self.notes)


def clean(raw: str) -> str:
    """`raw` as plain words: no tags, entities written out, no control characters, single spaces."""
    text = _TAG.sub(" ", raw)
    text = _TAG.sub(" ", html.unescape(text)) if _ENTITY.search(text) else text
    kept = (" " if c in "\t\n\r\v\f" else c for c in text if unicodedata.category(c) != "Cs")
    return " ".join("".join(c for c in kept if unicodedata.category(c) != "Cc").split())


def markup_in(raw: str) -> bool:
    """Whether `raw` holds HTML tags or entities."""
    return bool(_TAG.search(raw) or _ENTITY.search(raw))


def parse_time(text: str) -> time | None:
    """A time of day: "9:30", "09:30:00", "4 pm", "24:00". A zone behind it is left out: hours are local."""
    match = _TIME.fullmatch(text.strip().casefold())
    if not match or not (match[2] or match[4]):
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[4] == "p" else 0)
    if (hour, minute) == (24, 0):
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def parse_phone(original: str, country: str) -> tuple[str | None, str | None]:
    """(number in E.164 or a short code such as 311, extension) of a phone number as written in `country`
    (two letters). (None, None) where it can't be dialled."""
    text = original[:200]
    digits = re.sub(r"\D", "", text)
    if 3 <= len(digits) <= 6 and len(digits) >= len(text.strip()) - 2:
        return digits, None
    for match in phonenumbers.PhoneNumberMatcher(text, country, leniency=phonenumbers.Leniency.POSSIBLE):
        return _e164(match.number)
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None, None
    return _e164(number) if phonenumbers.is_possible_number(number) else (None, None)


def _e164(number: phonenumbers.PhoneNumber) -> tuple[str, str | None]:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), number.extension or None
