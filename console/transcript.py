"""A conversation as a volunteer reads it: every Reply put into the words that the resident got."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.db.models.outgoing import Delivery
from core.helpdesk.one_request import Line, MediaLine, Speaker
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Location, Reply

FAMILIES = {"image": "image", "audio": "audio", "video": "video"}
PLAYED = frozenset(f"audio/{kind}" for kind in ("wav", "x-wav", "mpeg", "mp4", "ogg", "webm", "aac"))
"""Recordings that browsers play: developer.mozilla.org/docs/Web/Media/Guides/Formats. Others are saved and opened."""


@dataclass(frozen=True, slots=True)
class ShownMedia:
    """A picture or recording: where it is, and what sort it is (image, audio, voicemail, video, file)."""

    item: MediaLine
    sort: str

    @property
    def played(self) -> bool:
        """Whether the page itself can play it."""
        return _plain(self.item.content_type) in PLAYED


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line to show. `language` is the one its text is in."""

    at: datetime
    speaker: Speaker
    author: str | None
    language: str
    text: str
    channel: Channel | None
    delivery: Delivery | None
    error_code: str | None
    media: tuple[ShownMedia, ...]
    location: Location | None
    edited: bool


def transcript(lines: tuple[Line, ...], phrasebook: Phrasebook) -> list[ShownLine]:
    """`lines` in words, in their order. Answers that were not given on purpose are left out."""
    return [
        ShownLine(
            at=line.at,
            speaker=line.speaker,
            author=line.author,
            language=line.language,
            text=said(line.reply, phrasebook) if line.reply else line.text,
            channel=line.channel,
            delivery=line.delivery,
            error_code=line.error_code,
            media=tuple(ShownMedia(m, _sort(m, line.channel)) for m in line.media),
            location=line.location,
            edited=line.edited,
        )
        for line in lines
        if line.reply is None or line.reply.say
    ]


def said(reply: Reply, phrasebook: Phrasebook) -> str:
    """What `reply` says, one line each, with its choices as "1 label"."""
    lines = [phrasebook.line(say, reply.language) for say in reply.say]
    choices = [f"{c.number} {phrasebook.line(c.label, reply.language)}" for c in reply.expects.choices]
    return "\n".join(lines + choices)


def _sort(item: MediaLine, channel: Channel | None) -> str:
    family = FAMILIES.get(_plain(item.content_type).partition("/")[0], "file")
    return "voicemail" if family == "audio" and channel is Channel.VOICE else family


def _plain(content_type: str) -> str:
    return content_type.partition(";")[0].strip().casefold()
