"""Weekly opening hours said in few words: "Mon, Tue 9:00 AM-5:00 PM"."""

from __future__ import annotations

import re
from datetime import time

from babel import Locale
from babel.dates import format_time, get_day_names

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ONE = re.compile(f"(-?[1-5])?({'|'.join(_DAYS)})")
_THIN_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


def days_of(byday: str) -> tuple[tuple[int, int], ...] | None:
    """RFC 5545 days as (which one of the month or 0 for every one, weekday from Monday 0); None for anything else."""
    found = [_ONE.fullmatch(day.strip()) for day in byday.split(",")]
    return tuple((int(day[1] or 0), _DAYS.index(day[2])) for day in found if day) if all(found) else None


def weekday(number: int, locale: Locale) -> str:
    """The short name of a weekday (Monday 0)."""
    return str(get_day_names("abbreviated", "stand-alone", locale)[number])


def times(opens: time, closes: time, locale: Locale) -> str:
    """From when to when: "9:00 AM-5:00 PM"."""
    first, last = (format_time(at, "short", locale=locale).translate(_THIN_SPACES) for at in (opens, closes))
    return f"{first}-{last}"
