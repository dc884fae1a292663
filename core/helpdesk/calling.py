"""A volunteer calls a resident: the volunteer's own telephone rings first, through the outbox. Never commits."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.contacts import contact_point
from core.db.models.contact_point import ContactPoint
from core.db.models.help_request import HelpRequest, HelpRequestEvent, Status
from core.db.models.outgoing import OutgoingMessage, Purpose
from core.db.models.volunteer import Volunteer
from core.db.sealing import Sealer
from core.helpdesk.desk import Desk
from core.helpdesk.events import CallOutcome, EventKind, record
from core.helpdesk.locking import locked_request
from core.helpdesk.one_request import contact_of
from core.helpdesk.operations import Refused, held, touch
from core.helpdesk.volunteers import phone_of
from core.messages import Channel, ContactKind, Reply, Say
from core.outbox.operations import Post, post

WRONG_NUMBER = "failed"
"""Twilio's CallStatus of a call that could not be put through (twilio.com/docs/voice/api/call-resource)."""


def careful(*, private: bool, emergency_kind: str | None) -> bool:
    """Whether someone else may pick up the phone, or read over the shoulder."""
    return private or emergency_kind == "violence"


def may_ring(*, private: bool, emergency_kind: str | None, safe_to_call: bool | None) -> bool:
    """Whether the resident may be called: never where they said that others use the phone; in a matter to be careful
    with only where they said that nobody else does.
    """
    return safe_to_call is not False and (
        safe_to_call is True or not careful(private=private, emergency_kind=emergency_kind)
    )


def call(
    session: Session, desk: Desk, request_id: uuid.UUID, volunteer_id: uuid.UUID, form_key: str, now: datetime
) -> None:
    """Have the volunteer's telephone rung, to be connected with the resident. The same `form_key` again rings nothing.

    STOP ends texts, not this. Raises Refused.
    """
    request = held(session, request_id, volunteer_id)
    if refused := why_not(session, desk.sealer, request, volunteer_id):
        raise Refused(refused)
    own = phone_of(session, desk.sealer, volunteer_id) or ""
    message = Post(
        contact_point_id=contact_point(session, desk.sealer, Channel.VOICE, own, now).id,
        channel=Channel.VOICE,
        reply=Reply((Say("call.ring"),), session.get_one(Volunteer, volunteer_id).language),
        purpose=Purpose.CONNECT,
        key=f"call:{form_key}",
        help_request_id=request.id,
        volunteer_id=volunteer_id,
    )
    if post(session, message, now):
        touch(session, request, EventKind.CALLED, volunteer_id, now)


def why_not(session: Session, sealer: Sealer, request: HelpRequest, volunteer_id: uuid.UUID) -> str | None:
    """Why this volunteer can't call from the console: no_number (the resident has none that we know), unsafe, no_phone
    (of the volunteer's own); None where they can.
    """
    if _number_of(session, sealer, request) is None:
        return "no_number"
    if not _is_safe(session, request):
        return "unsafe"
    return None if phone_of(session, sealer, volunteer_id) else "no_phone"


def number_to_connect(session: Session, sealer: Sealer, message_id: uuid.UUID) -> str | None:
    """The resident's number, for the volunteer who took the call of this message. None where the request is no longer
    theirs or closed, or the resident may no longer be called.
    """
    message = _call_of(session, message_id)
    if message is None:
        return None
    request = session.get_one(HelpRequest, message.help_request_id)
    theirs = request.claimed_by_id == message.volunteer_id and request.status is not Status.RESOLVED
    return _number_of(session, sealer, request) if theirs and _is_safe(session, request) else None


def call_ended(session: Session, message_id: uuid.UUID, outcome: CallOutcome, now: datetime) -> None:
    """Note at the request what came of a call. The first outcome of a call counts."""
    message = _call_of(session, message_id)
    if message is None or message.help_request_id is None:
        return
    request = locked_request(session, message.help_request_id)
    endings = session.scalars(
        sa.select(HelpRequestEvent).where(
            HelpRequestEvent.help_request_id == request.id, HelpRequestEvent.kind == EventKind.CALL_ENDED
        )
    )
    if all(ending.data["call"] != str(message_id) for ending in endings):
        codes = {"call": str(message_id), "outcome": outcome.value}
        record(session, request.id, EventKind.CALL_ENDED, now, volunteer_id=message.volunteer_id, **codes)


def call_failed(session: Session, message: OutgoingMessage, now: datetime) -> None:
    """The volunteer was not reached, or did not press the key: the resident's telephone has not rung."""
    rang = message.sent_at is not None and message.error_code != WRONG_NUMBER
    call_ended(session, message.id, CallOutcome.NOT_TAKEN if rang else CallOutcome.NOT_PLACED, now)


def _call_of(session: Session, message_id: uuid.UUID) -> OutgoingMessage | None:
    message = session.get(OutgoingMessage, message_id)
    return message if message and message.purpose is Purpose.CONNECT else None


def _number_of(session: Session, sealer: Sealer, request: HelpRequest) -> str | None:
    contact = _telephone_of(session, request)
    if contact is None or contact.kind is not ContactKind.PHONE:
        return None
    number = sealer.open(contact.kind, contact.address_key, contact.address_sealed)
    return number if number.startswith("+") else None  # else they withheld it


def _is_safe(session: Session, request: HelpRequest) -> bool:
    contact = _telephone_of(session, request)
    return may_ring(
        private=request.private,
        emergency_kind=request.emergency_kind,
        safe_to_call=contact.safe_to_call if contact else None,
    )


def _telephone_of(session: Session, request: HelpRequest) -> ContactPoint | None:
    if request.call_number_id:
        return session.get(ContactPoint, request.call_number_id)
    return contact_of(session, request)
