"""What is known when a message comes in, read in few queries, before anything is decided."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.assistant.linking import residents_at, standing
from core.contacts import linked_now, linked_with
from core.conversation.situation import Contact, NumberStanding, RequestView
from core.conversation.state import OpenQuestion, QuestionKind, TalkState
from core.db.models.contact_point import ContactLink, ContactPoint
from core.db.models.conversation import Conversation, InboundMessage, Question
from core.db.models.help_request import HelpRequest, Status
from core.db.sealing import Sealer
from core.messages import Channel, ContactKind, Inbound, Reply, reply_from_json


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One resident's standing. Ids are None where this is the first we hear from them."""

    contact: Contact
    contact_id: uuid.UUID | None
    conversation_id: uuid.UUID | None
    resident_id: uuid.UUID | None
    version: int
    language: str | None
    state: TalkState
    question: OpenQuestion | None
    requests: tuple[RequestView, ...]
    last_reply: Reply | None
    linked: bool = False
    """Their contact point is linked with another one."""
    number: NumberStanding | None = None
    """Of the number that the message shares."""
    earlier: EarlierWords | None = None
    """Where the message is a new wording."""


@dataclass(frozen=True, slots=True)
class EarlierWords:
    """How a message read before they edited it. `last`: they have sent nothing else since."""

    text: str
    request_id: uuid.UUID | None
    last: bool


def stored_reply(session: Session, inbound: Inbound) -> Reply | None:
    """The Reply this very message got before; None for a new one."""
    data = session.scalar(
        sa.select(InboundMessage.reply).where(
            InboundMessage.channel == inbound.channel, InboundMessage.provider_id == inbound.provider_id
        )
    )
    return reply_from_json(data) if data else None


def snapshot(session: Session, sealer: Sealer, inbound: Inbound, now: datetime) -> Snapshot:
    """Where we stand with the sender of `inbound`."""
    known = _standing(session, sealer, inbound, now)
    if inbound.contact:
        known = replace(known, number=standing(session, sealer, known.contact_id, inbound.contact, now))
    if inbound.edited and known.conversation_id:
        known = replace(known, earlier=_earlier(session, known.conversation_id, inbound.message_id))
    return known


def _standing(session: Session, sealer: Sealer, inbound: Inbound, now: datetime) -> Snapshot:
    row = session.execute(_one_row(sealer, inbound.channel, inbound.address, now)).one_or_none()
    if row is None:
        nobody = Contact(uuid.uuid4(), stopped=False, shared=False, safe_to_call=None, messages_this_hour=0)
        return Snapshot(nobody, None, None, None, 0, None, TalkState(), None, (), None)
    contact, talk, question, residents, recent, last, linked = row
    others = linked_with(session, contact.id) if linked else ()
    known = Contact(
        contact.id, contact.stopped_at is not None, residents > 1, contact.safe_to_call, recent, contact.slow_speech
    )
    state = TalkState.from_json(talk.state).forgotten(talk.updated_at, now) if talk else TalkState()
    return Snapshot(
        contact=known,
        contact_id=contact.id,
        conversation_id=talk.id if talk else None,
        resident_id=talk.resident_id if talk else None,
        version=talk.version if talk else 0,
        language=contact.language,
        state=state,
        question=open_question(question) if question else None,
        requests=_requests(session, talk.id if talk else None, others) if talk or others else (),
        last_reply=reply_from_json(last) if last else None,
        linked=bool(others),
    )


def _earlier(session: Session, conversation_id: uuid.UUID, message_id: str) -> EarlierWords | None:
    """The wording before this one; None where we never had it."""
    in_talk = InboundMessage.conversation_id == conversation_id
    wordings = session.scalars(
        sa.select(InboundMessage)
        .where(in_talk, InboundMessage.message_id == message_id)
        .order_by(InboundMessage.received_at.desc())
    ).all()
    if not wordings:
        return None
    since = sa.select(InboundMessage.id).where(
        in_talk,
        InboundMessage.received_at > wordings[0].received_at,
        InboundMessage.id.not_in([wording.id for wording in wordings]),
    )
    request_id = next((wording.help_request_id for wording in wordings if wording.help_request_id), None)
    return EarlierWords(wordings[0].text, request_id, last=session.scalar(since.limit(1)) is None)


def open_question(row: Question) -> OpenQuestion:
    """The value that a question's row stands for."""
    return OpenQuestion(
        id=row.id,
        kind=QuestionKind(row.kind),
        asked=reply_from_json(row.data["asked"]),
        needs=tuple(row.data["needs"]),
        subject=uuid.UUID(row.data["subject"]) if row.data["subject"] else None,
        reference=row.data["reference"],
        services=tuple(uuid.UUID(i) for i in row.data.get("services", ())),  # stored before there were lists: none
    )


def _one_row(sealer: Sealer, channel: Channel, address: str, now: datetime) -> sa.Select[Any]:
    kind = ContactKind.of(channel)
    recent = (
        sa.select(sa.func.count())
        .select_from(InboundMessage)
        .where(
            InboundMessage.contact_point_id == ContactPoint.id,
            InboundMessage.received_at > now - timedelta(hours=1),
        )
        .scalar_subquery()
    )
    last = (
        sa.select(InboundMessage.reply)
        .where(InboundMessage.conversation_id == Conversation.id)
        .order_by(InboundMessage.received_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    of_it = sa.or_(ContactLink.contact_point_id == ContactPoint.id, ContactLink.phone_id == ContactPoint.id)
    linked = sa.exists().where(of_it, linked_now())
    still_open = sa.and_(
        Question.conversation_id == Conversation.id,
        Question.answered_at.is_(None),
        Question.superseded_at.is_(None),
        Question.expires_at > now,
    )
    row: sa.Select[Any] = (
        sa.select(ContactPoint, Conversation, Question, residents_at(ContactPoint.id), recent, last, linked)
        .outerjoin(
            Conversation,
            sa.and_(Conversation.contact_point_id == ContactPoint.id, Conversation.channel == channel),
        )
        .outerjoin(Question, still_open)
        .where(ContactPoint.kind == kind, ContactPoint.address_key.in_(sealer.keys(kind, address)))
        .order_by(Question.asked_at.desc())
        .limit(1)
    )
    return row


def _requests(
    session: Session, conversation_id: uuid.UUID | None, others: tuple[uuid.UUID, ...]
) -> tuple[RequestView, ...]:
    """Of this talk; and of what is linked with it, as far as it is not private: somebody may look over a shoulder."""
    theirs = HelpRequest.conversation_id == conversation_id
    if others:
        linked = sa.select(Conversation.id).where(Conversation.contact_point_id.in_(others))
        theirs = sa.or_(theirs, sa.and_(HelpRequest.conversation_id.in_(linked), HelpRequest.private.is_(False)))
    rows = session.scalars(
        sa.select(HelpRequest).where(theirs, HelpRequest.status != Status.RESOLVED).order_by(HelpRequest.created_at)
    ).all()
    return tuple(
        RequestView(
            id=r.id,
            reference=r.reference,
            status=r.status,
            reason=r.reason,
            need=r.need_code,
            emergency_kind=r.emergency_kind,
            held=r.claimed_by_id is not None,
            acknowledged=r.acknowledged_at is not None,
            created_at=r.created_at,
            private=r.private,
            call_back=r.call_back,
            elsewhere=r.conversation_id != conversation_id,
        )
        for r in rows
    )
