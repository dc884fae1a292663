"""Weekly hours: is someone there now, and if not, when next? All in local time with IANA zones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD_DAYS = 15
"""How far the next opening is searched: two weeks and a day finds anything weekly or fortnightly."""

_PART = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Span:
    """Open on weekday `day` (0 = Monday) from `opens` to `closes`; closing at or before opening is the next day."""

    day: int
    opens: time
    closes: time

    def starting(self, midnight: datetime) -> tuple[datetime, datetime]:
        """This span's opening and closing on the day that begins at local `midnight`, wall-clock times."""
        opens = datetime.combine(midnight.date(), self.opens, midnight.tzinfo)
        closes = datetime.combine(midnight.date(), self.closes, midnight.tzinfo)
        return opens, closes if closes > opens else closes + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WeekHours:
    """A week's spans. No spans means never."""

    spans: tuple[Span, ...]

    def open_until(self, local: datetime) -> datetime | None:
        """When the span that holds `local` closes; None when closed."""
        ends = []
        for back in (0, 1):
            midnight = _midnight(local) - timedelta(days=back)
            for span in self.spans:
                opens, closes = span.starting(midnight)
                if span.day == midnight.weekday() and opens <= local < closes:
                    ends.append(closes)
        return max(ends, default=None)

    def next_opening(self, local: datetime) -> datetime | None:
        """The first opening after `local`; None when there is none within `LOOK_AHEAD_DAYS`."""
        for ahead in range(LOOK_AHEAD_DAYS):
            midnight = _midnight(local) + timedelta(days=ahead)
            opening = min(
                (s.starting(midnight)[0] for s in self.spans if s.day == midnight.weekday()
                 and s.starting(midnight)[0] > local),
                default=None,
            )  # fmt: skip
            if opening:
                return opening
        return None


def parse_week_hours(text: str) -> WeekHours:
    """ "Mon-Fri 09:00-17:00; Sat 10:00-12:00" as hours. Raises ValueError with a plain sentence."""
    spans: list[Span] = []
    for part in filter(None, (p.strip().casefold() for p in text.split(";"))):
        match = _PART.fullmatch(part)
        if not match or match["first"] not in DAYS or (match["last"] or "mon") not in DAYS:
            raise ValueError(f'hours must look like "Mon-Fri 09:00-17:00; Sat 10:00-12:00", not "{part}"')
        first = DAYS.index(match["first"])
        last = DAYS.index(match["last"]) if match["last"] else first
        opens, closes = time.fromisoformat(match["opens"]), time.fromisoformat(match["closes"])
        days = range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
        spans.extend(Span(day, opens, closes) for day in days)
    return WeekHours(tuple(spans))


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
