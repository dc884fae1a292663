"""Pairs to decide on, two listings side by side, and what was merged. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from core.db.models import (
    DuplicatePair,
    Location,
    Redirect,
    Schedule,
    Service,
    ServiceAtLocation,
    Source,
    Volunteer,
)
from core.db.models.sources import PairState
from core.directory.merged import FIELDS


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair that waits for a decision, as a list shows it."""

    id: UUID
    names: tuple[str, str]
    sources: tuple[str, str]
    score: float
    evidence: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field or list of both listings, in words; empty where nothing is told."""

    field: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose."""
        return self.left != self.right


@dataclass(frozen=True, slots=True)
class PairPage:
    """Two listings side by side."""

    row: PairRow
    ids: tuple[UUID, UUID]
    assured: tuple[str, str]
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True)
class MergedRow:
    """Two listings that became one. by: the volunteer's name; None: the machine."""

    old_id: UUID
    old_name: str
    new_name: str
    at: datetime
    by: str | None


def open_pairs(session: Session, limit: int) -> list[PairRow]:
    """The pairs that wait, the surest first."""
    pairs = session.scalars(
        sa.select(DuplicatePair)
        .where(DuplicatePair.state == PairState.OPEN)
        .order_by(DuplicatePair.score.desc(), DuplicatePair.id)
        .limit(limit)
    ).all()
    told = _told(session, {i for pair in pairs for i in (pair.left_id, pair.right_id)})
    return [_row(pair, told) for pair in pairs]


def waiting_pairs(session: Session) -> int:
    """How many pairs wait."""
    return session.scalar(sa.select(sa.func.count()).where(DuplicatePair.state == PairState.OPEN)) or 0


def pair_page(session: Session, pair_id: UUID) -> PairPage | None:
    """A pair that waits, side by side; None where there is none of that id."""
    pair = session.get(DuplicatePair, pair_id)
    if pair is None or pair.state is not PairState.OPEN:
        return None
    ids = pair.left_id, pair.right_id
    services = {s.id: s for s in session.scalars(_everything().where(Service.id.in_(ids)))}
    left, right = services[ids[0]], services[ids[1]]
    there, here = dict(_fields(left)), dict(_fields(right))
    fields = tuple(FieldRow(name, there[name], here[name]) for name in there)
    assured = tuple(s.assured_date.isoformat() if s.assured_date else "" for s in (left, right))
    return PairPage(_row(pair, _told(session, set(ids))), ids, (assured[0], assured[1]), fields)


def merged_listings(session: Session, limit: int) -> list[MergedRow]:
    """What was merged, the latest first."""
    redirects = session.execute(
        sa.select(Redirect, Volunteer.name)
        .outerjoin(Volunteer, Volunteer.id == Redirect.by)
        .where(Redirect.entity == "service")
        .order_by(Redirect.at.desc())
        .limit(limit)
    ).all()
    names = _told(session, {i for redirect, _ in redirects for i in (redirect.old_id, redirect.new_id)})
    return [
        MergedRow(redirect.old_id, names[redirect.old_id][0], names[redirect.new_id][0], redirect.at, by)
        for redirect, by in redirects
    ]


def _told(session: Session, ids: set[UUID]) -> dict[UUID, tuple[str, str]]:
    """{service: (name, source)}"""
    rows = session.execute(sa.select(Service.id, Service.name, Source.name).join(Source).where(Service.id.in_(ids)))
    return {service_id: (name, source) for service_id, name, source in rows}


def _row(pair: DuplicatePair, told: Mapping[UUID, tuple[str, str]]) -> PairRow:
    left, right = told[pair.left_id], told[pair.right_id]
    return PairRow(pair.id, (left[0], right[0]), (left[1], right[1]), pair.score, pair.evidence)


def _everything() -> sa.Select[Service]:
    parts = (Service.phones, Service.schedules, Service.languages, Service.costs, Service.documents, Service.areas)
    places = selectinload(Service.places).joinedload(ServiceAtLocation.location).selectinload(Location.addresses)
    return sa.select(Service).options(joinedload(Service.organization), *map(selectinload, parts), places)


def _fields(service: Service) -> Iterator[tuple[str, str]]:
    """(field or list, what is told there) in the order of `CHOOSABLE`."""
    for name in FIELDS:
        value = getattr(service, name)
        yield name, "" if value is None else str(value)
    yield "phones", _listed(p.original for p in service.phones)
    yield "schedules", _listed(map(_hours, service.schedules))
    yield "places", _listed(
        ", ".join(filter(None, (a.address_1, a.city, a.postal_code)))
        for place in service.places for a in place.location.addresses
    )  # fmt: skip
    yield "areas", _listed(area.name or area.extent or "" for area in service.areas)
    yield "languages", _listed(one.name or one.code or "" for one in service.languages)
    yield "costs", _listed(f"{one.amount or ''} {one.amount_description or ''}".strip() for one in service.costs)
    yield "documents", _listed(one.document or "" for one in service.documents)


def _hours(schedule: Schedule) -> str:
    if schedule.opens_at and schedule.closes_at:
        days = schedule.byday or schedule.bymonthday or ""
        return f"{days} {schedule.opens_at:%H:%M}-{schedule.closes_at:%H:%M}".strip()
    return schedule.description or schedule.byday or ""


def _listed(texts: Iterator[str] | Sequence[str]) -> str:
    return "; ".join(sorted(filter(None, texts)))
