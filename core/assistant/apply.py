"""Writes a decision down: the inbound, the turn, its effects and the answer, all in the caller's transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.assistant.asking import keep_questions
from core.assistant.calling_back import call_them_back, drop_call_back, keep_call_back, keep_call_number
from core.assistant.linking import NewCode, send_code
from core.assistant.snapshot import Snapshot
from core.contacts import contact_point, conversation_with, link, unlink
from core.conversation.decision import (
    AnswerFollowUp,
    AnswerVerification,
    AttachToRequest,
    CallThemBack,
    CancelRequest,
    Decision,
    Effect,
    KeepForReview,
    Link,
    OpenRequest,
    ReachedUs,
    RecordReferral,
    RecordUnmetNeed,
    SendCode,
    SetCallBack,
    SetCallNumber,
    SetLanguage,
    SetSafeToCall,
    SetSlowSpeech,
    Start,
    Stop,
    TextThem,
    Unlink,
)
from core.db.models.contact_point import ContactPoint
from core.db.models.conversation import Conversation, InboundMedia, InboundMessage
from core.db.models.help_request import Referral, Status, UnmetNeed
from core.db.models.timer import TimerKind
from core.directory.freshness.operations import Answer, take_answer
from core.helpdesk.desk import Desk
from core.helpdesk.events import EventKind, record
from core.helpdesk.follow_ups import record_answer
from core.helpdesk.locking import locked_request
from core.helpdesk.opening import NewRequest, open_request
from core.helpdesk.operations import cancel
from core.messages import Channel, Inbound, reply_to_json
from core.outbox.operations import Post, post
from core.review.operations import Heard, keep
from core.timers import set_timer

SPEAKS_AT_ONCE = (Channel.VOICE,)
"""Channels whose answer is in the response; all others answer through the outbox."""


class Stale(Exception):
    """What the decision stands on has changed meanwhile: look and decide anew."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message with what was made of it."""

    inbound: Inbound
    text: str
    language: str
    reference: str
    decision: Decision
    parked: bool = False


@dataclass(slots=True)
class _Ground:
    """The rows that a turn stands on."""

    contact_id: uuid.UUID
    conversation_id: uuid.UUID
    resident_id: uuid.UUID
    inbound_id: uuid.UUID
    request_id: uuid.UUID | None = None
    """The help request that the message came to belong to."""


def apply(session: Session, desk: Desk, before: Snapshot, turn: Turn, now: datetime) -> None:
    """Write one turn. Raises Stale, or IntegrityError where the same message or sender came in at once."""
    ground = _stand(session, desk, before, turn, now)
    for effect in turn.decision.effects:
        _effect(session, desk, before, turn, ground, effect, now)
    keep_questions(session, before.question, turn.decision, ground.conversation_id, now)
    _store_inbound(session, turn, ground, now)
    answer = turn.decision.reply
    if answer.silence is None and turn.inbound.channel not in SPEAKS_AT_ONCE:
        message = Post(
            contact_point_id=ground.contact_id,
            channel=turn.inbound.channel,
            reply=answer,
            purpose=turn.decision.purpose,
            key=f"answer:{ground.inbound_id}",
            conversation_id=ground.conversation_id,
            help_request_id=ground.request_id,
        )
        post(session, message, now)


def _stand(session: Session, desk: Desk, before: Snapshot, turn: Turn, now: datetime) -> _Ground:
    state = turn.decision.state.to_json()
    if before.conversation_id is None:
        inbound = turn.inbound
        contact = contact_point(session, desk.sealer, inbound.channel, inbound.address, now)
        talk = conversation_with(session, contact, inbound.channel, now, lock=True)
        if talk.version:
            raise Stale
        if inbound.call is None:  # a call that begins or ends says nothing about their language
            contact.language = contact.language or turn.language
        talk.state, talk.version = state, 1
        session.flush()
        return _Ground(contact.id, talk.id, talk.resident_id, uuid.uuid4())
    moved = session.execute(
        sa.update(Conversation)
        .where(Conversation.id == before.conversation_id, Conversation.version == before.version)
        .values(state=state, version=before.version + 1, updated_at=now)
        .returning(Conversation.resident_id, Conversation.contact_point_id)
    ).one_or_none()
    if moved is None:
        raise Stale
    if turn.language != before.language and turn.inbound.call is None:
        _set_language(session, moved.contact_point_id, turn.language)
    return _Ground(moved.contact_point_id, before.conversation_id, moved.resident_id, uuid.uuid4())


def _store_inbound(session: Session, turn: Turn, ground: _Ground, now: datetime) -> None:
    inbound = turn.inbound
    session.execute(
        sa.insert(InboundMessage).values(
            id=ground.inbound_id,
            channel=inbound.channel,
            provider_id=inbound.provider_id,
            contact_point_id=ground.contact_id,
            conversation_id=ground.conversation_id,
            help_request_id=ground.request_id,
            message_id=inbound.message_id or None,
            text=turn.text,
            language=turn.language,
            latitude=inbound.location.latitude if inbound.location else None,
            longitude=inbound.location.longitude if inbound.location else None,
            received_at=inbound.received_at,
            reply=reply_to_json(turn.decision.reply),
            parked=turn.parked,
        )
    )
    for item in inbound.media:
        row = InboundMedia(
            inbound_message_id=ground.inbound_id,
            url=item.url,
            content_type=item.content_type[:127],
            seconds=item.seconds,
        )
        session.add(row)
        session.flush()
        set_timer(session, TimerKind.FETCH_MEDIA, row.id, now)


def _effect(  # noqa: C901, PLR0912  (one case an effect, each a line or two)
    session: Session, desk: Desk, before: Snapshot, turn: Turn, ground: _Ground, effect: Effect, now: datetime
) -> None:
    match effect:
        case OpenRequest():
            ground.request_id = _open(session, desk, before, turn, ground, effect, now)
        case AttachToRequest(request_id, acknowledged):
            ground.request_id = request_id
            _attach(session, request_id, acknowledged, now)
        case RecordReferral(service_id, need, passed, words):
            referral = Referral(
                help_request_id=ground.request_id,
                resident_id=ground.resident_id,
                service_id=service_id,
                need_code=need,
                passed=",".join(passed),
                consent_words=words,
                consent_at=now,
            )
            session.add(referral)
        case RecordUnmetNeed(need, place, cause):
            unmet = UnmetNeed(need_code=need, place=place, cause=cause, language=turn.language, at=now)
            unmet.conversation_id = ground.conversation_id
            session.add(unmet)
        case Stop():
            _contact(session, ground).stopped_at = now
        case Start():
            _contact(session, ground).stopped_at = None
        case SetLanguage(language):
            _set_language(session, ground.contact_id, language)
        case SetSafeToCall(safe):
            _contact(session, ground).safe_to_call = safe
        case SetSlowSpeech(slow):
            _contact(session, ground).slow_speech = slow
        case SetCallBack(request_id, call_back):
            ground.request_id = request_id
            keep_call_back(session, request_id, call_back)
        case SetCallNumber(request_id, number):
            ground.request_id = request_id
            keep_call_number(session, desk.sealer, request_id, number, now)
        case CallThemBack():
            call_them_back(session, ground.contact_id, ground.inbound_id, turn.language, now)
        case ReachedUs():
            drop_call_back(session, ground.contact_id)
        case SendCode() | Link() | Unlink():
            _link(session, desk, turn, ground, effect, now)
        case TextThem(reply):
            text = Post(
                contact_point_id=ground.contact_id,
                channel=Channel.SMS,
                reply=reply,
                purpose=turn.decision.purpose,
                key=f"text:{ground.inbound_id}",
                conversation_id=ground.conversation_id,
            )
            post(session, text, now)
        case AnswerFollowUp(follow_up_id, answer, reopen):
            record_answer(session, desk, follow_up_id, answer, reopen=reopen, now=now)
        case CancelRequest(request_id):
            cancel(session, request_id, now)
        case AnswerVerification(question_id, state, words):
            take_answer(session, question_id, Answer(state, words), now, now.astimezone(desk.zone).date())
        case KeepForReview(words, cause, guessed, meant):
            keep(session, Heard(words, turn.language, cause, guessed, meant), now)


def _open(
    session: Session, desk: Desk, before: Snapshot, turn: Turn, ground: _Ground, effect: OpenRequest, now: datetime
) -> uuid.UUID:
    state = turn.decision.state
    other = state.for_whom == "other"
    told = [w for w in (state.words, turn.text) if w and not w.isdigit()]  # "1" says nothing to who reads it
    new = NewRequest(
        reference=turn.reference,
        reason=effect.reason,
        words="\n".join(dict.fromkeys(told)),
        language=turn.language,
        written_in=effect.language,
        asked_by_id=ground.resident_id,
        urgency=effect.urgency,
        emergency_kind=effect.emergency_kind,
        need=effect.need,
        place=state.place.text or None if state.place else None,
        tried=tuple(str(service_id) for service_id in state.offered),
        for_whom="other" if other else None,
        age_told=state.person.age,
        stays_in=state.person.can_travel is False,
        consent_by="resident" if effect.consent_words else None,
        consent_words=effect.consent_words,
        conversation_id=ground.conversation_id,
        channel=turn.inbound.channel,
        responsible_body=effect.responsible_body,
        private=effect.private,
        phone_is_safe=bool(before.contact.safe_to_call),
    )
    return open_request(session, desk, new, now).id


def _link(
    session: Session, desk: Desk, turn: Turn, ground: _Ground, effect: SendCode | Link | Unlink, now: datetime
) -> None:
    match effect:
        case SendCode(number, code):
            new = NewCode(ground.contact_id, number, code, turn.decision.reply.language, f"code:{ground.inbound_id}")
            if not send_code(session, desk.sealer, new, now):
                raise Stale
        case Link():
            link(session, ground.contact_id, now)
        case Unlink():
            unlink(session, ground.contact_id, now)


def _attach(session: Session, request_id: uuid.UUID, acknowledged: bool, now: datetime) -> None:
    request = locked_request(session, request_id)
    if request.status is Status.RESOLVED:  # closed since we looked: nobody would read the message there
        raise Stale
    record(session, request_id, EventKind.MESSAGE, now)
    if acknowledged:
        request.acknowledged_at = now


def _contact(session: Session, ground: _Ground) -> ContactPoint:
    return session.get_one(ContactPoint, ground.contact_id)


def _set_language(session: Session, contact_id: uuid.UUID, language: str) -> None:
    session.execute(sa.update(ContactPoint).where(ContactPoint.id == contact_id).values(language=language))
