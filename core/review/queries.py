"""The review list as coordinators see it, and what the next retraining takes in. Reads only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.review import Cause, ReviewItem, Verdict

PAGE_ROWS = 20


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """Words that wait for a coordinator."""

    id: uuid.UUID
    text: str
    language: str
    cause: Cause
    guessed: str | None
    meant: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """One page of the list, oldest first. `count` and `pages` are of all that pass the filters."""

    items: tuple[WaitingItem, ...]
    count: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Learning:
    """How many wait for the next retraining, and when the last one took any; None: never yet."""

    approved: int
    last_taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a retraining learns: `text` in `language` means `label`, a need's code or "unknown"."""

    id: uuid.UUID
    text: str
    language: str
    label: str


def waiting(
    session: Session, *, language: str | None = None, cause: Cause | None = None, number: int = 1
) -> WaitingPage:
    """Page `number`, or the nearest there is."""
    where: list[sa.ColumnElement[bool]] = [ReviewItem.verdict.is_(None)]
    if language:
        where.append(ReviewItem.language == language)
    if cause:
        where.append(ReviewItem.cause == cause)
    count = _count(session, *where)
    pages = max(1, -(-count // PAGE_ROWS))
    number = min(max(1, number), pages)
    rows = session.scalars(
        sa.select(ReviewItem)
        .where(*where)
        .order_by(ReviewItem.created_at, ReviewItem.id)
        .offset((number - 1) * PAGE_ROWS)
        .limit(PAGE_ROWS)
    )
    items = tuple(WaitingItem(r.id, r.text, r.language, r.cause, r.guessed, r.meant, r.created_at) for r in rows)
    return WaitingPage(items, count, number, pages)


def waiting_count(session: Session) -> int:
    """How many wait for a coordinator, in all."""
    return _count(session, ReviewItem.verdict.is_(None))


def learning(session: Session) -> Learning:
    """Where learning stands."""
    approved = _count(session, ReviewItem.verdict == Verdict.APPROVED, ReviewItem.taken_at.is_(None))
    return Learning(approved, session.scalar(sa.select(sa.func.max(ReviewItem.taken_at))))


def approved(session: Session) -> tuple[Lesson, ...]:
    """What was approved and no retraining has taken yet, oldest decision first."""
    rows = session.scalars(
        sa.select(ReviewItem)
        .where(ReviewItem.verdict == Verdict.APPROVED, ReviewItem.taken_at.is_(None))
        .order_by(ReviewItem.decided_at, ReviewItem.id)
    )
    return tuple(Lesson(row.id, row.text, row.language, row.label) for row in rows if row.label)


def _count(session: Session, *where: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(ReviewItem).where(*where)) or 0
