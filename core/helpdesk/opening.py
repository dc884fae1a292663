"""How a help request begins: asked for by a resident, or taken down by a volunteer. Never commits."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.contacts import add_resident, contact_point, conversation_with, resident_named
from core.db.models.contact_point import Relation
from core.db.models.help_request import HelpRequest, Reason, Status, Urgency
from core.db.models.timer import TimerKind
from core.helpdesk.desk import EMERGENCY_AGAIN, URGENCY_RANK, Desk, fresh_reference
from core.helpdesk.duty import tell_of_emergency
from core.helpdesk.events import EventKind, record
from core.messages import Channel
from core.timers import set_timer

EMERGENCY_PATIENCE = timedelta(seconds=60)
"""An emergency nobody has claimed after this is told to the duty contact once more."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What a request begins with; the fields mean what HelpRequest's do."""

    reference: str
    reason: Reason
    words: str
    language: str
    asked_by_id: uuid.UUID
    urgency: Urgency = Urgency.NORMAL
    emergency_kind: str | None = None
    need: str | None = None
    place: str | None = None
    tried: tuple[str, ...] = ()
    for_whom: str | None = None
    age_told: int | None = None
    stays_in: bool = False
    consent_by: str | None = None
    consent_words: str | None = None
    conversation_id: uuid.UUID | None = None
    channel: Channel | None = None
    responsible_body: str | None = None
    private: bool = False
    phone_is_safe: bool = False
    written_in: str | None = None


def open_request(session: Session, desk: Desk, new: NewRequest, now: datetime) -> HelpRequest:
    """Open it, set its timers, and tell the duty contact of an emergency."""
    request = _row(new, now)
    session.add(request)
    session.flush()
    record(session, request.id, EventKind.OPENED, now, reason=new.reason.value)
    if new.urgency is Urgency.EMERGENCY:
        tell_of_emergency(session, desk, request, now)
        set_timer(session, TimerKind.LONG_WAIT, request.id, now + EMERGENCY_PATIENCE)
        if new.conversation_id and (new.emergency_kind != "violence" or new.phone_is_safe):
            set_timer(session, TimerKind.EMERGENCY_AGAIN, request.id, now + EMERGENCY_AGAIN)
    else:
        set_timer(session, TimerKind.LONG_WAIT, request.id, desk.answer_by(now))
    return request


def _row(new: NewRequest, now: datetime) -> HelpRequest:
    return HelpRequest(
        reference=new.reference,
        status=Status.OPEN,
        reason=new.reason,
        urgency=new.urgency,
        urgency_rank=URGENCY_RANK[new.urgency],
        emergency_kind=new.emergency_kind,
        need_code=new.need,
        place=new.place,
        words=new.words,
        language=new.language,
        written_in=new.written_in,
        tried=list(new.tried),
        private=new.private,
        asked_by_id=new.asked_by_id,
        for_whom=new.for_whom,
        age_told=new.age_told,
        stays_in=new.stays_in,
        consent_by=new.consent_by,
        consent_at=now if new.consent_words else None,
        consent_words=new.consent_words,
        conversation_id=new.conversation_id,
        channel=new.channel,
        responsible_body=new.responsible_body,
        created_at=now,
        waiting_since=now,
    )


@dataclass(frozen=True, slots=True)
class TakenDown:
    """What a volunteer writes down for a visitor or from a paper note. `phone` is E.164 or empty."""

    request_id: uuid.UUID
    name: str
    phone: str
    need: str
    place: str
    words: str
    language: str
    for_whom: str
    consent_words: str
    urgent: bool


def take_down(
    session: Session, desk: Desk, form: TakenDown, volunteer_id: uuid.UUID, rng: random.Random, now: datetime
) -> HelpRequest:
    """A request for someone who came in person. A form sent twice (same `request_id`) gives the first one's."""
    before = session.get(HelpRequest, form.request_id)
    if before:
        return before
    conversation_id, channel = None, None
    if form.phone:
        contact = contact_point(session, desk.sealer, Channel.SMS, form.phone, now)
        contact.language = contact.language or form.language
        conversation = conversation_with(session, contact, Channel.SMS, now)
        conversation_id, channel = conversation.id, Channel.SMS
        named = form.name.strip()
        resident_id = resident_named(session, contact, named, now) if named else conversation.resident_id
    else:
        resident_id = add_resident(session, None, form.name, Relation.OWN, now)
    new = NewRequest(
        reference=unused_reference(session, rng),
        reason=Reason.TAKEN_DOWN,
        words=form.words,
        language=form.language,
        asked_by_id=resident_id,
        urgency=Urgency.SOON if form.urgent else Urgency.NORMAL,
        need=form.need or None,
        place=form.place or None,
        for_whom=form.for_whom or form.name or None,
        consent_by=form.name or None,
        consent_words=form.consent_words or None,
        conversation_id=conversation_id,
        channel=channel,
    )
    request = _row(new, now)
    request.id = form.request_id
    session.add(request)
    session.flush()
    record(session, request.id, EventKind.TAKEN_DOWN, now, volunteer_id=volunteer_id)
    set_timer(session, TimerKind.LONG_WAIT, request.id, desk.answer_by(now))
    return request


def unused_reference(session: Session, rng: random.Random) -> str:
    """A fresh reference that no request has yet."""
    while True:
        reference = fresh_reference(rng)
        if not session.scalar(sa.select(HelpRequest.id).where(HelpRequest.reference == reference)):
            return reference
