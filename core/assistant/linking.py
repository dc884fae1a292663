"""What the database knows of a number that somebody shares in a chat, and the code that goes to it. Never commits."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.contacts import contact_point, find_contact_point, linked_with
from core.conversation.situation import NumberStanding
from core.db.models.contact_point import ContactLink, Relation, ResidentContactPoint
from core.db.models.outgoing import Purpose
from core.db.sealing import Sealer
from core.messages import Channel, ContactKind, Reply, Say, Words
from core.outbox.operations import Post, post

CODES = 3
"""Sent to one number, or for one chat, in `A_DAY`: a stranger's phone is not to be flooded."""
A_DAY = timedelta(days=1)
DIGITS = 6


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code on its way from the chat to the `number` (E.164) shared in it. `key` keeps it from going out twice."""

    chat_id: uuid.UUID
    number: str
    code: str
    language: str
    key: str


def fresh_code() -> str:
    """A code nobody can foresee."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def standing(session: Session, sealer: Sealer, chat_id: uuid.UUID | None, number: str, now: datetime) -> NumberStanding:
    """What is known of `number` (E.164), shared in the chat (None: a new one)."""
    if chat_id and shared(session, chat_id):
        return NumberStanding.SHARED
    phone = find_contact_point(session, sealer, ContactKind.PHONE, number)
    if _codes_sent(session, chat_id, phone.id if phone else None, now) >= CODES:
        return NumberStanding.TOO_OFTEN
    if phone is None:
        return NumberStanding.FREE
    if phone.stopped_at or phone.blocked_at or phone.safe_to_call is False:
        return NumberStanding.SILENT
    if chat_id and phone.id in linked_with(session, chat_id):
        return NumberStanding.LINKED
    return NumberStanding.SHARED if shared(session, phone.id) else NumberStanding.FREE


def shared(session: Session, contact_id: uuid.UUID) -> bool:
    """Whether several people are reached there, a linked one not counted."""
    return (session.scalar(sa.select(residents_at(contact_id))) or 0) > 1


def residents_at(contact_id: uuid.UUID | InstrumentedAttribute[uuid.UUID]) -> sa.ScalarSelect[int]:
    """How many people are reached there by themselves."""
    return (
        sa.select(sa.func.count())
        .select_from(ResidentContactPoint)
        .where(ResidentContactPoint.contact_point_id == contact_id, ResidentContactPoint.relation != Relation.LINKED)
        .scalar_subquery()
    )


def send_code(session: Session, sealer: Sealer, new: NewCode, now: datetime) -> bool:
    """Have the code sent. It belongs to no talk: volunteers don't see it. False where `CODES` were sent meanwhile."""
    phone = contact_point(session, sealer, Channel.SMS, new.number, now)
    if _codes_sent(session, new.chat_id, phone.id, now) >= CODES:
        return False
    session.add(ContactLink(contact_point_id=new.chat_id, phone_id=phone.id, sent_at=now))
    message = Post(
        contact_point_id=phone.id,
        channel=Channel.SMS,
        reply=Reply((Say("link.code", {"code": Words(new.code)}),), new.language),
        purpose=Purpose.CODE,
        key=new.key,
    )
    post(session, message, now)
    return True


def _codes_sent(session: Session, chat_id: uuid.UUID | None, phone_id: uuid.UUID | None, now: datetime) -> int:
    """Within `A_DAY`, of the number or of the chat, whichever had more."""
    columns = ((ContactLink.contact_point_id, chat_id), (ContactLink.phone_id, phone_id))
    counts = (
        session.scalar(
            sa.select(sa.func.count()).select_from(ContactLink).where(column == i, ContactLink.sent_at > now - A_DAY)
        )
        for column, i in columns
        if i
    )
    return max((count or 0 for count in counts), default=0)
