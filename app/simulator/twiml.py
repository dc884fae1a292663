"""Reads TwiML as Twilio plays it: what is said, in which language, and the verbs that have to be carried out.

Only what Handrail writes: twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

Verbs = tuple[ET.Element, ...]


class Speaker(StrEnum):
    """Whose words a caption shows. LINE: what the telephone line itself does, such as ringing."""

    HANDRAIL = "handrail"
    RESIDENT = "resident"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Caption:
    """One thing heard in a call. language: its tag as web pages write it; "" where it can't be told."""

    speaker: Speaker
    text: str
    language: str = ""
    slow: bool = False


class TwimlError(Exception):
    """The answer is no TwiML, or has a verb that this stand-in can't play."""


def verbs_of(twiml: str) -> Verbs:
    """The verbs of a <Response>, in their order. Raises TwimlError."""
    try:
        response = ET.fromstring(twiml)  # noqa: S314  (from Handrail itself, on the demo's own machine)
    except ET.ParseError:
        raise TwimlError("no XML") from None
    if response.tag != "Response":
        raise TwimlError(f"<{response.tag}> is no answer to a call")
    return tuple(response)


def spoken(verb: ET.Element) -> Iterator[Caption]:
    """What a <Say>, or the <Say>s inside a <Gather>, let the caller hear."""
    for say in verb.iter("Say"):
        slow = any(prosody.get("rate") for prosody in say.iter("prosody"))
        text = " ".join("".join(say.itertext()).split())
        yield Caption(Speaker.HANDRAIL, text, web_tag(say.get("language", "en-US")), slow)


def web_tag(language: str) -> str:
    """Twilio's language tag as browsers and screen readers know it: they have "zh" where Twilio has "cmn"."""
    primary, dash, rest = language.partition("-")
    return ("zh" if primary == "cmn" else primary) + dash + rest
