"""One HSDS service record (service_full shape) to the rows it becomes; all of it or none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar
from uuid import UUID

from core.db.base import Keyed
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
    ServiceAtLocation,
    ServiceNeed,
)
from core.directory.identity import NEEDS, ORGANIZATION_KINDS, child_id, entity_id
from core.directory.importing.cleaning import Fields, parse_phone
from core.directory.importing.reading import canonical
from core.directory.importing.report import Refused

Owner = TypeVar("Owner", bound=Keyed)

_NEED_CODE = re.compile("[a-z][a-z0-9_]{0,30}[.][a-z][a-z0-9_]{0,30}")
_BYDAY = re.compile("-?[1-5]?(MO|TU|WE|TH|FR|SA|SU)(,-?[1-5]?(MO|TU|WE|TH|FR|SA|SU)){0,30}")
_BYMONTHDAY = re.compile("-?[0-9]{1,2}(,-?[0-9]{1,2}){0,30}")


@dataclass(frozen=True, slots=True)
class Owned(Generic[Owner]):
    """An organization, service or location with the rows that belong to it alone."""

    row: Owner
    parts: tuple[Keyed, ...]


@dataclass(frozen=True, slots=True)
class PreparedRecord:
    """What a record becomes. An organization or location that is only pointed at must be there already."""

    own_id: str
    digest: str
    service: Owned[Service]
    organization: Owned[Organization] | None
    locations: tuple[Owned[Location], ...]
    points_at_locations: tuple[UUID, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preparation:
    """What all records of one import share: the source, the default country, who says what a service is for."""

    source_id: UUID
    country: str
    need_origin: str = "source"

    def prepare(self, record: Any) -> PreparedRecord:
        """The rows of one record. Raises Refused."""
        notes: list[str] = []
        fields = Fields(record, "", notes)
        try:
            digest = sha256(canonical(record).encode()).hexdigest()
        except ValueError:
            raise Refused("record", "holds a number that is too large") from None
        own_id = fields.own_id()
        if own_id is None:
            raise Refused("id", "is missing")
        service_id = entity_id(self.source_id, "service", own_id)
        name = fields.required_text("name")
        organization_id, organization = self._organization(fields)
        places = tuple(self._places(fields, service_id))
        locations = tuple(place.location for place in places if place.location)
        country = next((p.country for owned in locations for p in owned.parts
                        if isinstance(p, Address) and p.country), self.country)  # fmt: skip
        parts = [*self._parts(fields, service_id, country)]
        parts += [part for place in places for part in (place.link, *self._parts_of_place(place, country))]
        row = self._service(fields, service_id, organization_id, name)
        return PreparedRecord(
            own_id, digest, Owned(row, _once(parts)), organization, locations,
            tuple(place.link.location_id for place in places if place.location is None), tuple(notes),
        )  # fmt: skip

    def _service(self, fields: Fields, service_id: UUID, organization_id: UUID, name: str) -> Service:
        return Service(
            id=service_id, source_id=self.source_id, organization_id=organization_id, name=name,
            alternate_name=fields.text("alternate_name"), description=fields.text("description"),
            url=fields.url("url"), email=fields.text("email"), status=fields.text("status", 32),
            fees_description=fields.text("fees_description"),
            eligibility_description=fields.text("eligibility_description"),
            minimum_age=fields.integer("minimum_age", 150), maximum_age=fields.integer("maximum_age", 150),
            assured_date=fields.date("assured_date"), last_modified=fields.moment("last_modified"),
            alert=fields.text("alert"),
        )  # fmt: skip

    def _organization(self, fields: Fields) -> tuple[UUID, Owned[Organization] | None]:
        inside = fields.child("organization")
        own_id = (inside.own_id() if inside else None) or fields.own_id("organization_id")
        if own_id is None:
            raise Refused("organization", "is missing: a service belongs to an organization")
        organization_id = entity_id(self.source_id, "organization", own_id)
        if inside is None:
            return organization_id, None
        kinds = [term for _, term in _terms(inside, ORGANIZATION_KINDS)]
        row = Organization(
            id=organization_id, source_id=self.source_id, name=inside.required_text("name"),
            description=inside.text("description"), email=inside.text("email"), website=inside.url("website"),
            kind=kinds[0][:32] if kinds else None,
        )  # fmt: skip
        phones = self._phones(inside, organization_id, self.country)
        return organization_id, Owned(row, _once([_owned(p, organization_id=organization_id) for p in phones]))

    def _parts(self, fields: Fields, service_id: UUID, country: str) -> Iterator[Keyed]:
        owner = {"service_id": service_id}
        for reached_by in (fields, *fields.each("contacts")):
            for phone in self._phones(reached_by, service_id, country):
                yield _owned(phone, **owner)
        for schedule in self._schedules(fields, service_id):
            yield _owned(schedule, **owner)
        yield from self._areas(fields, service_id)
        for index, item in enumerate(fields.each("languages")):
            yield Language(id=self._id(item, service_id, f"language:{index}"), **owner,
                           code=item.text("code", 35), name=item.text("name"))  # fmt: skip
        for index, item in enumerate(fields.each("cost_options")):
            currency = item.text("currency", 3)
            yield CostOption(id=self._id(item, service_id, f"cost_option:{index}"), **owner,
                             option=item.text("option"), currency=currency.upper() if currency else None,
                             amount=item.number("amount", 0, 1e9),
                             amount_description=item.text("amount_description"))  # fmt: skip
        for index, item in enumerate(fields.each("required_documents")):
            yield RequiredDocument(id=self._id(item, service_id, f"required_document:{index}"), **owner,
                                   document=item.text("document"))  # fmt: skip
        yield from self._needs(fields, service_id)

    def _needs(self, fields: Fields, service_id: UUID) -> Iterator[ServiceNeed]:
        seen: set[str] = set()
        for index, (attribute, code) in enumerate(_terms(fields, NEEDS)):
            if not _NEED_CODE.fullmatch(code):
                raise Refused(attribute.path("taxonomy_term.code"), "must be a need code such as food.meals")
            if code not in seen:
                seen.add(code)
                yield ServiceNeed(id=self._id(attribute, service_id, f"need:{index}"), service_id=service_id,
                                  need_code=code, origin=self.need_origin)  # fmt: skip

    def _phones(self, fields: Fields, owner: UUID, country: str) -> Iterator[PhoneNumber]:
        for index, item in enumerate(fields.each("phones")):
            original = item.text("number")
            if original is None:
                continue
            number, written_extension = parse_phone(original, country)
            if number is None:
                item.notes.append(f"{item.path('number')}: can't be dialled, kept as written")
            yield PhoneNumber(id=self._id(item, owner, f"phone:{index}"), number=number, original=original,
                              extension=item.text("extension", 16) or written_extension, type=item.text("type", 16),
                              description=item.text("description"))  # fmt: skip

    def _schedules(self, fields: Fields, owner: UUID) -> Iterator[Schedule]:
        for index, item in enumerate(fields.each("schedules")):
            freq = item.text("freq", 8)
            yield Schedule(
                id=self._id(item, owner, f"schedule:{index}"), freq=freq.upper() if freq else None,
                interval=item.integer("interval", 1000), byday=_list_of(item, "byday", _BYDAY),
                bymonthday=_list_of(item, "bymonthday", _BYMONTHDAY), opens_at=item.time("opens_at"),
                closes_at=item.time("closes_at"), valid_from=item.date("valid_from"), valid_to=item.date("valid_to"),
                timezone=item.text("timezone", 64), description=item.text("description"),
            )  # fmt: skip

    def _areas(self, fields: Fields, service_id: UUID) -> Iterator[ServiceArea]:
        for index, item in enumerate(fields.each("service_areas")):
            yield ServiceArea(id=self._id(item, service_id, f"service_area:{index}"), service_id=service_id,
                              name=item.text("name"), description=item.text("description"),
                              extent=item.text("extent"), extent_type=item.text("extent_type", 16))  # fmt: skip

    def _places(self, fields: Fields, service_id: UUID) -> Iterator[_Place]:
        for item in fields.each("service_at_locations"):
            inside = item.child("location")
            own_id = (inside.own_id() if inside else None) or item.own_id("location_id")
            if own_id is None:
                raise Refused(item.path("location"), "is missing")
            location_id = entity_id(self.source_id, "location", own_id)
            link = ServiceAtLocation(id=self._id(item, service_id, f"at:{location_id}"), service_id=service_id,
                                     location_id=location_id)  # fmt: skip
            yield _Place(item, link, self._location(inside, location_id) if inside else None)

    def _parts_of_place(self, place: _Place, country: str) -> Iterator[Keyed]:
        """What holds for this service at this place only."""
        link = place.link
        for part in (*self._phones(place.fields, link.id, country), *self._schedules(place.fields, link.id)):
            yield _owned(part, service_id=link.service_id, location_id=link.location_id)
        yield from self._areas(place.fields, link.service_id)

    def _location(self, fields: Fields, location_id: UUID) -> Owned[Location]:
        row = Location(
            id=location_id, source_id=self.source_id, name=fields.text("name"),
            location_type=fields.text("location_type", 32), latitude=fields.number("latitude", -90, 90),
            longitude=fields.number("longitude", -180, 180), transportation=fields.text("transportation"),
        )  # fmt: skip
        if row.latitude is None or row.longitude is None:
            row.latitude = row.longitude = None
        addresses = list(self._addresses(fields, location_id))
        country = next((a.country for a in addresses if a.country), self.country)
        phones = [_owned(p, location_id=location_id) for p in self._phones(fields, location_id, country)]
        schedules = [_owned(s, location_id=location_id) for s in self._schedules(fields, location_id)]
        return Owned(row, _once([*addresses, *phones, *schedules]))

    def _addresses(self, fields: Fields, location_id: UUID) -> Iterator[Address]:
        for index, item in enumerate(fields.each("addresses")):
            country = item.text("country")
            yield Address(
                id=self._id(item, location_id, f"address:{index}"), location_id=location_id,
                address_1=item.text("address_1"), address_2=item.text("address_2"), city=item.text("city"),
                region=item.text("region"), state_province=item.text("state_province"),
                postal_code=item.text("postal_code", 16),
                country=country.upper() if country and re.fullmatch("[A-Za-z]{2}", country) else None,
                address_type=item.text("address_type", 16),
            )  # fmt: skip

    def _id(self, fields: Fields, owner: UUID, what: str) -> UUID:
        own_id = fields.own_id()
        return entity_id(self.source_id, what.partition(":")[0], own_id) if own_id else child_id(owner, what)


@dataclass(frozen=True, slots=True)
class _Place:
    fields: Fields
    link: ServiceAtLocation
    location: Owned[Location] | None


def _terms(fields: Fields, taxonomy: str) -> Iterator[tuple[Fields, str]]:
    """(attribute, code) of the attributes that stand in `taxonomy`."""
    for attribute in fields.each("attributes"):
        term = attribute.child("taxonomy_term")
        if term and term.text("taxonomy") == taxonomy:
            yield attribute, term.required_text("code")


def _list_of(fields: Fields, name: str, form: re.Pattern[str]) -> str | None:
    value = (fields.text(name, 64) or "").upper().replace(" ", "")
    if value and not form.fullmatch(value):
        raise Refused(fields.path(name), 'must list days such as "MO,TU", "2SA,4SA" or "1,15"')
    return value or None


def _owned(part: Keyed, **owners: UUID) -> Keyed:
    for column, owner in owners.items():
        setattr(part, column, owner)
    return part


def _once(parts: list[Keyed]) -> tuple[Keyed, ...]:
    """`parts` without repeats of an id or of a place: some sources nest the same phone in several spots."""
    kept: dict[object, Keyed] = {}
    for part in parts:
        key = part.location_id if isinstance(part, ServiceAtLocation) else part.id
        kept.setdefault((type(part), key), part)
    return tuple(kept.values())
