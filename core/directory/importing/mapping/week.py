"""Opening hours as a mapping finds them, to HSDS schedules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from core.directory.importing.cleaning import clean, parse_time
from core.directory.importing.hours import WEEKDAYS, schedules_in, weekday_of
from core.directory.importing.mapping.rows import MappedRow
from core.directory.importing.mapping.rules import Hours


def schedules(rules: Iterable[Hours], row: MappedRow, of: str) -> list[dict[str, Any]]:
    """The schedules of `row` that belong to a "service", a "location" or a "service_at_location"."""
    return [schedule for hours in rules if hours.of == of for schedule in _schedules(hours, row)]


def _schedules(hours: Hours, row: MappedRow) -> Iterator[dict[str, Any]]:
    if hours.text:
        yield from _of_words(hours, row.lines(*hours.text))
    elif hours.date:
        yield from _of_dates(hours, row)
    elif hours.each:
        yield from _of_week(hours, [(weekday_of(item.text(hours.day)), item.text(hours.opens), item.text(hours.closes))
                                    for item in row.each(hours.each)])  # fmt: skip
    else:
        yield from _of_week(hours, [(day, row.text(opens), row.text(closes))
                                    for day, (opens, closes) in hours.days.items()])  # fmt: skip


def _of_words(hours: Hours, text: str) -> Iterator[dict[str, Any]]:
    if not text:
        return
    unsure = hours.unsure and hours.unsure.search(text)
    found = [{"description": clean(text)}] if unsure else schedules_in(text)
    yield from (schedule for schedule in found if hours.words or "opens_at" in schedule)


def _of_week(hours: Hours, days: Iterable[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    """Days with the same hours together; what can't be read stays as words."""
    days_by_pair: dict[str, list[str]] = {}
    for day, opens, closes in days:
        pair = "-".join(re.sub(r"\s", "", text) for text in (opens, closes))
        if pair != "-" and pair not in hours.unknown:
            days_by_pair.setdefault(pair, []).append(day)
    for pair, found in days_by_pair.items():
        schedule = {"freq": "WEEKLY", "byday": ",".join(found)} if all(found) else {}
        yield {**schedule, **_opening(hours, *pair.split("-", 1))}


def _of_dates(hours: Hours, row: MappedRow) -> Iterator[dict[str, Any]]:
    """Single days. One that can't be read is left out: it is no rule for any other day."""
    for item in row.each(hours.each):
        try:
            day = date.fromisoformat(item.text(hours.date))
        except ValueError:
            continue
        opening = _opening(hours, item.text(hours.opens), item.text(hours.closes))
        yield {"byday": WEEKDAYS[day.weekday()], "valid_from": day.isoformat(), "valid_to": day.isoformat(), **opening}


def _opening(hours: Hours, opens_text: str, closes_text: str) -> dict[str, str]:
    opens, closes = parse_time(opens_text), parse_time(closes_text)
    if not opens or not closes or opens == closes:
        return {"description": f"{opens_text}-{closes_text}"}
    if hours.closes_in_afternoon and closes < opens and closes.hour < 12:
        closes = closes.replace(hour=closes.hour + 12)
    return {"opens_at": f"{opens:%H:%M}", "closes_at": f"{closes:%H:%M}"}
