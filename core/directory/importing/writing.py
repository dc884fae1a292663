"""Accepted records into the database, inside the caller's one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.base import Keyed
from core.db.models import (
    Address,
    CostOption,
    ImportRun,
    Language,
    Location,
    Organization,
    PhoneNumber,
    QuarantinedRow,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceNeed,
    Source,
    SourceRecord,
)
from core.directory.identity import child_id
from core.directory.importing.gathering import Accepted, Gathered, Refusal, with_references
from core.directory.importing.reading import canonical
from core.directory.importing.records import Owned
from core.directory.importing.report import ImportReport
from core.directory.importing.writing_beside import write_beside

CHUNK = 500
"""Ids in one statement; both databases take thousands, but plans get slow."""

Item = TypeVar("Item")
Entity = Organization | Location | Service


def take_in(session: Session, gathered: Gathered, *, source_name: str, now: datetime) -> ImportReport:
    """Write what is new or changed. Records with the digest they had last time stay untouched."""
    _source(session, gathered, source_name, now)
    known = _known_digests(session, gathered.source_id)
    changed = [a for a in gathered.accepted if known.get(a.prepared.own_id) != a.prepared.digest]
    unchanged = len(gathered.accepted) - len(changed)
    changed, foreign = _without_foreign(session, changed, gathered.source_id)
    changed, dangling = with_references(
        changed,
        _existing(session, Organization, (a.prepared.service.row.organization_id for a in changed)).keys(),
        _existing(session, Location, (i for a in changed for i in a.prepared.points_at_locations)).keys(),
    )
    _write_entities(session, changed, gathered.source_id)
    _keep_raw(session, gathered, changed, known, now)
    counts, refused_beside = write_beside(session, gathered.beside, gathered.source_id)
    refusals = [*gathered.refusals, *foreign, *dangling, *refused_beside]
    run = ImportRun(
        source_id=gathered.source_id, at=now, taken=len(changed) + sum(count for _, count in counts),
        unchanged=unchanged, quarantined=len(refusals),
    )  # fmt: skip
    session.add(run)
    session.flush()
    _keep_refusals(session, run.id, refusals)
    return ImportReport(
        source=source_name,
        taken=len(changed),
        unchanged=unchanged,
        repaired=sum(bool(a.prepared.notes) for a in changed),
        quarantined=tuple(refusal.record for refusal in refusals),
        beside=counts,
    )


def _source(session: Session, gathered: Gathered, name: str, now: datetime) -> None:
    source = session.get(Source, gathered.source_id)
    if source is None:
        source = Source(id=gathered.source_id, name=name, created_at=now)
        session.add(source)
    source.license = gathered.license or source.license
    session.flush()


def _known_digests(session: Session, source_id: UUID) -> dict[str, str]:
    rows = session.execute(
        sa.select(SourceRecord.own_id, SourceRecord.digest)
        .where(SourceRecord.source_id == source_id, SourceRecord.entity == "service")
    )  # fmt: skip
    return dict(rows.all())


def _without_foreign(
    session: Session, records: Sequence[Accepted], source_id: UUID
) -> tuple[list[Accepted], list[Refusal]]:
    """A source may not overwrite another source's service, even by using its id."""
    owner = _existing(session, Service, (a.prepared.service.row.id for a in records))
    good, refusals = [], []
    for accepted in records:
        if owner.get(accepted.prepared.service.row.id, source_id) == source_id:
            good.append(accepted)
        else:
            refusals.append(Refusal.of(accepted.raw, "id", "belongs to a service of another source"))
    return good, refusals


def _existing(session: Session, model: type[Entity], ids: Iterable[UUID]) -> dict[UUID, UUID]:
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


def _write_entities(session: Session, records: Sequence[Accepted], source_id: UUID) -> None:
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
    owner = _existing(session, entities.model, (owned.row.id for owned in entities.owned))
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


def _clear_locations(session: Session, ids: Sequence[UUID]) -> None:
    session.execute(sa.delete(Address).where(Address.location_id.in_(ids)))
    # Rows with a service too are that service's own at this place.
    session.execute(sa.delete(PhoneNumber).where(PhoneNumber.location_id.in_(ids), PhoneNumber.service_id.is_(None)))
    session.execute(sa.delete(Schedule).where(Schedule.location_id.in_(ids), Schedule.service_id.is_(None)))


def _clear_services(session: Session, ids: Sequence[UUID]) -> None:
    for model in (PhoneNumber, Schedule, ServiceArea, Language, CostOption, RequiredDocument, ServiceAtLocation):
        session.execute(sa.delete(model).where(model.service_id.in_(ids)))
    # What a person decided stays.
    session.execute(sa.delete(ServiceNeed).where(ServiceNeed.service_id.in_(ids), ServiceNeed.origin != "human"))


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
                # Some sources give one phone or schedule to several owners; each owner gets a row of its own.
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
    owners: list[UUID | None] = [getattr(row, name, None) for name in ("service_id", "organization_id", "location_id")]
    return next(owner for owner in owners if owner)


def _values(row: Keyed) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _keep_raw(
    session: Session, gathered: Gathered, changed: Sequence[Accepted], known: dict[str, str], now: datetime
) -> None:
    rows = [
        {
            "id": child_id(gathered.source_id, f"record:service:{a.prepared.own_id}"),
            "source_id": gathered.source_id,
            "entity": "service",
            "own_id": a.prepared.own_id,
            "entity_id": a.prepared.service.row.id,
            "digest": a.prepared.digest,
            "raw": a.raw.value,
            "seen_at": now,
        }
        for a in changed
    ]
    if new := [row for row in rows if row["own_id"] not in known]:
        session.execute(sa.insert(SourceRecord), new)
    if old := [row for row in rows if row["own_id"] in known]:
        session.execute(sa.update(SourceRecord), old)
    for chunk in chunks(a.prepared.service.row.id for a in gathered.accepted):
        session.execute(
            sa.update(SourceRecord)
            .where(SourceRecord.source_id == gathered.source_id, SourceRecord.entity_id.in_(chunk))
            .values(seen_at=now)
        )


def _keep_refusals(session: Session, run_id: UUID, refusals: Sequence[Refusal]) -> None:
    rows = [
        {
            "import_run_id": run_id,
            "file": refusal.record.file,
            "row": refusal.record.row,
            "field": refusal.record.field,
            "reason": refusal.record.reason,
            "raw": _storable(refusal.raw),
        }
        for refusal in refusals
    ]
    if rows:
        session.execute(sa.insert(QuarantinedRow), rows)


def _storable(raw: Any) -> dict[str, Any]:
    try:
        canonical(raw)
    except ValueError:
        return {"value": repr(raw)[:1000]}
    return raw if isinstance(raw, dict) else {"value": raw}


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
