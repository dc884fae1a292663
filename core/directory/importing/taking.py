"""A gathered feed into the directory, in the caller's one transaction, with the record of what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import ImportRun, QuarantinedRow, Service, ServiceAtLocation, Source, SourceRecord
from core.directory.changes import note_changes
from core.directory.identity import child_id
from core.directory.importing.feeds import follow
from core.directory.importing.gathering import Accepted, AcceptedPlace, Gathered, Refusal, repairs_of
from core.directory.importing.holding import Held, load_held
from core.directory.importing.planning import KnownRecords, Plan, known_records, plan
from core.directory.importing.reading import canonical
from core.directory.importing.records import Owned
from core.directory.importing.report import ImportReport, KeptByHand, Progress, Repair
from core.directory.importing.writing import chunks, write_entities, write_locations
from core.directory.importing.writing_beside import write_beside
from core.directory.importing.writing_terms import TermWriter


def take_in(
    session: Session,
    gathered: Gathered,
    *,
    source_name: str,
    now: datetime,
    country: str,
    shrunk_ok: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Write what is new or changed. Records with the digest they had last time stay untouched.

    Raises ImportFailed where the feed is much too short, unless `shrunk_ok`.
    """
    _source(session, gathered, source_name, now)
    known = known_records(session, gathered.source_id)
    planned = plan(session, gathered, known)
    turn = follow(session, gathered, known, planned, now=now, shrunk_ok=shrunk_ok)
    taking = _Taking(session, gathered.source_id, known, now, load_held(session, country), TermWriter(session))
    taking.places(gathered.places)
    taking.services(gathered, planned, progress)
    taking.repairs += taking.terms.finish()
    taking.seen({entry.service_id for entry in gathered.accepted.entries})
    counts, refused_beside = write_beside(session, gathered.beside, gathered.source_id)
    if dict(counts)["translations"]:
        taking.touch(row.entity_id for row in gathered.beside.translations)
    refusals = [*gathered.refusals, *taking.refusals, *refused_beside]
    _keep_run(session, ImportRun(
        source_id=gathered.source_id, at=now, taken=len(planned.changed) + sum(count for _, count in counts),
        unchanged=planned.unchanged, quarantined=len(refusals),
    ), refusals)  # fmt: skip
    note_changes(session, [*taking.touched, *turn.withdrawn, *turn.returned], now)
    return ImportReport(
        source=source_name,
        form=gathered.form,
        taken=len(planned.changed),
        unchanged=planned.unchanged,
        repaired=taking.repaired,
        quarantined=tuple(refusal.record for refusal in refusals),
        beside=counts,
        repairs=(*gathered.repairs, *taking.repairs),
        withdrawn=len(turn.withdrawn),
        returned=len(turn.returned),
        kept_by_hand=tuple(taking.kept_by_hand),
    )


@dataclass(slots=True)
class _Taking:
    """The writing of one feed, and what there is to report of it."""

    session: Session
    source_id: UUID
    known: KnownRecords
    now: datetime
    held: Held
    terms: TermWriter
    repaired: int = 0
    repairs: list[Repair] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    kept_by_hand: list[KeptByHand] = field(default_factory=list)
    touched: dict[UUID, None] = field(default_factory=dict)

    def services(self, gathered: Gathered, planned: Plan, progress: Progress | None) -> None:
        """Write the records that the plan names; tell the reasons of those it refuses."""
        left = len(planned.changed) + len(planned.refused)
        for chunk in gathered.accepted.chunks(planned.changed | planned.refused.keys()):
            for entry, accepted in chunk:
                if entry.position in planned.refused:
                    self.refusals.append(Refusal.of(accepted.raw, *planned.refused[entry.position]))
            self._write([accepted for entry, accepted in chunk if entry.position in planned.changed])
            left -= len(chunk)
            if progress:
                progress(2 * gathered.read - left, 2 * gathered.read)

    def places(self, places: Sequence[AcceptedPlace]) -> None:
        """Write the places that no service names."""
        changed = [p for p in places
                   if (old := self.known.get(("location", p.prepared.own_id))) is None
                   or old.digest != p.prepared.digest]  # fmt: skip
        for chunk in chunks(changed):
            self.terms.write(chunk)
            write_locations(self.session, [p.prepared.location for p in chunk], self.source_id)
            for place in chunk:
                self.repairs += repairs_of(place.raw, place.prepared.notes)
            self._keep_raw(("location", p.prepared.own_id, p.prepared.location.row.id, p.prepared.digest, p.raw.value)
                           for p in chunk)  # fmt: skip
            self._after([p.prepared.location for p in chunk])
        self.seen({place.prepared.location.row.id for place in places})

    def seen(self, entity_ids: Iterable[UUID]) -> None:
        """Note that the source still gives these."""
        for chunk in chunks(entity_ids):
            self.session.execute(
                sa.update(SourceRecord)
                .where(SourceRecord.source_id == self.source_id, SourceRecord.entity_id.in_(chunk))
                .values(seen_at=self.now)
            )

    def _write(self, changed: Sequence[Accepted]) -> None:
        if not changed:
            return
        self.terms.write(changed)
        write_entities(self.session, changed, self.source_id)
        for accepted in changed:
            self.repaired += bool(accepted.prepared.notes)
            self.repairs += repairs_of(accepted.raw, accepted.prepared.notes)
        self._keep_raw(("service", a.prepared.own_id, a.prepared.service.row.id, a.prepared.digest, a.raw.value)
                       for a in changed)  # fmt: skip
        self._after([*_owned_by(changed)])

    def _after(self, written: Sequence[Owned[Any]]) -> None:
        rows = (row.id for owned in written for row in (owned.row, *owned.parts))
        self.kept_by_hand += self.held.against(self.session, rows)
        self.touch(owned.row.id for owned in written)

    def touch(self, entity_ids: Iterable[UUID]) -> None:
        """Remember whose listings changed by what was written."""
        self.touched |= dict.fromkeys(services_told_by(self.session, entity_ids))

    def _keep_raw(self, records: Iterable[tuple[str, str, UUID, str, Any]]) -> None:
        rows = [
            {
                "id": child_id(self.source_id, f"record:{entity}:{own_id}"),
                "source_id": self.source_id,
                "entity": entity,
                "own_id": own_id,
                "entity_id": entity_id,
                "digest": digest,
                "raw": raw,
                "seen_at": self.now,
                "missed": 0,
            }
            for entity, own_id, entity_id, digest, raw in records
        ]
        if new := [row for row in rows if (row["entity"], row["own_id"]) not in self.known]:
            self.session.execute(sa.insert(SourceRecord), new)
        if old := [row for row in rows if (row["entity"], row["own_id"]) in self.known]:
            self.session.execute(sa.update(SourceRecord), old)


def _owned_by(records: Iterable[Accepted]) -> Iterator[Owned[Any]]:
    for prepared in (accepted.prepared for accepted in records):
        yield prepared.service
        yield from prepared.locations
        if prepared.organization is not None:
            yield prepared.organization


def services_told_by(session: Session, ids: Iterable[UUID]) -> Iterator[UUID]:
    """The services of which something is told by the services, organizations and places among `ids`."""
    for chunk in chunks(dict.fromkeys(ids)):
        yield from session.scalars(sa.select(Service.id).where(
            sa.or_(Service.id.in_(chunk), Service.organization_id.in_(chunk))
        ))  # fmt: skip
        yield from session.scalars(
            sa.select(ServiceAtLocation.service_id).where(ServiceAtLocation.location_id.in_(chunk))
        )


def _source(session: Session, gathered: Gathered, name: str, now: datetime) -> None:
    source = session.get(Source, gathered.source_id)
    if source is None:
        source = Source(id=gathered.source_id, name=name, created_at=now)
        session.add(source)
    source.license = gathered.license or source.license
    session.flush()


def _keep_run(session: Session, run: ImportRun, refusals: Sequence[Refusal]) -> None:
    session.add(run)
    session.flush()
    rows = [
        {
            "import_run_id": run.id,
            "file": refusal.record.file,
            "row": refusal.record.row,
            "field": refusal.record.field,
            "reason": refusal.record.reason,
            "raw": _storable(refusal.raw),
        }
        for refusal in refusals
    ]
    for chunk in chunks(rows):
        session.execute(sa.insert(QuarantinedRow), chunk)


def _storable(raw: Any) -> dict[str, Any]:
    try:
        canonical(raw)
    except ValueError:
        return {"value": repr(raw)[:1000]}
    return raw if isinstance(raw, dict) else {"value": raw}
