"""Timers: what must happen later is a row, set in the transaction that makes it necessary. Never commits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.timer import Heartbeat, Timer, TimerKind

LEASE = timedelta(minutes=2)
"""A timer that a worker took and did not finish comes back after this."""


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer that has fired."""

    id: uuid.UUID
    kind: TimerKind
    subject_id: uuid.UUID
    attempts: int
    until: datetime
    """End of its lease. Whoever took it over since, moved it or cancelled it has changed this moment in its row."""


def set_timer(session: Session, kind: TimerKind, subject_id: uuid.UUID, run_at: datetime) -> None:
    """Fire `kind` for `subject_id` at `run_at`; one that was set before for the same is moved there."""
    moved = session.execute(
        sa.update(Timer)
        .where(Timer.kind == kind, Timer.subject_id == subject_id, Timer.done_at.is_(None))
        .values(run_at=run_at, attempts=0)
    )
    if not moved.rowcount:  # type: ignore[attr-defined]
        session.add(Timer(kind=kind, subject_id=subject_id, run_at=run_at))
        session.flush()


def cancel_timers(session: Session, subject_id: uuid.UUID, now: datetime) -> None:
    """Nothing that was set for `subject_id` happens any more."""
    session.execute(sa.update(Timer).where(Timer.subject_id == subject_id, Timer.done_at.is_(None)).values(done_at=now))


def claim_due(session: Session, now: datetime, limit: int = 20) -> list[DueTimer]:
    """Take what is due, for `LEASE`; nobody else gets it meanwhile. Of media, which can take a minute to fetch,
    only one at a time, and after all else."""
    slow = Timer.kind == TimerKind.FETCH_MEDIA
    rows = session.scalars(
        sa.select(Timer)
        .where(Timer.done_at.is_(None), Timer.run_at <= now)
        .order_by(sa.case((slow, 1), else_=0), Timer.run_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    quick = [row for row in rows if row.kind is not TimerKind.FETCH_MEDIA]
    taken = rows[: len(quick) + 1]
    for row in taken:
        row.run_at = now + LEASE
        row.attempts += 1
    return [DueTimer(row.id, row.kind, row.subject_id, row.attempts, row.run_at) for row in taken]


def finish(session: Session, timer: DueTimer, now: datetime) -> bool:
    """The timer does its work in this transaction. False: it is no longer ours, and its work is not to be done."""
    return _ours(session, timer, done_at=now)


def retry(session: Session, timer: DueTimer, at: datetime) -> None:
    """The timer has not done its work yet: it fires again at `at`, unless it is no longer ours."""
    _ours(session, timer, run_at=at)


def _ours(session: Session, timer: DueTimer, **values: datetime) -> bool:
    held = (Timer.id == timer.id, Timer.done_at.is_(None), Timer.run_at == timer.until)
    return session.execute(sa.update(Timer).where(*held).values(**values).returning(Timer.id)).scalar() is not None


def due_since(session: Session, now: datetime) -> datetime | None:
    """The oldest moment at which a timer should have fired and hasn't; None when all is in time."""
    return session.scalar(sa.select(sa.func.min(Timer.run_at)).where(Timer.done_at.is_(None), Timer.run_at <= now))


def last_heartbeat(session: Session, name: str) -> datetime | None:
    """When the part `name` of the system last said that it is alive; None when it never did."""
    return session.scalar(sa.select(Heartbeat.at).where(Heartbeat.name == name))
