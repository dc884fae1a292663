"""Directories of any size, made up from real ones, and put into a database in bulk through the real tables.

A name is the beginning of one real name, a real street or town, and the end of another real name, each as often as it
is in the real directories: hundreds of millions of names, so that two services rarely bear the same. Needs, hours
and descriptions are copied from the programs of New York, points are real ones moved by about three kilometres. As
those programs meet few kinds of need, every other service has one or two of all our needs instead. Languages, areas and
the age of the last check are drawn by chance: the real sources don't tell them. A seed makes all of it the same in
every run.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from core.db.base import Base
from core.db.engine import Database
from core.db.migrate import upgrade
from core.db.models import (
    Address,
    Language,
    ListingChange,
    Location,
    Organization,
    PhoneNumber,
    Place,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceNeed,
    Source,
)
from core.directory.importing import import_path, load_mapping
from intents.catalogue import load_catalogue

SPACE = UUID("6f4c1e55-6a1c-4f0e-9b6e-0d7f5b1c2a33")
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
MOVED_DEGREES = 0.03
PER_ORGANIZATION = 3
PLACES = 1_500
AT_A_TIME = 5_000
_STREET = re.compile(r"^\d+[-\d]*\s+(.+?)(?:[,#].*)?$")


@dataclass(frozen=True, slots=True)
class Real:
    """What real directories hold. services: (needs, hours, description) of a real service each. needs: all of ours."""

    beginnings: list[str]
    ends: list[str]
    towns: list[tuple[str, float, float]]
    streets: list[str]
    points: list[tuple[float, float]]
    services: list[tuple[tuple[str, ...], list[dict[str, Any]], str]]
    needs: list[str]


Row = dict[str, Any]


def read_real(data: Path, folder: Path) -> Real:
    """The contracted programs of New York, the legal services of Illinois and the food sites of eighteen sources."""
    names, towns, streets, points = [], [], [], []
    for site in _food(data / "haarrrvest-food"):
        names.append(site["name"])
        towns.append((site["city"], *site["point"]))
        streets.append(site["street"])
        points.append(site["point"])
    for table in ("services", "organizations"):
        with (data / "illinois-legal-aid" / "output" / f"{table}.csv").open(encoding="utf-8") as file:
            names += [row["name"] for row in csv.DictReader(file)]
    services, of_city = _city(data / "nyc-aging-dfta", folder)
    parted = [name.split() for name in dict.fromkeys([*names, *of_city]) if 2 <= len(name.split()) <= 9]
    return Real(
        beginnings=[" ".join(words[:2]) for words in parted if len(words) > 2],
        ends=[" ".join(words[-2:]) for words in parted if len(words) > 3],
        towns=[*{name.title(): (name.title(), *point) for name, *point in towns if name}.values()],
        streets=sorted({m[1].title() for street in streets if (m := _STREET.match(street)) and len(m[1]) < 30}),
        points=points,
        services=services,
        needs=sorted(load_catalogue().needs),
    )


def _food(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("[a-z]*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            site = json.loads(line)
            place = site.get("location") if isinstance(site.get("location"), dict) else site
            address = site.get("address")
            told = address if isinstance(address, dict) else {"address_1": address, "city": site.get("city")}
            try:
                point = (float(place["latitude"]), float(place["longitude"]))
            except (KeyError, TypeError, ValueError):
                continue
            if site.get("name") and -70 > point[1] > -125 and 25 < point[0] < 49:
                street, city = str(told.get("address_1") or ""), str(told.get("city") or "")
                yield {"name": str(site["name"]), "street": street, "city": city, "point": point}


def _city(folder: Path, scratch: Path) -> tuple[list[tuple[tuple[str, ...], list[dict[str, Any]], str]], list[str]]:
    database = Database(f"sqlite:///{scratch / 'city.sqlite3'}")
    upgrade(database)
    import_path(database, folder, source_name="NYC Aging", mapping=load_mapping("nyc-aging-dfta"), now=NOW)
    with database.read() as session:
        loaded = sa.select(Service).options(selectinload(Service.needs), selectinload(Service.schedules))
        found = session.scalars(loaded.order_by(Service.id)).all()
        hours = ("freq", "byday", "opens_at", "closes_at")
        services = [
            (tuple(sorted(need.need_code for need in service.needs)),
             [{key: getattr(schedule, key) for key in hours} for schedule in service.schedules],
             service.description or "")
            for service in found
        ]  # fmt: skip
        names = [service.name for service in found]
    database.close()
    return services, names


def rows(real: Real, size: int, seed: int = 7) -> Iterator[tuple[type[Base], Row]]:
    """A directory of `size` services, row after row; what is pointed at comes first."""
    chance = random.Random(seed)
    source = uuid5(SPACE, "source")
    yield Source, {"id": source, "name": "made up", "redistributable": True, "created_at": NOW}
    for number, (name, latitude, longitude) in enumerate(real.towns[:PLACES]):
        yield Place, {"id": uuid5(SPACE, f"place{number}"), "source_id": source, "name": name, "other_names": [],
                      "kind": "town", "latitude": latitude, "longitude": longitude, "area": name}  # fmt: skip
    organization = source
    for number in range(size):
        if number % PER_ORGANIZATION == 0:
            organization = _id(chance)
            yield Organization, {"id": organization, "source_id": source, "name": _name(real, chance)}
        yield from _service(real, chance, source, organization)


def _service(real: Real, chance: random.Random, source: UUID, organization: UUID) -> Iterator[tuple[type[Base], Row]]:
    service, location = _id(chance), _id(chance)
    needs, schedules, description = chance.choice(real.services)
    if chance.random() < 0.5:
        needs = tuple(chance.sample(real.needs, chance.choice((1, 1, 2))))
    latitude, longitude = (chance.gauss(degrees, MOVED_DEGREES) for degrees in chance.choice(real.points))
    town = chance.choice(real.towns)[0]
    yield Service, {
        "id": service, "source_id": source, "organization_id": organization, "name": _name(real, chance),
        "description": description or None, "status": "inactive" if chance.random() < 0.02 else "active",
        "assured_date": NOW.date() - timedelta(days=chance.randrange(900)) if chance.random() < 0.6 else None,
    }  # fmt: skip
    yield ListingChange, {"service_id": service, "at": NOW}
    yield Location, {"id": location, "source_id": source, "latitude": latitude, "longitude": longitude}
    yield Address, {"id": _id(chance), "location_id": location, "city": town,
                    "address_1": f"{chance.randrange(1, 900)} {chance.choice(real.streets)}"}  # fmt: skip
    yield ServiceAtLocation, {"id": _id(chance), "service_id": service, "location_id": location}
    for need in needs:
        yield ServiceNeed, {"id": _id(chance), "service_id": service, "need_code": need, "origin": "mapping"}
    for schedule in schedules:
        yield Schedule, {"id": _id(chance), "service_id": service, **schedule}
    if chance.random() < 0.9:
        number = f"+1202555{chance.randrange(100, 200):04d}"
        yield PhoneNumber, {"id": _id(chance), "service_id": service, "number": number, "original": number}
    for code in ["en"] + (["es"] if chance.random() < 0.3 else []) + (["zh"] if chance.random() < 0.05 else []):
        yield Language, {"id": _id(chance), "service_id": service, "code": code}
    if chance.random() < 0.2:
        yield ServiceArea, {"id": _id(chance), "service_id": service, "name": town}


def _name(real: Real, chance: random.Random) -> str:
    middle = chance.choice(real.streets) if chance.random() < 0.6 else chance.choice(real.towns)[0]
    return f"{chance.choice(real.beginnings)} {middle} {chance.choice(real.ends)}"


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def fill(database: Database, everything: Iterator[tuple[type[Base], Row]]) -> None:
    """Put the rows into a migrated database, thousands at a time."""
    upgrade(database)
    with database.engine.begin() as connection:
        write = _into_sqlite if database.sqlite else _into_postgresql
        waiting: dict[type[Base], list[Row]] = {}
        held = 0
        for model, row in everything:
            waiting.setdefault(model, []).append(row)
            held += 1
            if held >= AT_A_TIME * 10:
                _write_all(connection, waiting, write)
                held = 0
        _write_all(connection, waiting, write)
    if not database.sqlite:  # PostgreSQL does so by itself, a little later; nobody does on SQLite
        with database.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")


Write = Callable[[sa.Connection, sa.Table, Sequence[Row]], None]


def _write_all(connection: sa.Connection, waiting: dict[type[Base], list[Row]], write: Write) -> None:
    for table in Base.metadata.sorted_tables:
        for model in [model for model in waiting if model.__table__ is table]:
            write(connection, table, waiting.pop(model))


def _into_sqlite(connection: sa.Connection, table: sa.Table, found: Sequence[Row]) -> None:
    connection.execute(sa.insert(table), _even(found))


def _into_postgresql(connection: sa.Connection, table: sa.Table, found: Sequence[Row]) -> None:
    names = [*_even(found[:1])[0]] if len(found) == 1 else [*dict.fromkeys(key for row in found for key in row)]
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in found:
            copy.write_row([json.dumps(v) if isinstance(v := row.get(name), list) else v for name in names])


def _even(found: Sequence[Row]) -> list[Row]:
    """The rows with the same columns each."""
    names = dict.fromkeys(key for row in found for key in row)
    return [{name: row.get(name) for name in names} for row in found]
