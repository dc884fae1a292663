"""Which of the records that may be given are asked for: all conditions of a question hold together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import (
    Address,
    Attribute,
    ListingChange,
    Location,
    Organization,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceNeed,
    TaxonomyTerm,
)
from core.directory.by_name import find_by_text
from core.directory.changes import KEPT
from core.directory.exporting.given import given_organizations, given_service_at_locations, given_services
from core.directory.exporting.terms import own_codes, own_taxonomy
from core.directory.identity import NEEDS
from core.directory.names import plain_name
from core.directory.places import kilometres, load_gazetteer

MOST_FOUND = 200
"""Services that a search by text gives, the likest first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Conditions, of which None is none. within_m: metres around the middle of `postcode`; without it the services
    that are given there or serve it. now: aware, for what changed lately."""

    now: datetime
    search: str | None = None
    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    organization_id: UUID | None = None
    modified_after: datetime | None = None
    postcode: str | None = None
    within_m: int | None = None


def select_services(session: Session, wanted: Wanted) -> list[UUID]:
    """The services asked for: the likest first where text is searched, else in the order of their ids."""
    conditions = [*_conditions(session, wanted)]
    if wanted.postcode:
        places = _at_postcode(session, wanted.postcode, wanted.within_m)
        there = sa.select(ServiceAtLocation.service_id).where(ServiceAtLocation.location_id.in_(places))
        conditions.append(Service.id.in_(there) if wanted.within_m else sa.or_(
            Service.id.in_(there), Service.id.in_(_serving(session, wanted.postcode))
        ))  # fmt: skip
    ids = session.scalars(given_services().where(*conditions).order_by(Service.id)).all()
    return _in_order_of_search(session, wanted, [*ids])


def select_service_at_locations(session: Session, wanted: Wanted) -> list[UUID]:
    """The places at which those services are given; by postcode, those that lie there."""
    services = given_services().where(*_conditions(session, wanted))
    conditions = [ServiceAtLocation.service_id.in_(services)]
    if wanted.postcode:
        conditions.append(ServiceAtLocation.location_id.in_(_at_postcode(session, wanted.postcode, wanted.within_m)))
    if wanted.search:
        conditions.append(ServiceAtLocation.service_id.in_(_found(session, wanted)))
    return [*session.scalars(given_service_at_locations().where(*conditions).order_by(ServiceAtLocation.id))]


def select_organizations(session: Session, wanted: Wanted) -> list[UUID]:
    """The organizations whose name holds the text searched, and that run a service for which the rest holds."""
    running = given_services().where(*_conditions(session, wanted)).with_only_columns(Service.organization_id)
    found = session.execute(
        given_organizations()
        .add_columns(Organization.name, Organization.alternate_name)
        .where(Organization.id.in_(running))
        .order_by(Organization.id)
    )
    return [i for i, *names in found if _named(wanted.search, names)]


def _conditions(session: Session, wanted: Wanted) -> Iterable[sa.ColumnElement[bool]]:
    if wanted.organization_id:
        yield Service.organization_id == wanted.organization_id
    if wanted.taxonomy_term_id:
        yield _bears_term(session, wanted.taxonomy_term_id)
    if wanted.taxonomy_id:
        yield _bears_taxonomy(wanted.taxonomy_id)
    if wanted.modified_after:
        yield _changed(wanted.modified_after, wanted.now)


def _bears_term(session: Session, term_id: UUID) -> sa.ColumnElement[bool]:
    codes = [code for taxonomy, code in own_codes(session, term_id) if taxonomy == NEEDS]
    if codes:
        return Service.id.in_(sa.select(ServiceNeed.service_id).where(ServiceNeed.need_code.in_(codes)))
    bearing = sa.select(Attribute.link_id).where(
        Attribute.link_entity == "service", Attribute.taxonomy_term_id == term_id
    )
    return Service.id.in_(bearing)


def _bears_taxonomy(taxonomy_id: UUID) -> sa.ColumnElement[bool]:
    if own_taxonomy(taxonomy_id) == NEEDS:
        return Service.id.in_(sa.select(ServiceNeed.service_id))
    bearing = (
        sa.select(Attribute.link_id)
        .join(TaxonomyTerm, TaxonomyTerm.id == Attribute.taxonomy_term_id)
        .where(Attribute.link_entity == "service", TaxonomyTerm.taxonomy_id == taxonomy_id)
    )
    return Service.id.in_(bearing)


def _changed(since: datetime, now: datetime) -> sa.ColumnElement[bool]:
    """Changed by its source, or here. Of changes here we know for `KEPT`; before that, what says nothing of its own
    may have changed: who copies the directory must rather read a record twice than miss it."""
    lately = Service.id.in_(sa.select(ListingChange.service_id).where(ListingChange.at >= since))
    told = sa.or_(Service.last_modified >= since, lately)
    return sa.or_(told, Service.last_modified.is_(None)) if since < now - KEPT else told


def _at_postcode(session: Session, postcode: str, within_m: int | None) -> sa.Select[UUID] | list[UUID]:
    """The locations in a postcode; or those within some metres of its middle."""
    inside = sa.select(Address.location_id).where(Address.postal_code == postcode)
    if within_m is None:
        return inside
    middle = _middle(session, postcode, inside)
    if middle is None:
        return []
    # A degree of latitude is 111 km everywhere; longitudes are measured below.
    reach = within_m / 1000 / 111.0
    near = Location.latitude.between(middle[0] - reach, middle[0] + reach)
    rows = session.execute(sa.select(Location.id, Location.latitude, Location.longitude).where(near))
    return [i for i, latitude, longitude in rows if latitude is not None and longitude is not None
            and kilometres(*middle, latitude, longitude) * 1000 <= within_m]  # fmt: skip


def _middle(session: Session, postcode: str, inside: sa.Select[UUID]) -> tuple[float, float] | None:
    known = load_gazetteer(session).named(postcode)
    if known and known.latitude is not None and known.longitude is not None:
        return known.latitude, known.longitude
    rows = session.execute(
        sa.select(Location.latitude, Location.longitude).where(Location.id.in_(inside), Location.latitude.is_not(None))
    ).all()
    points = [(latitude, longitude) for latitude, longitude in rows if latitude is not None and longitude is not None]
    return (fmean(north for north, _ in points), fmean(east for _, east in points)) if points else None


def _serving(session: Session, postcode: str) -> list[UUID]:
    """Services of which an area lists the postcode."""
    rows = session.execute(
        sa.select(ServiceArea.service_id, ServiceArea.extent).where(ServiceArea.extent.contains(postcode))
    )
    return [i for i, extent in rows if extent and postcode in extent.replace(",", " ").replace(";", " ").split()]


def _in_order_of_search(session: Session, wanted: Wanted, ids: list[UUID]) -> list[UUID]:
    if not wanted.search:
        return ids
    allowed = set(ids)
    return [i for i in _found(session, wanted) if i in allowed]


def _found(session: Session, wanted: Wanted) -> list[UUID]:
    offers = find_by_text(session, wanted.search or "", near=None, at=wanted.now, language="en", limit=MOST_FOUND)
    return [offer.service_id for offer in offers]


def _named(search: str | None, names: Iterable[str | None]) -> bool:
    words = plain_name(search or "").split()
    return any(all(word in plain_name(name).split() for word in words) for name in names if name) or not words
