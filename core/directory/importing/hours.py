"""Opening hours in words ("2nd & 4th Tuesday 12:00pm - 4:00pm") to HSDS schedules: all of a text, or none of it.

A small grammar of days and times, drawn from the texts of the feeds that Handrail has mappings for. A text that holds
anything else stays words and its hours unknown: who is told half of it stands before a closed door. (Libraries for
opening hours read the syntax of OpenStreetMap, not prose; those for prose know no "2nd Tuesday" and skip what they
don't know.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time
from itertools import pairwise

from core.directory.importing.cleaning import clean

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_EARLIEST = time(5)
"""Nobody opens before: "12:00am - 2:00pm" is a slip for noon."""
_LONGEST = 13 * 60
"""Minutes. A longer day is a slip too ("9:00 a.m. - 11:00 p.m.", "9:00 AM - 4:30 AM")."""
_EVENING, _MORNING = time(17), time(10)
"""A night shelter opens in the evening and closes in the morning; any other span over midnight is a slip."""

_LATEST_UNSAID = time(8)
"""The latest closing that "9:00-8:00" can leave to be understood: eight in the evening. "11:30-10:30" is a slip."""

_DAY_NAMES = {
    "mo": "MO", "mon": "MO", "monday": "MO", "m": "MO",
    "tu": "TU", "tue": "TU", "tues": "TU", "tuesday": "TU", "t": "TU",
    "we": "WE", "wed": "WE", "weds": "WE", "wednesday": "WE", "w": "WE",
    "th": "TH", "thu": "TH", "thur": "TH", "thurs": "TH", "thursday": "TH",
    "fr": "FR", "fri": "FR", "friday": "FR", "f": "FR",
    "sa": "SA", "sat": "SA", "saturday": "SA", "su": "SU", "sun": "SU", "sunday": "SU",
    "daily": ",".join(WEEKDAYS), "weekday": "MO,TU,WE,TH,FR", "weekend": "SA,SU", "mwf": "MO,WE,FR",
}  # fmt: skip
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1,
             "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5}  # fmt: skip
_PHRASES = (
    (r"\b(?:7|seven) days (?:a|per|each) week\b|\bevery ?day\b", " daily "),
    (r"\b(?:(?:of|in) )?(?:the|each|every|a) months?\b|\bof month\b", " ofmonth "),
    (r"\b([ap])\.? ?m\b\.?", r"\1m"),
    (r"\b12(?::00)? ?(?:noon|am noon|pm noon)\b|\bnoon\b", " 12:00pm "),
    (r"\bmidnight\b", " 12:00am "),
    (r"\b(?:or|and|also|or also) by app(?:oin)?t(?:ment)?s?\b\.?", " ; "),
    (r"\bno appointments? (?:needed|necessary|required)\b|\bfirst come,? first served?\b", " ; "),
)
"""What is said in several words, as one. (By appointment *too*: the hours hold for everyone else.)"""
_FILLERS = frozenset({
    "open", "opens", "hours", "hour", "from", "on", "the", "are", "is", "held", "only", "at", "food", "pantry",
    "distribution", "distributions", "pickup", "occurs", "breakfast", "lunch", "dinner", "supper", "snack", "walk-in",
    "walk-ins",
})  # fmt: skip
_TOKEN = re.compile(r"(\d+(?:st|nd|rd|th))\b|(\d+(?:[:.]\d+)*)(?: ?(am|pm|a|p)\b)?|([a-z]+(?:-ins?)?)|(\S|\n)")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d\d)([:.]00)?)?")
_THROUGH = frozenset({"to", "until", "till", "through", "thru"})
_MARKS = {"and": "s", "every": "E", "each": "E", "weekly": "W", "monthly": "m", "ofmonth": "M", "closed": "C"}

# The grammar, over one letter for each word: D day, O which one of the month, T time, b a bare number, - to, s a break,
# E every, W weekly, m monthly, M of the month, C closed.
_NTH_DAY = "(?:ms*)?E?(?:Os*)+DM?"
_WEEKDAY = "(?:[EW]s*)*D(?:-D)?"
_DAYS = f"(?:(?:{_WEEKDAY}s*)+(?:{_NTH_DAY}s*)*|(?:{_NTH_DAY}s*)+)"
_SPAN = "(?:T-?T|[Tb]-[Tb])"
_TIMES = f"(?:{_SPAN}(?:s*{_SPAN})*|C)"
_BLOCK_DAYS_FIRST = re.compile(f"(?P<days>{_DAYS})-?s*(?P<times>{_TIMES})s*")
_BLOCK_TIMES_FIRST = re.compile(f"(?P<times>{_TIMES})s*(?P<days>{_DAYS})")
_ONE_DAY = re.compile(f"{_NTH_DAY}|{_WEEKDAY}")
_ONE_SPAN = re.compile(_SPAN)


class _NotUnderstood(Exception):
    """The text holds something that is not surely a day or a time of opening."""


@dataclass(frozen=True, slots=True)
class Span:
    """Open on `day` ("MO", "2TU", "-1SU": RFC 5545) from `opens` to `closes`, on the community's clock."""

    day: str
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the text by its letter in the grammar, with what it says."""

    letter: str
    days: tuple[str, ...] = ()
    ordinal: int = 0
    clock: time = time(0)
    half: str = ""
    """"am", "pm", "24" where the clock has 24 hours, or "" where it isn't told."""


def schedules_in(text: str) -> list[dict[str, str]]:
    """`text` as HSDS schedules, each with the text as `description`; without times where it isn't understood."""
    original = clean(text)
    if not original:
        return []
    together: dict[tuple[bool, time, time], list[str]] = {}
    for span in read_hours(text) or ():
        together.setdefault((len(span.day) > 2, span.opens, span.closes), []).append(span.day)
    return [
        {"freq": "MONTHLY" if monthly else "WEEKLY", "byday": ",".join(sorted(days, key=_in_week)),
         "opens_at": f"{opens:%H:%M}", "closes_at": f"{closes:%H:%M}", "description": original}
        for (monthly, opens, closes), days in together.items()
    ] or [{"description": original}]  # fmt: skip


def read_hours(text: str) -> tuple[Span, ...] | None:
    """The spans that `text` tells, none if it only says closed; None where it isn't wholly understood."""
    try:
        words = _without_repeats(_words(text))
        spans = tuple(span for block in _blocks(words) for span in block)
        _check_apart(spans)
    except _NotUnderstood:
        return None
    return spans


def _without_repeats(words: Iterable[_Word]) -> list[_Word]:
    """The words with one break where there are several, so that the grammar never has a choice among them."""
    kept: list[_Word] = []
    for word in words:
        if word.letter != "s" or not kept or kept[-1].letter != "s":
            kept.append(word)
    return kept


def _words(text: str) -> Iterator[_Word]:
    # Some feeds write their line ends as a backslash and an n.
    lines = [clean(line).casefold() for line in re.split(r"\n|\\n|<br ?/?>|</t[dr]>", text)]
    plain = re.sub("[\u2010-\u2015\u2212]", "-", " ; ".join(lines))
    for pattern, instead in _PHRASES:
        plain = re.sub(pattern, instead, plain)
    for match in _TOKEN.finditer(plain):
        nth, number, half, word, sign = match.groups()
        if number:
            yield _clock(number, half)
        elif sign:
            yield from _sign(sign)
        elif word not in _FILLERS:
            yield _named(nth or word)


def _clock(number: str, half: str | None) -> _Word:
    match = _CLOCK.fullmatch(number)
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    told = f"{half[0]}m" if half else ""
    if hour > 24 or minute > 59 or (told and not 1 <= hour <= 12):
        raise _NotUnderstood
    # Who writes "09:00", or seconds, counts to 24.
    if not told and match and (hour > 12 or number[:1] == "0" or match[3]):
        told = "24"
    elif told in ("am", "pm"):
        hour = hour % 12 + 12 * (told == "pm")
    return _Word("T" if half or ":" in number else "b", clock=time(hour % 24, minute), half=told)


def _sign(sign: str) -> Iterator[_Word]:
    if sign == "-":
        yield _Word("-")
    elif sign in ",;&+/|":
        yield _Word("s")
    elif sign not in ".: ":
        raise _NotUnderstood


def _named(word: str) -> _Word:
    if word in _ORDINALS:
        return _Word("O", ordinal=_ORDINALS[word])
    day = _DAY_NAMES.get(word) or (_DAY_NAMES.get(word[:-1]) if len(word) > 3 and word[-1] == "s" else None)
    if day:
        return _Word("D", days=tuple(day.split(",")))
    if word in _THROUGH:
        return _Word("-")
    if word not in _MARKS:
        raise _NotUnderstood
    return _Word(_MARKS[word])


def _blocks(words: list[_Word]) -> Iterator[list[Span]]:
    """Each days with their times, which stand behind them throughout, or before them throughout."""
    letters = "".join(word.letter for word in words)
    start = len(letters) - len(letters.lstrip("s"))
    form = _BLOCK_DAYS_FIRST if not letters[start:].startswith(("T", "b")) else _BLOCK_TIMES_FIRST
    while start < len(letters):
        block = form.match(letters, start)
        if not block:
            raise _NotUnderstood
        days = [day for match in _ONE_DAY.finditer(letters, *block.span("days"))
                for day in _days(words[match.start() : match.end()])]  # fmt: skip
        times = dict.fromkeys(_span(words[match.start()], words[match.end() - 1])
                              for match in _ONE_SPAN.finditer(letters, *block.span("times")))  # fmt: skip
        yield [Span(day, *pair) for pair in times for day in days]
        start = block.end()


def _days(words: list[_Word]) -> Iterator[str]:
    ordinals = [word.ordinal for word in words if word.letter == "O"]
    named = [word.days for word in words if word.letter == "D"]
    if len(named) == 2:
        if len(named[0]) != 1 or len(named[1]) != 1:
            raise _NotUnderstood
        first, last = (WEEKDAYS.index(days[0]) for days in named)
        yield from (WEEKDAYS[(first + step) % 7] for step in range((last - first) % 7 + 1))
    elif not ordinals:
        yield from named[0]
    # "Every 3rd Friday" may mean every third week. A first or a last one is the month's.
    elif len(named[0]) > 1 or (
        len(ordinals) == 1 and ordinals[0] > 1 and words[0].letter == "E" and words[-1].letter != "M"
    ):
        raise _NotUnderstood
    else:
        yield from (f"{ordinal}{named[0][0]}" for ordinal in ordinals)


def _span(first: _Word, last: _Word) -> tuple[time, time]:
    opens, closes = _told_in_full(first, last)
    if (opens, closes) in ((time(0), time(0)), (time(0), time(23, 59))):
        return opens, closes
    length = (closes.hour - opens.hour) * 60 + closes.minute - opens.minute
    over_night = opens >= _EVENING and (closes == time(0) or _EARLIEST <= closes <= _MORNING)
    if opens < _EARLIEST or not (0 < length <= _LONGEST or over_night):
        raise _NotUnderstood
    return opens, closes


def _told_in_full(first: _Word, last: _Word) -> tuple[time, time]:
    """Both times with what they leave out: "9-5", "8:30a-4:30", "6:30-8:00pm", "09:00-05:00"."""
    opens, closes = first.clock, last.clock
    if first.half and last.half:
        if first.half == last.half == "24" and closes < opens and closes <= _LATEST_UNSAID:
            closes = _later(closes)
    elif first.half:
        if closes <= opens and closes <= _LATEST_UNSAID:
            closes = _later(closes)
    elif last.half and last.half != "24":
        same = _later(opens) if last.half == "pm" and opens.hour < 12 else opens
        if last.half == "am" and opens.hour == 12:
            raise _NotUnderstood
        opens = same if same < closes else opens
    elif closes <= opens and closes <= _LATEST_UNSAID:
        closes = _later(closes)
    # Both numbers bare: "6-8" may be morning or evening, "9-11" is morning.
    elif last.half != "24" and opens.hour < 8:
        raise _NotUnderstood
    return opens, closes


def _later(clock: time) -> time:
    return clock.replace(hour=clock.hour + 12) if clock.hour < 12 else clock


def _in_week(day: str) -> tuple[int, str]:
    return WEEKDAYS.index(day[-2:]), day


def _check_apart(spans: tuple[Span, ...]) -> None:
    """Raises for spans of one day that overlap: they contradict each other."""
    by_day: dict[str, list[tuple[time, time]]] = {}
    for span in spans:
        by_day.setdefault(span.day, []).append((span.opens, span.closes))
    for pairs in map(sorted, by_day.values()):
        for (_, closes), (opens, _) in pairwise(pairs):
            if opens < closes:
                raise _NotUnderstood


def weekday_of(name: str) -> str:
    """The code of a weekday ("Tues." is "TU"); empty where `name` is none."""
    try:
        days = _named(name.strip(" .:").casefold()).days
    except _NotUnderstood:
        return ""
    return days[0] if len(days) == 1 else ""
