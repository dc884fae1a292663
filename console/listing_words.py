"""A listing in plain words, for the provider who looks through it and the volunteer who reads it to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from console.texts import Wording
from core.directory.freshness.told import Span, Told
from core.i18n.phrasebook import spoken_number
from core.i18n.weekdays import days_of, times, weekday
from core.messages import Phone


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that we say, in one or more lines. label: the key of its name. No lines: we know nothing of it."""

    label: str
    lines: tuple[str, ...]


def facts_of(told: Told, words: Wording, country: str) -> tuple[Fact, ...]:
    """All that we say of the listing, also what we don't know: that is what a provider can best help with."""
    return (
        Fact("listing.organization", (told.organization,)),
        Fact("listing.what", _lines(told.description)),
        Fact("listing.phone", tuple(_number(phone, words, country) for phone in told.phones)),
        Fact("listing.address", _lines(told.address)),
        Fact("listing.hours", tuple(filter(None, (span_in_words(span, words) for span in told.spans)))),
        Fact("listing.cost", tuple(_cost(told, words))),
        Fact("listing.who", _lines(told.eligibility)),
        Fact("listing.areas", told.areas),
        Fact("listing.website", _lines(told.url)),
    )


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line for line in (text or "").splitlines() if line.strip())


def _number(phone: Phone, words: Wording, country: str) -> str:
    number = spoken_number(phone.number, country)
    return f"{number} ({words.t('service.extension', extension=phone.extension)})" if phone.extension else number


def _cost(told: Told, words: Wording) -> Iterator[str]:
    if told.free:
        yield words.t("listing.free")
    elif told.cost:
        yield told.cost.by_language.get(words.language, told.cost.original)


def span_in_words(span: Span, words: Wording) -> str:
    """ "Mon, Tue 9:00 AM-5:00 PM"; the source's own words where days or times can't be told."""
    days = days_of(span.byday) if span.byday else None
    if not (days and span.opens and span.closes):
        return span.words
    return f"{', '.join(_day(*day, words) for day in days)} {times(span.opens, span.closes, words.locale)}"


def _day(which: int, number: int, words: Wording) -> str:
    name = weekday(number, words.locale)
    if which == 0:
        return name
    return words.t("listing.last_day", day=name) if which < 0 else words.t("listing.nth_day", day=name, number=which)
