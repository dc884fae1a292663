"""What came in goes out again in the open standard, and comes in elsewhere just the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from core.db.base import Base
from core.db.engine import Database
from core.db.migrate import upgrade
from core.db.models import Place, Source, Translation
from core.directory.export import export_hsds, export_path
from core.directory.importing import import_path

from .conftest import NOW, TEST_DATA, TakeIn

DIRECTORY = (
    "organization", "service", "service_need", "location", "address", "service_at_location", "phone", "schedule",
    "service_area", "language", "cost_option", "required_document", "place", "translation",
)  # fmt: skip


def directory(database: Database) -> dict[str, list[str]]:
    with database.read() as session:
        return {
            name: sorted(repr(tuple(row)) for row in session.execute(sa.select(Base.metadata.tables[name])))
            for name in DIRECTORY
        }


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Database]:
    other = Database(f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}")
    upgrade(other)
    yield other
    other.close()


def test_the_sample_goes_out_and_comes_in_elsewhere_just_the_same(
    town: Database, elsewhere: Database, tmp_path: Path
) -> None:
    with town.read() as session:
        assert export_path(session, tmp_path / "out") == 93
    report = import_path(elsewhere, tmp_path / "out", source_name="sample", now=NOW)

    assert report.quarantined == ()
    assert directory(elsewhere) == directory(town)


def test_shared_and_special_parts_survive_too(
    database: Database, elsewhere: Database, take_in: TakeIn, lunch_club: dict[str, Any], tmp_path: Path
) -> None:
    place = lunch_club["service_at_locations"][0]
    place |= {
        "phones": [{"number": "202-555-0199"}],
        "schedules": [{"byday": "FR", "opens_at": "10:00", "closes_at": "11:00"}],
    }
    place["location"]["schedules"] = [{"byday": "MO", "opens_at": "08:00", "closes_at": "20:00", "timezone": -5}]
    take_in(lunch_club | {"minimum_age": 60, "assured_date": "2026-10-05", "last_modified": "2026-10-05T12:00:00Z"})

    with database.read() as session:
        export_path(session, tmp_path / "out.json")
    import_path(elsewhere, tmp_path / "out.json", source_name="friends", now=NOW)

    assert directory(elsewhere) == directory(database)


def test_every_record_is_valid_hsds(town: Database) -> None:
    schemas = TEST_DATA / "hsds-spec" / "v3.1-dev" / "schema"
    if not schemas.is_dir():
        pytest.skip(f"THE OFFICIAL SCHEMAS ARE MISSING: no {schemas}. Set HANDRAIL_TEST_DATA.")
    contents = {file.name: json.loads(file.read_text("utf-8")) for file in schemas.glob("*.json")}
    resources = [(name, Resource.from_contents(c, default_specification=DRAFT202012)) for name, c in contents.items()]
    resources += [(c["$id"], r) for (_, r), c in zip(resources, contents.values(), strict=True) if "$id" in c]
    validator = Draft202012Validator(
        contents["service.json"], registry=Registry().with_resources(resources), format_checker=FormatChecker()
    )

    with town.read() as session:
        faults = [
            e.message for record in export_hsds(session) for e in validator.iter_errors(json.loads(json.dumps(record)))
        ]

    assert faults == []


def test_what_may_not_be_passed_on_stays(town: Database) -> None:
    with town.write() as session:
        session.execute(sa.update(Source).values(redistributable=False))
    with town.read() as session:
        assert list(export_hsds(session)) == []


def test_a_spreadsheet_runs_nothing_it_is_given(town: Database, elsewhere: Database, tmp_path: Path) -> None:
    with town.write() as session:
        translation = session.scalars(sa.select(Translation).limit(1)).one()
        translation.text = '=HYPERLINK("http://evil.example")'
        translation_id = translation.id
        session.scalars(sa.select(Place).limit(1)).one().name = "@home"
    with town.read() as session:
        export_path(session, tmp_path / "out")

    cells = [
        c
        for f in (tmp_path / "out").glob("*.csv")
        for line in f.read_text("utf-8").splitlines()
        for c in line.split(",")
    ]
    assert not [cell for cell in cells if cell.strip('"')[:1] in {"=", "@", "+"}]
    import_path(elsewhere, tmp_path / "out", source_name="sample", now=NOW)
    with elsewhere.read() as session:
        assert session.get_one(Translation, translation_id).text == '=HYPERLINK("http://evil.example")'
