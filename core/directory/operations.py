"""Changes to the directory by people: two listings of one service become one, and back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Redirect, Service
from core.directory.candidates import final, merges


class MergeRefused(Exception):
    """The two can't be merged; the message is one plain sentence."""


def merge(session: Session, old_id: UUID, new_id: UUID, *, now: datetime) -> None:
    """From now on `old_id` is seen as `new_id`. Nothing is deleted. Raises MergeRefused."""
    if session.get(Service, old_id) is None or session.get(Service, new_id) is None:
        raise MergeRefused("There is no such service.")
    merged = merges(session)
    if old_id in merged:
        raise MergeRefused("This service was merged already.")
    if final(new_id, merged) == old_id:
        raise MergeRefused("A service can't be merged into itself.")
    session.add(Redirect(entity="service", old_id=old_id, new_id=new_id, at=now))
    session.flush()


def unmerge(session: Session, old_id: UUID) -> bool:
    """Undo the merge of `old_id`; False where there was none."""
    redirect = session.scalar(sa.select(Redirect).where(Redirect.entity == "service", Redirect.old_id == old_id))
    if redirect is None:
        return False
    session.delete(redirect)
    session.flush()
    return True
