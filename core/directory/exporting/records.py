"""Whole HSDS records by id, for the export and for whoever serves them. Reads only.

Each is valid against the official schemas. None, or a shorter list, where an id isn't there or may not be given.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Organization, Service, ServiceAtLocation
from core.directory.exporting.fitting import Record, fitted, listed
from core.directory.exporting.given import given_organizations, given_service_at_locations, given_services
from core.directory.exporting.loading import load_around, load_services
from core.directory.exporting.objects import Telling

_BATCH = 200
"""Services read at once; a page of an API is smaller."""


def export_hsds(session: Session) -> Iterator[Record]:
    """service_full of every service that may be passed on, in the order of ids. Empties the session as it goes."""
    ids = session.scalars(given_services().order_by(Service.id)).all()
    for start in range(0, len(ids), _BATCH):
        yield from service_page(session, ids[start : start + _BATCH], full=True)
        session.expunge_all()


def service_full(session: Session, service_id: UUID) -> Record | None:
    """One service with everything that belongs to it."""
    return next(iter(service_page(session, [service_id], full=True)), None)


def service_page(session: Session, ids: Sequence[UUID], *, full: bool = False) -> list[Record]:
    """The services `ids`, in that order; with everything, or as the official lists have them (with their organization
    and program, without lists)."""
    given = [*session.scalars(given_services().where(Service.id.in_(ids)))]
    records = _services(session, given)
    return _page("service", ids, records, full)


def organization_full(session: Session, organization_id: UUID, *, services: bool = True) -> Record | None:
    """One organization with everything that belongs to it; with its services, each whole, if `services`."""
    return next(iter(organization_page(session, [organization_id], full=True, services=services)), None)


def organization_page(
    session: Session, ids: Sequence[UUID], *, full: bool = False, services: bool = False
) -> list[Record]:
    """The organizations `ids`, in that order."""
    given = session.scalars(given_organizations().where(Organization.id.in_(ids))).all()
    rows = session.scalars(sa.select(Organization).where(Organization.id.in_(given))).all()
    telling = Telling(load_around(session, (), rows))
    records = {row.id: _whole("organization", telling.organization(row)) for row in rows}
    if full and services:
        theirs = session.execute(
            given_services().add_columns(Service.organization_id).where(Service.organization_id.in_(given))
        ).all()
        told = _services(session, [service for service, _ in theirs])
        for service_id, organization_id in sorted(theirs, key=lambda pair: str(pair[0])):
            service = {name: value for name, value in told[service_id].items() if name != "organization"}
            records[organization_id].setdefault("services", []).append(service)
    return _page("organization", ids, records, full)


def service_at_location_full(session: Session, place_id: UUID) -> Record | None:
    """One place at which a service is given, with the place and the service whole."""
    return next(iter(service_at_location_page(session, [place_id], full=True)), None)


def service_at_location_page(session: Session, ids: Sequence[UUID], *, full: bool = False) -> list[Record]:
    """The services at locations `ids`, in that order."""
    rows = session.execute(
        given_service_at_locations().add_columns(ServiceAtLocation.service_id).where(ServiceAtLocation.id.in_(ids))
    ).all()
    told = _services(session, {service_id for _, service_id in rows})
    records: dict[UUID, Record] = {}
    for place_id, service_id in rows:
        service = dict(told[service_id])
        places = service.pop("service_at_locations", ())
        for place in (p for p in places if p["id"] == str(place_id)):
            records[place_id] = place | {"service": service}
    return _page("service_at_location", ids, records, full)


def _services(session: Session, ids: Collection[UUID]) -> dict[UUID, Record]:
    services = load_services(session, ids)
    telling = Telling(load_around(session, services.values(), (s.organization for s in services.values())))
    return {service.id: _whole("service", telling.service(service)) for service in services.values()}


def _whole(kind: str, record: Record) -> Record:
    whole = fitted(kind, record)
    if whole is None:
        raise ValueError(f"{kind} {record['id']} lacks what HSDS demands")
    return whole


def _page(kind: str, ids: Sequence[UUID], records: dict[UUID, Record], full: bool) -> list[Record]:
    shown: Callable[[Record], Record] = (lambda r: r) if full else (lambda r: listed(kind, r))
    return [shown(records[i]) for i in ids if i in records]
