"""Which listings providers should be asked about, the most pressing first, and how they can be asked. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from core.db.models import Doubt, Organization, PhoneNumber, Service, ServiceNeed, Source, Verification
from core.db.models.freshness import AskedBy, Verified
from core.directory.doubted import dead_numbers
from core.directory.freshness.figures import LISTED
from core.directory.offers import answered_by_a_voice
from core.phone_numbers import takes_texts

PAUSE = timedelta(days=30)
"""A provider is not asked more often than this, unless a referral to them has failed."""
_OPEN = (Doubt.service_id == Service.id, Doubt.settled_at.is_(None))
FAILED_REFERRALS = (
    sa.select(sa.func.count()).select_from(Doubt).where(*_OPEN, Doubt.request_id.is_not(None)).scalar_subquery()
)
_ABOUT_THEM_ALREADY = sa.exists().where(*_OPEN, Doubt.request_id.is_(None))
"""The provider has told us that something is wrong, or can't be had: it is for a coordinator to act."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which listings a coordinator wants to have asked: of a source, for a need, not assured for so many months."""

    source: str | None = None
    need: str | None = None
    older_than_months: int = 11

    def assured_before(self, today: date) -> date:
        """Listings assured on this day or later are fresh enough."""
        return today - timedelta(days=self.older_than_months * 365 // 12)


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing by its age. email, text_to, call: addresses at which its provider can be asked; None where there is
    none. silent: the ways in which they were asked last and did not answer. asked_at: when they were asked last."""

    id: UUID
    name: str
    organization_id: UUID
    organization: str
    source: str
    assured: date | None
    failed_referrals: int
    email: str | None
    text_to: str | None
    call: str | None
    silent: frozenset[AskedBy] = frozenset()
    asked_at: datetime | None = None
    waits: bool = False
    """A question about it is open."""


def due(session: Session, chosen: Chosen, now: datetime, today: date, limit: int) -> tuple[Listing, ...]:
    """What `chosen` means, those whose referrals failed first, then the stalest; at most `limit`."""
    return _load(session, sa.and_(*_due(chosen, now, today)), now, limit)


def due_count(session: Session, chosen: Chosen, now: datetime, today: date) -> int:
    """How many listings `chosen` means."""
    count = sa.select(sa.func.count(Service.id)).join(Source, Source.id == Service.source_id)
    return session.scalar(count.where(*_due(chosen, now, today))) or 0


def stalest(session: Session, now: datetime, limit: int) -> tuple[Listing, ...]:
    """The listings that were not assured for longest, never assured ones first."""
    return _load(session, LISTED, now, limit, failed_first=False)


def these(session: Session, ids: Sequence[UUID], now: datetime) -> tuple[Listing, ...]:
    """The listings `ids`, in that order."""
    found = {one.id: one for one in _load(session, Service.id.in_(ids), now, len(ids))}
    return tuple(found[i] for i in ids if i in found)


def _due(chosen: Chosen, now: datetime, today: date) -> list[sa.ColumnElement[bool]]:
    stale = sa.or_(Service.assured_date.is_(None), Service.assured_date < chosen.assured_before(today))
    theirs = aliased(Service)
    asked_lately = (
        sa.exists()
        .where(Verification.service_id == theirs.id, Verification.asked_at > now - PAUSE)
        .where(theirs.organization_id == Service.organization_id)
    )
    where = [
        LISTED,
        sa.or_(stale, FAILED_REFERRALS > 0),
        sa.or_(~asked_lately, FAILED_REFERRALS > 0),
        ~_ABOUT_THEM_ALREADY,
        ~sa.exists().where(Verification.service_id == Service.id, *_awaited(now)),
    ]
    if chosen.source:
        where.append(Source.name == chosen.source)
    if chosen.need:
        where.append(sa.exists().where(ServiceNeed.service_id == Service.id, ServiceNeed.need_code == chosen.need))
    return where


def _awaited(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Verification.state == Verified.ASKED, Verification.expires_at > now


def _load(
    session: Session, where: sa.ColumnElement[bool], now: datetime, limit: int, *, failed_first: bool = True
) -> tuple[Listing, ...]:
    stalest_first = (Service.assured_date.is_not(None), Service.assured_date, Service.name, Service.id)
    rows = session.execute(
        sa.select(Service, Organization, Source.name, FAILED_REFERRALS)
        .join(Organization, Organization.id == Service.organization_id)
        .join(Source, Source.id == Service.source_id)
        .where(where)
        .order_by(*([FAILED_REFERRALS.desc()] if failed_first else []), *stalest_first)
        .limit(limit)
    ).all()
    services = [row[0] for row in rows]
    numbers = _numbers(session, services)
    asked = _asked(session, [service.id for service in services])
    listings = []
    for service, organization, source, failed in rows:
        voice = numbers[service.id]
        questions = asked[service.id]
        listings.append(
            Listing(
                id=service.id,
                name=service.name,
                organization_id=organization.id,
                organization=organization.name,
                source=source,
                assured=service.assured_date,
                failed_referrals=failed,
                email=service.email or organization.email,
                text_to=next((p.number for p in voice if not p.extension and takes_texts(p.number or "")), None),
                call=next((p.number for p in voice), None),
                silent=_silent(questions, now),
                asked_at=questions[0].asked_at if questions else None,
                waits=any(q.state is Verified.ASKED and q.expires_at > now for q in questions),
            )
        )
    return tuple(listings)


def _numbers(session: Session, services: Sequence[Service]) -> dict[UUID, list[PhoneNumber]]:
    """Numbers that a person answers, a service's own before its organization's; none that is known to be dead."""
    ids, heads = [s.id for s in services], {s.organization_id for s in services}
    of_them = sa.or_(
        PhoneNumber.service_id.in_(ids),
        sa.and_(PhoneNumber.service_id.is_(None), PhoneNumber.organization_id.in_(heads)),
    )
    phones = session.scalars(sa.select(PhoneNumber).where(of_them).order_by(PhoneNumber.id)).all()
    dead = dead_numbers(session, ids)
    found: dict[UUID, list[PhoneNumber]] = defaultdict(list)
    for service in services:
        own = [p for p in phones if p.service_id == service.id]
        heads_own = [p for p in phones if p.service_id is None and p.organization_id == service.organization_id]
        found[service.id] = [
            p
            for p in (*own, *heads_own)
            if p.number is not None and answered_by_a_voice(p.type) and (service.id, p.number) not in dead
        ]
    return found


def _asked(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Verification]]:
    """The questions about each service, the latest first."""
    asked: dict[UUID, list[Verification]] = defaultdict(list)
    rows = sa.select(Verification).where(Verification.service_id.in_(ids)).order_by(Verification.asked_at.desc())
    for question in session.scalars(rows):
        asked[question.service_id].append(question)
    return asked


def _silent(questions: Sequence[Verification], now: datetime) -> frozenset[AskedBy]:
    """How they were asked since they last answered, in vain."""
    silent = set()
    for question in questions:
        if question.state not in (Verified.ASKED, Verified.NO_ANSWER):
            break
        if question.state is Verified.NO_ANSWER or question.expires_at <= now:
            silent.add(question.asked_by)
    return frozenset(silent)
