"""What a person has changed holds against what a source says later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import (
    Address,
    CostOption,
    Language,
    Location,
    Organization,
    PhoneNumber,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
)
from core.db.models.directory import Carrying
from core.db.models.freshness import EditState, ListingEdit
from core.directory.importing.cleaning import parse_phone
from core.directory.importing.report import KeptByHand
from core.directory.standard import FORMS

_MODELS: Mapping[str, type[Carrying]] = {
    "organization": Organization,
    "service": Service,
    "location": Location,
    "address": Address,
    "phone": PhoneNumber,
    "schedule": Schedule,
    "service_area": ServiceArea,
    "language": Language,
    "cost_option": CostOption,
    "required_document": RequiredDocument,
}
_READ: Mapping[type, Callable[[Any], Any]] = {
    date: date.fromisoformat,
    time: time.fromisoformat,
    datetime: datetime.fromisoformat,
    int: int,
    float: float,
}
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
        model = _MODELS.get(newest.entity)
        row = session.get(model, newest.entity_id, populate_existing=True) if model else None
        if row is None or newest.field not in FORMS[newest.entity].names:
            return
        says, ours = _value(row, newest.field), _read(row, newest.field, newest.replacement)
        if (newest.entity, newest.field) == _ASSURED:
            ours = max(filter(None, (says, ours)), default=None)
        elif says not in (ours, _read(row, first.field, first.previous)):
            yield KeptByHand(newest.entity, str(newest.entity_id), newest.field, str(says))
        self._set(row, newest.field, ours)

    def _set(self, row: Carrying, field: str, value: Any) -> None:
        if isinstance(row, PhoneNumber) and field == "number" and value:
            number, extension = parse_phone(value, self.country)
            row.original, row.number, row.extension = value, number, extension or row.extension
        elif field in row.__table__.columns:
            setattr(row, field, value)
        else:
            row.carried = {**(row.carried or {}), field: value}


def load_held(session: Session, country: str) -> Held:
    """All changes that hold. country: two letters, for phone numbers."""
    edits: dict[UUID, list[ListingEdit]] = defaultdict(list)
    published = sa.select(ListingEdit).where(ListingEdit.state == EditState.PUBLISHED)
    for edit in session.scalars(published.order_by(ListingEdit.made_at, ListingEdit.id)):
        edits[edit.entity_id].append(edit)
    return Held(edits, country)


def _value(row: Carrying, field: str) -> Any:
    if isinstance(row, PhoneNumber) and field == "number":
        return row.original
    return getattr(row, field) if field in row.__table__.columns else (row.carried or {}).get(field)


def _read(row: Carrying, field: str, told: Any) -> Any:
    """A value as the change tells it, in the type of its column."""
    column = row.__table__.columns.get(field)
    if told is None or column is None:
        return told
    return _READ.get(column.type.python_type, str)(told)
