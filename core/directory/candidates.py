"""Who could meet a need: active services with its code, merged ones followed, those that serve the place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Redirect, Service, ServiceArea
from core.directory.areas import Area, Serves, serves
from core.directory.geography import load_geography
from core.directory.offers import Reason, ReasonCode
from core.directory.places import PlaceRef

ACTIVE = sa.and_(Service.withdrawn_at.is_(None), sa.or_(Service.status.is_(None), Service.status == "active"))
"""Unknown counts as active: most sources never say. What its source no longer gives is offered to nobody new."""

_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
# Statements that are put together once: to do it for each question takes longer than the database needs.
_ACTIVE = (
    sa.select(Service.id, Service.name, Service.assured_date).where(Service.id.in_(_IDS), ACTIVE).order_by(Service.id)
)
_AREAS = sa.select(ServiceArea.service_id, ServiceArea.name, ServiceArea.extent, ServiceArea.extent_type).where(
    ServiceArea.service_id.in_(_IDS)
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A service that may be the answer."""

    id: UUID
    name: str
    assured: date | None
    reasons: tuple[Reason, ...] = ()


def active(session: Session, ids: Collection[UUID]) -> list[Candidate]:
    """The services of `ids` that are active, by id."""
    return [Candidate(*row) for row in session.execute(_ACTIVE, {"ids": list(ids)})]


def in_area(session: Session, candidates: Sequence[Candidate], place: PlaceRef | None) -> list[Candidate]:
    """Those who serve `place`, or may; with the area as a reason where it is certain."""
    if place is None:
        return list(candidates)
    geography = load_geography(session)
    areas: dict[UUID, list[Area]] = defaultdict(list)
    for service_id, *area in session.execute(_AREAS, {"ids": [candidate.id for candidate in candidates]}):
        areas[service_id].append(Area(*area))
    served = []
    for c in candidates:
        answer, name = serves(areas[c.id], place, geography)
        if answer is not Serves.NO:
            reasons = (Reason(ReasonCode.SERVES_AREA, name),) if answer is Serves.YES else ()
            served.append(Candidate(c.id, c.name, c.assured, reasons))
    return served


def followed(session: Session, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """{service: what it is seen as}, through all merges"""
    seen_as = {i: i for i in ids}
    frontier = set(seen_as)
    while frontier:
        rows = session.execute(
            sa.select(Redirect.old_id, Redirect.new_id).where(
                Redirect.entity == "service", Redirect.old_id.in_(frontier)
            )
        )
        merged = dict(rows.all())
        seen_as = {i: merged.get(now, now) for i, now in seen_as.items()}
        frontier = set(merged.values())
    return seen_as


def merges(session: Session) -> dict[UUID, UUID]:
    """{merged service: what it was merged into}"""
    rows = session.execute(sa.select(Redirect.old_id, Redirect.new_id).where(Redirect.entity == "service"))
    return dict(rows.all())


def final(service_id: UUID, merged: Mapping[UUID, UUID]) -> UUID:
    """Where a chain of merges ends."""
    for _ in merged:
        if service_id not in merged:
            break
        service_id = merged[service_id]
    return service_id
