"""Posting into the outbox, and what providers tell us later about a message. Never commits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.contact_point import ContactPoint
from core.db.models.outgoing import Delivery, OutgoingMessage, Purpose
from core.messages import Channel, Reply, reply_to_json

LIFETIME = {
    Purpose.ANSWER: timedelta(hours=12),
    Purpose.CONSENT: timedelta(hours=12),
    Purpose.EMERGENCY: timedelta(hours=1),
    Purpose.VOLUNTEER: timedelta(days=2),
    Purpose.STARTED: timedelta(days=2),
    Purpose.DUTY: timedelta(hours=6),
}
"""After this a message says something that is no longer so: it fails as expired and a person sees that."""

RANK = {
    Delivery.QUEUED: 0,
    Delivery.SENDING: 1,
    Delivery.UNKNOWN: 2,
    Delivery.SENT: 3,
    Delivery.DELIVERED: 4,
    Delivery.FAILED: 4,
}
"""Status callbacks come in any order: a message only moves to a higher rank, and never leaves the last one."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message to put into the outbox. `key` makes it idempotent: a second post with it is ignored."""

    contact_point_id: uuid.UUID
    channel: Channel
    reply: Reply
    purpose: Purpose
    key: str
    conversation_id: uuid.UUID | None = None
    help_request_id: uuid.UUID | None = None
    volunteer_id: uuid.UUID | None = None
    not_before: datetime | None = None


def post(session: Session, message: Post, now: datetime) -> uuid.UUID | None:
    """Queue `message`; gives its id, or None where its key was posted before."""
    if session.scalar(sa.select(OutgoingMessage.id).where(OutgoingMessage.idempotency_key == message.key)):
        return None
    row_id = uuid.uuid4()
    due = max(now, message.not_before or now)
    session.execute(
        sa.insert(OutgoingMessage).values(
            id=row_id,
            contact_point_id=message.contact_point_id,
            channel=message.channel,
            conversation_id=message.conversation_id,
            help_request_id=message.help_request_id,
            volunteer_id=message.volunteer_id,
            purpose=message.purpose,
            reply=reply_to_json(message.reply),
            idempotency_key=message.key,
            status=Delivery.QUEUED,
            attempts=0,
            next_attempt_at=due,
            expires_at=due + LIFETIME[message.purpose],
            created_at=now,
        )
    )
    return row_id


def record_status(
    session: Session, channel: Channel, provider_id: str, status: Delivery, error_code: str | None
) -> uuid.UUID | None:
    """Move the message the provider calls `provider_id` to `status`, unless it is further already.

    Gives the message's id where it moved. An unknown id is nobody's: the provider may know messages of
    other systems on the same number.
    """
    lower = [s for s, rank in RANK.items() if rank < RANK[status]]
    moved = session.execute(
        sa.update(OutgoingMessage)
        .where(
            OutgoingMessage.channel == channel,
            OutgoingMessage.provider_id == provider_id,
            OutgoingMessage.status.in_(lower),
        )
        .values(status=status, error_code=error_code if status is Delivery.FAILED else None)
        .returning(OutgoingMessage.id)
    ).scalar()
    return moved


def mark_stopped(session: Session, contact_point_id: uuid.UUID, now: datetime) -> None:
    """The provider says this contact opted out: nothing more is sent until they ask for it."""
    session.execute(
        sa.update(ContactPoint)
        .where(ContactPoint.id == contact_point_id, ContactPoint.stopped_at.is_(None))
        .values(stopped_at=now)
    )
