"""What time brings: follow-ups, waits too long, idle claims. One timer, one transaction of the caller's."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.assistant.asking import ASK_AGAIN, ask
from core.contacts import conversation_with
from core.conversation.starting import emergency_again, follow_up_question
from core.conversation.state import NewQuestion, QuestionKind, TalkState
from core.db.models.contact_point import ContactPoint
from core.db.models.conversation import Conversation, Question
from core.db.models.help_request import FollowUp, HelpRequest, Reason, Status, Urgency
from core.db.models.outgoing import Purpose
from core.db.models.timer import TimerKind
from core.helpdesk.desk import EMERGENCY_AGAIN, Desk
from core.helpdesk.duty import tell_of_emergency, tell_of_long_wait
from core.helpdesk.follow_ups import MOST_ASKED, contact_to_ask, give_up_asking, may_be_asked, record_asked
from core.helpdesk.locking import locked_request
from core.helpdesk.opening import NewRequest, open_request, unused_reference
from core.helpdesk.operations import return_idle_claim
from core.messages import Channel, Reply
from core.outbox.operations import Post, post
from core.outbox.quiet_hours import may_start_at
from core.timers import DueTimer, finish, set_timer
from intents.emergencies import EmergencyKind

JUST_TALKING = timedelta(minutes=30)
"""A question this young is still being answered: a follow-up waits."""
LATER = timedelta(hours=1)
TELL_AGAIN = timedelta(hours=4)
"""A request that still waits is told to the duty contact again after this; an emergency sooner."""


def fire(session: Session, desk: Desk, timer: DueTimer, rng: random.Random, now: datetime) -> None:
    """Do what the timer is for and finish it; nothing where another worker did, or it was cancelled meanwhile."""
    if timer.kind is TimerKind.DANGER_UNANSWERED:
        if finish(session, timer, now):
            _danger_unanswered(session, desk, session.get_one(Question, timer.subject_id), rng, now)
        return
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


def _danger_unanswered(session: Session, desk: Desk, asked: Question, rng: random.Random, now: datetime) -> None:
    """They were asked whether anyone is in danger. Where no request of theirs is open, their silence opens one."""
    # Whoever answers at this moment does so before or after, and never beside this.
    talk = session.scalars(
        sa.select(Conversation).where(Conversation.id == asked.conversation_id).with_for_update()
    ).one()
    session.refresh(asked)
    theirs = sa.select(HelpRequest.id).where(
        HelpRequest.conversation_id == talk.id, HelpRequest.status != Status.RESOLVED
    )
    if asked.answered_at or asked.superseded_at or session.scalar(theirs.limit(1)):
        return
    new = NewRequest(
        reference=unused_reference(session, rng),
        reason=Reason.MAYBE_DANGER,
        words=TalkState.from_json(talk.state).words,
        language=session.get_one(ContactPoint, talk.contact_point_id).language or desk.duty_language,
        asked_by_id=talk.resident_id,
        urgency=Urgency.SOON,
        conversation_id=talk.id,
        channel=talk.channel,
        private=asked.data["reference"] == EmergencyKind.VIOLENCE,
    )
    open_request(session, desk, new, now)
    talk.version += 1


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
    talk = session.get_one(Conversation, request.conversation_id)
    _start(session, request, talk, reply, Purpose.EMERGENCY, f"emergency_again:{request.id}", now)


def _follow_up(session: Session, desk: Desk, follow_up: FollowUp, now: datetime) -> None:
    contact = contact_to_ask(session, follow_up)
    if contact is None:
        return
    if follow_up.asked_times >= MOST_ASKED:
        give_up_asking(session, desk, follow_up, now)
        return
    allowed = may_start_at(now, desk.zone)
    request = session.get_one(HelpRequest, follow_up.help_request_id)
    talk = _talk_with(session, request, contact, now)
    asked = _open_question(session, talk, now)
    if allowed > now or (asked and now - asked.asked_at < JUST_TALKING):
        set_timer(session, TimerKind.FOLLOW_UP, follow_up.id, max(allowed, now + LATER))
        return
    if asked:
        asked.superseded_at = now
        if asked.kind == QuestionKind.FOLLOW_UP and asked.data["subject"]:  # about another request of theirs
            set_timer(session, TimerKind.FOLLOW_UP, uuid.UUID(asked.data["subject"]), now + ASK_AGAIN)
    reply = follow_up_question(contact.language or request.language)
    question = NewQuestion(QuestionKind.FOLLOW_UP, subject=follow_up.id, reference=request.reference)
    record_asked(session, desk, follow_up, now)
    ask(session, talk.id, question, reply, now)
    _next_version(session, talk)
    key = f"follow_up:{follow_up.id}:{follow_up.asked_times}"
    _start(session, request, talk, reply, Purpose.STARTED, key, now)


def _talk_with(session: Session, request: HelpRequest, contact: ContactPoint, now: datetime) -> Conversation:
    """The talk that the request came up in, or, where they have left that one, the one of texts with their phone."""
    own = session.get(Conversation, request.conversation_id) if request.conversation_id else None
    if own and own.contact_point_id == contact.id:
        return own
    return conversation_with(session, contact, Channel.SMS, now)


def _silence(session: Session, desk: Desk, follow_up: FollowUp, now: datetime) -> None:
    if may_be_asked(session, follow_up):
        give_up_asking(session, desk, follow_up, now)


def _start(
    session: Session,
    request: HelpRequest,
    talk: Conversation,
    reply: Reply,
    purpose: Purpose,
    key: str,
    now: datetime,
) -> None:
    message = Post(
        contact_point_id=talk.contact_point_id,
        channel=talk.channel,
        reply=reply,
        purpose=purpose,
        key=key,
        conversation_id=talk.id,
        help_request_id=request.id,
    )
    post(session, message, now)


def _open_question(session: Session, talk: Conversation, now: datetime) -> Question | None:
    return session.scalar(
        sa.select(Question)
        .where(
            Question.conversation_id == talk.id,
            Question.answered_at.is_(None),
            Question.superseded_at.is_(None),
            Question.expires_at > now,
        )
        .order_by(Question.asked_at.desc())
        .limit(1)
    )


def _next_version(session: Session, talk: Conversation) -> None:
    # A message that is being answered at this moment must see the new question first.
    session.execute(sa.update(Conversation).where(Conversation.id == talk.id).values(version=Conversation.version + 1))
