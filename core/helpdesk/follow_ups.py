"""The closed loop: "did you get the help?" after closing; "no" reopens, silence brings a call. Never commits."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from core.contacts import linked_with
from core.db.models.contact_point import ContactPoint
from core.db.models.conversation import Conversation
from core.db.models.help_request import FollowUp, FollowUpAnswer, HelpRequest, Outcome, Status
from core.db.models.timer import TimerKind
from core.helpdesk.desk import Desk
from core.helpdesk.events import EventKind, record
from core.helpdesk.locking import locked_request
from core.messages import Channel, ContactKind
from core.outbox.blocking import said_stop
from core.timers import cancel_timers, set_timer

MOST_ASKED = 2
"""A follow-up question that was crowded out is asked once more; then a person calls."""


def schedule_follow_up(session: Session, desk: Desk, request: HelpRequest, now: datetime) -> None:
    """Ask later whether the help came, where asking is possible and safe."""
    if request.private or request.conversation_id is None or request.outcome is Outcome.NOT_WANTED:
        return
    follow_up = FollowUp(help_request_id=request.id, due_at=now + desk.followup_delay, asked_times=0)
    session.add(follow_up)
    session.flush()
    set_timer(session, TimerKind.FOLLOW_UP, follow_up.id, follow_up.due_at)


def may_be_asked(session: Session, follow_up: FollowUp) -> bool:
    """Whether the question still makes sense: not answered, the request still closed, no STOP since."""
    return contact_to_ask(session, follow_up) is not None


def contact_to_ask(session: Session, follow_up: FollowUp) -> ContactPoint | None:
    """Where the question is asked: where the request was made, or at the phone of one who has left that chat. None
    where it makes no sense any more."""
    request = session.get_one(HelpRequest, follow_up.help_request_id)
    if follow_up.answer or request.status is not Status.RESOLVED or request.conversation_id is None:
        return None
    conversation = session.get_one(Conversation, request.conversation_id)
    contact = session.get_one(ContactPoint, conversation.contact_point_id)
    if contact.blocked_at is None and contact.stopped_at is None:
        return contact
    return _own_phone(session, contact) if contact.blocked_at is None and _left(session, contact) else None


def _left(session: Session, contact: ContactPoint) -> bool:
    """Whether they shut us out of their chat by its app, or gave it up. That is no STOP, which holds everywhere."""
    return contact.kind is ContactKind.TELEGRAM and not said_stop(session, contact.id)


def _own_phone(session: Session, chat: ContactPoint) -> ContactPoint | None:
    """A phone that a code has shown to be theirs, that takes texts, and where nobody asked for silence."""
    linked = [session.get_one(ContactPoint, i) for i in linked_with(session, chat.id)]
    return next((phone for phone in linked if _may_be_texted(phone)), None)


def _may_be_texted(phone: ContactPoint) -> bool:
    takes_texts = not phone.capabilities or Channel.SMS in phone.capabilities.split(",")
    silent = phone.stopped_at or phone.blocked_at or phone.safe_to_call is False
    return phone.kind is ContactKind.PHONE and takes_texts and not silent


def record_asked(session: Session, desk: Desk, follow_up: FollowUp, now: datetime) -> None:
    """The question goes out; after the patience a person calls."""
    follow_up.asked_at = now
    follow_up.asked_times += 1
    session.flush()
    record(session, follow_up.help_request_id, EventKind.FOLLOW_UP_ASKED, now)
    set_timer(session, TimerKind.FOLLOW_UP_SILENCE, follow_up.id, now + desk.followup_patience)


def record_answer(
    session: Session, desk: Desk, follow_up_id: uuid.UUID, answer: FollowUpAnswer, *, reopen: bool, now: datetime
) -> None:
    """What the resident said; `reopen` puts the same request back into the queue."""
    follow_up = session.get_one(FollowUp, follow_up_id)
    follow_up.answer = answer
    follow_up.answered_at = now
    session.flush()
    cancel_timers(session, follow_up.id, now)
    record(session, follow_up.help_request_id, EventKind.FOLLOW_UP_ANSWERED, now, answer=answer.value)
    if reopen:
        reopen_request(session, desk, follow_up.help_request_id, EventKind.REOPENED, now)


def give_up_asking(session: Session, desk: Desk, follow_up: FollowUp, now: datetime) -> None:
    """Silence is no yes: the request is open again, for someone to call."""
    if follow_up.answer:
        return
    follow_up.answer = FollowUpAnswer.SILENCE
    follow_up.answered_at = now
    session.flush()
    reopen_request(session, desk, follow_up.help_request_id, EventKind.CALL_WANTED, now)


def reopen_request(session: Session, desk: Desk, request_id: uuid.UUID, why: EventKind, now: datetime) -> None:
    """Back into the queue, waiting from now on. One that is open already keeps its place, and who claimed it."""
    request = locked_request(session, request_id)
    if request.status is not Status.RESOLVED:
        return
    request.status = Status.OPEN
    request.outcome = request.resolved_at = None
    request.claimed_by_id = request.claimed_at = request.touched_at = request.acknowledged_at = None
    request.waiting_since = now
    session.flush()
    record(session, request_id, why, now)
    set_timer(session, TimerKind.LONG_WAIT, request_id, desk.answer_by(now))
