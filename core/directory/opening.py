"""Is someone there now, and if not, when next? From HSDS schedules, on the community's own clock."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

LOOK_AHEAD_DAYS = 62
"""How far the next opening is searched: the 31st of a month can be two months away."""
ALWAYS_AFTER = timedelta(days=8)
"""Open this long without a break means always open."""

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile("(-?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


class Hours(NamedTuple):
    """What a schedule says of when it is open, in the columns of `Schedule`."""

    freq: str | None = None
    interval: int | None = None
    byday: str | None = None
    bymonthday: str | None = None
    opens_at: time | None = None
    closes_at: time | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a service is open at a moment. Moments are local and aware.

    open_until: when it closes, if it is open. opens_next: when it opens, if it is closed and that is known.
    known is False where nobody told us any hours that can be read. always: it never closes; open_until is then far.
    """

    open_until: datetime | None
    opens_next: datetime | None
    known: bool
    always: bool = False


UNKNOWN = Opening(None, None, known=False)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One schedule: on which days, from when to when. weekdays: (which one of the month or 0 for all, weekday)."""

    weekdays: tuple[tuple[int, int], ...]
    monthdays: tuple[int, ...]
    monthly: bool
    every: int
    opens: time
    closes: time
    first: date | None
    last: date | None

    def span_on(self, day: date) -> tuple[datetime, datetime] | None:
        """Opening and closing on `day`, wall clock; closing at or before opening is on the next day."""
        if (self.first and day < self.first) or (self.last and day > self.last):
            return None
        if not (self._falls_on(day) and self._in_turn(day)):
            return None
        opens, closes = datetime.combine(day, self.opens), datetime.combine(day, self.closes)
        return opens, closes if closes > opens else closes + timedelta(days=1)

    def _falls_on(self, day: date) -> bool:
        length = calendar.monthrange(day.year, day.month)[1]
        if self.monthdays and not {day.day, day.day - length - 1} & set(self.monthdays):
            return False
        if not self.weekdays:
            return True
        nth, nth_last = (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)
        return any(weekday == day.weekday() and which in (0, nth, nth_last) for which, weekday in self.weekdays)

    def _in_turn(self, day: date) -> bool:
        """Every second week or month, counted from `first`."""
        if self.every == 1 or self.first is None:
            return True
        if self.monthly:
            passed = (day.year - self.first.year) * 12 + day.month - self.first.month
        else:
            passed = ((day - timedelta(day.weekday())) - (self.first - timedelta(self.first.weekday()))).days // 7
        return passed % self.every == 0


def opening(schedules: Iterable[Hours], at: datetime) -> Opening:
    """Open or not at `at` (local, aware). Schedules that can't be read count for nothing; none left: not known."""
    rules = [rule for hours in schedules if (rule := _rule(hours))]
    today = at.date()
    # A schedule that has run out says nothing about what came after it.
    rules = [rule for rule in rules if rule.last is None or rule.last >= today - timedelta(days=1)]
    if not rules:
        return UNKNOWN
    local, zone = at.replace(tzinfo=None), at.tzinfo
    until = _open_until(rules, local)
    if until:
        return Opening(_moment(until, zone), None, known=True, always=until - local >= ALWAYS_AFTER)
    for ahead in range(LOOK_AHEAD_DAYS):
        openings = [span[0] for span in _spans(rules, today + timedelta(days=ahead)) if span[0] > local]
        if openings:
            return Opening(None, _moment(min(openings), zone), known=True)
    return Opening(None, None, known=any(rule.last is None for rule in rules))


def _open_until(rules: list[_Rule], local: datetime) -> datetime | None:
    """The end of the spans that hold `local`, joined where one follows on another."""
    until = None
    moment = local
    for ahead in range(-1, ALWAYS_AFTER.days + 1):
        day = local.date() + timedelta(days=ahead)
        if day > moment.date():
            break
        for opens, closes in sorted(_spans(rules, day)):
            if opens <= moment < closes:
                until = moment = closes
    return until


def _spans(rules: list[_Rule], day: date) -> Iterator[tuple[datetime, datetime]]:
    return (span for rule in rules if (span := rule.span_on(day)))


def _moment(wall: datetime, zone: tzinfo | None) -> datetime:
    """Wall clock as a real moment: 02:30 on the night the clocks go forward becomes 03:30."""
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


@lru_cache(maxsize=4_096)  # the same hours come again and again: a directory has few different ones
def _rule(schedule: Hours) -> _Rule | None:
    """The schedule as a rule; None where it leaves open on which days or at what time."""
    if schedule.opens_at is None or schedule.closes_at is None:
        return None
    every = schedule.interval or 1
    if schedule.freq not in (None, "WEEKLY", "MONTHLY") or (every > 1 and schedule.valid_from is None):
        return None
    days = [_BYDAY.fullmatch(day) for day in filter(None, (schedule.byday or "").split(","))]
    monthdays = [*filter(None, (schedule.bymonthday or "").split(","))]
    if not all(days) or not (days or monthdays):
        return None
    return _Rule(
        weekdays=tuple((int(day[1] or 0), _WEEKDAYS.index(day[2])) for day in days if day),
        monthdays=tuple(int(day) for day in monthdays),
        monthly=schedule.freq == "MONTHLY",
        every=every,
        opens=schedule.opens_at,
        # Forms that know no 24:00 are given 23:59.
        closes=time(0) if schedule.closes_at == time(23, 59) else schedule.closes_at,
        first=schedule.valid_from,
        last=schedule.valid_to,
    )
