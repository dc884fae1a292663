"""A message that will never arrive: a person must see it, or someone meets silence. Never commits."""

from __future__ import annotations

import random
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.conversation import Conversation
from core.db.models.help_request import FollowUp, HelpRequest, Reason, Status, Urgency
from core.db.models.outgoing import OutgoingMessage, Purpose
from core.db.models.timer import TimerKind
from core.directory.freshness.operations import by_phone_instead
from core.helpdesk.calling import call_failed
from core.helpdesk.desk import Desk
from core.helpdesk.duty import tell_of_undelivered
from core.helpdesk.events import EventKind, record
from core.helpdesk.follow_ups import contact_to_ask, reopen_request
from core.helpdesk.locking import lock_conversation
from core.helpdesk.opening import NewRequest, open_request, unused_reference
from core.timers import set_timer

OF_NO_CONSEQUENCE = ("stopped", "blocked", "withheld")
"""They asked for silence, so silence is what they get; who withholds their number can't be called."""


def delivery_failed(session: Session, desk: Desk, message_id: uuid.UUID, rng: random.Random, now: datetime) -> None:
    """Put it before a person: on the request it belongs to, else on a new one."""
    message = session.get_one(OutgoingMessage, message_id)
    if message.purpose is Purpose.CONNECT:
        call_failed(session, message, now)
    if message.purpose is Purpose.VERIFY:
        by_phone_instead(session, message.contact_point_id, message.created_at, now)
    if message.purpose is Purpose.DUTY or message.conversation_id is None:
        return
    lock_conversation(session, message.conversation_id)  # two texts that fail at once are one matter
    request = session.get(HelpRequest, message.help_request_id) if message.help_request_id else None
    if request is None:
        request = _waiting_request(session, message.conversation_id)
    if request:
        record(session, request.id, EventKind.NOT_DELIVERED, now, code=message.error_code or "")
        if message.purpose is Purpose.STARTED and _asked_elsewhere(session, message, request, now):
            return
        if message.purpose is Purpose.EMERGENCY:
            tell_of_undelivered(session, desk, request, now)
        elif request.status is Status.RESOLVED and message.error_code not in OF_NO_CONSEQUENCE:
            reopen_request(session, desk, request.id, EventKind.CALL_WANTED, now)
    elif message.error_code not in OF_NO_CONSEQUENCE:
        _open_for_call(session, desk, message, rng, now)


def _asked_elsewhere(session: Session, message: OutgoingMessage, request: HelpRequest, now: datetime) -> bool:
    """Whether "did you get the help?" can be asked another way: who has left a chat may have a phone."""
    asked = sa.select(FollowUp).where(FollowUp.help_request_id == request.id, FollowUp.answer.is_(None))
    follow_up = session.scalar(asked.order_by(FollowUp.due_at.desc()).limit(1))
    contact = contact_to_ask(session, follow_up) if follow_up else None
    if follow_up is None or contact is None or contact.id == message.contact_point_id:
        return False
    set_timer(session, TimerKind.FOLLOW_UP, follow_up.id, now)
    return True


def _waiting_request(session: Session, conversation_id: uuid.UUID) -> HelpRequest | None:
    return session.scalar(
        sa.select(HelpRequest)
        .where(HelpRequest.conversation_id == conversation_id, HelpRequest.status != Status.RESOLVED)
        .order_by(HelpRequest.created_at.desc())
        .limit(1)
    )


def _open_for_call(session: Session, desk: Desk, message: OutgoingMessage, rng: random.Random, now: datetime) -> None:
    conversation = session.get_one(Conversation, message.conversation_id)
    new = NewRequest(
        reference=unused_reference(session, rng),
        reason=Reason.UNDELIVERED,
        words=str(conversation.state.get("words") or ""),
        language=message.reply["language"],
        asked_by_id=conversation.resident_id,
        urgency=Urgency.SOON,
        need=conversation.state.get("need"),
        conversation_id=conversation.id,
        channel=message.channel,
    )
    request = open_request(session, desk, new, now)
    record(session, request.id, EventKind.NOT_DELIVERED, now, code=message.error_code or "")
