"""How fresh the directory is, and what is in doubt. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Doubt, Organization, Redirect, Service, ServiceNeed, Source, Volunteer
from core.db.models.freshness import DoubtKind
from core.directory.candidates import ACTIVE
from core.directory.offers import FRESH

_MERGED = sa.select(Redirect.old_id).where(Redirect.entity == "service")
LISTED = sa.and_(ACTIVE, Service.id.not_in(_MERGED))
"""What residents may be told of. A listing that was merged into another is told there."""
MOST_DOUBTS = 200


@dataclass(frozen=True, slots=True)
class Share:
    """How many listings of a source, or for a need, there are, and how many of them were assured in the last year."""

    name: str
    listings: int
    assured: int

    @property
    def percent(self) -> int:
        """The assured ones of a hundred, rounded down: 99 is never told as all."""
        return 100 * self.assured // self.listings if self.listings else 0


@dataclass(frozen=True, slots=True)
class OpenDoubt:
    """One thing found wrong that nobody has settled. by: the volunteer who found it, or heard it
    from the provider; None: the provider told us.
    ended: the provider says that it has ended, so nobody is told of it any more."""

    id: UUID
    service_id: UUID
    name: str
    organization: str
    kind: DoubtKind
    at: datetime
    by: str | None
    number: str | None
    note: str | None
    ended: bool


def share(session: Session, today: date) -> Share:
    """Of all listings."""
    listings, assured = session.execute(sa.select(*_counts(today)).where(LISTED)).one()
    return Share("", listings, assured)


def shares_by_source(session: Session, today: date) -> tuple[Share, ...]:
    """Of each source, by its name."""
    rows = sa.select(Source.name, *_counts(today)).join(Service, Service.source_id == Source.id)
    return tuple(Share(*row) for row in session.execute(rows.where(LISTED).group_by(Source.name).order_by(Source.name)))


def shares_by_need(session: Session, today: date) -> tuple[Share, ...]:
    """Of each need that a listing meets, the least assured first."""
    rows = sa.select(ServiceNeed.need_code, *_counts(today)).join(Service, Service.id == ServiceNeed.service_id)
    shares = [Share(*row) for row in session.execute(rows.where(LISTED).group_by(ServiceNeed.need_code))]
    return tuple(sorted(shares, key=lambda one: (one.assured / one.listings, -one.listings, one.name)))


def _counts(today: date) -> tuple[sa.ColumnElement[Any], ...]:
    assured = sa.case((Service.assured_date >= today - FRESH, 1), else_=0)
    return sa.func.count(Service.id), sa.func.coalesce(sa.func.sum(assured), 0)


def open_doubts(session: Session) -> tuple[OpenDoubt, ...]:
    """What waits for a coordinator, the longest wait first; at most `MOST_DOUBTS`."""
    rows = session.execute(
        sa.select(Doubt, Service, Organization.name, Volunteer.name)
        .join(Service, Service.id == Doubt.service_id)
        .join(Organization, Organization.id == Service.organization_id)
        .outerjoin(Volunteer, Volunteer.id == Doubt.by)
        .where(Doubt.settled_at.is_(None))
        .order_by(Doubt.at, Doubt.id)
        .limit(MOST_DOUBTS)
    )
    return tuple(_open_doubt(*row) for row in rows)


def doubts_waiting(session: Session) -> int:
    """How many doubts nobody has settled."""
    count = sa.select(sa.func.count()).select_from(Doubt).where(Doubt.settled_at.is_(None))
    return session.scalar(count) or 0


def _open_doubt(doubt: Doubt, service: Service, organization: str, by: str | None) -> OpenDoubt:
    return OpenDoubt(
        id=doubt.id,
        service_id=service.id,
        name=service.name,
        organization=organization,
        kind=doubt.kind,
        at=doubt.at,
        by=by,
        number=doubt.number,
        note=doubt.note,
        ended=doubt.kind is DoubtKind.CLOSED and doubt.request_id is None,
    )
