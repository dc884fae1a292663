"""The rows that belong to a service, an organization or a place: phones, hours, addresses, areas, costs ..."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.db.models import (
    Address,
    CostOption,
    Language,
    PhoneNumber,
    RequiredDocument,
    Schedule,
    ServiceArea,
)
from core.db.models.directory import Carrying
from core.directory.identity import ASSUMED, child_id
from core.directory.importing.carrying import Carrier
from core.directory.importing.cleaning import Fields, parse_phone
from core.directory.importing.report import Refused
from core.directory.standard import ENUMS

Owners = Mapping[str, UUID]
"""{owner column: id}"""

_BYDAY = re.compile("-?[1-5]?(MO|TU|WE|TH|FR|SA|SU)(,-?[1-5]?(MO|TU|WE|TH|FR|SA|SU)){0,30}")
_BYMONTHDAY = re.compile("-?[0-9]{1,2}(,-?[0-9]{1,2}){0,30}")
_OF_OWNERS = {"id", "service_id", "organization_id", "location_id"}


class Rows:
    """The rows of one owner, each once: some sources nest the same phone in several spots."""

    def __init__(self) -> None:
        self._rows: dict[tuple[type[Carrying], UUID], Carrying] = {}

    def add(self, row: Carrying, within: UUID) -> str | None:
        """Take `row` in. Gives its id where the very same stands here already, to be named where it is repeated.

        One that has the id of another, but says something else, gets an id of its own, made of what it lies in.
        """
        there = self._rows.get((type(row), row.id))
        if there is not None:
            if _content(there) == _content(row) and _holds_where(there, row):
                return str(row.id)
            row.carried = {**(row.carried or {}), "id": str(row.id)}
            row.id = child_id(within, f"{row.__tablename__}:{row.id}")
        self._rows.setdefault((type(row), row.id), row)
        return None

    def all(self) -> tuple[Carrying, ...]:
        """The rows, in the order in which they came."""
        return tuple(self._rows.values())


@dataclass(frozen=True, slots=True)
class PartReader:
    """Reads the parts of an object. Ids: the source's own, or made of the owner and the part's place."""

    carrier: Carrier

    def phones(self, fields: Fields, owner: UUID, country: str, owners: Owners) -> Iterator[PhoneNumber]:
        """The phone numbers; `country` (two letters) is for those without a country code."""
        for index, item in enumerate(fields.each("phones")):
            original = item.text("number")
            if original is None:
                continue
            number, written_extension = parse_phone(original, country)
            if number is None:
                item.notes.append(f"{item.path('number')}: can't be dialled, kept as written")
            own = self.carrier.id_of(item, "phone", owner, f"phone:{index}")
            yield PhoneNumber(
                id=own, **owners, number=number, original=original,
                extension=item.text("extension", 16) or written_extension, type=item.text("type", 16),
                description=item.text("description"),
                carried=self.carrier.rest(item, "phone", PhoneNumber, own),
            )  # fmt: skip

    def schedules(self, fields: Fields, owner: UUID, owners: Owners) -> Iterator[Schedule]:
        """The opening hours."""
        for index, item in enumerate(fields.each("schedules")):
            freq = item.text("freq", 8)
            own = self.carrier.id_of(item, "schedule", owner, f"schedule:{index}")
            yield Schedule(
                id=own, **owners, freq=freq.upper() if freq else None,
                interval=item.integer("interval", 1000), byday=_list_of(item, "byday", _BYDAY),
                bymonthday=_list_of(item, "bymonthday", _BYMONTHDAY), opens_at=item.time("opens_at"),
                closes_at=item.time("closes_at"), valid_from=item.date("valid_from"), valid_to=item.date("valid_to"),
                timezone=item.text("timezone", 64), description=item.text("description"),
                carried=self.carrier.rest(item, "schedule", Schedule, own),
            )  # fmt: skip

    def areas(self, fields: Fields, owner: UUID, owners: Owners) -> Iterator[ServiceArea]:
        """Where people must live."""
        for index, item in enumerate(fields.each("service_areas")):
            own = self.carrier.id_of(item, "service_area", owner, f"service_area:{index}")
            yield ServiceArea(
                id=own, **owners, name=item.text("name"), description=item.text("description"),
                extent=item.text("extent"), extent_type=item.text("extent_type", 16),
                carried=self.carrier.rest(item, "service_area", ServiceArea, own),
            )  # fmt: skip

    def addresses(self, fields: Fields, location_id: UUID) -> Iterator[Address]:
        """The postal addresses of a place. A country that isn't told in two letters is carried as it was written."""
        for index, item in enumerate(fields.each("addresses")):
            own = self.carrier.id_of(item, "address", location_id, f"address:{index}")
            country, assumed = item.text("country"), assumed_in(item)
            code = country.upper() if country and re.fullmatch("[A-Za-z]{2}", country) else None
            carried = self.carrier.rest(item, "address", Address, own) or {}
            if country and not code:
                carried["country"] = country
            yield Address(
                id=own, location_id=location_id,
                address_1=item.text("address_1"), address_2=item.text("address_2"), city=item.text("city"),
                region=item.text("region"), state_province=item.text("state_province"),
                postal_code=item.text("postal_code", 16), country=code,
                address_type=choice(item, "address", "address_type", 16, assumed), carried=carried or None,
            )  # fmt: skip

    def of_service(self, fields: Fields, service_id: UUID) -> Iterator[Carrying]:
        """What only services have: languages, costs, papers to bring."""
        carrier, owner = self.carrier, {"service_id": service_id}
        for index, item in enumerate(fields.each("languages")):
            own = carrier.id_of(item, "language", service_id, f"language:{index}")
            yield Language(id=own, **owner, code=item.text("code", 35), name=item.text("name"),
                           carried=carrier.rest(item, "language", Language, own))  # fmt: skip
        for index, item in enumerate(fields.each("cost_options")):
            own = carrier.id_of(item, "cost_option", service_id, f"cost_option:{index}")
            currency = item.text("currency", 3)
            yield CostOption(id=own, **owner, option=item.text("option"),
                             currency=currency.upper() if currency else None,
                             amount=item.number("amount", 0, 1e9), amount_description=item.text("amount_description"),
                             carried=carrier.rest(item, "cost_option", CostOption, own))  # fmt: skip
        for index, item in enumerate(fields.each("required_documents")):
            own = carrier.id_of(item, "required_document", service_id, f"required_document:{index}")
            yield RequiredDocument(id=own, **owner, document=item.text("document"),
                                   carried=carrier.rest(item, "required_document", RequiredDocument, own))  # fmt: skip


def assumed_in(fields: Fields) -> dict[str, str | None]:
    """{field: what was told there in truth} of the fields that an export of ours had to fill (see core.directory.
    exporting.fitting)."""
    found: dict[str, str | None] = {}
    for attribute in fields.each("attributes"):
        term = attribute.child("taxonomy_term")
        if term and term.text("taxonomy") == ASSUMED:
            found[term.required_text("code")] = attribute.text("value")
    return found


def choice(fields: Fields, kind: str, name: str, longest: int, assumed: Mapping[str, str | None]) -> str | None:
    """A field with a fixed list of values: one of them where only capitals differ, else as it was told."""
    if name in assumed:
        return assumed[name]
    value = fields.text(name, longest)
    plain = value.casefold() if value else None
    if plain == value or plain not in ENUMS[kind, name]:
        return value
    fields.notes.append(f"{fields.path(name)}: written small")
    return plain


def _content(row: Carrying) -> dict[str, Any]:
    """All that a row says, without whose it is."""
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key not in _OF_OWNERS}
    carried = {name: value for name, value in (row.carried or {}).items() if name not in ("id", "contact_id")}
    return values | {"carried": carried}


def _holds_where(there: Carrying, row: Carrying) -> bool:
    return getattr(there, "location_id", None) in (None, getattr(row, "location_id", None))


def _list_of(fields: Fields, name: str, form: re.Pattern[str]) -> str | None:
    value = (fields.text(name, 64) or "").upper().replace(" ", "")
    if value and not form.fullmatch(value):
        raise Refused(fields.path(name), 'must list days such as "MO,TU", "2SA,4SA" or "1,15"')
    return value or None
