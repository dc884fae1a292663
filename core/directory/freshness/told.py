"""What we tell people about a listing, whole, as its provider and the volunteers who ring them look through it.

Reads only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from core.db.models import PhoneNumber, Schedule, Service, ServiceArea, Verification
from core.db.models.freshness import AskedBy, Verified
from core.directory.freshness.operations import calls_in_vain
from core.directory.offers import answered_by_a_voice, load_offers
from core.messages import Phone, Translated


@dataclass(frozen=True, slots=True)
class Span:
    """When it is open: HSDS `byday` ("MO,TU", "2SA") with local times; `words` where the source gave words instead."""

    byday: str
    opens: time | None
    closes: time | None
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """One listing. None, or an empty tuple: we know nothing of it, and say nothing."""

    service_id: UUID
    name: str
    organization: str
    description: str | None
    phones: tuple[Phone, ...]
    address: str | None
    spans: tuple[Span, ...]
    cost: Translated | None
    free: bool | None
    areas: tuple[str, ...]
    eligibility: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """A provider to ring up: `told` is to be read to them. tries: how often nobody has picked up."""

    question_id: UUID
    told: Told
    tries: int


def told(session: Session, service_id: UUID, at: datetime) -> Told | None:
    """The listing as people hear of it; None where there is none of that id. at: local, aware."""
    offer = next(iter(load_offers(session, [service_id], at=at)), None)
    whole = sa.select(Service).options(
        selectinload(Service.phones), selectinload(Service.schedules), selectinload(Service.places)
    )
    service = session.scalar(whole.where(Service.id == service_id).execution_options(populate_existing=True))
    if offer is None or service is None:
        return None
    phones, schedules = _shared_parts(session, service)
    numbers = [p for p in service.phones if _can_be_rung(p)] or [p for p in phones if _can_be_rung(p)]
    areas = sa.select(ServiceArea.name).where(ServiceArea.service_id == service_id, ServiceArea.name.is_not(None))
    return Told(
        service_id=service_id,
        name=offer.name.original,
        organization=offer.organization.original,
        description=offer.description.original if offer.description else None,
        phones=tuple(dict.fromkeys(Phone(p.number or "", p.extension or "") for p in numbers)),
        address=offer.address,
        spans=tuple(dict.fromkeys(map(_span, service.schedules or schedules))),
        cost=offer.cost,
        free=offer.free,
        areas=tuple(dict.fromkeys(filter(None, session.scalars(areas.order_by(ServiceArea.name))))),
        eligibility=service.eligibility_description,
        url=service.url,
    )


def _shared_parts(session: Session, service: Service) -> tuple[list[PhoneNumber], list[Schedule]]:
    """Phones of its organization and places, and hours of its places, for a service that has none of its own."""
    locations = [place.location_id for place in service.places]
    phones = sa.select(PhoneNumber).where(
        PhoneNumber.service_id.is_(None),
        sa.or_(PhoneNumber.organization_id == service.organization_id, PhoneNumber.location_id.in_(locations)),
    )
    schedules = sa.select(Schedule).where(Schedule.service_id.is_(None), Schedule.location_id.in_(locations))
    return [*session.scalars(phones.order_by(PhoneNumber.id))], [*session.scalars(schedules)]


def _can_be_rung(number: PhoneNumber) -> bool:
    return number.number is not None and answered_by_a_voice(number.type)


def _span(schedule: Schedule) -> Span:
    return Span(schedule.byday or "", schedule.opens_at, schedule.closes_at, schedule.description or "")


def calls(session: Session, now: datetime, midnight: datetime, at: datetime) -> tuple[Call, ...]:
    """The providers to ring up, those of one organization together. Who did not pick up since `midnight` is left in
    peace until tomorrow."""
    tried_today = sa.select(Verification.service_id).where(
        Verification.state == Verified.NO_ANSWER, Verification.answered_at >= midnight
    )
    rows = session.scalars(
        sa.select(Verification)
        .where(
            Verification.asked_by == AskedBy.PHONE,
            Verification.state == Verified.ASKED,
            Verification.expires_at > now,
            Verification.service_id.not_in(tried_today),
        )
        .order_by(Verification.asked_at, Verification.id)
    ).all()
    found = [(row.id, told(session, row.service_id, at)) for row in rows]
    tasks = [
        Call(question_id, what, calls_in_vain(session, what.service_id))
        for question_id, what in found
        if what and what.phones
    ]
    return tuple(sorted(tasks, key=lambda task: (task.told.organization, task.told.name)))
