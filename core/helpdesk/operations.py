"""What volunteers do with a request: claim, reply, note, correct its need, release, hand over, close. Never commits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.contact_point import ContactPoint
from core.db.models.conversation import Conversation
from core.db.models.help_request import HelpRequest, Note, Outcome, Status
from core.db.models.outgoing import Purpose
from core.db.models.timer import TimerKind
from core.db.models.volunteer import Volunteer
from core.helpdesk.desk import Desk
from core.helpdesk.events import EventKind, record
from core.helpdesk.follow_ups import schedule_follow_up
from core.helpdesk.locking import locked_request
from core.messages import Reply, Say, Words
from core.outbox.operations import Post, post
from core.timers import cancel_timers, set_timer


class Refused(Exception):
    """A volunteer may not do this now; `code` says why (held_by_other, no_channel, stopped, resolved, empty, no_phone,
    no_number, unsafe)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Claim:
    """How a claim went: `won`, or the name of the one who holds the request (None where nobody can: resolved)."""

    won: bool
    holder: str | None


def claim(session: Session, desk: Desk, request_id: uuid.UUID, volunteer_id: uuid.UUID, now: datetime) -> Claim:
    """Take an open request. One conditional UPDATE: of any number of claimants one wins."""
    taken = session.execute(
        sa.update(HelpRequest)
        .where(HelpRequest.id == request_id, HelpRequest.status == Status.OPEN, HelpRequest.claimed_by_id.is_(None))
        .values(status=Status.CLAIMED, claimed_by_id=volunteer_id, claimed_at=now, touched_at=now)
        .returning(HelpRequest.id)
    ).scalar()
    if taken:
        record(session, request_id, EventKind.CLAIMED, now, volunteer_id=volunteer_id)
        set_timer(session, TimerKind.CLAIM_IDLE, request_id, now + desk.claim_idle)
        return Claim(True, None)
    holder = session.execute(
        sa.select(Volunteer.id, Volunteer.name)
        .join(HelpRequest, HelpRequest.claimed_by_id == Volunteer.id)
        .where(HelpRequest.id == request_id)
    ).one_or_none()
    return Claim(holder is not None and holder.id == volunteer_id, holder.name if holder else None)


def reply(
    session: Session, request_id: uuid.UUID, volunteer_id: uuid.UUID, text: str, form_key: str, now: datetime
) -> None:
    """Answer the resident through their own channel. The same `form_key` again (a double click) sends nothing.

    Raises Refused.
    """
    request = held(session, request_id, volunteer_id)
    if not text.strip():
        raise Refused("empty")
    if request.conversation_id is None or request.channel is None:
        raise Refused("no_channel")
    conversation = session.get_one(Conversation, request.conversation_id)
    if session.get_one(ContactPoint, conversation.contact_point_id).stopped_at:
        raise Refused("stopped")
    message = Post(
        contact_point_id=conversation.contact_point_id,
        channel=request.channel,
        reply=Reply((Say("volunteer.text", {"text": Words(text.strip())}),), request.language),
        purpose=Purpose.VOLUNTEER,
        key=f"volunteer:{form_key}",
        conversation_id=conversation.id,
        help_request_id=request.id,
        volunteer_id=volunteer_id,
    )
    if post(session, message, now):
        request.status = Status.WAITING
        request.acknowledged_at = None
        touch(session, request, EventKind.REPLIED, volunteer_id, now)


def add_note(
    session: Session, request_id: uuid.UUID, volunteer_id: uuid.UUID, text: str, note_id: uuid.UUID, now: datetime
) -> None:
    """Write something down for the other volunteers. The same `note_id` again (a double click) adds nothing.

    Raises Refused where the request is someone else's.
    """
    request = held(session, request_id, volunteer_id)
    if not text.strip():
        raise Refused("empty")
    if session.get(Note, note_id):
        return
    note = Note(id=note_id, help_request_id=request.id, volunteer_id=volunteer_id, at=now, text=text.strip())
    session.add(note)
    touch(session, request, EventKind.NOTED, volunteer_id, now)


def correct_need(
    session: Session, request_id: uuid.UUID, volunteer_id: uuid.UUID, need: str | None, now: datetime, *, private: bool
) -> bool:
    """It is about something else (None: about none of our needs). False where it is that already.

    `private`: from now on nothing is asked unasked about it; what was private once stays so. Raises Refused.
    """
    request = held(session, request_id, volunteer_id)
    before = request.need_code
    if need == before:
        return False
    request.need_code = need
    request.private = request.private or private
    request.touched_at = now
    session.flush()
    codes = {"before": before or "", "need": need or ""}
    record(session, request.id, EventKind.NEED_CORRECTED, now, volunteer_id=volunteer_id, **codes)
    return True


def release(session: Session, desk: Desk, request_id: uuid.UUID, volunteer_id: uuid.UUID, now: datetime) -> None:
    """Give it back to the queue. It keeps its place by waiting time. Raises Refused."""
    request = held(session, request_id, volunteer_id)
    _back_to_queue(session, desk, request, now)
    record(session, request.id, EventKind.RELEASED, now, volunteer_id=volunteer_id)


def hand_over(
    session: Session, desk: Desk, request_id: uuid.UUID, volunteer_id: uuid.UUID, to_id: uuid.UUID, now: datetime
) -> None:
    """Give it to another volunteer, who holds it from now on. Raises Refused."""
    request = held(session, request_id, volunteer_id)
    other = session.get(Volunteer, to_id)
    if other is None or other.disabled_at:
        raise Refused("no_such_volunteer")
    request.claimed_by_id, request.claimed_at, request.touched_at = other.id, now, now
    record(session, request.id, EventKind.HANDED_OVER, now, volunteer_id=volunteer_id, to=str(other.id))
    set_timer(session, TimerKind.CLAIM_IDLE, request.id, now + desk.claim_idle)


def close(
    session: Session,
    desk: Desk,
    request_id: uuid.UUID,
    volunteer_id: uuid.UUID,
    outcome: Outcome,
    now: datetime,
) -> None:
    """End it with a coded outcome; the resident is asked later whether the help came. Raises Refused."""
    request = held(session, request_id, volunteer_id)
    request.status = Status.RESOLVED
    request.outcome = outcome
    request.resolved_at = now
    request.touched_at = now
    record(session, request.id, EventKind.CLOSED, now, volunteer_id=volunteer_id, outcome=outcome.value)
    cancel_timers(session, request.id, now)
    schedule_follow_up(session, desk, request, now)


def cancel(session: Session, request_id: uuid.UUID, now: datetime) -> None:
    """The resident no longer wants it. What a volunteer closed meanwhile stays as they closed it."""
    request = locked_request(session, request_id)
    if request.status is Status.RESOLVED:
        return
    request.status = Status.RESOLVED
    request.outcome = Outcome.NOT_WANTED
    request.resolved_at = now
    record(session, request.id, EventKind.CANCELLED, now)
    cancel_timers(session, request.id, now)


def return_idle_claim(session: Session, desk: Desk, request_id: uuid.UUID, now: datetime) -> None:
    """A claim without work for too long goes back to the queue; a live one is looked at again later."""
    request = session.get_one(HelpRequest, request_id)
    if request.claimed_by_id is None or request.status is Status.RESOLVED:
        return
    idle_at = (request.touched_at or request.claimed_at or now) + desk.claim_idle
    if idle_at > now:
        set_timer(session, TimerKind.CLAIM_IDLE, request.id, idle_at)
        return
    volunteer_id = request.claimed_by_id
    _back_to_queue(session, desk, request, now)
    record(session, request.id, EventKind.CLAIM_RAN_OUT, now, volunteer_id=volunteer_id)


def held(session: Session, request_id: uuid.UUID, volunteer_id: uuid.UUID) -> HelpRequest:
    """The open request that this volunteer holds, locked. Raises Refused where they don't."""
    request = session.get(HelpRequest, request_id, with_for_update=True)
    if request is None:
        raise Refused("not_found")
    if request.status is Status.RESOLVED:
        raise Refused("resolved")
    if request.claimed_by_id != volunteer_id:
        raise Refused("held_by_other")
    return request


def touch(session: Session, request: HelpRequest, kind: EventKind, volunteer_id: uuid.UUID, now: datetime) -> None:
    """Note what the holder did; their claim is not idle."""
    request.touched_at = now
    session.flush()
    record(session, request.id, kind, now, volunteer_id=volunteer_id)


def _back_to_queue(session: Session, desk: Desk, request: HelpRequest, now: datetime) -> None:
    request.status = Status.OPEN
    request.claimed_by_id = request.claimed_at = request.touched_at = None
    request.acknowledged_at = None
    session.flush()
    set_timer(session, TimerKind.LONG_WAIT, request.id, desk.answer_by(now))
