"""Clocks change twice a year: nothing is skipped, nothing comes twice, nobody is woken."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from app.wiring import House
from core.config import Config
from core.db.models.help_request import HelpRequest, Outcome, Status
from core.db.sealing import Sealer
from core.helpdesk import operations
from core.helpdesk.desk import Desk
from core.outbox.quiet_hours import may_start_at
from tests.fakes import StandingClock
from tests.faults.conftest import NUMBERS, AddVolunteer, Book, Recall, Text

ROSE = NUMBERS[0]
NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The moments from 2025 to 2030 at which the clocks of `zone` change, to the hour before."""
    at, last = datetime(2025, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    while at < last:
        later = at + timedelta(days=7)
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            low = at
            while low.astimezone(zone).utcoffset() == (low + HOUR).astimezone(zone).utcoffset():
                low += HOUR
            yield low
        at = later


@pytest.fixture(scope="session")
def all_changes() -> list[tuple[ZoneInfo, datetime]]:
    """Every change of every zone; zones whose clocks change alike only once."""
    found: dict[tuple[object, ...], list[tuple[ZoneInfo, datetime]]] = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        moments = list(changes(zone))
        alike = (*moments, *(m.astimezone(zone).utcoffset() for m in moments))
        found.setdefault(alike, [(zone, moment) for moment in moments])
    return [change for alike in found.values() for change in alike]


def test_quiet_hours_end_in_the_morning_in_every_zone(all_changes: list[tuple[ZoneInfo, datetime]]) -> None:
    assert len(all_changes) > 100
    for zone, change in all_changes:
        for hours in range(-30, 31):
            now = change + HOUR * hours
            start = may_start_at(now, zone)
            local = start.astimezone(zone)
            assert now <= start <= now + timedelta(hours=14), (zone, now)
            assert time(8) <= local.time() < time(21), (zone, now)
            assert may_start_at(start, zone) == start


@pytest.mark.parametrize(
    "hours", ["Mon-Fri 09:00-17:00", "Mon-Sun 00:00-03:00", "Sun 02:30-02:45", "Sat-Sun 22:00-02:00"]
)
def test_a_promise_is_kept_within_duty_hours_in_every_zone(
    settings: dict[str, str], all_changes: list[tuple[ZoneInfo, datetime]], hours: str
) -> None:
    here = Desk.of(Config.from_env({**settings, "HANDRAIL_DUTY_HOURS": hours}), Sealer(settings["HANDRAIL_DATA_KEY"]))
    for zone, change in all_changes:
        desk = replace(here, zone=zone)
        for ahead in range(-30, 31, 3):
            now = change + HOUR * ahead
            begins = desk.answer_by(now) - desk.long_wait
            assert now <= begins <= now + timedelta(days=8), (zone, now)
            assert desk.duty_hours.open_until(begins.astimezone(zone)) or skipped(begins, zone), (zone, now)


def skipped(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks have just gone forward: an opening at 02:30 is then a little later."""
    before = (moment - 3 * HOUR).astimezone(zone).utcoffset()
    after = moment.astimezone(zone).utcoffset()
    return before is not None and after is not None and before < after


@pytest.fixture
def closed_at(
    house: House, clock: StandingClock, text: Text, known: Recall, volunteer: AddVolunteer, work: Callable[[], None]
) -> Callable[[datetime], uuid.UUID]:
    """Rose's request, closed at this moment."""

    def close(at: datetime) -> uuid.UUID:
        clock.at = at.astimezone(UTC)
        house.assistant.receive(text(ROSE, "I want to talk to a person"))
        work()
        request = known(ROSE).requests[0].id
        vera = volunteer("Vera")
        with house.database.write() as session:
            operations.claim(session, house.desk, request, vera, clock.now())
            operations.close(session, house.desk, request, vera, Outcome.GOT_HELP, clock.now())
        return request

    return close


@pytest.mark.parametrize(
    ("closing", "asked"),
    [
        # three days later; the clocks go back on 1 November 2026 and forward on 14 March 2027
        (datetime(2026, 10, 30, 10, 0, tzinfo=NEW_YORK), datetime(2026, 11, 2, 9, 0, tzinfo=NEW_YORK)),
        (datetime(2026, 10, 29, 1, 30, tzinfo=NEW_YORK), datetime(2026, 11, 1, 8, 0, tzinfo=NEW_YORK)),
        (datetime(2026, 10, 31, 21, 30, tzinfo=NEW_YORK), datetime(2026, 11, 3, 20, 30, tzinfo=NEW_YORK)),
        (datetime(2027, 3, 12, 10, 0, tzinfo=NEW_YORK), datetime(2027, 3, 15, 11, 0, tzinfo=NEW_YORK)),
        (datetime(2027, 3, 11, 2, 30, tzinfo=NEW_YORK), datetime(2027, 3, 14, 8, 0, tzinfo=NEW_YORK)),
        (datetime(2027, 3, 12, 20, 30, tzinfo=NEW_YORK), datetime(2027, 3, 16, 8, 0, tzinfo=NEW_YORK)),
    ],
)
def test_a_follow_up_over_a_change_of_clocks_is_asked_once_by_day(
    house: House,
    book: Book,
    clock: StandingClock,
    known: Recall,
    work: Callable[[], None],
    closed_at: Callable[[datetime], uuid.UUID],
    closing: datetime,
    asked: datetime,
) -> None:
    request = closed_at(closing)
    before = len(book.to(ROSE))
    clock.at = closing.astimezone(UTC) + house.desk.followup_delay - HOUR
    while clock.now() < asked:
        work()
        assert len(book.to(ROSE)) == before, clock.now()
        clock.forward(timedelta(minutes=30))
    for _ in range(14):  # a week, in which silence brings a call
        work()
        assert len(book.to(ROSE)) == before + 1, clock.now()
        clock.forward(timedelta(hours=12))
    with house.database.read() as session:
        assert session.get_one(HelpRequest, request).status is Status.OPEN
