"""Rows to HSDS objects, with what their source told beyond our columns, and what people changed as metadata."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from core.db.models import (
    Attribute,
    Location,
    Organization,
    PhoneNumber,
    Schedule,
    Service,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
)
from core.db.models.directory import Carrying
from core.db.models.freshness import EditOrigin, ListingEdit
from core.directory.exporting.fitting import Record, term
from core.directory.exporting.loading import Around
from core.directory.identity import NEEDS, ORGANIZATION_KINDS, child_id

_NOT_TOLD = {"id", "source_id", "kind", "original", "carried", "withdrawn_at", "service_id", "location_id",
             "organization_id", "link_id", "taxonomy_term_id"}  # fmt: skip
"""Columns of our own, and links that nesting tells."""
_CHANGED_BY = {EditOrigin.CONSOLE: "a volunteer", EditOrigin.MERGE: "a volunteer", EditOrigin.PROVIDER: "the provider"}
"""Who changed a field; never a name."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Turns rows into objects. They are not fitted yet."""

    around: Around

    def service(self, service: Service) -> Record:
        """service_full of a service."""
        everywhere = [p for p in service.phones if p.location_id is None]
        record = self._object(service) | {
            "phones": self._each([p for p in everywhere if not _contact_of(p)], self.phone),
            "schedules": self._each([s for s in service.schedules if s.location_id is None], self.schedule),
            "service_areas": self._each([a for a in service.areas if a.location_id is None], self._object),
            "languages": self._each(service.languages, self._object),
            "organization": self.organization(service.organization),
            "cost_options": self._each(service.costs, self._object),
            "required_documents": self._each(service.documents, self._object),
        }
        if service.withdrawn_at:
            record["status"] = "inactive"
        needs = [_attribute(need.id, "service", term(NEEDS, need.need_code)) for need in _sorted(service.needs)]
        record["attributes"] = [*needs, *record.get("attributes", ())]
        known = {name: record[name] for name in ("phones", "schedules", "service_areas")}
        known["phones"] = [*record["phones"], *self._each([p for p in everywhere if _contact_of(p)], self.phone)]
        if contacts := record.get("contacts"):
            record["contacts"] = [self._contact(one, everywhere, known["phones"]) for one in contacts]
        places = [place for place in _sorted(service.places) if place.location_id in self.around.locations]
        record["service_at_locations"] = [self._place(place, service, known) for place in places]
        return record

    def organization(self, organization: Organization) -> Record:
        """An organization without its services."""
        record = self._object(organization)
        record["phones"] = self._each(self.around.phones.get(organization.id, ()), self.phone)
        places = (self.around.locations.get(UUID(i)) for i in record.get("locations", ()))
        record["locations"] = [self.location(place) for place in places if place]
        if organization.kind:
            kind = _attribute(child_id(organization.id, "kind"), "organization",
                              term(ORGANIZATION_KINDS, organization.kind))  # fmt: skip
            record["attributes"] = [kind, *record.get("attributes", ())]
        return record

    def location(self, location: Location) -> Record:
        """A place with what holds there for every service."""
        return self._object(location) | {
            "addresses": self._each(location.addresses, self._object),
            "phones": self._each(self.around.phones.get(location.id, ()), self.phone),
            "schedules": self._each(self.around.schedules.get(location.id, ()), self.schedule),
        }

    def phone(self, phone: PhoneNumber) -> Record:
        """A phone as it was written. HSDS wants a number as extension; another one is written behind the number."""
        record = self._object(phone) | {"number": phone.original}
        record.pop("extension", None)
        record.pop("contact_id", None)
        if phone.extension and phone.extension.isdecimal():
            record["extension"] = int(phone.extension)
        elif phone.extension and phone.extension not in phone.original:
            record["number"] = f"{phone.original} ext. {phone.extension}"
        return record

    def schedule(self, schedule: Schedule) -> Record:
        """Opening hours. HSDS wants the zone in hours; another way to tell it is left out."""
        record = self._object(schedule)
        zone = record.pop("timezone", None)
        if zone and zone.lstrip("-+").isdecimal():
            record["timezone"] = int(zone)
        return record

    def term(self, row: TaxonomyTerm) -> Record:
        """A term with its taxonomy, where that may be passed on."""
        record = self._object(row)
        record.pop("taxonomy_id", None)
        taxonomy = self.around.taxonomies.get(row.taxonomy_id) if row.taxonomy_id else None
        return record | ({"taxonomy_detail": self.taxonomy(taxonomy)} if taxonomy else {})

    def taxonomy(self, row: Taxonomy) -> Record:
        """A taxonomy."""
        return self._object(row)

    def _place(self, place: ServiceAtLocation, service: Service, known: Record) -> Record:
        record, here = self._object(place), place.location_id
        record["id"] = str(place.id)
        for name, parts in (
            ("phones", self._each([p for p in service.phones if p.location_id == here], self.phone)),
            ("schedules", self._each([s for s in service.schedules if s.location_id == here], self.schedule)),
            ("service_areas", self._each([a for a in service.areas if a.location_id == here], self._object)),
        ):
            record[name] = [*parts, *_again(record.get(name, ()), known[name])]
        return record | {"location": self.location(self.around.locations[here])}

    def _contact(self, contact: Record, phones: Iterable[PhoneNumber], known: Sequence[Record]) -> Record:
        """A contact with the phones that came with it."""
        own = self._each([p for p in phones if _contact_of(p) == contact["id"]], self.phone)
        return contact | {"phones": [*own, *_again(contact.get("phones", ()), known)]}

    def _each(self, rows: Iterable[Carrying], tell: Any) -> list[Record]:
        return [tell(row) for row in _sorted(rows)]

    def _object(self, row: Carrying) -> Record:
        """The known fields of a row, what it carries, its terms and its changes. An id that it carries is the one by
        which its source knows it."""
        columns = (column.key for column in row.__table__.columns if column.key not in _NOT_TOLD)
        told = {name: _json(value) for name in columns if (value := getattr(row, name)) is not None}
        record = {"id": str(row.id), **told, **(row.carried or {})}
        terms = [self._attribute(attribute) for attribute in _sorted(self.around.attributes.get(row.id, ()))]
        if terms:
            record["attributes"] = [*terms, *record.get("attributes", ())]
        if edits := self.around.edits.get(row.id):
            record["metadata"] = [*record.get("metadata", ()), *map(_metadata, edits)]
        return record

    def _attribute(self, attribute: Attribute) -> Record:
        return self._object(attribute) | {"taxonomy_term": self.term(self.around.terms[attribute.taxonomy_term_id])}


def _contact_of(phone: PhoneNumber) -> str | None:
    return (phone.carried or {}).get("contact_id")


def _again(ids: Iterable[Any], told: Sequence[Record]) -> list[Record]:
    """What is told here by its id only, because it stands in `told` already."""
    by_id: dict[str, Record] = {}
    for record in told:
        by_id.setdefault(record["id"], record)
    return [by_id[i] for i in ids if isinstance(i, str) and i in by_id]


def _metadata(edit: ListingEdit) -> Record:
    return {
        "id": str(edit.id), "resource_id": str(edit.entity_id), "resource_type": edit.entity,
        "last_action_date": (edit.decided_at or edit.made_at).date().isoformat(), "last_action_type": "update",
        "field_name": edit.field, "previous_value": _text(edit.previous), "replacement_value": _text(edit.replacement),
        "updated_by": _CHANGED_BY[edit.origin],
    }  # fmt: skip


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _attribute(own: UUID, entity: str, taxonomy_term: Record) -> Record:
    return {"id": str(own), "link_entity": entity, "taxonomy_term": taxonomy_term}


def _sorted(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: str(row.id))


def _json(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case time():
            return f"{value:%H:%M:%S}"
        case datetime():
            seconds, _, fraction = value.astimezone(UTC).replace(tzinfo=None).isoformat().partition(".")
            return f"{seconds}.{fraction.rstrip('0')}Z" if fraction else f"{seconds}Z"
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
