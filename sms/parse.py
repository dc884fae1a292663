"""Twilio's form as an Inbound. The words are cleaned here, once, at the door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from core.messages import Channel, Inbound, Media, OptOut, clean_text

OPT_OUT_WORDS: Mapping[str, OptOut] = (
    dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"), OptOut.STOP)
    | dict.fromkeys(("START", "YES", "UNSTOP"), OptOut.START)
    | dict.fromkeys(("HELP", "INFO"), OptOut.HELP)
)
"""Words that Twilio acts on by itself when they are the whole message
(twilio.com/docs/messaging/tutorials/advanced-opt-out, default keywords)."""

_SID = re.compile(r"[A-Z]{2}[0-9A-Za-z]{1,62}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
MOST_MEDIA = 10
"""Attachments of one message (Twilio's limit)."""
LONGEST_URL = 2_048


class ParseError(Exception):
    """The form is not a text message from a telephone; names the field, never its content."""


def parse(form: Mapping[str, str], received_at: datetime) -> Inbound:
    """The message in `form`. Raises ParseError where it has no id, no telephone number or no content field."""
    text = clean_text(form.get("Body", ""))
    media = _media(form)
    if "Body" not in form and not media:
        raise ParseError("Body is missing")
    return Inbound(
        channel=Channel.SMS,
        address=_field(form, "From", _E164),
        provider_id=_field(form, "MessageSid", _SID),
        received_at=received_at,
        text=text,
        media=media,
        opt_out=_opt_out(form.get("OptOutType", ""), text),
    )


def _field(form: Mapping[str, str], name: str, shape: re.Pattern[str]) -> str:
    value = form.get(name, "")
    if not shape.fullmatch(value):
        raise ParseError(f"{name} is missing or malformed")
    return value


def _media(form: Mapping[str, str]) -> tuple[Media, ...]:
    count = form.get("NumMedia", "0")
    if not re.fullmatch(r"\d{1,2}", count, re.ASCII) or int(count) > MOST_MEDIA:
        raise ParseError("NumMedia is malformed")
    found = []
    for n in range(int(count)):
        url = form.get(f"MediaUrl{n}", "")
        # An address that no browser may open is left out; the message itself still counts.
        if urlsplit(url).scheme in ("http", "https") and len(url) <= LONGEST_URL:
            found.append(Media(url, clean_text(form.get(f"MediaContentType{n}", ""))[:100]))
    return tuple(found)


def _opt_out(said_by_provider: str, text: str) -> OptOut | None:
    """What Twilio did: it says so with Advanced Opt-Out, else the word tells."""
    try:
        return OptOut(said_by_provider.casefold())
    except ValueError:
        return OPT_OUT_WORDS.get(text.upper())
