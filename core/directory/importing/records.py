"""One HSDS service record (service_full shape) to the rows it becomes; all of it or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar
from uuid import UUID

from core.db.base import Keyed
from core.db.models import (
    Address,
    Location,
    Organization,
    Service,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
)
from core.directory.identity import ORGANIZATION_KINDS, child_id, entity_id
from core.directory.importing.carrying import Carrier
from core.directory.importing.cleaning import Fields
from core.directory.importing.parts import PartReader, Rows, assumed_in, choice
from core.directory.importing.reading import canonical
from core.directory.importing.report import Refused
from core.directory.importing.terms import TermReader, Terms, needs_in, terms_in

Owner = TypeVar("Owner", bound=Keyed)

_READ_AS = "2"
"""Counts up when records are read differently, so that the next import reads what it knows already again."""


@dataclass(frozen=True, slots=True)
class Owned(Generic[Owner]):
    """An organization, service or location with the rows that belong to it alone."""

    row: Owner
    parts: tuple[Keyed, ...]


@dataclass(frozen=True, slots=True)
class PreparedRecord:
    """What a record becomes. An organization or location that is only pointed at must be there already; a taxonomy
    or a parent term that isn't leaves the term without that link."""

    own_id: str
    digest: str
    service: Owned[Service]
    organization: Owned[Organization] | None
    locations: tuple[Owned[Location], ...]
    points_at_locations: tuple[UUID, ...]
    notes: tuple[str, ...]
    terms: tuple[TaxonomyTerm, ...] = ()
    taxonomies: tuple[Taxonomy, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedLocation:
    """What a place becomes that no service of its source names."""

    own_id: str
    digest: str
    location: Owned[Location]
    notes: tuple[str, ...]
    terms: tuple[TaxonomyTerm, ...] = ()
    taxonomies: tuple[Taxonomy, ...] = ()


@dataclass(frozen=True, slots=True)
class Preparation:
    """What all records of one import share: the source, the default country, who says what a service is for."""

    source_id: UUID
    country: str
    need_origin: str = "source"

    def prepare(self, record: Any) -> PreparedRecord:
        """The rows of one record. Raises Refused."""
        fields, own_id, digest, found = self._begun(record)
        return self._reading(found).record(fields, own_id, digest, found)

    def prepare_location(self, record: Any) -> PreparedLocation:
        """The rows of a place by itself. Raises Refused."""
        fields, own_id, digest, found = self._begun(record)
        owned = self._reading(found).location(fields, entity_id(self.source_id, "location", own_id))
        return PreparedLocation(own_id, digest, owned, tuple(fields.notes), tuple(found.terms.values()),
                                tuple(found.taxonomies.values()))  # fmt: skip

    def _begun(self, record: Any) -> tuple[Fields, str, str, Terms]:
        fields = Fields(record, "", [])
        try:
            digest = sha256(f"{_READ_AS}:{canonical(record)}".encode()).hexdigest()
        except ValueError:
            raise Refused("record", "holds a number that is too large") from None
        own_id = fields.own_id()
        if own_id is None:
            raise Refused("id", "is missing")
        return fields, own_id, digest, Terms({}, {})

    def _reading(self, found: Terms) -> _Reading:
        carrier = Carrier(self.source_id)
        return _Reading(self, carrier, PartReader(carrier), TermReader(carrier, found))


@dataclass(frozen=True, slots=True)
class _Place:
    fields: Fields
    link: ServiceAtLocation
    location: Owned[Location] | None


@dataclass(frozen=True, slots=True)
class _Reading:
    """The reading of one record."""

    shared: Preparation
    carrier: Carrier
    parts: PartReader
    terms: TermReader

    def record(self, fields: Fields, own_id: str, digest: str, found: Terms) -> PreparedRecord:
        source = self.shared.source_id
        service_id = entity_id(source, "service", own_id)
        name = fields.required_text("name")
        organization_id, organization, at_head = self._organization(fields)
        places = tuple(self._places(fields, service_id))
        locations = {place.location.row.id: place.location for place in places if place.location}
        country = next((p.country for owned in locations.values() for p in owned.parts
                        if isinstance(p, Address) and p.country), self.shared.country)  # fmt: skip
        locations = {owned.row.id: owned for owned in at_head} | locations
        rows = Rows()
        carried = self._parts(rows, fields, service_id, country)
        for place in places:
            self._parts_of_place(rows, place, country)
        needs = needs_in(fields, service_id, self.shared.need_origin, self.carrier)
        row = self._service(fields, service_id, organization_id, name)
        row.carried = {**(row.carried or {}), **carried} or None
        return PreparedRecord(
            own_id, digest, Owned(row, (*rows.all(), *needs)), organization, tuple(locations.values()),
            tuple(place.link.location_id for place in places if place.location is None), tuple(fields.notes),
            tuple(found.terms.values()), tuple(found.taxonomies.values()),
        )  # fmt: skip

    def _service(self, fields: Fields, service_id: UUID, organization_id: UUID, name: str) -> Service:
        elsewhere = ("attributes", "contacts", "phones", "schedules", "service_areas", "service_at_locations",
                     "languages", "organization", "cost_options", "required_documents")  # fmt: skip
        return Service(
            id=service_id, source_id=self.shared.source_id, organization_id=organization_id, name=name,
            alternate_name=fields.text("alternate_name"), description=fields.text("description"),
            url=fields.url("url"), email=fields.text("email"),
            status=choice(fields, "service", "status", 32, assumed_in(fields)),
            fees_description=fields.text("fees_description"),
            eligibility_description=fields.text("eligibility_description"),
            minimum_age=fields.integer("minimum_age", 150), maximum_age=fields.integer("maximum_age", 150),
            assured_date=fields.date("assured_date"), last_modified=fields.moment("last_modified"),
            alert=fields.text("alert"), carried=self.carrier.rest(fields, "service", Service, service_id, elsewhere),
        )  # fmt: skip

    def _organization(self, fields: Fields) -> tuple[UUID, Owned[Organization] | None, list[Owned[Location]]]:
        inside = fields.child("organization")
        own_id = (inside.own_id() if inside else None) or fields.own_id("organization_id")
        if own_id is None:
            raise Refused("organization", "is missing: a service belongs to an organization")
        own = entity_id(self.shared.source_id, "organization", own_id)
        if inside is None:
            return own, None, []
        kinds = [term for _, term in terms_in(inside, ORGANIZATION_KINDS)]
        rows, carried = self._attributes(inside, "organization", own)
        for phone in self.parts.phones(inside, own, self.shared.country, {"organization_id": own}):
            rows.add(phone, own)
        locations = [self.location(item, self._id(item, "location", own, f"location:{index}"))
                     for index, item in enumerate(inside.each("locations"))]  # fmt: skip
        if locations:
            carried["locations"] = [str(owned.row.id) for owned in locations]
        rest = self.carrier.rest(inside, "organization", Organization, own, ("attributes", "phones", "locations"))
        row = Organization(
            id=own, source_id=self.shared.source_id, name=inside.required_text("name"),
            alternate_name=inside.text("alternate_name"), description=inside.text("description"),
            email=inside.text("email"), website=inside.url("website"), kind=kinds[0][:32] if kinds else None,
            carried={**(rest or {}), **carried} or None,
        )  # fmt: skip
        return own, Owned(row, rows.all()), locations

    def _parts(self, rows: Rows, fields: Fields, service_id: UUID, country: str) -> dict[str, Any]:
        """The parts of the service into `rows`; gives what is to be carried."""
        owner = {"service_id": service_id}
        attributes, carried = self.terms.attributes(fields, "service", service_id)
        parts = (
            self.parts.phones(fields, service_id, country, owner),
            self.parts.schedules(fields, service_id, owner),
            self.parts.areas(fields, service_id, owner),
            self.parts.of_service(fields, service_id),
            attributes,
        )
        for part in (row for group in parts for row in group):
            rows.add(part, service_id)
        contacts: list[dict[str, Any]] = []
        for index, item in enumerate(fields.each("contacts")):
            contact_id = self._id(item, "contact", service_id, f"contact:{index}")
            contacts.append(self.carrier.whole(item, "contact", contact_id, ("phones",)))
            told_before: list[str] = []
            # A resident must find the number, so it is the service's too, marked with whose it is.
            for phone in self.parts.phones(item, contact_id, country, owner):
                if again := rows.add(phone, contact_id):
                    told_before.append(again)
                else:
                    phone.carried = {**(phone.carried or {}), "contact_id": str(contact_id)}
            if told_before:
                contacts[-1]["phones"] = told_before
        return carried | ({"contacts": contacts} if contacts else {})

    def _places(self, fields: Fields, service_id: UUID) -> Iterator[_Place]:
        seen: set[UUID] = set()
        for item in fields.each("service_at_locations"):
            inside = item.child("location")
            own_id = (inside.own_id() if inside else None) or item.own_id("location_id")
            if own_id is None:
                raise Refused(item.path("location"), "is missing")
            location_id = entity_id(self.shared.source_id, "location", own_id)
            if location_id in seen:
                item.notes.append(f"{item.path('location')}: stands twice, the first one counts")
                continue
            own = self._id(item, "at", service_id, f"at:{location_id}")
            own = child_id(service_id, f"at:{location_id}") if own in seen else own
            seen |= {location_id, own}
            link = ServiceAtLocation(id=own, service_id=service_id, location_id=location_id)
            yield _Place(item, link, self.location(inside, location_id) if inside else None)

    def _parts_of_place(self, rows: Rows, place: _Place, country: str) -> None:
        """What holds for this service at this place only. What the service itself says too is only named."""
        link, item = place.link, place.fields
        owners = {"service_id": link.service_id, "location_id": link.location_id}
        again: dict[str, list[str]] = {}
        for name, parts in (
            ("phones", self.parts.phones(item, link.id, country, owners)),
            ("schedules", self.parts.schedules(item, link.id, owners)),
            ("service_areas", self.parts.areas(item, link.id, owners)),
        ):
            told_before = [known for part in parts if (known := rows.add(part, link.id))]
            if told_before:
                again[name] = told_before
        besides = ("location", "phones", "schedules", "service_areas")
        rest = self.carrier.rest(item, "service_at_location", ServiceAtLocation, link.id, besides)
        link.carried = {**(rest or {}), **again} or None
        rows.add(link, link.id)

    def location(self, fields: Fields, own: UUID) -> Owned[Location]:
        """A place with what belongs to it alone."""
        rows, carried = self._attributes(fields, "location", own)
        owner = {"location_id": own}
        addresses = list(self.parts.addresses(fields, own))
        country = next((a.country for a in addresses if a.country), self.shared.country)
        for part in (*addresses, *self.parts.phones(fields, own, country, owner),
                     *self.parts.schedules(fields, own, owner)):  # fmt: skip
            rows.add(part, own)
        elsewhere = ("attributes", "addresses", "phones", "schedules")
        rest = self.carrier.rest(fields, "location", Location, own, elsewhere)
        row = Location(
            id=own, source_id=self.shared.source_id, name=fields.text("name"),
            location_type=choice(fields, "location", "location_type", 32, assumed_in(fields)),
            latitude=fields.number("latitude", -90, 90), longitude=fields.number("longitude", -180, 180),
            transportation=fields.text("transportation"), carried={**(rest or {}), **carried} or None,
        )  # fmt: skip
        if row.latitude is None or row.longitude is None:
            row.latitude = row.longitude = None
        return Owned(row, rows.all())

    def _attributes(self, fields: Fields, entity: str, own: UUID) -> tuple[Rows, dict[str, Any]]:
        rows = Rows()
        attributes, carried = self.terms.attributes(fields, entity, own)
        for attribute in attributes:
            rows.add(attribute, own)
        return rows, {**carried}

    def _id(self, fields: Fields, kind: str, owner: UUID, what: str) -> UUID:
        return self.carrier.id_of(fields, kind, owner, what)
