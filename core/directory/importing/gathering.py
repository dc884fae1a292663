"""Everything of an import that needs no database: files in, accepted records and refusals out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from core.directory.identity import source_id
from core.directory.importing.beside import Beside, places_of, read_beside
from core.directory.importing.forms import Feed, Form, read_feed
from core.directory.importing.mapping import MappingFile, to_hsds
from core.directory.importing.packed import open_feed
from core.directory.importing.reading import RawRecord
from core.directory.importing.records import Preparation, PreparedLocation
from core.directory.importing.report import Progress, QuarantinedRecord, Refused, Repair
from core.directory.importing.spool import Accepted, Spool

__all__ = ["Accepted", "AcceptedPlace", "Gathered", "Refusal", "gather", "repairs_of"]


@dataclass(frozen=True, slots=True)
class AcceptedPlace:
    """A place that no service names, as read and what it becomes."""

    raw: RawRecord
    prepared: PreparedLocation


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record left out, with what was read of it."""

    record: QuarantinedRecord
    raw: Any = None

    @classmethod
    def of(cls, raw: RawRecord, field: str, reason: str) -> Refusal:
        """The refusal of one raw record."""
        return cls(QuarantinedRecord(raw.file, raw.row, field, reason), raw.value)


@dataclass(slots=True)
class Gathered:
    """All that `path` holds for one source. read: records of services, good and bad. refused_ids: own ids of services
    that are there, but can't be taken."""

    source_id: UUID
    license: str | None
    form: Form
    read: int = 0
    accepted: Spool = field(default_factory=Spool)
    places: list[AcceptedPlace] = field(default_factory=list)
    beside: Beside = field(default_factory=Beside)
    refusals: list[Refusal] = field(default_factory=list)
    refused_ids: set[str] = field(default_factory=set)
    repairs: list[Repair] = field(default_factory=list)


def gather(
    path: Path, *, source_name: str, mapping: MappingFile | None, country: str, progress: Progress | None = None
) -> Gathered:
    """Read and check all records of a file or folder. Raises ImportFailed where it can't be read at all."""
    source = source_id(source_name)
    preparation = Preparation(source, country, "mapping" if mapping else "source")
    with open_feed(path) as root:
        feed = read_feed(root, mapping)
        gathered = Gathered(source, mapping.license if mapping else None, feed.form)
        gathered.refusals += [Refusal(refused) for refused in feed.refused]
        gathered.repairs += feed.repairs
        if feed.folder is not None:
            gathered.beside, side_refusals = read_beside(feed.folder, source)
        if mapping:
            gathered.beside = _with_places(gathered.beside, places_of(mapping, feed.records, source))
        _prepare(gathered, feed, preparation, mapping, progress)
        if feed.folder is not None:
            gathered.refusals += [Refusal(refused) for refused in side_refusals]
    return gathered


def repairs_of(raw: RawRecord, notes: Iterable[str]) -> list[Repair]:
    """The notes of a record ("path: what was put right") as repairs."""
    found = []
    for note in notes:
        where, _, what = note.partition(": ")
        # The same few are said a million times.
        found.append(Repair(raw.file, raw.row, sys.intern(where), sys.intern(what)))
    return found


def _with_places(beside: Beside, places: Iterable[Any]) -> Beside:
    return Beside(beside.translations, (*places, *beside.places), beside.responsible)


def _prepare(
    gathered: Gathered, feed: Feed, preparation: Preparation, mapping: MappingFile | None, progress: Progress | None
) -> None:
    seen: set[UUID] = set()
    for gathered.read, raw in enumerate(feed.records, 1):
        value = raw.value
        try:
            if raw.fault:
                raise Refused("record", raw.fault)
            value = to_hsds(mapping, raw.value) if mapping else raw.value
            prepared = preparation.prepare(value)
            if prepared.service.row.id in seen:
                raise Refused("id", "stands twice in this file; the first one counts")
        except Refused as refusal:
            gathered.refusals.append(Refusal.of(raw, refusal.field, refusal.reason))
            if isinstance(value, dict) and isinstance(value.get("id"), str | int):
                gathered.refused_ids.add(str(value["id"]).strip())
            continue
        finally:
            if progress:
                progress(gathered.read, 2 * max(feed.expected, gathered.read))
        seen.add(prepared.service.row.id)
        gathered.accepted.add(Accepted(raw, prepared))
    for raw in feed.locations:
        try:
            gathered.places.append(AcceptedPlace(raw, preparation.prepare_location(raw.value)))
        except Refused as refusal:
            gathered.refusals.append(Refusal.of(raw, refusal.field, refusal.reason))
