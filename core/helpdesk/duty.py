"""The duty contact hears of emergencies at once and of long waits, and so do volunteers who want to. Never commits."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from core.contacts import contact_point
from core.db.models.help_request import HelpRequest
from core.db.models.outgoing import Purpose
from core.helpdesk.desk import Desk
from core.helpdesk.events import EventKind, record
from core.helpdesk.notices import tell_volunteers
from core.messages import Moment, Param, Reply, Say, Words
from core.outbox.operations import Post, post


def tell_of_emergency(session: Session, desk: Desk, request: HelpRequest, now: datetime) -> None:
    """Someone may be in danger."""
    _tell(session, desk, request, "duty.emergency", {"reference": Words(request.reference)}, now)
    tell_volunteers(session, desk, request, now)


def tell_of_long_wait(session: Session, desk: Desk, request: HelpRequest, now: datetime) -> None:
    """Nobody has claimed this request for too long."""
    since = Moment(request.waiting_since.astimezone(desk.zone), now.astimezone(desk.zone))
    _tell(session, desk, request, "duty.long_wait", {"reference": Words(request.reference), "when": since}, now)
    tell_volunteers(session, desk, request, now)


def tell_of_undelivered(session: Session, desk: Desk, request: HelpRequest, now: datetime) -> None:
    """Our answer to an emergency did not arrive: only a person can still help."""
    _tell(session, desk, request, "duty.undelivered", {"reference": Words(request.reference)}, now)
    tell_volunteers(session, desk, request, now, "notice.undelivered")


def _tell(
    session: Session, desk: Desk, request: HelpRequest, key: str, params: dict[str, Param], now: datetime
) -> None:
    if desk.duty_contact is None:
        return
    channel, address = desk.duty_contact
    contact = contact_point(session, desk.sealer, channel, address, now)
    message = Post(
        contact_point_id=contact.id,
        channel=channel,
        reply=Reply((Say(key, params),), desk.duty_language),
        purpose=Purpose.DUTY,
        key=f"duty:{uuid.uuid4()}",
        help_request_id=request.id,
    )
    if post(session, message, now):
        record(session, request.id, EventKind.DUTY_TOLD, now, what=key)
