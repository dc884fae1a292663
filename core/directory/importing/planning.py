"""What of a feed is to be written: what is new or changed, ours, and names only what is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Location, Organization, Service, SourceRecord
from core.directory.importing.gathering import Gathered
from core.directory.importing.spool import Entry
from core.directory.importing.writing import existing


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a source's record from feeds before. `missed`: how many in a row came without it."""

    id: UUID
    entity_id: UUID
    digest: str
    missed: int


KnownRecords = dict[tuple[str, str], Known]
"""{(entity, the source's own id): what is known of it}"""


@dataclass(frozen=True, slots=True)
class Plan:
    """`changed`: positions of the records to write. `refused`: {position: (field, reason)}. `unchanged`: how many are
    known just so."""

    changed: frozenset[int]
    refused: dict[int, tuple[str, str]]
    unchanged: int


def known_records(session: Session, source_id: UUID) -> KnownRecords:
    """All that the source has ever given, by what it calls it."""
    columns = (SourceRecord.entity, SourceRecord.own_id, SourceRecord.id, SourceRecord.entity_id, SourceRecord.digest,
               SourceRecord.missed)  # fmt: skip
    rows = session.execute(sa.select(*columns).where(SourceRecord.source_id == source_id))
    return {(row.entity, row.own_id): Known(row.id, row.entity_id, row.digest, row.missed) for row in rows}


def plan(session: Session, gathered: Gathered, known: KnownRecords) -> Plan:
    """Decide on every accepted record."""
    changed = [e for e in gathered.accepted.entries
               if (old := known.get(("service", e.own_id))) is None or old.digest != e.digest]  # fmt: skip
    refused: dict[int, tuple[str, str]] = {}
    good = [*_ours(session, changed, gathered.source_id, refused)]
    good = _with_references(
        good,
        existing(session, Organization, (e.organization_id for e in good)).keys(),
        existing(session, Location, (i for e in good for i in e.points_at_locations)).keys()
        | {place.prepared.location.row.id for place in gathered.places},
        refused,
    )
    return Plan(frozenset(e.position for e in good), refused, len(gathered.accepted) - len(changed))


def _ours(
    session: Session, entries: Sequence[Entry], source_id: UUID, refused: dict[int, tuple[str, str]]
) -> Iterator[Entry]:
    """A source may not overwrite another source's service, even by using its id."""
    owner = existing(session, Service, (entry.service_id for entry in entries))
    for entry in entries:
        if owner.get(entry.service_id, source_id) == source_id:
            yield entry
        else:
            refused[entry.position] = ("id", "belongs to a service of another source")


def _with_references(
    entries: Iterable[Entry],
    organizations: Collection[UUID],
    locations: Collection[UUID],
    refused: dict[int, tuple[str, str]],
) -> list[Entry]:
    """The records whose organization and locations exist, in the import or among those known already."""
    good = [*entries]
    while True:
        known = {entry.organization_id for entry in good if entry.tells_organization}.union(organizations)
        places = {place for entry in good for place in entry.tells_locations}.union(locations)
        dangling = dict(_dangling(good, known, places))
        if not dangling:
            return good
        # A refused record takes its organization with it, so look again without it.
        refused |= dangling
        good = [entry for entry in good if entry.position not in dangling]


def _dangling(
    entries: Iterable[Entry], organizations: set[UUID], locations: set[UUID]
) -> Iterator[tuple[int, tuple[str, str]]]:
    for entry in entries:
        if entry.organization_id not in organizations:
            yield entry.position, ("organization_id", "names no organization that is known")
        elif not locations.issuperset(entry.points_at_locations):
            yield entry.position, ("location_id", "names no location that is known")
