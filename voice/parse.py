"""Twilio's form about a call, as plain values. The words are cleaned here, once, at the door."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.messages import CallEvent, Channel, Inbound, Media, clean_text

_SID = re.compile(r"CA[0-9A-Za-z]{1,62}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_KEYS = re.compile(r"[0-9*#]{1,32}")
_WITHHELD = "withheld"
_SPOKEN_TO = frozenset({"completed", "answered"})
"""DialCallStatus where a person took the call."""
_SPELT = frozenset({"+266696687", "+86282452253", "+2562533", "+7378742833", "+7378742883", "+8656696"})
"""What carriers put in place of a number that is withheld, on the keys of a telephone: ANONYMOUS, UNAVAILABLE, BLOCKED,
RESTRICTED (also misspelt), UNKNOWN. Taken for a number, all such callers would be one resident.
"""


class ParseError(Exception):
    """The form is not about a telephone call; names the field, never its content."""


@dataclass(frozen=True, slots=True)
class Step:
    """One post of Twilio about one call. address: the resident's number; of a caller who withholds it, one that holds
    for this call only. confidence: of the speech recogniser, 0 to 1; None where nothing was said.
    """

    call_sid: str
    address: str
    digits: str = ""
    speech: str = ""
    confidence: float | None = None

    @property
    def heard_nothing(self) -> bool:
        """Neither a key nor a word."""
        return not self.digits and not self.speech

    def inbound(
        self, number: int | str, at: datetime, *, call: CallEvent | None = None, media: tuple[Media, ...] = ()
    ) -> Inbound:
        """What the resident did at this step of the call. `number`: of the step; a repeat of it is answered alike."""
        return Inbound(
            channel=Channel.VOICE,
            address=self.address,
            provider_id=f"{self.call_sid}-{number}",
            received_at=at,
            digits="" if call else self.digits,
            speech="" if call else self.speech,
            confidence=None if call or self.digits else self.confidence,
            call=call,
            media=media,
        )


def parse(form: Mapping[str, str]) -> Step:
    """The step in `form`. Raises ParseError where it names no call."""
    call_sid = form.get("CallSid", "")
    if not _SID.fullmatch(call_sid):
        raise ParseError("CallSid is missing or malformed")
    ours = form.get("Direction", "inbound").startswith("outbound")
    number = form.get("To" if ours else "From", "")
    digits = form.get("Digits", "")
    return Step(
        call_sid=call_sid,
        address=number if _E164.fullmatch(number) and number not in _SPELT else f"{_WITHHELD}:{call_sid}",
        digits=digits if _KEYS.fullmatch(digits) else "",
        speech=clean_text(form.get("SpeechResult", "")),
        confidence=_confidence(form.get("Confidence", "")),
    )


def message_in(query: Mapping[str, str]) -> uuid.UUID | None:
    """The message of the outbox that an address of ours names. Raises ParseError for one that we never wrote."""
    said = query.get("message")
    if said is None:
        return None
    try:
        return uuid.UUID(said)
    except ValueError:
        raise ParseError("message is malformed") from None


def talked(form: Mapping[str, str]) -> bool:
    """Whether the two whom a <Dial> was to connect have talked."""
    return form.get("DialCallStatus") in _SPOKEN_TO and form.get("DialBridged", "true") == "true"


def seconds_of(said: str) -> int | None:
    """Twilio's RecordingDuration; None where it is no number of seconds."""
    return int(said) if re.fullmatch(r"[0-9]{1,6}", said) else None


def _confidence(said: str) -> float | None:
    return float(said) if re.fullmatch(r"[01](\.\d{1,20})?", said, re.ASCII) else None
