"""Changes to the directory by people: two listings of one service become one, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import DuplicatePair, Redirect, Service
from core.db.models.sources import PairState
from core.directory.candidates import followed
from core.directory.changes import note_changes
from core.directory.merged import CHOOSABLE


class MergeRefused(Exception):
    """The two can't be merged; the message is one plain sentence."""


def merge(
    session: Session,
    old_id: UUID,
    new_id: UUID,
    *,
    now: datetime,
    by: UUID | None = None,
    choices: Mapping[str, UUID] | None = None,
) -> None:
    """From now on `old_id` is seen as `new_id`. Nothing is deleted or overwritten. Raises MergeRefused.

    by: the volunteer who decided; None: the machine. choices: {field or list: whose value is told}, where it is not
    `new_id`'s own (core.directory.merged.CHOOSABLE).
    """
    if session.get(Service, old_id) is None or session.get(Service, new_id) is None:
        raise MergeRefused("There is no such service.")
    seen_as = followed(session, (old_id, new_id))
    if seen_as[old_id] != old_id:
        raise MergeRefused("This service was merged already.")
    if seen_as[new_id] == old_id:
        raise MergeRefused("A service can't be merged into itself.")
    others = {field: str(owner) for field, owner in (choices or {}).items() if owner != new_id}
    if others.keys() - set(CHOOSABLE) or set(others.values()) - {str(old_id)}:
        raise MergeRefused("Only the two services' own fields can be chosen between.")
    session.add(Redirect(entity="service", old_id=old_id, new_id=new_id, at=now, by=by, choices=others or None))
    session.flush()
    note_changes(session, (old_id, new_id), now)


def unmerge(session: Session, old_id: UUID, *, now: datetime) -> bool:
    """Undo the merge of `old_id`; False where there was none. The pair waits for a decision again."""
    redirect = session.scalar(sa.select(Redirect).where(Redirect.entity == "service", Redirect.old_id == old_id))
    if redirect is None:
        return False
    ids = left, right = sorted((redirect.old_id, redirect.new_id))
    session.delete(redirect)
    session.execute(
        sa.update(DuplicatePair)
        .where(DuplicatePair.left_id == left, DuplicatePair.right_id == right)
        .values(state=PairState.OPEN, decided_at=None, decided_by=None)
    )
    session.flush()
    note_changes(session, ids, now)
    return True


def keep_apart(session: Session, pair_id: UUID, *, by: UUID, now: datetime) -> bool:
    """The two are different services, and aren't asked about again. False where the pair was decided meanwhile."""
    return _decide(session, pair_id, PairState.DIFFERENT, by, now)


def merge_pair(
    session: Session, pair_id: UUID, keep_id: UUID, *, by: UUID, now: datetime, choices: Mapping[str, UUID]
) -> bool:
    """The two are one service, told as `keep_id` but for the `choices`. False where the pair was decided meanwhile.

    Raises MergeRefused.
    """
    pair = session.get(DuplicatePair, pair_id)
    if pair is None or not _decide(session, pair_id, PairState.SAME, by, now):
        return False
    if keep_id not in (pair.left_id, pair.right_id):
        raise MergeRefused("The service to keep must be one of the two.")
    other = pair.right_id if keep_id == pair.left_id else pair.left_id
    merge(session, other, keep_id, now=now, by=by, choices=choices)
    return True


def _decide(session: Session, pair_id: UUID, state: PairState, by: UUID, now: datetime) -> bool:
    decided = session.execute(
        sa.update(DuplicatePair)
        .where(DuplicatePair.id == pair_id, DuplicatePair.state == PairState.OPEN)
        .values(state=state, decided_at=now, decided_by=by)
    )
    return bool(decided.rowcount)  # type: ignore[attr-defined]
