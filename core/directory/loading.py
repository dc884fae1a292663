"""What offers are made of: plain rows, in nine queries. To make objects of the tables takes three times as long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import (
    Address,
    CostOption,
    Location,
    Organization,
    PhoneNumber,
    RequiredDocument,
    Service,
    ServiceAtLocation,
    Translation,
)
from core.directory.doubted import dead_numbers
from core.directory.hours import KnownHours, load_hours
from core.directory.merged import Chosen, chosen

Texts = Mapping[tuple[UUID, str], Mapping[str, str]]
"""{(entity id, field): {language: text}}"""

_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
# Statements that are put together once: to do it for each question takes longer than the database needs.
_SERVICES = (
    sa.select(
        Service.id, Service.organization_id, Service.name, Service.description, Service.eligibility_description,
        Service.fees_description, Service.assured_date, Organization.name.label("run_by"), Organization.kind,
    ).join(Organization).where(Service.id.in_(_IDS))
)  # fmt: skip
_PLACES = (
    sa.select(
        ServiceAtLocation.service_id, Location.id, Location.latitude, Location.longitude,
        Address.id.label("address_id"), Address.address_1, Address.address_2, Address.city, Address.address_type,
    ).join(Location, Location.id == ServiceAtLocation.location_id)
    .outerjoin(Address, Address.location_id == Location.id)
    .where(ServiceAtLocation.service_id.in_(_IDS))
)  # fmt: skip
# Not "where service_id is null": SQLite would take the index for that, and read the numbers of all organizations.
_PHONES = (
    sa.select(PhoneNumber.service_id, PhoneNumber.organization_id, PhoneNumber.location_id,
              PhoneNumber.number, PhoneNumber.extension, PhoneNumber.type)
    .where(PhoneNumber.service_id.in_(_IDS)
           | PhoneNumber.organization_id.in_(sa.bindparam("organizations", expanding=True))
           | PhoneNumber.location_id.in_(sa.bindparam("locations", expanding=True)))
    .order_by(PhoneNumber.id)
)  # fmt: skip
_COSTS = sa.select(
    CostOption.service_id, CostOption.id, CostOption.amount, CostOption.currency, CostOption.amount_description
).where(CostOption.service_id.in_(_IDS))
_DOCUMENTS = (
    sa.select(RequiredDocument.service_id, RequiredDocument.document)
    .where(RequiredDocument.service_id.in_(_IDS))
    .order_by(RequiredDocument.id)
)
_TEXTS = (
    sa.select(Translation.entity_id, Translation.field, Translation.language, Translation.text)
    .where(Translation.entity_id.in_(_IDS))
    .order_by(Translation.language)
)


@dataclass(frozen=True, slots=True)
class Parts:
    """Rows by the service they belong to. places: one for each address of a location. phones: all, by their ids, with
    those of the services' organizations and places. dead: (service, number) that somebody has found dead."""

    services: Mapping[UUID, Any]
    told: Chosen
    places: Mapping[UUID, Sequence[Any]]
    phones: Sequence[Any]
    hours: KnownHours
    costs: Mapping[UUID, Sequence[Any]]
    documents: Mapping[UUID, Sequence[Any]]
    texts: Texts
    dead: frozenset[tuple[UUID, str | None]]

    def owner(self, service_id: UUID, field: str) -> UUID:
        """The service whose `field` is told of a service: its own, or that of one that was merged into it."""
        owner = self.told.get(service_id, {}).get(field, service_id)
        return owner if owner in self.services else service_id


def load_parts(session: Session, ids: Iterable[UUID]) -> Parts:
    """What is known of the services `ids`, and of those whose values are told for them."""
    asked = list(ids)
    told = chosen(session, asked)
    wanted = list({*asked, *(owner for fields in told.values() for owner in fields.values())})
    services = {row.id: row for row in session.execute(_SERVICES, {"ids": wanted})}
    there = [*services]
    places, costs = _by_service(session, _PLACES, there), _by_service(session, _COSTS, there)
    organizations = {row.organization_id for row in services.values()}
    locations = {row.id for rows in places.values() for row in rows}
    phones = {"ids": there, "organizations": [*organizations], "locations": [*locations]}
    return Parts(
        services,
        told,
        places,
        session.execute(_PHONES, phones).all(),
        load_hours(session, there, locations),
        costs,
        _by_service(session, _DOCUMENTS, there),
        _texts(session, {*there, *organizations, *(row.id for rows in costs.values() for row in rows)}, told),
        dead_numbers(session, there),
    )


def _by_service(
    session: Session, statement: sa.Select[*tuple[Any, ...]], ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in session.execute(statement, {"ids": ids}):
        found[row.service_id].append(row)
    return found


def _texts(session: Session, ids: Iterable[UUID], told: Chosen) -> Texts:
    texts: dict[tuple[UUID, str], dict[str, str]] = {}
    for entity_id, field, language, text in session.execute(_TEXTS, {"ids": list(ids)}):
        texts.setdefault((entity_id, field), {})[language] = text
    return texts | {(i, field): texts.get((owner, field), {}) for i in told for field, owner in told[i].items()}
