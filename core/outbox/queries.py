"""What the outbox holds, for those who deliver it bit by bit. Reads only."""

from __future__ import annotations

import uuid
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.contact_point import ContactPoint
from core.db.models.outgoing import OutgoingMessage
from core.messages import Channel, Reply, reply_from_json


def spoken_reply(session: Session, message_id: uuid.UUID) -> Reply | None:
    """What is to be said in the call that delivers `message_id`, slowly to who asked for that; None for no call."""
    row = session.execute(
        sa.select(OutgoingMessage.reply, ContactPoint.slow_speech)
        .join(ContactPoint, ContactPoint.id == OutgoingMessage.contact_point_id)
        .where(OutgoingMessage.id == message_id, OutgoingMessage.channel == Channel.VOICE)
    ).one_or_none()
    return replace(reply_from_json(row.reply), slow=row.slow_speech) if row else None
