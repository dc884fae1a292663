"""Voice notes as words, where a program for that is configured. What it says goes through the front door like any text.

The program is the community's own choice (HANDRAIL_SPEECH_COMMAND); it runs here and not at a stranger's.
"""

from __future__ import annotations

import logging
import shlex
import subprocess
import tempfile
import uuid

import sqlalchemy as sa

from app.wiring import House
from core.db.models.contact_point import ContactPoint
from core.db.models.conversation import InboundMedia, InboundMessage
from core.messages import Channel, Inbound, clean_text

log = logging.getLogger(__name__)

LONGEST = 25
"""Seconds that the program may take: the worker waits for it, and others wait for the worker."""
HEARD = "-heard"
"""Behind the id of a voice note: the message that its words are."""
_NOTHING = 0.0


def hear(house: House, media_id: uuid.UUID) -> None:
    """Take the words of a voice note for a message of the resident's. Nothing where it isn't one, or where it was heard
    before. What can't be made out, or isn't there, goes to a person, by the same door.
    """
    if not house.config.speech_command:
        return
    with house.database.read() as session:
        found = session.execute(
            sa.select(InboundMedia, InboundMessage, ContactPoint)
            .join(InboundMessage, InboundMessage.id == InboundMedia.inbound_message_id)
            .join(ContactPoint, ContactPoint.id == InboundMessage.contact_point_id)
            .where(InboundMedia.id == media_id)
        ).one_or_none()
    if found is None:
        return
    media, message, contact = found
    if message.channel is not Channel.TELEGRAM or message.text or not media.content_type.startswith("audio/"):
        return
    words = _words(house.config.speech_command, media.content) if media.content else ""
    heard = Inbound(
        channel=message.channel,
        address=house.sealer.open(contact.kind, contact.address_key, contact.address_sealed),
        provider_id=message.provider_id + HEARD,
        received_at=house.clock.now(),
        speech=words,
        confidence=None if words else _NOTHING,
    )
    house.assistant.receive(heard)


def _words(command: str, sound: bytes) -> str:
    """What the program prints of `sound`; "" where it fails or says nothing."""
    with tempfile.NamedTemporaryFile(suffix=".ogg") as file:
        file.write(sound)
        file.flush()
        try:
            done = subprocess.run(  # noqa: S603  (the operator's own program, and no shell)
                [*shlex.split(command), file.name], capture_output=True, timeout=LONGEST, check=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.error("the speech program failed: %s", type(error).__name__)  # its output may hold words
            return ""
    return " ".join(clean_text(done.stdout.decode("utf-8", "replace")).split())
