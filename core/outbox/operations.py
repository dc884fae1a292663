"""Posting into the outbox, and what providers tell us later about a message. Never commits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.contact_point import ContactPoint
from core.db.models.outgoing import Delivery, DeliveryReport, OutgoingMessage, Purpose
from core.messages import Channel, Reply, reply_to_json

LIFETIME = {
    Purpose.ANSWER: timedelta(hours=12),
    Purpose.CONSENT: timedelta(hours=12),
    Purpose.EMERGENCY: timedelta(hours=1),
    Purpose.VOLUNTEER: timedelta(days=2),
    Purpose.STARTED: timedelta(days=2),
    Purpose.VERIFY: timedelta(days=2),
    Purpose.DUTY: timedelta(hours=6),
    Purpose.CONNECT: timedelta(minutes=5),  # the volunteer waits beside the telephone
    Purpose.CODE: timedelta(minutes=10),  # as long as it counts
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


REPORT_LIFETIME = timedelta(hours=1)
"""How long a report on an id that we don't know yet is kept."""


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
    session: Session, channel: Channel, provider_id: str, status: Delivery, error_code: str | None, now: datetime
) -> uuid.UUID | None:
    """Move the message the provider calls `provider_id` to `status`, unless it is further already.

    Gives the message's id where it moved. A report on an id we have not noted yet is kept for when we have: the
    provider is sometimes quicker than our own commit.
    """
    known = session.scalar(
        sa.select(OutgoingMessage.id).where(
            OutgoingMessage.channel == channel, OutgoingMessage.provider_id == provider_id
        )
    )
    if known is None:
        report = DeliveryReport(channel=channel, provider_id=provider_id, status=status, error_code=error_code, at=now)
        session.add(report)
        return None
    return _move(session, known, status, error_code)


def record_sent(
    session: Session, message_id: uuid.UUID, channel: Channel, provider_id: str, now: datetime
) -> uuid.UUID | None:
    """The provider took the message. Gives its id where an early report says that it failed since."""
    session.execute(
        sa.update(OutgoingMessage).where(OutgoingMessage.id == message_id).values(provider_id=provider_id, sent_at=now)
    )
    _move(session, message_id, Delivery.SENT, None)
    return _apply_reports(session, message_id, channel, provider_id)


def settle_reports(session: Session) -> list[uuid.UUID]:
    """Apply the early reports on messages that are noted by now; gives the ids of those that failed.

    On PostgreSQL a report and our note of its message can be written at the same moment, neither seeing the other.
    """
    met = sa.and_(
        DeliveryReport.channel == OutgoingMessage.channel, DeliveryReport.provider_id == OutgoingMessage.provider_id
    )
    rows = session.execute(
        sa.select(OutgoingMessage.id, DeliveryReport.channel, DeliveryReport.provider_id)
        .join(DeliveryReport, met)
        .distinct()
    ).all()
    applied = [_apply_reports(session, *row) for row in rows]
    return [failed for failed in applied if failed]


def _apply_reports(session: Session, message_id: uuid.UUID, channel: Channel, provider_id: str) -> uuid.UUID | None:
    early = sa.and_(DeliveryReport.channel == channel, DeliveryReport.provider_id == provider_id)
    failed = None
    for report in session.scalars(sa.select(DeliveryReport).where(early).with_for_update(skip_locked=True)).all():
        moved = _move(session, message_id, report.status, report.error_code)
        failed = moved if report.status is Delivery.FAILED else failed
        session.delete(report)
    return failed


def _move(session: Session, message_id: uuid.UUID, status: Delivery, error_code: str | None) -> uuid.UUID | None:
    lower = [s for s, rank in RANK.items() if rank < RANK[status]]
    return session.execute(
        sa.update(OutgoingMessage)
        .where(OutgoingMessage.id == message_id, OutgoingMessage.status.in_(lower))
        .values(status=status, error_code=error_code if status is Delivery.FAILED else None)
        .returning(OutgoingMessage.id)
    ).scalar()


def waiting_since(session: Session) -> datetime | None:
    """When the oldest message that is still to be tried was due; None when none waits."""
    waiting = OutgoingMessage.status.in_([Delivery.QUEUED, Delivery.UNKNOWN])
    return session.scalar(sa.select(sa.func.min(OutgoingMessage.next_attempt_at)).where(waiting))


def forget_old_reports(session: Session, now: datetime) -> None:
    """Drop early reports that no message of ours has claimed: another system uses the same account."""
    session.execute(sa.delete(DeliveryReport).where(DeliveryReport.at < now - REPORT_LIFETIME))


def mark_stopped(session: Session, contact_point_id: uuid.UUID, now: datetime) -> None:
    """The provider says this contact opted out: nothing more is sent until they ask for it."""
    session.execute(
        sa.update(ContactPoint)
        .where(ContactPoint.id == contact_point_id, ContactPoint.stopped_at.is_(None))
        .values(stopped_at=now)
    )
