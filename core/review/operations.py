"""Keeping words for review, deciding on them, and forgetting them in time. Never commits."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.db.models.review import Cause, ReviewItem, Verdict
from core.review.deidentify import Anonymous

NO_NEED = "unknown"
"""The label of words that ask for none of our needs; the same word as the act of a message we don't understand."""
WAITS_AT_MOST = timedelta(days=90)
"""What nobody has looked at in a season is no longer worth keeping people's words for."""
KEPT_ONCE_DECIDED = timedelta(days=365)
"""After this, words that were learnt or discarded have done their work: not to be asked about again so soon."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Words to keep. `guessed`: the need we took them for; `meant`: the one that somebody named instead."""

    words: Anonymous
    language: str
    cause: Cause
    guessed: str | None
    meant: str | None


def keep(session: Session, heard: Heard, now: datetime) -> bool:
    """Put the words on the review list. False where they stand there already, decided or not."""
    if _standing(session, heard.words, heard.language):
        return False
    item = ReviewItem(
        text=heard.words,
        language=heard.language,
        cause=heard.cause,
        guessed=heard.guessed,
        meant=heard.meant,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(item)
    except IntegrityError:
        return False  # the same words came in from somebody else at this moment
    return True


def approve(
    session: Session, item_id: uuid.UUID, text: str, label: str, volunteer_id: uuid.UUID, now: datetime
) -> bool:
    """`text` (as the coordinator left it) means `label`: the next retraining learns it. False where the item is gone
    or decided."""
    item = _waiting(session, item_id)
    if item is None:
        return False
    before = _standing(session, text, item.language)
    if before and before.id != item.id:  # without what was taken out it is what we have already
        session.delete(item)
        item = before
    item.text, item.label, item.taken_at = text, label, None
    _decide(item, Verdict.APPROVED, volunteer_id, now)
    return True


def discard(session: Session, item_id: uuid.UUID, volunteer_id: uuid.UUID, now: datetime) -> bool:
    """Nothing is to be learnt from it. False where the item is gone or decided."""
    item = _waiting(session, item_id)
    if item is None:
        return False
    _decide(item, Verdict.DISCARDED, volunteer_id, now)
    return True


def mark_taken(session: Session, ids: Iterable[uuid.UUID], now: datetime) -> None:
    """A model has learnt these approved items."""
    session.execute(
        sa.update(ReviewItem)
        .where(ReviewItem.id.in_(ids), ReviewItem.verdict == Verdict.APPROVED, ReviewItem.taken_at.is_(None))
        .values(taken_at=now)
    )


def forget_old(session: Session, now: datetime) -> None:
    """Delete what nobody decided on in time, and what was learnt or discarded long ago. What is approved waits."""
    done = sa.or_(ReviewItem.verdict == Verdict.DISCARDED, ReviewItem.taken_at.is_not(None))
    for old in (
        sa.and_(ReviewItem.verdict.is_(None), ReviewItem.created_at < now - WAITS_AT_MOST),
        sa.and_(done, ReviewItem.decided_at < now - KEPT_ONCE_DECIDED),
    ):
        session.execute(sa.delete(ReviewItem).where(old))


def _standing(session: Session, text: str, language: str) -> ReviewItem | None:
    return session.scalar(sa.select(ReviewItem).where(ReviewItem.language == language, ReviewItem.text == text))


def _waiting(session: Session, item_id: uuid.UUID) -> ReviewItem | None:
    return session.scalar(
        sa.select(ReviewItem).where(ReviewItem.id == item_id, ReviewItem.verdict.is_(None)).with_for_update()
    )


def _decide(item: ReviewItem, verdict: Verdict, volunteer_id: uuid.UUID, now: datetime) -> None:
    item.verdict, item.decided_at, item.decided_by_id = verdict, now, volunteer_id
