"""The log of changes: which services the search index must read anew, written with the change itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import ListingChange

KEPT = timedelta(days=30)
"""An index that nobody asked for longer is made anew."""
FORGOTTEN_AT_ONCE = 1_000
_ORDER_LOCK = 7_205_759_403
"""Any number that no other advisory lock of this database has."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """How far the log was read: the last row, by both its columns, since a restored copy counts on from before.

    seq 0 is before the first row.
    """

    seq: int
    service_id: UUID | None


BEFORE_ALL = Stamp(0, None)


def note_changes(session: Session, service_ids: Iterable[UUID], now: datetime) -> None:
    """Note that these services changed, in the transaction that changes them and as its last step.

    What is told of a service by its organization, locations, translations, needs and merges is part of it; of a merge
    note both. On PostgreSQL writers wait here for each other until they commit: else a lower number could become
    visible after a higher one that was read already.
    """
    rows = [{"service_id": i, "at": now} for i in dict.fromkeys(service_ids)]
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_ORDER_LOCK)))
    session.execute(sa.insert(ListingChange), rows)


def newest(session: Session) -> Stamp:
    """The end of the log."""
    row = session.execute(
        sa.select(ListingChange.seq, ListingChange.service_id).order_by(ListingChange.seq.desc()).limit(1)
    ).first()
    return Stamp(*row) if row else BEFORE_ALL


def since(session: Session, stamp: Stamp, limit: int) -> list[Stamp] | None:
    """The first `limit` notes after `stamp`, in order. None where the log no longer tells: it was cut off, or is
    another database's."""
    rows = session.execute(
        sa.select(ListingChange.seq, ListingChange.service_id)
        .where(ListingChange.seq >= stamp.seq)
        .order_by(ListingChange.seq)
        .limit(limit + 1)
    )
    found = [Stamp(*row) for row in rows]
    if stamp == BEFORE_ALL:
        return found[:limit] if not found or found[0].seq == 1 else None
    return found[1:] if found and found[0] == stamp else None


def forget_old_changes(session: Session, now: datetime) -> None:
    """Drop some of the oldest rows if they are older than `KEPT`; never the newest row, by which an index knows that
    it is up to date."""
    oldest = session.scalar(sa.select(sa.func.min(ListingChange.seq)))
    if oldest is None:
        return
    last = newest(session).seq
    session.execute(
        sa.delete(ListingChange).where(
            ListingChange.seq < min(last, oldest + FORGOTTEN_AT_ONCE), ListingChange.at < now - KEPT
        )
    )
