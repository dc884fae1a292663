"""What the outbox holds, for those who deliver it bit by bit, or hear an answer to it. Reads only."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.contact_point import ContactPoint
from core.db.models.conversation import Question
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


def still_asks(session: Session, message_id: uuid.UUID, now: datetime) -> bool:
    """Whether the question that the message asked is the open one of its conversation: not answered, not expired and
    no other asked since. A question and the message that asks it are written at one moment."""
    asked = sa.and_(
        Question.conversation_id == OutgoingMessage.conversation_id,
        Question.asked_at <= OutgoingMessage.created_at,
        Question.answered_at.is_(None),
        Question.superseded_at.is_(None),
        Question.expires_at > now,
    )
    open_one = sa.select(Question.id).join(OutgoingMessage, asked).where(OutgoingMessage.id == message_id).limit(1)
    return session.scalar(open_one) is not None
