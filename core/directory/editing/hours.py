"""Opening hours as people write them in a form, in English, as the importer reads it: "Monday 9:00am - 5:00pm"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from core.directory.importing.hours import read_hours, schedules_in
from core.i18n.weekdays import days_of

_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ORDINALS = {-1: "last", 1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th"}
_NOT_IN_WORDS = ("bymonthday", "byweekno", "byyearday", "interval", "dtstart", "until", "count")
"""Rules that the words don't tell. Hours that have any are shown by their description."""


def in_words(schedule: Mapping[str, Any]) -> str:
    """An HSDS schedule as a person would write it, so that `read` reads the same; else what is known of it."""
    opens, closes = schedule.get("opens_at"), schedule.get("closes_at")
    days = days_of(schedule.get("byday") or "")
    if opens and closes and days and not any(schedule.get(name) not in (None, 1) for name in _NOT_IN_WORDS):
        words = f"{', '.join(_day(*day) for day in days)} {_clock(opens)} - {_clock(closes)}"
        if read_hours(words):
            return words
    known = (schedule.get("byday"), opens and closes and f"{opens} - {closes}")
    return str(schedule.get("description") or " ".join(filter(None, known)) or "?")


def read(words: str) -> list[dict[str, str]] | None:
    """The words as HSDS schedules, several where days differ; None where they are not wholly understood."""
    if read_hours(words) is None:
        return None
    return [one | {name: f"{one[name]}:00" for name in ("opens_at", "closes_at") if name in one}
            for one in schedules_in(words)]  # fmt: skip


def _day(which: int, number: int) -> str:
    return f"{_ORDINALS[which]} {_NAMES[number]}" if which in _ORDINALS else _NAMES[number]


def _clock(told: str) -> str:
    at = time.fromisoformat(told)
    return f"{at.hour % 12 or 12}:{at:%M}{'am' if at.hour < 12 else 'pm'}"
