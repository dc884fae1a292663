"""The rows of some services, and of what lies around them, read in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from core.db.models import (
    Attribute,
    Location,
    Organization,
    PhoneNumber,
    Schedule,
    Service,
    Taxonomy,
    TaxonomyTerm,
)
from core.db.models.freshness import EditState, ListingEdit
from core.directory.exporting.given import PASSED_ON
from core.directory.merged import chosen, tell_as_chosen

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Around:
    """What belongs to the services, organizations and places by their ids. Only what may be passed on."""

    locations: Mapping[UUID, Location]
    phones: Mapping[UUID, Sequence[PhoneNumber]]
    schedules: Mapping[UUID, Sequence[Schedule]]
    attributes: Mapping[UUID, Sequence[Attribute]]
    terms: Mapping[UUID, TaxonomyTerm]
    taxonomies: Mapping[UUID, Taxonomy]
    edits: Mapping[UUID, Sequence[ListingEdit]]


def load_services(session: Session, ids: Collection[UUID]) -> dict[UUID, Service]:
    """The services `ids` with their parts, each told as it was chosen where others were merged into it."""
    told = chosen(session, ids)
    owners = {owner for fields in told.values() for owner in fields.values()}
    parts = (Service.needs, Service.phones, Service.schedules, Service.areas, Service.languages, Service.costs,
             Service.documents, Service.places)  # fmt: skip
    services = {
        service.id: service
        for service in session.scalars(
            sa.select(Service)
            .where(Service.id.in_({*ids, *owners}), Service.source_id.in_(PASSED_ON))
            .options(joinedload(Service.organization), *map(selectinload, parts))
        )
    }
    for service_id in told.keys() & services.keys():
        session.expunge(services[service_id])  # what is put into it below is told, not written
    tell_as_chosen(services, told)
    return {i: services[i] for i in ids if i in services}


def load_around(session: Session, services: Iterable[Service], organizations: Iterable[Organization]) -> Around:
    """What lies around `services` and `organizations`."""
    listings = {service.id: service for service in services}
    heads = {organization.id: organization for organization in organizations}
    at = {place.location_id for service in listings.values() for place in service.places}
    at |= {UUID(i) for head in heads.values() for i in (head.carried or {}).get("locations", ())}
    locations = {
        location.id: location
        for location in session.scalars(
            sa.select(Location)
            .where(Location.id.in_(at), Location.source_id.in_(PASSED_ON))
            .options(selectinload(Location.addresses))
        )
    }
    phones = sa.select(PhoneNumber).where(
        PhoneNumber.service_id.is_(None),
        sa.or_(PhoneNumber.organization_id.in_(heads), PhoneNumber.location_id.in_(locations)),
    )
    schedules = sa.select(Schedule).where(Schedule.service_id.is_(None), Schedule.location_id.in_(locations))
    shared = {*heads, *locations}
    attributes, terms = _attributes(session, {*listings, *shared})
    edits = sa.select(ListingEdit).where(
        ListingEdit.state == EditState.PUBLISHED,
        sa.or_(ListingEdit.service_id.in_(listings), ListingEdit.entity_id.in_(shared)),
    )
    return Around(
        locations=locations,
        phones=_by(session.scalars(phones), lambda p: p.organization_id or p.location_id),
        schedules=_by(session.scalars(schedules), lambda s: s.location_id),
        attributes=attributes,
        terms=terms,
        taxonomies=load_taxonomies(session, (term.taxonomy_id for term in terms.values())),
        edits=_by(session.scalars(edits.order_by(ListingEdit.made_at)), lambda edit: edit.entity_id),
    )


def load_taxonomies(session: Session, ids: Iterable[UUID | None]) -> dict[UUID, Taxonomy]:
    """The taxonomies `ids` that may be passed on."""
    rows = session.scalars(
        sa.select(Taxonomy).where(Taxonomy.id.in_({i for i in ids if i}), Taxonomy.source_id.in_(PASSED_ON))
    )
    return {taxonomy.id: taxonomy for taxonomy in rows}


def _attributes(
    session: Session, bearers: Collection[UUID]
) -> tuple[dict[UUID, list[Attribute]], dict[UUID, TaxonomyTerm]]:
    rows = session.execute(
        sa.select(Attribute, TaxonomyTerm)
        .join(TaxonomyTerm, TaxonomyTerm.id == Attribute.taxonomy_term_id)
        .where(
            Attribute.link_entity.in_(("service", "organization", "location")),
            Attribute.link_id.in_(bearers),
            TaxonomyTerm.source_id.in_(PASSED_ON),
        )
    ).all()
    return _by((attribute for attribute, _ in rows), lambda a: a.link_id), {term.id: term for _, term in rows}


def _by(rows: Iterable[Row], key: Callable[[Row], UUID | None]) -> dict[UUID, list[Row]]:
    groups: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        if owner := key(row):
            groups[owner].append(row)
    return dict(groups)
