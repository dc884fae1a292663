"""The directory given back as HSDS 3.x JSON, one service_full record a service."""

from __future__ import annotations

import csv
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from core.db.base import Keyed
from core.db.models import (
    Location,
    Organization,
    PhoneNumber,
    Place,
    Redirect,
    ResponsibleBody,
    Schedule,
    Service,
    ServiceAtLocation,
    Source,
    Translation,
)
from core.directory.identity import HANDRAIL, NEEDS, ORGANIZATION_KINDS, child_id
from core.directory.importing.beside import PLACES, RESPONSIBLE, TRANSLATIONS
from core.directory.importing.reading import FORMULA_STARTS
from core.directory.offers import shared_parts

_BATCH = 200
_OWN_COLUMNS = {"id", "source_id", "kind", "original"}
Record = dict[str, Any]


def export_hsds(session: Session) -> Iterator[Record]:
    """Every service whose source may be passed on, in the order of ids. Unknown fields are left out, never made up:
    a service without status, which HSDS requires, has none here either."""
    merged = sa.select(Redirect.old_id).where(Redirect.entity == "service")
    ids = session.scalars(
        sa.select(Service.id)
        .join(Source, Source.id == Service.source_id)
        .where(Source.redistributable, Service.id.not_in(merged))
        .order_by(Service.id)
    ).all()
    for start in range(0, len(ids), _BATCH):
        services = session.scalars(
            _everything().where(Service.id.in_(ids[start : start + _BATCH])).order_by(Service.id)
        )
        batch = services.all()
        phones, schedules = shared_parts(session, batch)
        for service in batch:
            yield _service(service, phones, schedules)
        session.expunge_all()


def export_path(session: Session, path: Path) -> int:
    """Write a .json file, or a folder with the side files too, as `import_path` reads it. Gives how many services."""
    if path.suffix == ".json":
        return _write_json(path, export_hsds(session))
    path.mkdir(parents=True, exist_ok=True)
    count = _write_json(path / "services.json", export_hsds(session))
    translations = session.scalars(sa.select(Translation).order_by(Translation.entity, Translation.id))
    _write_csv(
        path / TRANSLATIONS,
        ("entity", "entity_id", "field", "language", "text"),
        ([t.entity, t.entity_id, t.field, t.language, t.text] for t in translations),
    )
    places = session.scalars(sa.select(Place).order_by(Place.kind, Place.name, Place.id))
    _write_csv(
        path / PLACES,
        ("name", "alternative_names", "kind", "latitude", "longitude", "neighbourhood", "postcode", "id"),
        ([p.name, "|".join(p.other_names), p.kind, p.latitude, p.longitude, p.area, p.postcode, p.id] for p in places),
    )
    bodies = session.scalars(sa.select(ResponsibleBody).order_by(ResponsibleBody.need_code, ResponsibleBody.area))
    _write_csv(
        path / RESPONSIBLE,
        ("need_code", "area", "organization_id", "service_id"),
        ([b.need_code, b.area, b.organization_id, b.service_id] for b in bodies),
    )
    return count


def _everything() -> sa.Select[Service]:
    parts = (Service.needs, Service.phones, Service.schedules, Service.areas, Service.languages, Service.costs,
             Service.documents)  # fmt: skip
    place = selectinload(Service.places).joinedload(ServiceAtLocation.location).selectinload(Location.addresses)
    return sa.select(Service).options(joinedload(Service.organization), *map(selectinload, parts), place)


def _service(service: Service, phones: Sequence[PhoneNumber], schedules: Sequence[Schedule]) -> Record:
    own_phones = [p for p in service.phones if p.location_id is None]
    own_schedules = [s for s in service.schedules if s.location_id is None]
    return {
        **_fields(service),
        "phones": _each(own_phones, _phone),
        "schedules": _each(own_schedules, _schedule),
        "service_areas": _each(service.areas, _fields),
        "service_at_locations": [_place(p, service, phones, schedules) for p in _sorted(service.places)],
        "languages": _each(service.languages, _fields),
        "organization": _organization(service.organization, phones),
        "cost_options": _each(service.costs, _fields),
        "required_documents": _each(service.documents, _fields),
        "attributes": [
            _attribute(need.id, service.id, "service", NEEDS, need.need_code) for need in _sorted(service.needs)
        ],
    }


def _organization(organization: Organization, phones: Sequence[PhoneNumber]) -> Record:
    record = {"description": "", **_fields(organization)}
    record["phones"] = _each([p for p in phones if p.organization_id == organization.id], _phone)
    if organization.kind:
        attribute_id = child_id(organization.id, "kind")
        record["attributes"] = [
            _attribute(attribute_id, organization.id, "organization", ORGANIZATION_KINDS, organization.kind)
        ]
    return record


def _place(
    place: ServiceAtLocation, service: Service, phones: Sequence[PhoneNumber], schedules: Sequence[Schedule]
) -> Record:
    location = place.location
    empty = dict.fromkeys(("address_1", "city", "state_province", "postal_code", "country"), "")
    return {
        **_fields(place),
        "phones": _each([p for p in service.phones if p.location_id == location.id], _phone),
        "schedules": _each([s for s in service.schedules if s.location_id == location.id], _schedule),
        "location": {
            **_fields(location),
            "addresses": [{**empty, **_fields(address)} for address in _sorted(location.addresses)],
            "phones": _each([p for p in phones if p.location_id == location.id], _phone),
            "schedules": _each([s for s in schedules if s.location_id == location.id], _schedule),
        },
    }


def _phone(phone: PhoneNumber) -> Record:
    record = _fields(phone) | {"number": phone.original}
    return _with_number(record, "extension")


def _schedule(schedule: Schedule) -> Record:
    return _with_number(_fields(schedule), "timezone")


def _with_number(record: Record, name: str) -> Record:
    """HSDS wants a number here; what isn't one is left out (the whole number as written holds it too)."""
    value = record.pop(name, None)
    if value is not None and value.lstrip("-").isdecimal():
        record[name] = int(value)
    return record


def _attribute(attribute_id: UUID, link_id: UUID, entity: str, taxonomy: str, code: str) -> Record:
    term = {"id": str(uuid.uuid5(HANDRAIL, f"{taxonomy}:{code}")), "code": code, "name": code, "description": code,
            "taxonomy": taxonomy}  # fmt: skip
    return {"id": str(attribute_id), "link_id": str(link_id), "link_entity": entity, "taxonomy_term": term}


def _each(rows: Iterable[Any], make: Any) -> list[Record]:
    return [make(row) for row in _sorted(rows)]


def _sorted(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: str(row.id))


def _fields(row: Keyed) -> Record:
    """The HSDS fields of a row that are known, as JSON values."""
    columns = (column.key for column in row.__table__.columns)
    known = {name: getattr(row, name) for name in columns if name not in _OWN_COLUMNS}
    return {"id": str(row.id)} | {name: _json(value) for name, value in known.items() if value is not None}


def _json(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case time():
            return f"{value:%H:%M}"
        case datetime() | date():
            return value.isoformat()
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _write_json(path: Path, records: Iterator[Mapping[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for record in records:
            file.write(",\n" if count else "\n")
            file.write(json.dumps(record, ensure_ascii=False))
            count += 1
        file.write("\n]\n")
    return count


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([_guarded(cell) for cell in row] for row in rows)


def _guarded(cell: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front; an import takes it off again."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
