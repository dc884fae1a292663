"""Why a service stands where it stands in an answer, in words that a volunteer can read aloud."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date, format_time

from console.texts import Wording
from core.directory.find import Reason, ReasonCode


def reason_words(reason: Reason, wording: Wording) -> str:
    """One reason in the volunteer's language: "serves 11355", "open until 5:00 PM", "checked in October 2026"."""
    return wording.t("why." + reason.code, value=_value(reason, wording))


def _value(reason: Reason, wording: Wording) -> str:
    match reason.code:
        case ReasonCode.OPEN_NOW:
            return str(format_time(datetime.fromisoformat(reason.value), "short", wording.zone, wording.locale))
        case ReasonCode.OPENS_NEXT:
            return wording.weekday(datetime.fromisoformat(reason.value))
        case ReasonCode.CHECKED | ReasonCode.STALE:
            return str(format_date(date.fromisoformat(reason.value), "MMMM y", wording.locale))
        case ReasonCode.SPEAKS:
            return wording.language_name(reason.value)
        case ReasonCode.DOUBTED:
            return (
                wording.t(f"doubt_kind.{reason.value}") if wording.has(f"doubt_kind.{reason.value}") else reason.value
            )
        case _:
            return reason.value
