"""What a field or a list of an object holds, as HSDS JSON, and another value put in its place. Never commits.

Phones, hours and the like are changed as whole lists: what is no longer among them could not be told otherwise.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
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
    ServiceNeed,
)
from core.db.models.directory import Carrying
from core.db.models.freshness import NEEDS_FIELD
from core.directory.identity import child_id
from core.directory.importing.cleaning import parse_phone
from core.directory.standard import FORMS

LISTS: Mapping[str, type[Carrying]] = {
    "phones": PhoneNumber,
    "schedules": Schedule,
    "languages": Language,
    "required_documents": RequiredDocument,
}
"""The lists that can be changed, and what they hold."""
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
    UUID: UUID,
    int: int,
    float: float,
}
_OWNERS = ("service_id", "organization_id", "location_id")


@dataclass(frozen=True, slots=True)
class Spot:
    """One field, or one list, of one object."""

    entity: str
    entity_id: UUID
    field: str

    @property
    def many(self) -> bool:
        """Whether it is a list."""
        return self.field in LISTS or self.field == NEEDS_FIELD


@dataclass(frozen=True, slots=True)
class Values:
    """Reads and writes spots. country: two letters, for phone numbers."""

    session: Session
    country: str

    def there(self, spot: Spot) -> bool:
        """Whether there is such an object, with such a field."""
        model = _MODELS.get(spot.entity)
        if model is None or not (spot.many or spot.field in FORMS[spot.entity].names):
            return False
        return self.session.get(model, spot.entity_id, populate_existing=True) is not None

    def get(self, spot: Spot) -> Any:
        """The value, as in HSDS JSON; a list has the ids of its rows."""
        if spot.field == NEEDS_FIELD:
            codes = sa.select(ServiceNeed.need_code).where(ServiceNeed.service_id == spot.entity_id)
            return sorted(self.session.scalars(codes))
        if spot.many:
            model = LISTS[spot.field]
            rows = self.session.scalars(
                sa.select(model).where(*_owned(model, spot)).execution_options(populate_existing=True)
            )
            return sorted((_record(row, spot) for row in rows), key=lambda record: str(record["id"]))
        row = self.session.get_one(_MODELS[spot.entity], spot.entity_id, populate_existing=True)
        if isinstance(row, PhoneNumber) and spot.field == "number":
            return row.original
        if spot.field in row.__table__.columns:
            return _json(getattr(row, spot.field))
        return (row.carried or {}).get(spot.field)

    def put(self, spot: Spot, value: Any) -> None:
        """Set the field, or put `value` in place of the whole list."""
        if spot.field == NEEDS_FIELD:
            self._put_needs(spot.entity_id, value)
        elif spot.many:
            self._put_list(spot, value)
        else:
            self._put_field(spot, value)
        self.session.flush()

    def as_column(self, spot: Spot, told: Any) -> Any:
        """`told` as it reads once it is there: "9:30" is "09:30:00"."""
        column = _MODELS[spot.entity].__table__.columns.get(spot.field)
        return told if spot.many or column is None else _json(_typed(column, told))

    def _put_field(self, spot: Spot, value: Any) -> None:
        row = self.session.get_one(_MODELS[spot.entity], spot.entity_id, populate_existing=True)
        if isinstance(row, PhoneNumber) and spot.field == "number" and value:
            number, extension = parse_phone(value, self.country)
            row.original, row.number, row.extension = value, number, extension or row.extension
        elif (column := row.__table__.columns.get(spot.field)) is not None:
            setattr(row, spot.field, _typed(column, value))
        else:
            row.carried = {**(row.carried or {}), spot.field: value}

    def _put_needs(self, service_id: UUID, codes: Collection[str]) -> None:
        of_it = ServiceNeed.service_id == service_id
        self.session.execute(sa.delete(ServiceNeed).where(of_it, ServiceNeed.need_code.not_in(codes)))
        known = set(self.session.scalars(sa.select(ServiceNeed.need_code).where(of_it)))
        self.session.add_all(
            ServiceNeed(id=child_id(service_id, f"need of ours:{code}"), service_id=service_id, need_code=code,
                        origin="human")
            for code in codes if code not in known
        )  # fmt: skip

    def _put_list(self, spot: Spot, records: Iterable[Mapping[str, Any]]) -> None:
        model = LISTS[spot.field]
        self.session.execute(sa.delete(model).where(*_owned(model, spot)))
        rows = [self._row(model, spot, record) for record in records]
        # An id that the source has given to another's row meanwhile stays with that one.
        taken = set(self.session.scalars(sa.select(model.id).where(model.id.in_([row["id"] for row in rows]))))
        for row in rows:
            if row["id"] in taken:
                row["id"] = child_id(spot.entity_id, f"{model.__tablename__}:{row['id']}")
        if rows:
            self.session.execute(sa.insert(model), rows)

    def _row(self, model: type[Carrying], spot: Spot, record: Mapping[str, Any]) -> dict[str, Any]:
        columns = model.__table__.columns
        row = {name: _typed(column, record.get(name)) for name, column in columns.items()}
        row[f"{spot.entity}_id"] = spot.entity_id
        row["id"] = UUID(str(record["id"])) if record.get("id") else uuid.uuid4()
        row["carried"] = {name: value for name, value in record.items() if name not in columns} or None
        if model is PhoneNumber:
            row["original"] = str(record["number"])
            row["number"], extension = parse_phone(row["original"], self.country)
            row["extension"] = row["extension"] or extension
        return row


def same(left: Any, right: Any) -> bool:
    """Whether two values say the same; ids and the order in a list say nothing."""
    return bool(_said(left) == _said(right))


def _said(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return sorted(repr(sorted(_bare(one).items())) if isinstance(one, Mapping) else repr(one) for one in value)


def _bare(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "id" and value not in (None, "")}


def _owned(model: type[Carrying], spot: Spot) -> list[sa.ColumnElement[bool]]:
    """What a row of the list is known by. A service's own at a place is that service's."""
    columns = model.__table__.columns
    found = [columns[f"{spot.entity}_id"] == spot.entity_id]
    if spot.entity != "service":
        found.append(columns["service_id"].is_(None))
    return found


def _record(row: Carrying, spot: Spot) -> dict[str, Any]:
    besides = {"carried", "original", *_OWNERS} - ({"location_id"} if spot.entity == "service" else set())
    told = {
        name: _json(value)
        for name in row.__table__.columns.keys()  # noqa: SIM118 - a column collection iterates over its columns
        if name not in besides and (value := getattr(row, name)) is not None
    }
    carried = {name: value for name, value in (row.carried or {}).items() if name != "id"}
    return told | carried | ({"number": row.original} if isinstance(row, PhoneNumber) else {})


def _typed(column: sa.ColumnElement[Any], told: Any) -> Any:
    if told is None or isinstance(told, dict | list):
        return told
    return _READ.get(column.type.python_type, str)(told)


def _json(value: Any) -> Any:
    match value:
        case time():
            return f"{value:%H:%M:%S}"
        case date() | datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value
