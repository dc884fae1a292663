"""What a person has changed holds against what a source says later."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.freshness import NEEDS_FIELD, EditState, ListingEdit
from core.directory.importing.report import KeptByHand
from core.directory.importing.values import Spot, Values, same

_ASSURED = ("service", "assured_date")
"""Whoever checked last is right, the source or the provider whom we asked."""


@dataclass(frozen=True, slots=True)
class Held:
    """The published changes, by the object that they change; the oldest first."""

    edits: Mapping[UUID, Sequence[ListingEdit]]
    country: str

    def against(self, session: Session, written: Iterable[UUID]) -> Iterator[KeptByHand]:
        """Put the changes back into those of the rows `written` that have any. Gives what the source has changed since
        a person did."""
        for entity_id in (i for i in dict.fromkeys(written) if i in self.edits):
            by_field: dict[str, list[ListingEdit]] = defaultdict(list)
            for edit in self.edits[entity_id]:
                by_field[edit.field].append(edit)
            for edits in by_field.values():
                yield from self._put_back(session, edits)
        session.flush()

    def _put_back(self, session: Session, edits: Sequence[ListingEdit]) -> Iterator[KeptByHand]:
        first, newest = edits[0], edits[-1]
        spot, values = Spot(newest.entity, newest.entity_id, newest.field), Values(session, self.country)
        if not values.there(spot):
            return
        says, ours = values.get(spot), values.as_column(spot, newest.replacement)
        if (spot.entity, spot.field) == _ASSURED:
            ours = max(filter(None, (says, ours)), default=None)
        elif not (same(says, ours) or _as_before(spot, says, ours, values.as_column(spot, first.previous))):
            yield KeptByHand(spot.entity, str(spot.entity_id), spot.field, _in_words(says))
        values.put(spot, ours)


def load_held(session: Session, country: str) -> Held:
    """All changes that hold. country: two letters, for phone numbers."""
    edits: dict[UUID, list[ListingEdit]] = defaultdict(list)
    published = sa.select(ListingEdit).where(ListingEdit.state == EditState.PUBLISHED)
    # One that waited for approval counts from its approval.
    since = sa.func.coalesce(ListingEdit.decided_at, ListingEdit.made_at)
    for edit in session.scalars(published.order_by(since, ListingEdit.id)):
        edits[edit.entity_id].append(edit)
    return Held(edits, country)


def _as_before(spot: Spot, says: Any, ours: Any, before: Any) -> bool:
    # Needs that people gave stand beside the source's own after an import: only a new one says something.
    return set(says) <= {*before, *ours} if spot.field == NEEDS_FIELD else same(says, before)


def _in_words(says: Any) -> str:
    return json.dumps(says, ensure_ascii=False) if isinstance(says, list) else str(says)
