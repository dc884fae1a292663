"""Writes a decision down: the inbound, the turn, its effects and the answer, all in the caller's transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.assistant.snapshot import Snapshot
from core.contacts import contact_point, conversation_with
from core.conversation.decision import (
    AnswerFollowUp,
    AttachToRequest,
    CancelRequest,
    Decision,
    Effect,
    KeepForReview,
    OpenRequest,
    RecordReferral,
    RecordUnmetNeed,
    SetLanguage,
    SetSafeToCall,
    SetSlowSpeech,
    Start,
    Stop,
    TextThem,
)
from core.conversation.state import NewQuestion, QuestionKind
from core.db.models.contact_point import ContactPoint
from core.db.models.conversation import Conversation, InboundMedia, InboundMessage, Question
from core.db.models.help_request import Referral, Status, UnmetNeed
from core.db.models.timer import TimerKind
from core.helpdesk.desk import Desk
from core.helpdesk.events import EventKind, record
from core.helpdesk.follow_ups import record_answer
from core.helpdesk.locking import locked_request
from core.helpdesk.opening import NewRequest, open_request
from core.helpdesk.operations import cancel
from core.messages import Channel, Inbound, Reply, reply_to_json
from core.outbox.operations import Post, post
from core.review.operations import Heard, keep
from core.timers import set_timer

ASK_AGAIN = timedelta(days=1)
"""When a follow-up question that another question crowded out is asked again."""
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
    _questions(session, before, turn, ground, now)
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
        row = InboundMedia(inbound_message_id=ground.inbound_id, url=item.url, content_type=item.content_type[:127])
        session.add(row)
        session.flush()
        set_timer(session, TimerKind.FETCH_MEDIA, row.id, now)


def _questions(session: Session, before: Snapshot, turn: Turn, ground: _Ground, now: datetime) -> None:
    decision, old = turn.decision, before.question
    if old and (decision.answered or decision.asks):
        ending = {"answered_at": now} if decision.answered else {"superseded_at": now}
        session.execute(sa.update(Question).where(Question.id == old.id).values(**ending))
        if not decision.answered and old.kind is QuestionKind.FOLLOW_UP and old.subject:
            set_timer(session, TimerKind.FOLLOW_UP, old.subject, now + ASK_AGAIN)
    if decision.asks:
        ask(session, ground.conversation_id, decision.asks, decision.reply, now)


def ask(session: Session, conversation_id: uuid.UUID, new: NewQuestion, asked: Reply, now: datetime) -> None:
    """Make `new` the one open question of the conversation, asked in the words of `asked`."""
    session.execute(
        sa.insert(Question).values(
            id=uuid.uuid4(),
            conversation_id=conversation_id,
            kind=new.kind.value,
            data={
                "asked": reply_to_json(asked),
                "needs": list(new.needs),
                "subject": str(new.subject) if new.subject else None,
                "reference": new.reference,
            },
            asked_at=now,
            expires_at=now + new.lifetime,
        )
    )


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
        case SetSlowSpeech():
            _contact(session, ground).slow_speech = True
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
        case KeepForReview(words, cause, guessed, meant):
            keep(session, Heard(words, turn.language, cause, guessed, meant), now)


def _open(
    session: Session, desk: Desk, before: Snapshot, turn: Turn, ground: _Ground, effect: OpenRequest, now: datetime
) -> uuid.UUID:
    state = turn.decision.state
    other = state.for_whom == "other"
    told = [w for w in (state.words, turn.text) if w]
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
        consent_by="resident" if effect.consent_words else None,
        consent_words=effect.consent_words,
        conversation_id=ground.conversation_id,
        channel=turn.inbound.channel,
        responsible_body=effect.responsible_body,
        private=effect.private,
        phone_is_safe=bool(before.contact.safe_to_call),
    )
    return open_request(session, desk, new, now).id


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
