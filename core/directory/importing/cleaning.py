"""Reading one field: put right what is plainly meant, invent nothing, refuse what can't be read."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import ftfy
import phonenumbers

from core.directory.importing.report import Refused

_TAG = re.compile("<[a-zA-Z/!][^<>]{0,2000}>")
_ENTITY = re.compile("&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d\d))?(?::(\d\d)(?:\.\d{1,6})?)? ?(?:([ap])\.?m\.?)?(z|[+-]\d\d:?\d\d)?")
_HOST = re.compile(r"/{0,2}[^\s/?#]+\.[^\s/?#.]{2,}(?:[/?#]\S*)?$")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T.{0,40})?")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u2060\ufeff]")
"""Soft hyphen, zero-width space, left-to-right mark, word joiner, byte order mark: left over from web pages."""
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
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

    @property
    def told(self) -> tuple[str, ...]:
        """The names of the fields that hold something."""
        return tuple(name for name, value in self._value.items() if value not in (None, "", [], {}))

    def text(self, name: str, longest: int | None = None) -> str | None:
        """Plain text without markup; None where there is none. Raises Refused for lists and objects."""
        value = self._value.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Refused(self.path(name), "must be text")
        cleaned, repairs = _cleaned(str(value))
        self.notes += [f"{self.path(name)}: {repair}" for repair in repairs]
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
        if not _HOST.match(value):
            self.notes.append(f"{self.path(name)}: {value[:20]} is no web address, left out")
            return None
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
    """`raw` as plain words: no tags, entities written out, letters of a wrong encoding put right where ftfy is sure of
    them, no invisible or control characters, single spaces."""
    return _cleaned(raw)[0]


def _cleaned(raw: str) -> tuple[str, list[str]]:
    """The plain words, and what had to be done for them."""
    repairs: list[str] = []
    text = raw
    if _TAG.search(raw) or _ENTITY.search(raw):
        text = _TAG.sub(" ", html.unescape(_TAG.sub(" ", raw)))
        repairs.append("markup taken out")
    if not text.isascii():
        repaired = ftfy.fix_encoding(text)
        if repaired != text:
            repairs.append("letters of a wrong encoding put right")
        text = _INVISIBLE.sub("", repaired)
        if text != repaired:
            repairs.append("invisible characters taken out")
    return " ".join(_CONTROL.sub("", text).split()), repairs


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
        found = _e164(match.number)
        if found[0]:
            return found
    try:
        return _e164(phonenumbers.parse(text, country))
    except phonenumbers.NumberParseException:
        return None, None


def _e164(number: phonenumbers.PhoneNumber) -> tuple[str | None, str | None]:
    # A number without its area code ("possible locally") reaches someone else.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None, None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), number.extension or None
