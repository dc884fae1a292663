"""What time brings: follow-ups, waits too long, idle claims. One timer, one transaction of the caller's."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.assistant.apply import ASK_AGAIN, ask
from core.conversation.starting import emergency_again, follow_up_question
from core.conversation.state import NewQuestion, QuestionKind
from core.db.models.contact_point import ContactPoint
from core.db.models.conversation import Conversation, Question
from core.db.models.help_request import FollowUp, HelpRequest, Status, Urgency
from core.db.models.outgoing import Purpose
from core.db.models.timer import TimerKind
from core.helpdesk.desk import EMERGENCY_AGAIN, Desk
from core.helpdesk.duty import tell_of_emergency, tell_of_long_wait
from core.helpdesk.follow_ups import MOST_ASKED, give_up_asking, may_be_asked, record_asked
from core.helpdesk.locking import locked_request
from core.helpdesk.operations import return_idle_claim
from core.messages import Reply
from core.outbox.operations import Post, post
from core.outbox.quiet_hours import may_start_at
from core.timers import DueTimer, finish, set_timer

JUST_TALKING = timedelta(minutes=30)
"""A question this young is still being answered: a follow-up waits."""
LATER = timedelta(hours=1)
TELL_AGAIN = timedelta(hours=4)
"""A request that still waits is told to the duty contact again after this; an emergency sooner."""


def fire(session: Session, desk: Desk, timer: DueTimer, now: datetime) -> None:
    """Do what the timer is for and finish it; nothing where another worker did, or it was cancelled meanwhile."""
    request = locked_request(session, _request_id(session, timer))
    if not finish(session, timer, now):
        return
    match timer.kind:
        case TimerKind.LONG_WAIT:
            _long_wait(session, desk, request, now)
        case TimerKind.CLAIM_IDLE:
            return_idle_claim(session, desk, request.id, now)
        case TimerKind.EMERGENCY_AGAIN:
            _emergency_again(session, request, now)
        case TimerKind.FOLLOW_UP:
            _follow_up(session, desk, session.get_one(FollowUp, timer.subject_id), now)
        case TimerKind.FOLLOW_UP_SILENCE:
            _silence(session, desk, session.get_one(FollowUp, timer.subject_id), now)


def _request_id(session: Session, timer: DueTimer) -> uuid.UUID:
    if timer.kind is TimerKind.FETCH_MEDIA:
        raise ValueError("media is fetched by the worker: it needs the network")
    if timer.kind not in (TimerKind.FOLLOW_UP, TimerKind.FOLLOW_UP_SILENCE):
        return timer.subject_id
    return session.execute(sa.select(FollowUp.help_request_id).where(FollowUp.id == timer.subject_id)).scalar_one()


def _long_wait(session: Session, desk: Desk, request: HelpRequest, now: datetime) -> None:
    if request.status is not Status.OPEN:
        return
    if request.urgency is Urgency.EMERGENCY:
        tell_of_emergency(session, desk, request, now)
        set_timer(session, TimerKind.LONG_WAIT, request.id, now + EMERGENCY_AGAIN)
    else:
        tell_of_long_wait(session, desk, request, now)
        set_timer(session, TimerKind.LONG_WAIT, request.id, desk.answer_by(now + TELL_AGAIN))


def _emergency_again(session: Session, request: HelpRequest, now: datetime) -> None:
    if request.status is not Status.OPEN or request.conversation_id is None:
        return  # a person is with them: the machine is silent from here on
    reply = emergency_again(request.language)
    _start(session, request, reply, Purpose.EMERGENCY, f"emergency_again:{request.id}", now)


def _follow_up(session: Session, desk: Desk, follow_up: FollowUp, now: datetime) -> None:
    if not may_be_asked(session, follow_up):
        return
    if follow_up.asked_times >= MOST_ASKED:
        give_up_asking(session, desk, follow_up, now)
        return
    allowed = may_start_at(now, desk.zone)
    request = session.get_one(HelpRequest, follow_up.help_request_id)
    asked = _open_question(session, request, now)
    if allowed > now or (asked and now - asked.asked_at < JUST_TALKING):
        set_timer(session, TimerKind.FOLLOW_UP, follow_up.id, max(allowed, now + LATER))
        return
    if asked:
        asked.superseded_at = now
        if asked.kind == QuestionKind.FOLLOW_UP and asked.data["subject"]:  # about another request of theirs
            set_timer(session, TimerKind.FOLLOW_UP, uuid.UUID(asked.data["subject"]), now + ASK_AGAIN)
    reply = follow_up_question(_language(session, request))
    question = NewQuestion(QuestionKind.FOLLOW_UP, subject=follow_up.id, reference=request.reference)
    record_asked(session, desk, follow_up, now)
    if request.conversation_id:
        ask(session, request.conversation_id, question, reply, now)
        _next_version(session, request)
    key = f"follow_up:{follow_up.id}:{follow_up.asked_times}"
    _start(session, request, reply, Purpose.STARTED, key, now)


def _silence(session: Session, desk: Desk, follow_up: FollowUp, now: datetime) -> None:
    if may_be_asked(session, follow_up):
        give_up_asking(session, desk, follow_up, now)


def _start(session: Session, request: HelpRequest, reply: Reply, purpose: Purpose, key: str, now: datetime) -> None:
    if request.conversation_id is None or request.channel is None:
        return
    conversation = session.get_one(Conversation, request.conversation_id)
    message = Post(
        contact_point_id=conversation.contact_point_id,
        channel=request.channel,
        reply=reply,
        purpose=purpose,
        key=key,
        conversation_id=conversation.id,
        help_request_id=request.id,
    )
    post(session, message, now)


def _open_question(session: Session, request: HelpRequest, now: datetime) -> Question | None:
    return session.scalar(
        sa.select(Question)
        .where(
            Question.conversation_id == request.conversation_id,
            Question.answered_at.is_(None),
            Question.superseded_at.is_(None),
            Question.expires_at > now,
        )
        .order_by(Question.asked_at.desc())
        .limit(1)
    )


def _language(session: Session, request: HelpRequest) -> str:
    conversation = session.get(Conversation, request.conversation_id) if request.conversation_id else None
    contact = session.get(ContactPoint, conversation.contact_point_id) if conversation else None
    return (contact.language if contact else None) or request.language


def _next_version(session: Session, request: HelpRequest) -> None:
    # A message that is being answered at this moment must see the new question first.
    session.execute(
        sa.update(Conversation)
        .where(Conversation.id == request.conversation_id)
        .values(version=Conversation.version + 1)
    )
