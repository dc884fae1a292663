"""The life of a feed: what no longer comes is withdrawn, what comes again returns, half a feed is not believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import ImportRun, Service, SourceRecord
from core.directory.importing.gathering import Gathered
from core.directory.importing.planning import KnownRecords, Plan
from core.directory.importing.report import ImportFailed
from core.directory.importing.writing import chunks

MISSED_ONCE, MISSED_TWICE = 1, 2
"""Feeds in a row without a record. One may be cut off or made on a bad day; two are meant, and withdraw it."""
ENOUGH_TO_JUDGE = 20
"""Services of a source from which on a feed can be called much too short."""
SAME_FEED = timedelta(days=1)
"""The very same feed again counts as another one after so long; before, somebody has merely run it twice."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a feed changes by what it doesn't hold any more, and by what it holds again. Ids of services."""

    withdrawn: tuple[UUID, ...]
    returned: tuple[UUID, ...]


def follow(
    session: Session, gathered: Gathered, known: KnownRecords, planned: Plan, *, now: datetime, shrunk_ok: bool
) -> Turn:
    """Count who is missing from this feed and who is back; withdraw and return services.

    Raises ImportFailed where more than half of the source is missing, unless `shrunk_ok`.
    """
    here = {("service", entry.own_id) for entry in gathered.accepted.entries}
    here |= {("service", own_id) for own_id in gathered.refused_ids}
    here |= {("location", place.prepared.own_id) for place in gathered.places}
    gone = {key: record for key, record in known.items() if key not in here}
    back = {key: record for key, record in known.items() if key in here and record.missed}
    if not shrunk_ok:
        _doubt(known, gone)
    newly = [record for record in gone.values() if not record.missed]
    again = [record for record in gone.values() if record.missed == MISSED_ONCE]
    if not (newly or back or planned.changed) and not _counts_again(session, gathered.source_id, now):
        again = []
    _set_missed(session, [record.id for record in newly], MISSED_ONCE)
    _set_missed(session, [record.id for record in again], MISSED_TWICE)
    _set_missed(session, [record.id for record in back.values()], 0)
    return Turn(
        _set_withdrawn(session, [record.entity_id for record in again], now),
        _set_withdrawn(session, [record.entity_id for record in back.values()], None),
    )


def _doubt(known: KnownRecords, gone: KnownRecords) -> None:
    listed = sum(entity == "service" and record.missed < MISSED_TWICE
                 for (entity, _), record in known.items())  # fmt: skip
    missing = sum(entity == "service" and not record.missed for (entity, _), record in gone.items())
    if listed >= ENOUGH_TO_JUDGE and missing > listed / 2:
        raise ImportFailed(
            f"{missing} of {listed} services of this source are missing from the feed; it may be cut off. "
            "If they are really gone, run it again with --shrunk-ok."
        )


def _counts_again(session: Session, source_id: UUID, now: datetime) -> bool:
    """Whether the same feed is so old by now that to bring it again says something."""
    missing = sa.select(sa.func.max(SourceRecord.seen_at)).where(
        SourceRecord.source_id == source_id, SourceRecord.missed == MISSED_ONCE
    )
    last_seen = session.scalar(missing)
    if last_seen is None:
        return False
    first_missed = session.scalar(
        sa.select(sa.func.min(ImportRun.at)).where(ImportRun.source_id == source_id, ImportRun.at > last_seen)
    )
    return first_missed is not None and now - first_missed >= SAME_FEED


def _set_missed(session: Session, ids: list[UUID], missed: int) -> None:
    for chunk in chunks(ids):
        session.execute(sa.update(SourceRecord).where(SourceRecord.id.in_(chunk)).values(missed=missed))


def _set_withdrawn(session: Session, ids: list[UUID], at: datetime | None) -> tuple[UUID, ...]:
    """Withdraw services (or, with None, take them back); those of which that wasn't so already."""
    changed: list[UUID] = []
    unlike = Service.withdrawn_at.is_not(None) if at is None else Service.withdrawn_at.is_(None)
    for chunk in chunks(ids):
        found = [*session.scalars(sa.select(Service.id).where(Service.id.in_(chunk), unlike))]
        session.execute(sa.update(Service).where(Service.id.in_(found)).values(withdrawn_at=at))
        changed += found
    return tuple(changed)
