"""What a source says beyond what Handrail uses: cleaned like the rest, kept beside its object, given back on export."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.db.models.directory import Carrying
from core.directory.identity import ASSUMED, child_id, entity_id
from core.directory.importing.cleaning import Fields
from core.directory.importing.report import Refused
from core.directory.standard import FORMS, Field, Kind, Nested

_TOLD_BY_NESTING = {
    "service_id", "location_id", "organization_id", "contact_id", "phone_id", "service_at_location_id", "link_id",
}  # fmt: skip
"""Links that only repeat in what an object lies."""
_LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class Carrier:
    """Keeps what HSDS 3.0 to 3.2 knows and no column takes. What HSDS doesn't know stays in the source record only."""

    source_id: UUID

    def rest(
        self, fields: Fields, kind: str, model: type[Carrying], own: UUID, besides: Collection[str] = ()
    ) -> dict[str, Any] | None:
        """The fields and lists of an object that are neither columns of `model` nor read elsewhere (`besides`)."""
        return self._kept(fields, kind, own, {*model.__table__.columns.keys(), *besides}) or None

    def whole(self, fields: Fields, kind: str, own: UUID, besides: Collection[str] = ()) -> dict[str, Any]:
        """An object as HSDS JSON, but for `besides`."""
        return {"id": str(own), **self._kept(fields, kind, own, {"id", *besides})}

    def whole_list(self, fields: Fields, name: str, kind: str, owner: UUID) -> list[dict[str, Any]]:
        """The objects of a list, as HSDS JSON; without the attributes that an export of ours added."""
        return [
            self.whole(item, kind, self.id_of(item, kind, owner, f"{name}:{index}"))
            for index, item in enumerate(fields.each(name))
            if kind != "attribute" or taxonomy_of(item) != ASSUMED
        ]

    def id_of(self, fields: Fields, kind: str, owner: UUID, what: str) -> UUID:
        """The id of a part: the source's own, or one made of its owner and `what`."""
        own_id = fields.own_id()
        return entity_id(self.source_id, kind, own_id) if own_id else child_id(owner, what)

    def _kept(self, fields: Fields, kind: str, own: UUID, taken: Collection[str]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        told = set(fields.told).difference(taken)
        form = FORMS[kind]
        for field in (f for f in form.fields if f.name in told):
            if field.name in _TOLD_BY_NESTING and (kind, field.name) != ("location", "organization_id"):
                continue
            try:
                value = self._value(fields, field)
            except Refused as refusal:
                fields.notes.append(f"{refusal.field}: {refusal.reason}, left out")
                continue
            if value is not None:
                kept[field.name] = value
        for nested in (n for n in form.nested if n.name in told):
            try:
                if inside := self._nested(fields, nested, own):
                    kept[nested.name] = inside
            except Refused as refusal:
                fields.notes.append(f"{refusal.field}: {refusal.reason}, left out")
        return kept

    def _nested(self, fields: Fields, nested: Nested, owner: UUID) -> Any:
        if nested.many:
            return self.whole_list(fields, nested.name, nested.object, owner)
        inside = fields.child(nested.name)
        return inside and self.whole(inside, nested.object, self.id_of(inside, nested.object, owner, nested.name))

    def _value(self, fields: Fields, field: Field) -> Any:
        name = field.name
        match field.kind:
            case Kind.ID | Kind.LINK:
                own_id = fields.own_id(name)
                return own_id and str(entity_id(self.source_id, field.to or fields.text("resource_type") or "", own_id))
            case Kind.URL:
                return fields.url(name)
            case Kind.NUMBER:
                number = fields.number(name, -_LARGEST, _LARGEST)
                return int(number) if number is not None and number.is_integer() else number
            case Kind.DATE:
                day = fields.date(name)
                return day and day.isoformat()
            case Kind.MOMENT:
                # As it was told: a zone may say more than the moment.
                return fields.moment(name) and fields.text(name)
            case _:
                return fields.text(name)


def taxonomy_of(attribute: Fields) -> str | None:
    """The name of the taxonomy in which the term of an attribute stands."""
    term = attribute.child("taxonomy_term")
    return term.text("taxonomy") if term else None
