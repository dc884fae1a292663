"""Providers tell their hours in words. What is wholly understood becomes hours; of the rest, nothing does.

The texts are from public feeds: pantries collected by HAARRRvest (CC0) and Illinois Legal Aid Online (MIT).
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.directory.importing.hours import read_hours, schedules_in, weekday_of
from core.directory.opening import Hours, opening

WEEK = "MO,TU,WE,TH,FR"
UNDERSTOOD = {
    # one day
    "Tu: 10a - 1p": "TU 10:00-13:00",
    "Sat 9-11am": "SA 09:00-11:00",
    "Saturday 9:00am-10am": "SA 09:00-10:00",
    "Thursdays 10 - 3": "TH 10:00-15:00",
    "Fridays: 10:00 a.m. - Noon": "FR 10:00-12:00",
    "Fridays 9-12pm": "FR 09:00-12:00",
    "Wednesdays: 1:30 - 3:15 p.m.": "WE 13:30-15:15",
    "Thursdays: 10:00 a.m.- 2:00 p.m.": "TH 10:00-14:00",
    "Sundays from 4:00 pm until 6:00 pm": "SU 16:00-18:00",
    "Every Friday 3:00 PM — 6:00 PM": "FR 15:00-18:00",
    "Thursdays 10:00 AM —\xa012:00 PM": "TH 10:00-12:00",
    "Weekly Saturday 12:30PM 2:00PM": "SA 12:30-14:00",
    "Every Thursday 10:00 6:00": "TH 10:00-18:00",
    "EVERY FRI 9:00 AM 1:00 PM": "FR 09:00-13:00",
    "Every Tuesday 7:00PM 9:00PM": "TU 19:00-21:00",
    "Weekly Wednesday 5:00:00 PM 6:00:00 PM": "WE 17:00-18:00",
    "Weekly  Friday 3:00 pm 5:30pm": "FR 15:00-17:30",
    "Food distributions on Saturdays from 8 AM - 8:30 AM": "SA 08:00-08:30",
    "Fridays: 11 AM - 12:30 PM\n\nNo appointment needed.": "FR 11:00-12:30",
    "Tuesday and Thursday 4-6pm No appointment necessary": "TU,TH 16:00-18:00",
    "Tuesday: 11:00:00-15:00:00, 11:00:00-15:00:00, 11:00:00-15:00:00": "TU 11:00-15:00",
    "Saturday: 7:00:00-9:00:00, 7:00:00-9:00:00, 7:00:00-9:00:00": "SA 07:00-09:00",
    # several days
    "M - F: 8:30a-4:30": f"{WEEK} 08:30-16:30",
    "Mondays, Wednesdays, and Fridays 9am-4pm": "MO,WE,FR 09:00-16:00",
    "MWF 10-12pm": "MO,WE,FR 10:00-12:00",
    "Tues &amp; Wed 9-12": "TU,WE 09:00-12:00",
    "Tues/Wed/Fri 9:00-1:00pm": "TU,WE,FR 09:00-13:00",
    "Tue Wed Thu Sat 10:00am - 2:00pm": "TU,WE,TH,SA 10:00-14:00",
    "Mon. - Sat. 8 a.m. - 5 p.m.": f"{WEEK},SA 08:00-17:00",
    "Monday-Saturday, 9:30-11:00am": f"{WEEK},SA 09:30-11:00",
    "Daily: 8 AM - 9 PM": f"{WEEK},SA,SU 08:00-21:00",
    "Weekly Monday - Friday 8:00am - 4:00pm": f"{WEEK} 08:00-16:00",
    "Weekly Wed Thu Fri 4:00pm - 6:00pm": "WE,TH,FR 16:00-18:00",
    "Tuesday, Wednesday and Thursday:\n\n10:00 a.m. - 12:00 p.m.": "TU,WE,TH 10:00-12:00",
    "Open Tuesday, Wednesday, & Thursday Hours: 9:00-1:00 PM": "TU,WE,TH 09:00-13:00",
    "Monday, Wednesday, and Friday 9:00 am-11:00am or by appointment.": "MO,WE,FR 09:00-11:00",
    "Weekly\\n Tuesday and Friday 12:30 pm - 2:30 pm": "TU,FR 12:30-14:30",
    # days of the month
    "2nd & 4th Tuesday 12:00pm - 4:00pm": "2TU,4TU 12:00-16:00",
    "2nd &amp; 3rd Tuesday 9:00am-11:00am": "2TU,3TU 09:00-11:00",
    "3rd Tuesday of each month: 10:00 AM - 12:00 PM": "3TU 10:00-12:00",
    "The first and third Saturday of the month: 9:00 a.m. - 11:00 a.m.": "1SA,3SA 09:00-11:00",
    "First and Third Thursdays of the month: 10:00 am - 12:00 pm": "1TH,3TH 10:00-12:00",
    "Distributions held on the 1st and 3rd Thursdays of the month: 12 pm - 1 pm": "1TH,3TH 12:00-13:00",
    "Last Sunday of the month. 1:30pm to 5:30pm": "-1SU 13:30-17:30",
    "2nd and last Tuesday of the month, 5-6:30pm": "-1TU,2TU 17:00-18:30",
    "1PM-3pm Last Saturday of Month": "-1SA 13:00-15:00",
    "3rd Saturday of the month from 7 - 9 am": "3SA 07:00-09:00",
    "Third Thursday of the month, 10:00 to 12:00": "3TH 10:00-12:00",
    "1st and 3rd Monday 12-5": "1MO,3MO 12:00-17:00",
    "Pickup occurs every 1st Friday from  2:15 – 3:15 p.m.": "1FR 14:15-15:15",
    "Pantry is open every 4th Saturday of the month from 9:45 – 10:30 a.m.": "4SA 09:45-10:30",
    "Pantry is open on the 2nd and 4th Saturday of each month from 9:00 a.m. – 12 p.m.": "2SA,4SA 09:00-12:00",
    "Monthly; 2nd; 4th Saturday 8:30 AM 10:30AM": "2SA,4SA 08:30-10:30",
    "Fourth Tuesday Each Month 10:00 am - 11:00 am": "4TU 10:00-11:00",
    "2nd Saturday of the month: 9:30 a.m. - 11:00 a.m.": "2SA 09:30-11:00",
    # several hours
    "Monday: 9:00:00-11:30:00, 13:00:00-15:00:00": "MO 09:00-11:30; MO 13:00-15:00",
    "Mon-Thurs 9-2pm, Fri 9-12pm": "MO,TU,WE,TH 09:00-14:00; FR 09:00-12:00",
    "Monday and Friday 10:00am-12pm, Wed 6:30-8:00pm": "MO,FR 10:00-12:00; WE 18:30-20:00",
    "Sa: 11:30a - 12:30p; Su: 12:30p - 1:30p": "SA 11:30-12:30; SU 12:30-13:30",
    "2nd Tuesday 11:00 am -1:00 pm\n3rd Tuesday 5:00 pm -7:00 pm": "2TU 11:00-13:00; 3TU 17:00-19:00",
    "Tues 9:30-11:30am, 5-7pm or by appt": "TU 09:30-11:30; TU 17:00-19:00",
    "Wednesdays and Fridays: \n\n9 AM - 11:30 AM \n\n1 PM - 3 PM": "WE,FR 09:00-11:30; WE,FR 13:00-15:00",
    "Monday-Friday\n\nBreakfast: 8:30 AM - 9 AM\n\nLunch: 11:30 AM - 12:30 PM":
        f"{WEEK} 08:30-09:00; {WEEK} 11:30-12:30",
    "Monday-Thursday 10-12pm, 1st Monday of month 4-6pm": "MO,TU,WE,TH 10:00-12:00; 1MO 16:00-18:00",
    "Fri 10-11:30am, 1st thursday of month 5:30-7pm": "FR 10:00-11:30; 1TH 17:30-19:00",
    "3rd Saturday of the month: 10am-12pm, 2nd and 4th Sunday 11:30am-12:30pm": "3SA 10:00-12:00; 2SU,4SU 11:30-12:30",
    "Every Wednesday 10:00 AM Noon \\n Every Friday 10:00 AM Noon": "WE,FR 10:00-12:00",
    "Weekly Wednesday 12:00PM 2:30PM \\n Weekly Wednesday 4:00PM 6PM": "WE 12:00-14:30; WE 16:00-18:00",
    "Monday: Closed Tuesday: 12:00 PM - 02:00 PM Wednesday: Closed Sunday: 8:00 AM - 10:00AM":
        "TU 12:00-14:00; SU 08:00-10:00",
    "<tr><td>Monday</td><td>Closed</td></tr><tr><td>Tuesday</td><td><time>12:00 PM - 7:00 PM</time></td></tr>":
        "TU 12:00-19:00",
    # in the 24 hours of a day, and closing in the afternoon of a clock with twelve
    "Sunday: Closed Monday: 8:30-12:00 , 13:00-17:00  Tuesday: 9:00-13:00 ":
        "MO 08:30-12:00; MO 13:00-17:00; TU 09:00-13:00",
    "Monday: 9:00-5:00  Tuesday: 9:00-17:00 ": "MO,TU 09:00-17:00",
    "Monday 09:00-05:00": "MO 09:00-17:00",
    "Saturday: 10:00-5:30": "SA 10:00-17:30",
    "Daily 7:00 PM - 7:00 AM": f"{WEEK},SA,SU 19:00-07:00",
}  # fmt: skip

STAYS_WORDS = (
    # no hours, no days, or only one end
    "9-5", "Daily", "2nd and 4th Sat", "Tuesday", "Holiday", "Walk-ins.", "Please call for availability",
    "Call for hours", "1st and 3rd Saturday of the month", "3rd Thursday Each Month", "Wednesdays: 9:00 am",
    "4th Sunday of the month: 12:30 PM", "Thursdays at 11:30 AM and Sundays 12:00 PM", "12:00 pm - 1:00 pm",
    "Last Wednesday of the month: 9:00 AM\n\nuntil food is gone.",
    # which week?
    "monthly Wednesday 10am 12noon", "Twice per Month Saturday 9:00AM 2:00PM", "Every other Monday: 9:30 AM - 11:30 AM",
    "biweekly Tuesday 4:00pm 6:00pm", "Bi-monthly Thursday 6:00 pm 8:00 pm", "Weekly",
    "Pickup occurs every 3rd Friday from 10:30 – 11:30 a.m.", "2nd OR 3rd Tuesday of the month 8:30-10:30am",
    "1st and 3rd Tuesday and Thursday 9-11am", "Third Week of Month Saturday 9:00:00 AM 12:00:00 PM",
    "The Saturday following the 2nd Tuesday of the month:\n\n9 AM - 11 AM",
    "Weekly Friday 10:00AM 11:30AM \\n Once per Month Saturday 10:00AM 12:00PM",
    # a condition that hours can't hold
    "Monday-Friday, 8:00am-11:00am (appointment only)", "Tuesday and Thursday 10am-12pm, must call ahead",
    "Monday &amp; Friday 9:00 am-12:00 pm except holidays and school closures.",
    "2nd and 4th Thursday every month, 10:00am-12:00pm except holidays",
    "M-F 9:00-4:30 Closed 12:30-1:30 for lunch", "May - September\\n Weekly\\n Wednesday 4:40 pm - 6:00 pm",
    "Tuesday: 10:00 a.m. - 2:00 p.m. \n\nThursday: 10:00 a.m. - 12 p.m. \n\nServe only 36572 residents.",
    "Every Saturday 10:30 AM 12:00 PM \\n Every Sunday On Call", "TWTH 10:00-2:00pm, Sunday as needed",
    "Temporarily closed due to COVID-19. \\n Every Monday 9:00:00 AM 2:00:00 PM", "M-S 9-12pm",
    # slips of the pen
    "Wednesday 9:00AM 4:30AM", "Every Thursday 5:00 PM 1:00 PM", "Weekly Saturday 12:00AM 1:00PM",
    "Monday: 9:00-17:00 Thursday: 23:00-17:00", "Wednesday: 11:00 PM - 03:00 AM", "Monday-Thursday: 10:0 AM - 1:00 PM",
    "2nd and 4th Tuesday of the month: 9:00 a.m. - 11:00 p.m.", "Weekly Tuesday 930am 10:15am",
    "Tuesday: 11:00:00-13:00:00, 12:00:00-14:00:00, 12:00:00-14:00:00", "Sunday: 1:00-1:15",
    "Sunday: 10:00:00-10:30:00, 11:30:00-10:30:00", "Monday: Monday-Friday, 1pm-3pm", "Wed 6-8",
    "Weekly Thursday 9:00AM 11:30AM \\n Weekly Thursday 9:30AM 12:00PM",
    "Tuesday \\n Tuesday 10:00:00 AM 12:30:00 PM \\n Thursday 10:00:00 AM 12:30:00 PM",
)  # fmt: skip


def told(text: str) -> str:
    """The hours of `text` as the tables above write them."""
    return "; ".join(f"{s['byday']} {s['opens_at']}-{s['closes_at']}" for s in schedules_in(text) if "opens_at" in s)


@pytest.mark.parametrize(("text", "hours"), UNDERSTOOD.items())
def test_hours_in_words_become_hours(text: str, hours: str) -> None:
    assert told(text) == hours


@pytest.mark.parametrize("text", STAYS_WORDS)
def test_what_is_not_wholly_understood_stays_words(text: str) -> None:
    schedules = schedules_in(text)
    assert [sorted(schedule) for schedule in schedules] == [["description"]]
    assert schedules[0]["description"]


def test_the_providers_own_words_are_kept_with_the_hours() -> None:
    schedules = schedules_in("Mon-Thurs 9-2pm,\n Fri 9-12pm")
    assert {schedule["description"] for schedule in schedules} == {"Mon-Thurs 9-2pm, Fri 9-12pm"}
    assert [schedule["freq"] for schedule in schedules] == ["WEEKLY", "WEEKLY"]


def test_closed_all_week_is_words_and_no_hours() -> None:
    closed = "Monday: Closed Tuesday: Closed"
    assert read_hours(closed) == ()
    assert schedules_in(closed) == [{"description": closed}]


def test_a_text_without_end_is_words_at_once() -> None:
    for endless in ("Mon" + "," * 60_000, "every " * 20_000, "2nd, " * 20_000, "Mon, " * 20_000, "Mon - " * 20_000):
        assert schedules_in(endless) == [{"description": " ".join(endless.split())}]


def test_nothing_said_is_nothing_known() -> None:
    assert schedules_in(" <p>&nbsp;</p> ") == []


def test_a_pantry_on_the_second_saturday_is_open_then_and_not_a_week_later() -> None:
    (told,) = schedules_in("2nd & 4th Saturday\n\n9:00 AM - 12:00 PM")
    schedule = Hours(freq=told["freq"], byday=told["byday"], opens_at=time.fromisoformat(told["opens_at"]),
                     closes_at=time.fromisoformat(told["closes_at"]))  # fmt: skip
    second_saturday = opening([schedule], datetime(2026, 11, 14, 10, tzinfo=UTC))
    third_saturday = opening([schedule], datetime(2026, 11, 21, 10, tzinfo=UTC))
    assert second_saturday.open_until == datetime(2026, 11, 14, 12, tzinfo=UTC)
    assert (third_saturday.open_until, third_saturday.opens_next) == (None, datetime(2026, 11, 28, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "code"), [("Tuesday", "TU"), ("Weds.", "WE"), ("THURS", "TH"), ("weekend", ""), ("9", ""), ("", "")]
)
def test_a_weekday_is_known_by_its_name(name: str, code: str) -> None:
    assert weekday_of(name) == code


PIECES = st.sampled_from([
    "Mon", "Tuesday", "2nd", "last", "and", ",", "-", "9am", "5", "1:30pm", "to", "every", "closed", "of the month",
    "\n", "noon", "food", "daily", "?", "09:00", "weekly", "monthly",
])  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map(" ".join)))
def test_any_text_is_read_or_left_but_never_breaks(text: str) -> None:
    found: list[dict[str, Any]] = schedules_in(text)
    for schedule in found:
        assert schedule["description"]
        assert ("opens_at" in schedule) == ("closes_at" in schedule) == ("byday" in schedule)
