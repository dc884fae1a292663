"""Values of a listing in plain words, as the form, the log and the list of what waits show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from console.listing_words import span_in_words
from console.texts import Wording
from core.db.models.freshness import NEEDS_FIELD
from core.directory.editing import hours
from core.directory.freshness.told import Span


def value_in_words(field: str, value: Any, words: Wording) -> tuple[str, ...]:
    """The lines of a value (HSDS JSON); none where nothing is told."""
    if value is None or value in ("", []):
        return ()
    if field == NEEDS_FIELD:
        return tuple(words.need(code) for code in value)
    if field == "status":
        return (status_in_words(str(value), words),)
    if field == "assured_date":
        return (words.day(date.fromisoformat(value)),)
    if isinstance(value, list):
        return tuple(_part(field, one, words) for one in value)
    return (str(value),)


def status_in_words(status: str, words: Wording) -> str:
    """A status of HSDS; one that HSDS does not know speaks for itself."""
    key = "listing_status." + status.replace(" ", "_")
    return words.t(key) if words.has(key) else status


def field_in_words(field: str, words: Wording) -> str:
    """What a field is called; one that the form doesn't have speaks for itself."""
    key = "listing_field." + field
    return words.t(key) if words.has(key) else field


def read_as(written: str, words: Wording) -> tuple[str, ...] | None:
    """How hours in words are understood, day by day; None where they are not."""
    spans = hours.read(written) if written else ()
    return None if spans is None else tuple(schedule_in_words(span, words) for span in spans)


def schedule_in_words(schedule: Mapping[str, Any], words: Wording) -> str:
    """Opening hours in the coordinator's language, with the days from and until which they hold."""
    opens, closes = (time.fromisoformat(told) if (told := schedule.get(name)) else None
                     for name in ("opens_at", "closes_at"))  # fmt: skip
    span = Span(schedule.get("byday") or "", opens, closes, hours.in_words(schedule))
    ends = [f"{words.t('listing_field.' + name)}: {words.day(date.fromisoformat(schedule[name]))}"
            for name in ("valid_from", "valid_to") if schedule.get(name)]  # fmt: skip
    return ", ".join([span_in_words(span, words), *ends])


def _part(field: str, record: Mapping[str, Any], words: Wording) -> str:
    if field == "schedules":
        return schedule_in_words(record, words)
    if field == "phones":
        extension = record.get("extension")
        named = (record.get("number"), extension and words.t("service.extension", extension=extension),
                 record.get("type"), record.get("description"))  # fmt: skip
        return ", ".join(str(one) for one in named if one)
    return str(record.get("document") or record.get("name") or record.get("code") or "")
