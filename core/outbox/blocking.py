"""Who shuts the door by their app instead of by a word, and opens it again. Never commits."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.contact_point import ContactPoint
from core.db.models.outgoing import OutgoingMessage, Purpose
from core.messages import reply_from_json
from core.outbox.operations import mark_stopped

_BY_WORD = ("consent.stopped", "consent.started")
"""First lines of our answers to STOP and START."""


def shut_out(session: Session, contact_point_id: uuid.UUID, now: datetime) -> None:
    """They blocked us: nothing more is sent."""
    mark_stopped(session, contact_point_id, now)


def let_in_again(session: Session, contact_point_id: uuid.UUID) -> None:
    """They unblocked us. That undoes the block and nothing else: who said STOP has to say START."""
    if not said_stop(session, contact_point_id):
        session.execute(sa.update(ContactPoint).where(ContactPoint.id == contact_point_id).values(stopped_at=None))


def said_stop(session: Session, contact_point_id: uuid.UUID) -> bool:
    """Whether they asked us in words for silence, and not for our messages since."""
    answers = session.scalars(
        sa.select(OutgoingMessage.reply)
        .where(OutgoingMessage.contact_point_id == contact_point_id, OutgoingMessage.purpose == Purpose.CONSENT)
        .order_by(OutgoingMessage.created_at.desc())
    )
    said = (line.key for answer in answers for line in reply_from_json(answer).say[:1])
    return next((key for key in said if key in _BY_WORD), "") == _BY_WORD[0]
