"""What a caller tells us about calling them back, and the one call to who hung up before a word. Never commits."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.contacts import contact_point
from core.conversation.starting import call_back
from core.db.models.conversation import Conversation
from core.db.models.help_request import CallBack, HelpRequest
from core.db.models.outgoing import Delivery, OutgoingMessage, Purpose
from core.db.sealing import Sealer
from core.messages import Channel
from core.outbox.operations import Post, post

PATIENCE = timedelta(minutes=1)
"""They may be dialling again."""
ONCE_IN = timedelta(hours=24)
_KEY = "missed:"
_NEEDLESS = "needless"


def keep_call_back(session: Session, request_id: uuid.UUID, window: CallBack) -> None:
    """Note when they would like to be called."""
    session.execute(sa.update(HelpRequest).where(HelpRequest.id == request_id).values(call_back=window))


def keep_call_number(session: Session, sealer: Sealer, request_id: uuid.UUID, number: str, now: datetime) -> None:
    """Note, sealed, at which number they can be called about this request."""
    contact = contact_point(session, sealer, Channel.VOICE, number, now)
    session.execute(sa.update(HelpRequest).where(HelpRequest.id == request_id).values(call_number_id=contact.id))


def call_them_back(
    session: Session, contact_id: uuid.UUID, inbound_id: uuid.UUID, language: str, now: datetime
) -> None:
    """Have them called in a minute, or in the next allowed hour; not after anything private or violent, nor twice a
    day. If it fails, nobody is told of it: it belongs to no conversation.
    """
    if _called_lately(session, contact_id, now) or _told_in_private(session, contact_id):
        return
    message = Post(
        contact_point_id=contact_id,
        channel=Channel.VOICE,
        reply=call_back(language),
        purpose=Purpose.STARTED,
        key=f"{_KEY}{inbound_id}",
        not_before=now + PATIENCE,
    )
    post(session, message, now)


def drop_call_back(session: Session, contact_id: uuid.UUID) -> None:
    """They have reached us since: a call back that still waits is not placed."""
    session.execute(
        sa.update(OutgoingMessage)
        .where(_is_call_back(contact_id), OutgoingMessage.status == Delivery.QUEUED)
        .values(status=Delivery.FAILED, error_code=_NEEDLESS)
    )


def _is_call_back(contact_id: uuid.UUID) -> sa.ColumnElement[bool]:
    return sa.and_(
        OutgoingMessage.contact_point_id == contact_id,
        OutgoingMessage.idempotency_key.startswith(_KEY, autoescape=True),
    )


def _called_lately(session: Session, contact_id: uuid.UUID, now: datetime) -> bool:
    placed = sa.or_(OutgoingMessage.error_code.is_(None), OutgoingMessage.error_code != _NEEDLESS)
    lately = OutgoingMessage.next_attempt_at > now - ONCE_IN
    found = sa.select(OutgoingMessage.id).where(_is_call_back(contact_id), placed, lately).limit(1)
    return session.scalar(found) is not None


def _told_in_private(session: Session, contact_id: uuid.UUID) -> bool:
    """Whether a request from this telephone, or with its number, open or closed, was ever private or about violence."""
    by_them = sa.or_(Conversation.contact_point_id == contact_id, HelpRequest.call_number_id == contact_id)
    secret = sa.or_(HelpRequest.private, HelpRequest.emergency_kind == "violence")
    found = (
        sa.select(HelpRequest.id)
        .outerjoin(Conversation, Conversation.id == HelpRequest.conversation_id)
        .where(by_them, secret)
        .limit(1)
    )
    return session.scalar(found) is not None
