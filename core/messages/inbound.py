"""What a resident sent, the same for every channel."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_TEXT = 10_000
"""Characters kept of one message. An SMS carries 1,600, a Telegram message 4,096; beyond this it is an attack."""


class Channel(StrEnum):
    """A way to reach a resident; each is a folder of its own."""

    SMS = "sms"
    VOICE = "voice"
    TELEGRAM = "telegram"
    EMAIL = "email"


class ContactKind(StrEnum):
    """What sort of address a contact point has; texts and calls of one phone share one contact point."""

    PHONE = "phone"
    TELEGRAM = "telegram"
    EMAIL = "email"

    @classmethod
    def of(cls, channel: Channel) -> ContactKind:
        """The kind of address that `channel` uses."""
        return _KIND_OF[channel]


_KIND_OF = {
    Channel.SMS: ContactKind.PHONE,
    Channel.VOICE: ContactKind.PHONE,
    Channel.TELEGRAM: ContactKind.TELEGRAM,
    Channel.EMAIL: ContactKind.EMAIL,
}


class OptOut(StrEnum):
    """A consent word that the provider has already acted on and answered by itself."""

    STOP = "stop"
    START = "start"
    HELP = "help"


class CallEvent(StrEnum):
    """What happens to a telephone call, where nothing is said or keyed."""

    STARTED = "started"
    SILENT = "silent"
    """We asked three times and heard nothing."""
    NOT_TAKEN = "not_taken"
    """The duty telephone rang for them, and no person took the call."""
    ENDED = "ended"
    MISSED = "missed"
    """They hung up before they had said or keyed anything."""
    CALLED_BACK = "called_back"
    """They picked up when we called back after such a call."""


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, recording or document that came with a message, at the provider's address `url`.

    `seconds`: how long a recording is, where the provider tells.
    """

    url: str
    content_type: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """A shared position in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing a resident sent. `provider_id` is unique within the channel: a repeat carries the same one."""

    channel: Channel
    address: str
    provider_id: str
    received_at: datetime
    text: str = ""
    digits: str = ""
    speech: str = ""
    location: Location | None = None
    media: tuple[Media, ...] = ()
    opt_out: OptOut | None = None
    call: CallEvent | None = None
    confidence: float | None = None
    """Of the speech recogniser in `speech`, 0 to 1."""
    about: str = ""
    """The code of the need that the link named through which they came; "" for none."""
    contact: str = ""
    """The telephone number (E.164) that they shared as their own; "" for none."""
    language: str | None = None
    """What their app is set to (BCP-47): a hint where nothing is known yet."""
    message_id: str = ""
    """The channel's own name, within the talk, for the message: a new wording of it carries the same one. Not
    `provider_id`, which differs for each of the two. "" where the channel knows no edits."""
    edited: bool = False
    """A new wording of `message_id`."""

    @property
    def words(self) -> str:
        """What was said in whatever way: keys, then speech, then text."""
        return self.digits or self.speech or self.text


def clean_text(raw: str) -> str:
    """`raw` without what breaks databases and markup: NUL and other controls (line breaks stay), lone
    surrogates, more than `LONGEST_TEXT` characters."""
    kept = raw[:LONGEST_TEXT].encode("utf-8", "ignore").decode("utf-8")
    return "".join(c for c in kept if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()
