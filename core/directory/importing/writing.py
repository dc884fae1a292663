"""Services, organizations and places into the database, inside the caller's one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.base import Keyed
from core.db.models import (
    Address,
    Attribute,
    CostOption,
    Language,
    Location,
    NeedProposal,
    Organization,
    PhoneNumber,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceNeed,
)
from core.directory.identity import child_id
from core.directory.importing.gathering import Accepted
from core.directory.importing.records import Owned

CHUNK = 500
"""Ids in one statement; both databases take thousands, but plans get slow."""

Item = TypeVar("Item")
Entity = Organization | Location | Service


def existing(session: Session, model: type[Entity], ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """{id: source id} of those of `ids` that are there."""
    found: dict[UUID, UUID] = {}
    for chunk in chunks(ids):
        found.update(session.execute(sa.select(model.id, model.source_id).where(model.id.in_(chunk))).all())
    return found


@dataclass(frozen=True, slots=True)
class _Entities:
    """The rows of one kind to write, and what clears their former parts."""

    model: type[Entity]
    owned: Sequence[Owned[Any]]
    clear: Callable[[Session, Sequence[UUID]], None]


def write_entities(session: Session, records: Sequence[Accepted], source_id: UUID) -> None:
    """Write services with their organizations and locations, in place of what they were."""
    organizations = {o.row.id: o for a in records if (o := a.prepared.organization)}
    locations = {o.row.id: o for a in records for o in a.prepared.locations}
    parts: list[Keyed] = []
    for entities in (
        _Entities(Organization, [*organizations.values()], _clear_organizations),
        _Entities(Location, [*locations.values()], _clear_locations),
        _Entities(Service, [a.prepared.service for a in records], _clear_services),
    ):
        parts += _upsert(session, entities, source_id)
    _insert_parts(session, parts)


def _upsert(session: Session, entities: _Entities, source_id: UUID) -> list[Keyed]:
    """Write the rows themselves; gives their parts. Another source's organization or place is left as it is."""
    owner = existing(session, entities.model, (owned.row.id for owned in entities.owned))
    ours = [owned for owned in entities.owned if owner.get(owned.row.id, source_id) == source_id]
    new = [_values(owned.row) for owned in ours if owned.row.id not in owner]
    old = [_values(owned.row) for owned in ours if owned.row.id in owner]
    if new:
        session.execute(sa.insert(entities.model), new)
    if old:
        session.execute(sa.update(entities.model), old)
    for chunk in chunks(row["id"] for row in old):
        entities.clear(session, chunk)
    return [part for owned in ours for part in owned.parts]


def _clear_organizations(session: Session, ids: Sequence[UUID]) -> None:
    session.execute(sa.delete(PhoneNumber).where(PhoneNumber.organization_id.in_(ids)))
    session.execute(sa.delete(Attribute).where(Attribute.link_entity == "organization", Attribute.link_id.in_(ids)))


def _clear_locations(session: Session, ids: Sequence[UUID]) -> None:
    session.execute(sa.delete(Address).where(Address.location_id.in_(ids)))
    session.execute(sa.delete(Attribute).where(Attribute.link_entity == "location", Attribute.link_id.in_(ids)))
    # Rows with a service too are that service's own at this place.
    session.execute(sa.delete(PhoneNumber).where(PhoneNumber.location_id.in_(ids), PhoneNumber.service_id.is_(None)))
    session.execute(sa.delete(Schedule).where(Schedule.location_id.in_(ids), Schedule.service_id.is_(None)))


def _clear_services(session: Session, ids: Sequence[UUID]) -> None:
    for model in (PhoneNumber, Schedule, ServiceArea, Language, CostOption, RequiredDocument, ServiceAtLocation):
        session.execute(sa.delete(model).where(model.service_id.in_(ids)))
    session.execute(sa.delete(Attribute).where(Attribute.link_entity == "service", Attribute.link_id.in_(ids)))
    # What a person decided stays.
    session.execute(sa.delete(ServiceNeed).where(ServiceNeed.service_id.in_(ids), ServiceNeed.origin != "human"))
    session.execute(sa.delete(NeedProposal).where(NeedProposal.service_id.in_(ids), NeedProposal.taken.is_(None)))


def write_locations(session: Session, locations: Sequence[Owned[Location]], source_id: UUID) -> None:
    """Write places by themselves, in place of what they were."""
    _insert_parts(session, _upsert(session, _Entities(Location, locations, _clear_locations), source_id))


def _insert_parts(session: Session, parts: Iterable[Keyed]) -> None:
    by_model: dict[type[Keyed], list[Any]] = {}
    for part in parts:
        by_model.setdefault(type(part), []).append(part)
    if ServiceNeed in by_model:
        by_model[ServiceNeed] = _not_decided_by_people(session, by_model[ServiceNeed])
    for model, rows in by_model.items():
        taken: set[UUID] = set()
        for chunk in chunks(row.id for row in rows):
            taken.update(session.scalars(sa.select(model.id).where(model.id.in_(chunk))))
        for row in rows:
            if row.id in taken:
                # Some sources give one phone or schedule to several owners; each owner gets a row of its own, which
                # is given back under the id that the source knows.
                if not isinstance(row, ServiceNeed | ServiceAtLocation):
                    row.carried = {"id": str(row.id), **(row.carried or {})}
                row.id = child_id(_owner(row), f"{model.__tablename__}:{row.id}")
            taken.add(row.id)
        if rows:
            session.execute(sa.insert(model), [_values(row) for row in rows])


def _not_decided_by_people(session: Session, needs: list[ServiceNeed]) -> list[ServiceNeed]:
    kept: set[tuple[UUID, str]] = set()
    for chunk in chunks({need.service_id for need in needs}):
        rows = sa.select(ServiceNeed.service_id, ServiceNeed.need_code).where(ServiceNeed.service_id.in_(chunk))
        kept.update(session.execute(rows))
    return [need for need in needs if (need.service_id, need.need_code) not in kept]


def _owner(row: Any) -> UUID:
    columns = ("service_id", "organization_id", "location_id", "link_id")
    owners: list[UUID | None] = [getattr(row, name, None) for name in columns]
    return next(owner for owner in owners if owner)


def _values(row: Keyed) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """`items` in lists of at most `CHUNK`."""
    chunk: list[Item] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
