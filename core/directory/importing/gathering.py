"""Everything of an import that needs no database: files in, accepted records and refusals out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from core.directory.identity import source_id
from core.directory.importing.beside import Beside, places_of, read_beside
from core.directory.importing.mapping import MappingFile
from core.directory.importing.reading import SERVICE_FILES, RawRecord, read_csv, read_json
from core.directory.importing.records import Preparation, PreparedRecord
from core.directory.importing.report import ImportFailed, QuarantinedRecord, Refused


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record as read and what it becomes."""

    raw: RawRecord
    prepared: PreparedRecord


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record left out, with what was read of it."""

    record: QuarantinedRecord
    raw: Any = None

    @classmethod
    def of(cls, raw: RawRecord, field: str, reason: str) -> Refusal:
        """The refusal of one raw record."""
        return cls(QuarantinedRecord(raw.file, raw.row, field, reason), raw.value)


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that `path` holds for one source."""

    source_id: UUID
    license: str | None
    accepted: tuple[Accepted, ...]
    beside: Beside
    refusals: tuple[Refusal, ...]


def gather(path: Path, *, source_name: str, mapping: MappingFile | None, country: str) -> Gathered:
    """Read and check all records of a file or folder. Raises ImportFailed where it can't be read at all."""
    source = source_id(source_name)
    file = _file_of(path, mapping)
    records = read_csv(file, mapping.columns(), mapping.encoding) if mapping else read_json(file)
    beside, side_refusals = read_beside(file.parent, source) if path.is_dir() else (Beside(), [])
    if mapping:
        own_places = places_of(mapping, records, source)
        beside = Beside(beside.translations, (*own_places, *beside.places), beside.responsible)
    preparation = Preparation(source, country, "mapping" if mapping else "source")
    accepted, refusals = _prepared(records, preparation, mapping)
    refusals += [Refusal(refused) for refused in side_refusals]
    return Gathered(source, mapping.license if mapping else None, tuple(accepted), beside, tuple(refusals))


def with_references(
    accepted: Iterable[Accepted], organizations: Collection[UUID], locations: Collection[UUID]
) -> tuple[list[Accepted], list[Refusal]]:
    """The records whose organization and locations exist, in the import or among those known already, and the rest."""
    good, refusals = list(accepted), list[Refusal]()
    while True:
        known = {r.prepared.organization.row.id for r in good if r.prepared.organization}.union(organizations)
        places = {owned.row.id for r in good for owned in r.prepared.locations}.union(locations)
        refused = [*_dangling(good, known, places)]
        if not refused:
            return good, refusals
        # A refused record takes its organization with it, so look again without it.
        refusals += [Refusal.of(record.raw, field, reason) for record, field, reason in refused]
        gone = {id(record) for record, _, _ in refused}
        good = [record for record in good if id(record) not in gone]


def _dangling(
    records: Iterable[Accepted], organizations: set[UUID], locations: set[UUID]
) -> Iterator[tuple[Accepted, str, str]]:
    for record in records:
        if record.prepared.service.row.organization_id not in organizations:
            yield record, "organization_id", "names no organization that is known"
        elif not locations.issuperset(record.prepared.points_at_locations):
            yield record, "location_id", "names no location that is known"


def _file_of(path: Path, mapping: MappingFile | None) -> Path:
    if not path.exists():
        raise ImportFailed(f"There is no file or folder {path}.")
    if not path.is_dir():
        return path
    if mapping and not mapping.file:
        raise ImportFailed("The mapping names no file, so a file must be given rather than a folder.")
    names = (mapping.file,) if mapping else SERVICE_FILES
    for name in names:
        if (path / name).exists():
            return path / name
    raise ImportFailed(f"The folder {path.name} holds no {' or '.join(names)}.")


def _prepared(
    records: Iterable[RawRecord], preparation: Preparation, mapping: MappingFile | None
) -> tuple[list[Accepted], list[Refusal]]:
    accepted: list[Accepted] = []
    refusals: list[Refusal] = []
    seen: set[UUID] = set()
    for raw in records:
        try:
            if raw.fault:
                raise Refused("record", raw.fault)
            prepared = preparation.prepare(mapping.to_hsds(raw.value) if mapping else raw.value)
            if prepared.service.row.id in seen:
                raise Refused("id", "stands twice in this file; the first one counts")
        except Refused as refusal:
            refusals.append(Refusal.of(raw, refusal.field, refusal.reason))
            continue
        seen.add(prepared.service.row.id)
        accepted.append(Accepted(raw, prepared))
    return accepted, refusals
