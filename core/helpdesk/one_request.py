"""One request with all that belongs to it: conversation, notes, history, where they are reached. Reads only."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.contacts import linked_with
from core.db.models.contact_point import ContactPoint, Resident
from core.db.models.conversation import Conversation, InboundMedia, InboundMessage
from core.db.models.help_request import (
    FollowUp,
    HelpRequest,
    HelpRequestEvent,
    Note,
    Referral,
)
from core.db.models.outgoing import Delivery, OutgoingMessage
from core.db.models.volunteer import Volunteer
from core.db.sealing import Sealer
from core.helpdesk.queries import QueueRow, queue_row
from core.messages import Channel, ContactKind, Location, Reply, reply_from_json


class Speaker(StrEnum):
    """Who said a line of a conversation."""

    RESIDENT = "resident"
    ASSISTANT = "assistant"
    VOLUNTEER = "volunteer"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation. Either `text` (the resident's, a note's) or `reply` (what we sent)."""

    at: datetime
    speaker: Speaker
    language: str
    text: str = ""
    reply: Reply | None = None
    author: str | None = None
    channel: Channel | None = None
    delivery: Delivery | None = None
    error_code: str | None = None
    media: tuple[MediaLine, ...] = ()
    location: Location | None = None
    edited: bool = False
    """A new wording of a message that stands further up."""


@dataclass(frozen=True, slots=True)
class MediaLine:
    """A picture or recording to look at; `kept` once it was fetched. `seconds`: of a recording, where known."""

    id: uuid.UUID
    content_type: str
    kept: bool
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request, whole. `lines` and `address` are empty until the viewer holds the request (or it is closed)."""

    row: QueueRow
    words: str
    tried: tuple[str, ...]
    for_whom: str | None
    age_told: int | None
    stays_in: bool
    asked_by: str | None
    consent_by: str | None
    consent_words: str | None
    consent_at: datetime | None
    responsible_body: str | None
    created_at: datetime
    private: bool
    stopped: bool
    safe_to_call: bool | None
    """Whether the resident said that nobody else picks up; None when never asked or no number is known."""
    can_reply: bool
    address: str | None
    number_given: bool
    """They withheld the number they called from, and gave us `address`."""
    linked: tuple[Linked, ...]
    """Where else the same person is reached."""
    lines: tuple[Line, ...]
    events: tuple[EventLine, ...]
    referrals: tuple[uuid.UUID, ...]

    @property
    def number_withheld(self) -> bool:
        """They called from a telephone whose number we don't see, and gave us none."""
        return self.row.channel is Channel.VOICE and self.address is not None and not self.address.startswith("+")


@dataclass(frozen=True, slots=True)
class Linked:
    """A phone or a chat that a code has shown to be the same person's. number: of a phone, E.164."""

    kind: ContactKind
    number: str | None
    safe_to_call: bool | None


@dataclass(frozen=True, slots=True)
class EventLine:
    """One entry of the request's history."""

    at: datetime
    kind: str
    volunteer: str | None
    data: dict[str, str]


def request_page(session: Session, sealer: Sealer, request_id: uuid.UUID, *, revealed: bool) -> RequestPage | None:
    """The request; with `revealed`, the resident's words and number too (the caller logs the reveal)."""
    found = session.execute(
        sa.select(HelpRequest, Volunteer.name, Resident.name)
        .outerjoin(Volunteer, Volunteer.id == HelpRequest.claimed_by_id)
        .join(Resident, Resident.id == HelpRequest.asked_by_id)
        .where(HelpRequest.id == request_id)
    ).one_or_none()
    if found is None:
        return None
    request, holder, asked_by = found
    contact = contact_of(session, request)
    answer = session.scalar(
        sa.select(FollowUp.answer)
        .where(FollowUp.help_request_id == request_id)
        .order_by(FollowUp.due_at.desc())
        .limit(1)
    )
    return RequestPage(
        row=queue_row(request, holder, answer),
        words=request.words if revealed else "",
        tried=tuple(request.tried) if revealed else (),
        for_whom=request.for_whom if revealed else None,
        age_told=request.age_told if revealed else None,
        stays_in=request.stays_in and revealed,
        asked_by=asked_by if revealed else None,
        consent_by=request.consent_by if revealed else None,
        consent_words=request.consent_words if revealed else None,
        consent_at=request.consent_at if revealed else None,
        responsible_body=request.responsible_body,
        created_at=request.created_at,
        private=request.private,
        stopped=bool(contact and contact.stopped_at),
        safe_to_call=contact.safe_to_call if contact else None,
        can_reply=contact is not None and contact.stopped_at is None,
        address=_address(sealer, contact) if revealed and contact else None,
        number_given=request.call_number_id is not None,
        linked=_linked(session, sealer, contact) if revealed and contact else (),
        lines=_lines(session, request) if revealed else (),
        events=_events(session, request_id),
        referrals=tuple(session.scalars(sa.select(Referral.service_id).where(Referral.help_request_id == request_id))),
    )


def contact_of(session: Session, request: HelpRequest) -> ContactPoint | None:
    """Where the one who asked is reached, and first the number that they gave us; None where they came in person."""
    if request.call_number_id:
        return session.get_one(ContactPoint, request.call_number_id)
    if request.conversation_id is None:
        return None
    return session.scalar(
        sa.select(ContactPoint)
        .join(Conversation, Conversation.contact_point_id == ContactPoint.id)
        .where(Conversation.id == request.conversation_id)
    )


def _address(sealer: Sealer, contact: ContactPoint) -> str:
    return sealer.open(contact.kind, contact.address_key, contact.address_sealed)


def _linked(session: Session, sealer: Sealer, contact: ContactPoint) -> tuple[Linked, ...]:
    others = [session.get_one(ContactPoint, other) for other in linked_with(session, contact.id)]
    return tuple(
        Linked(other.kind, _address(sealer, other) if other.kind is ContactKind.PHONE else None, other.safe_to_call)
        for other in others
    )


def chat_with(session: Session, sealer: Sealer, request_id: uuid.UUID) -> str | None:
    """The Telegram chat in which the resident is answered; None where they came another way, or said STOP."""
    contact = contact_of(session, session.get_one(HelpRequest, request_id))
    if contact is None or contact.kind is not ContactKind.TELEGRAM or contact.stopped_at or contact.blocked_at:
        return None
    return _address(sealer, contact)


def _lines(session: Session, request: HelpRequest) -> tuple[Line, ...]:
    lines = _said(session, request) + _sent(session, request) + _notes(session, request.id)
    return tuple(sorted(lines, key=lambda line: line.at))


def _said(session: Session, request: HelpRequest) -> list[Line]:
    """All of its conversation, and what came to belong to it from another channel of the same person."""
    theirs = InboundMessage.help_request_id == request.id
    if request.conversation_id:
        theirs = sa.or_(theirs, InboundMessage.conversation_id == request.conversation_id)
    rows = session.scalars(sa.select(InboundMessage).where(theirs).order_by(InboundMessage.received_at)).all()
    media: dict[uuid.UUID, list[MediaLine]] = {}
    item, kept = InboundMedia, InboundMedia.fetched_at.is_not(None)
    for row in session.execute(
        sa.select(item.id, item.inbound_message_id, item.content_type, item.seconds, kept.label("kept"))
        .join(InboundMessage, InboundMessage.id == InboundMedia.inbound_message_id)
        .where(theirs)
    ):
        shown = MediaLine(row.id, row.content_type, bool(row.kept), row.seconds)
        media.setdefault(row.inbound_message_id, []).append(shown)
    first = {(r.conversation_id, r.message_id): r.id for r in reversed(rows)}
    lines: list[Line] = []
    for r in rows:
        edited = r.message_id is not None and first[r.conversation_id, r.message_id] != r.id
        lines += _turn(r, tuple(media.get(r.id, ())), edited=edited)
    return lines


def _turn(message: InboundMessage, media: tuple[MediaLine, ...], *, edited: bool) -> Iterator[Line]:
    """What they sent. In a call our answer too, which went through no outbox; that it began or ended is no line."""
    at, channel = message.received_at, message.channel
    if message.text or media or channel is not Channel.VOICE:
        yield Line(at, Speaker.RESIDENT, message.language, text=message.text, channel=channel,
                   media=media, location=_location(message), edited=edited)  # fmt: skip
    if channel is Channel.VOICE:
        answer = reply_from_json(message.reply)
        yield Line(at, Speaker.ASSISTANT, answer.language, reply=answer, channel=channel)


def _location(message: InboundMessage) -> Location | None:
    if message.latitude is None or message.longitude is None:
        return None
    return Location(message.latitude, message.longitude)


def _sent(session: Session, request: HelpRequest) -> list[Line]:
    theirs = sa.and_(OutgoingMessage.help_request_id == request.id, OutgoingMessage.conversation_id.is_not(None))
    if request.conversation_id:
        theirs = sa.or_(theirs, OutgoingMessage.conversation_id == request.conversation_id)
    rows = session.execute(
        sa.select(OutgoingMessage, Volunteer.name)
        .outerjoin(Volunteer, Volunteer.id == OutgoingMessage.volunteer_id)
        .where(theirs)
        .order_by(OutgoingMessage.created_at)
    ).all()
    return [
        Line(
            message.created_at,
            Speaker.VOLUNTEER if message.volunteer_id else Speaker.ASSISTANT,
            message.reply["language"],
            reply=reply_from_json(message.reply),
            author=name,
            channel=message.channel,
            delivery=message.status,
            error_code=message.error_code,
        )
        for message, name in rows
    ]


def _notes(session: Session, request_id: uuid.UUID) -> list[Line]:
    rows = session.execute(
        sa.select(Note, Volunteer)
        .join(Volunteer, Volunteer.id == Note.volunteer_id)
        .where(Note.help_request_id == request_id)
    ).all()
    return [Line(n.at, Speaker.NOTE, v.language, text=n.text, author=v.name) for n, v in rows]


def _events(session: Session, request_id: uuid.UUID) -> tuple[EventLine, ...]:
    rows = session.execute(
        sa.select(HelpRequestEvent, Volunteer.name)
        .outerjoin(Volunteer, Volunteer.id == HelpRequestEvent.volunteer_id)
        .where(HelpRequestEvent.help_request_id == request_id)
        .order_by(HelpRequestEvent.at, HelpRequestEvent.id)
    ).all()
    return tuple(EventLine(e.at, e.kind, name, e.data) for e, name in rows)
