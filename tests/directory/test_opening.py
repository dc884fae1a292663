"""Open now, or when next? As told on the door: Tuesdays, second Saturdays, past midnight, when clocks change."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.directory.opening import Hours, opening

NEW_YORK = ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def weekly(byday: str, opens: str, closes: str, **more: object) -> Hours:
    hours = time.fromisoformat(opens), time.fromisoformat(closes)
    return Hours(freq="WEEKLY", byday=byday, opens_at=hours[0], closes_at=hours[1], **more)


def told(schedules: list[Hours], moment: str) -> tuple[str | None, str | None, bool]:
    found = opening(schedules, at(moment))
    return (
        found.open_until and found.open_until.strftime("%a %d %b %H:%M"),
        found.opens_next and found.opens_next.strftime("%a %d %b %H:%M"),
        found.known,
    )


LUNCH = [weekly("TU,TH", "11:30", "14:00")]
MORNING_AND_AFTERNOON = [weekly("MO", "09:00", "12:00"), weekly("MO", "13:00", "17:00"), weekly("MO", "17:00", "18:00")]
NIGHT = [weekly("FR", "20:00", "02:00")]
PANTRY = [Hours(freq="MONTHLY", byday="2SA,4SA", opens_at=time(9), closes_at=time(11))]


@pytest.mark.parametrize(
    ("schedules", "moment", "expected"),
    [
        (LUNCH, "2026-11-24T12:00", ("Tue 24 Nov 14:00", None, True)),
        (LUNCH, "2026-11-24T14:00", (None, "Thu 26 Nov 11:30", True)),
        (LUNCH, "2026-11-24T11:29", (None, "Tue 24 Nov 11:30", True)),
        (MORNING_AND_AFTERNOON, "2026-11-23T12:30", (None, "Mon 23 Nov 13:00", True)),
        (MORNING_AND_AFTERNOON, "2026-11-23T16:59", ("Mon 23 Nov 18:00", None, True)),
        (NIGHT, "2026-11-28T01:00", ("Sat 28 Nov 02:00", None, True)),
        (NIGHT, "2026-11-28T02:00", (None, "Fri 04 Dec 20:00", True)),
        (PANTRY, "2026-11-23T10:00", (None, "Sat 28 Nov 09:00", True)),
        (PANTRY, "2026-11-28T10:00", ("Sat 28 Nov 11:00", None, True)),
        (PANTRY, "2026-11-28T12:00", (None, "Sat 12 Dec 09:00", True)),
        ([], "2026-11-23T10:00", (None, None, False)),
        ([Hours(byday="MO", opens_at=None, closes_at=None)], "2026-11-23T10:00", (None, None, False)),
        ([Hours(freq="YEARLY", byday="MO", opens_at=time(9), closes_at=time(10))], "2026-11-23T10:00",
         (None, None, False)),
    ],
)  # fmt: skip
def test_open_now_or_next(schedules: list[Hours], moment: str, expected: tuple[str | None, str | None, bool]) -> None:
    assert told(schedules, moment) == expected


def test_the_last_wednesday_and_the_fifteenth() -> None:
    last = [Hours(freq="MONTHLY", byday="-1WE", opens_at=time(18), closes_at=time(20))]
    fifteenth = [Hours(freq="MONTHLY", bymonthday="15,-1", opens_at=time(10), closes_at=time(12))]
    assert told(last, "2026-11-01T10:00")[1] == "Wed 25 Nov 18:00"
    assert told(fifteenth, "2026-11-16T10:00")[1] == "Mon 30 Nov 10:00"


def test_every_other_week_counts_from_the_first() -> None:
    club = [weekly("MO", "10:00", "12:00", interval=2, valid_from=date(2026, 11, 16))]
    assert told(club, "2026-11-23T09:00")[1] == "Mon 30 Nov 10:00"
    assert told([weekly("MO", "10:00", "12:00", interval=2)], "2026-11-23T09:00") == (None, None, False)


def test_hours_that_ran_out_are_unknown_and_those_to_come_are_told() -> None:
    summer = weekly("MO", "09:00", "12:00", valid_to=date(2026, 8, 31))
    january = weekly("MO", "09:00", "12:00", valid_from=date(2027, 1, 4))
    assert told([summer], "2026-11-23T10:00") == (None, None, False)
    assert told([summer, january], "2026-11-23T10:00") == (None, "Mon 04 Jan 09:00", True)


def test_the_night_the_clocks_go_forward() -> None:
    shelter = [weekly("SA,SU", "22:00", "06:00")]
    found = opening(shelter, at("2026-03-07T23:00"))
    assert found.open_until == at("2026-03-08T06:00")
    assert (found.open_until.timestamp() - at("2026-03-07T22:00").timestamp()) == 7 * 3600, "an hour shorter"
    gap = opening([weekly("SU", "02:30", "05:00")], at("2026-03-08T01:00"))
    assert gap.opens_next == at("2026-03-08T03:30"), "half past two doesn't exist that night"


def test_a_line_that_never_closes() -> None:
    line = [weekly("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59")]
    assert opening(line, at("2026-11-23T23:59")).always
    assert not opening(LUNCH, at("2026-11-24T12:00")).always
