"""When messages that we start may go out: 08:00 to 21:00 where the residents live (47 CFR 64.1200(c)(1) for the US)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST = time(8, 0)
LAST = time(21, 0)


def may_start_at(now: datetime, zone: ZoneInfo) -> datetime:
    """`now` where it lies in the allowed hours, else the next 08:00 in `zone`; aware, UTC."""
    local = now.astimezone(zone)
    if FIRST <= local.time() < LAST:
        return now
    day = local.date() if local.time() < FIRST else local.date() + timedelta(days=1)
    return datetime.combine(day, FIRST, zone).astimezone(UTC)
