"""What people say of a listing: it is right, it has changed, it has ended, something is wrong with it. Never commits.

A listing whose provider says that it has ended is told to nobody from that moment on: sending people to a closed door
does more harm than a coordinator's look that comes a day later. It is set to "inactive" by an edit that can be undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Doubt, ListingEdit, Service, Verification
from core.db.models.freshness import AskedBy, DoubtKind, EditOrigin, EditState, Verified
from core.directory.changes import note_changes

ANSWER_COUNTS = {
    AskedBy.EMAIL: timedelta(days=30),
    AskedBy.SMS: timedelta(days=7),
    AskedBy.PHONE: timedelta(days=30),
}
"""How long a question waits for its answer, by the way it was asked."""
MOST_CALLS = 3
"""Calls in vain after which a listing is in doubt."""
INACTIVE = "inactive"
"""HSDS's word for a service that is not given any more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to "is this still right?". words: what has changed. by: the volunteer who rang the provider."""

    state: Verified
    words: str = ""
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a volunteer found wrong with a listing. number: the one that is dead (E.164)."""

    kind: DoubtKind
    request_id: UUID
    by: UUID
    number: str | None = None
    note: str = ""


def take_answer(session: Session, question_id: UUID, said: Answer, now: datetime, today: date) -> bool:
    """Take an answer down, with all that follows from it. today: in the community's zone. False where the question
    was answered before; what has changed may still be told in words after a bare "changed"."""
    question = session.get_one(Verification, question_id, with_for_update=True, populate_existing=True)
    if question.state is Verified.CHANGED and said.state is Verified.CHANGED and said.words and not question.words:
        _add_words(session, question, said.words)
        return True
    if question.state is not Verified.ASKED:
        return False
    question.state, question.answered_at = said.state, now
    question.answered_by, question.words = said.by, said.words or None
    session.flush()
    service = session.get_one(Service, question.service_id)
    match said.state:
        case Verified.RIGHT:
            _edit(session, service, "assured_date", today, said.by, now)
            _settle_all(session, service.id, now)
        case Verified.CHANGED:
            _doubt(session, service.id, DoubtKind.OTHER, said, now)
        case Verified.CLOSED:
            _edit(session, service, "status", INACTIVE, said.by, now)
            _doubt(session, service.id, DoubtKind.CLOSED, said, now)
        case Verified.NO_ANSWER:
            _call_again(session, question, now)
    note_changes(session, [service.id], now)
    return True


def doubt(session: Session, service_id: UUID, found: Found, now: datetime) -> bool:
    """A referral failed for what was `found`. False where the same is open already from the same request."""
    same = sa.select(Doubt.id).where(
        Doubt.service_id == service_id,
        Doubt.kind == found.kind,
        Doubt.request_id == found.request_id,
        Doubt.settled_at.is_(None),
    )
    if session.scalar(same):
        return False
    row = Doubt(
        service_id=service_id,
        kind=found.kind,
        at=now,
        request_id=found.request_id,
        by=found.by,
        number=found.number,
        note=found.note or None,
    )
    session.add(row)
    session.flush()
    note_changes(session, [service_id], now)
    return True


def by_phone_instead(session: Session, contact_point_id: UUID, asked_at: datetime, now: datetime) -> None:
    """What asked a provider there at that moment did not arrive: a volunteer rings them about it."""
    of_it = sa.select(Verification).where(
        Verification.contact_point_id == contact_point_id,
        Verification.asked_at == asked_at,
        Verification.state == Verified.ASKED,
    )
    for question in session.scalars(of_it.with_for_update()).all():
        question.asked_by, question.token_key = AskedBy.PHONE, None
        question.expires_at = now + ANSWER_COUNTS[AskedBy.PHONE]
    session.flush()


def settle(session: Session, doubt_id: UUID, volunteer_id: UUID, now: datetime) -> bool:
    """A coordinator has looked: the listing is right, or was put right. One that had ended is told of again, where
    the provider's own word was all that spoke against it. False where it was settled before."""
    row = session.get(Doubt, doubt_id, with_for_update=True)
    if row is None or row.settled_at:
        return False
    row.settled_at = now
    session.flush()
    if row.kind is DoubtKind.CLOSED and row.request_id is None:
        _bring_back(session, row.service_id, volunteer_id, now)
    note_changes(session, [row.service_id], now)
    return True


def hide(session: Session, service_id: UUID, volunteer_id: UUID, now: datetime) -> None:
    """A coordinator says that it has ended: nobody is told of it any more, and no doubt about it is open."""
    service = session.get_one(Service, service_id)
    ended = _ending(session, service_id)
    if ended:
        ended.decided_at, ended.decided_by = now, volunteer_id
    else:
        _edit(session, service, "status", INACTIVE, volunteer_id, now, EditOrigin.CONSOLE)
    _settle_all(session, service_id, now)
    note_changes(session, [service_id], now)


def _edit(
    session: Session,
    service: Service,
    field: str,
    value: date | str,
    by: UUID | None,
    now: datetime,
    origin: EditOrigin = EditOrigin.PROVIDER,
) -> None:
    """Set a field, and keep what it was before. A provider's own word needs nobody's leave."""
    before = getattr(service, field)
    setattr(service, field, value)
    edit = ListingEdit(
        service_id=service.id,
        entity="service",
        entity_id=service.id,
        field=field,
        previous=before.isoformat() if isinstance(before, date) else before,
        replacement=value.isoformat() if isinstance(value, date) else value,
        origin=origin,
        state=EditState.PUBLISHED,
        made_at=now,
        made_by=by,
        decided_at=now if origin is EditOrigin.CONSOLE else None,
        decided_by=by if origin is EditOrigin.CONSOLE else None,
    )
    session.add(edit)
    session.flush()


def _ending(session: Session, service_id: UUID) -> ListingEdit | None:
    """The edit by which the listing ended, if it holds."""
    return session.scalar(
        sa.select(ListingEdit)
        .where(
            ListingEdit.entity_id == service_id,
            ListingEdit.field == "status",
            ListingEdit.origin == EditOrigin.PROVIDER,
            ListingEdit.state == EditState.PUBLISHED,
        )
        .order_by(ListingEdit.made_at.desc())
        .limit(1)
    )


def _bring_back(session: Session, service_id: UUID, volunteer_id: UUID, now: datetime) -> None:
    ended = _ending(session, service_id)
    if ended is None:
        return
    ended.state, ended.decided_at, ended.decided_by = EditState.UNDONE, now, volunteer_id
    session.get_one(Service, service_id).status = ended.previous
    session.flush()


def _doubt(session: Session, service_id: UUID, kind: DoubtKind, said: Answer, now: datetime) -> None:
    session.add(Doubt(service_id=service_id, kind=kind, at=now, by=said.by, note=said.words or None))
    session.flush()


def _settle_all(session: Session, service_id: UUID, now: datetime) -> None:
    still_open = (Doubt.service_id == service_id, Doubt.settled_at.is_(None))
    session.execute(sa.update(Doubt).where(*still_open).values(settled_at=now))


def _add_words(session: Session, question: Verification, words: str) -> None:
    question.words = words
    told = session.scalar(
        sa.select(Doubt)
        .where(Doubt.service_id == question.service_id, Doubt.at == question.answered_at, Doubt.note.is_(None))
        .limit(1)
    )
    if told:
        told.note = words
    session.flush()


def _call_again(session: Session, question: Verification, now: datetime) -> None:
    """Another call on another day; after the last one in vain a coordinator has to look."""
    if calls_in_vain(session, question.service_id) >= MOST_CALLS:
        session.add(Doubt(service_id=question.service_id, kind=DoubtKind.NO_ANSWER, at=now, by=question.answered_by))
    else:
        again = Verification(
            service_id=question.service_id,
            asked_by=AskedBy.PHONE,
            asked_at=question.asked_at,
            expires_at=question.expires_at,
            state=Verified.ASKED,
        )
        session.add(again)
    session.flush()


def calls_in_vain(session: Session, service_id: UUID) -> int:
    """How often nobody picked up since the provider was last heard, or a coordinator last looked."""
    heard = sa.select(sa.func.max(Verification.answered_at)).where(
        Verification.service_id == service_id, Verification.state != Verified.NO_ANSWER
    )
    looked = sa.select(sa.func.max(Doubt.settled_at)).where(Doubt.service_id == service_id)
    since = max(filter(None, (session.scalar(heard), session.scalar(looked))), default=None)
    vain = sa.select(sa.func.count()).where(
        Verification.service_id == service_id, Verification.state == Verified.NO_ANSWER
    )
    return session.scalar(vain.where(Verification.answered_at > since) if since else vain) or 0
