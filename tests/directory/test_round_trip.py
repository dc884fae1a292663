"""What comes in in the open standard goes out again: the official examples, and whatever else the standard allows."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from frictionless import Package, system
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.db.base import Base
from core.db.engine import Database
from core.db.migrate import upgrade
from core.directory.exporting import (
    export_hsds,
    export_path,
    organization_full,
    organization_page,
    service_at_location_full,
    service_at_location_page,
    service_full,
    service_page,
    taxonomy,
    taxonomy_page,
    taxonomy_term,
    taxonomy_term_page,
)
from core.directory.importing import import_path
from core.directory.standard import ENUMS, FORMS, Kind

from .conftest import NOW
from .official import examples, faults

SERVICE = UUID("ac148810-d857-441c-9679-408f346de14b")
ORGANIZATION = UUID("d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610")
PLACE = UUID("e94c9f38-1e8f-4564-91d4-d53501ab1765")
TERM = UUID("3f7b145d-84af-42d7-8fae-eaca714b02b2")
TAXONOMY = UUID("5c4d79d7-cc55-470e-9f1f-8cad074e4892")


def example(name: str) -> Any:
    return json.loads((examples() / f"{name}.json").read_text("utf-8"))


def as_we_give_it(told: Any) -> Any:
    """An official example with the only differences that there may be, each for its reason."""
    if isinstance(told, list):
        return [as_we_give_it(inside) for inside in told]
    if not isinstance(told, dict):
        return told.strip() if isinstance(told, str) else told  # a space at the end says nothing
    record = {name: as_we_give_it(value) for name, value in told.items()}
    if "latitude" in record:
        del record["latitude"], record["longitude"]  # latitude 100 is nowhere on earth
    if "currency" in record:
        record["currency"] = record["currency"].upper()  # ISO 4217 writes GBP
    record.pop("parent_id", None)  # names a term that isn't in the example
    if "link_entity" in record:
        record["link_entity"] = "service"  # what bears it in truth; the example says "link_entity"
    return record


def test_the_official_service_comes_back(database: Database) -> None:
    report = import_path(database, examples() / "service_full.json", source_name="official", now=NOW)
    with database.read() as session:
        record = service_full(session, SERVICE)

    assert (report.taken, report.quarantined) == (1, ())
    assert record == as_we_give_it(example("service_full"))
    assert faults("service", record) == []


def test_the_official_organization_comes_back_with_its_services(database: Database) -> None:
    import_path(database, examples() / "organization_full.json", source_name="official", now=NOW)
    with database.read() as session:
        record = organization_full(session, ORGANIZATION)

    assert record == as_we_give_it(example("organization_full"))
    assert faults("organization", record) == []


def test_the_official_service_at_location_comes_back(database: Database) -> None:
    import_path(database, examples() / "service_at_location_full.json", source_name="official", now=NOW)
    with database.read() as session:
        record = service_at_location_full(session, PLACE)

    assert record == as_we_give_it(example("service_at_location_full"))
    assert faults("service_at_location", record) == []


def test_the_official_taxonomy_and_term_come_back(database: Database) -> None:
    import_path(database, examples() / "service_full.json", source_name="official", now=NOW)
    with database.read() as session:
        assert taxonomy(session, TAXONOMY) == as_we_give_it(example("taxonomy"))
        assert taxonomy_term(session, TERM) == as_we_give_it(example("taxonomy_term"))


def test_lists_are_as_short_as_the_official_ones(database: Database) -> None:
    import_path(database, examples() / "service_full.json", source_name="official", now=NOW)
    with database.read() as session:
        pages = {
            "service_list": service_page(session, [SERVICE]),
            "organization_list": organization_page(session, [ORGANIZATION]),
            "service_at_location_list": service_at_location_page(session, [PLACE]),
            "taxonomy_list": taxonomy_page(session, [TAXONOMY]),
            "taxonomy_term_list": taxonomy_term_page(session, [TERM]),
        }
    for name, page in pages.items():
        assert page == as_we_give_it(example(name)["contents"]), name


def test_a_service_told_place_by_place_is_one_service(database: Database, tmp_path: Path) -> None:
    here = example("service_at_location_full")
    there = json.loads(json.dumps(here)) | {"id": "the-annex"}
    there["location"] |= {"id": "annex", "name": "The Annex", "addresses": [], "phones": [], "schedules": []}
    (tmp_path / "places.json").write_text(json.dumps({"contents": [here, there]}), "utf-8")

    report = import_path(database, tmp_path / "places.json", source_name="official", now=NOW)

    with database.read() as session:
        record = service_full(session, SERVICE)
    assert (report.taken, report.quarantined) == (1, ())
    assert record
    assert {place["location"]["name"] for place in record["service_at_locations"]} == {
        "MyCity Civic Center", "The Annex",
    }  # fmt: skip
    # What both places have in common is told at both.
    assert [len(place["phones"]) for place in record["service_at_locations"]] == [1, 1]


def test_an_organization_without_services_is_told_not_taken(database: Database, tmp_path: Path) -> None:
    record = example("organization_full") | {"services": []}
    (tmp_path / "organization.json").write_text(json.dumps(record), "utf-8")

    report = import_path(database, tmp_path / "organization.json", source_name="official", now=NOW)

    assert [(q.row, q.reason) for q in report.quarantined] == [
        (1, "is an organization without services; only services are listed")
    ]


def rows(folder: Path) -> dict[str, list[dict[str, str]]]:
    return {file.name: list(csv.DictReader(file.open(encoding="utf-8", newline=""))) for file in folder.glob("*.csv")}


def as_tables_give_it(tables: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """The official tables with the only differences that there may be, each for its reason."""
    for row in (row for told in tables.values() for row in told):
        row |= {name: value.strip() for name, value in row.items()}
    for row in tables["contacts.csv"]:
        row |= {"organization_id": "", "service_at_location_id": ""}  # both name what isn't in the example
    for row in tables["locations.csv"]:
        row |= {"organization_id": "", "latitude": "", "longitude": ""}  # not in the example; nowhere on earth
    for row in tables["cost_options.csv"]:
        row["currency"] = row["currency"].upper()
    tables |= {"attributes.csv": [], "taxonomy_terms.csv": [], "taxonomies.csv": []}  # borne by nothing in the example
    tables["metadata.csv"] = []  # of nothing in the example
    tables["meta_table_descriptions.csv"] = []  # about the tables of the source, not about its services
    return tables


def test_the_official_tables_come_back(database: Database, tmp_path: Path) -> None:
    import_path(database, examples() / "csv", source_name="official", now=NOW)
    with database.read() as session:
        assert export_path(session, tmp_path / "out", tabular=True) == 1

    out = rows(tmp_path / "out")
    for name, told in as_tables_give_it(rows(examples() / "csv")).items():
        assert out[name] == told, name


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_the_package_of_the_sample_is_sound_and_comes_in_elsewhere(
    town: Database, elsewhere: Database, tmp_path: Path, name: str
) -> None:
    with town.read() as session:
        listed = export_path(session, tmp_path / name, tabular=True)

    with system.use_context(trusted=True):
        package = Package(str(tmp_path / name / "datapackage.json" if name == "out" else tmp_path / name))
        report = package.validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])[:5]
    assert len(package.resources) == 24
    assert len(package.get_resource("service").read_rows()) == listed
    taken = import_path(elsewhere, tmp_path / name, source_name="sample", now=NOW)
    assert (taken.taken, taken.quarantined) == (listed, ())
    with town.read() as ours, elsewhere.read() as theirs:
        assert list(export_hsds(theirs)) == list(export_hsds(ours))


# Accents and brackets strewn at random look like text that was broken twice, and are mended twice; words don't.
LETTERS = st.characters(max_codepoint=0x7F, exclude_characters="<>&") | st.sampled_from("法拉盛éñ\u200b\u00a0\u2019")
TEXT = st.text(LETTERS, max_size=20) | st.sampled_from(["", " ", "<b>Soup</b>", "=1+1", "n/a", "Ã©", "N/A &amp; none"])
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: TEXT,
    Kind.ID: st.uuids(version=4).map(str) | st.integers(1, 9).map(str),
    Kind.LINK: st.uuids(version=4).map(str) | TEXT,
    Kind.URL: TEXT | st.sampled_from(["www.example.org", "http://example.org/a b", "https://example.org/ä?x=1"]),
    Kind.EMAIL: st.sampled_from(["a@example.org", "ask at the desk", ""]),
    Kind.NUMBER: st.integers(-5, 200) | st.floats(-200, 200) | st.sampled_from(["3", "", "many"]),
    Kind.DATE: st.dates().map(str) | st.sampled_from(["", "2026-10-05T00:00:00Z"]),
    Kind.TIME: st.times().map(str) | st.sampled_from(["", "9:30", "5 pm"]),
    Kind.MOMENT: st.datetimes().map(str) | st.just(""),
}
STRICT = {("schedule", "byday"), ("schedule", "bymonthday")}
"""What doesn't fit here quarantines the record; that is told elsewhere."""


def objects(kind: str, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    form = FORMS[kind]
    fields = {f.name: VALUES[f.kind] | st.sampled_from(ENUMS.get((kind, f.name), [None])) for f in form.fields
              if (kind, f.name) not in STRICT}  # fmt: skip
    inside = {
        n.name: st.lists(objects(n.object, depth + 1), max_size=2) if n.many else objects(n.object, depth + 1)
        for n in form.nested
        if depth < 3
    }
    return st.fixed_dictionaries({}, optional={**fields, **inside})


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Database, Path]]:
    folder = tmp_path_factory.mktemp("two")
    both = [Database(f"sqlite:///{folder / name}.sqlite3") for name in ("here", "there")]
    for database in both:
        upgrade(database)
    yield (both[0], both[1], folder)
    for database in both:
        database.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(record=objects("service"), name=st.sampled_from(["Lunch", "<i>Lunch</i>"]), source=st.uuids(version=4))
def test_whatever_comes_in_goes_out_valid_and_comes_back_the_same(
    two: tuple[Database, Database, Path], record: dict[str, Any], name: str, source: UUID
) -> None:
    here, there, folder = two
    for database in (here, there):
        with database.write() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(table.delete())
    record |= {"id": str(source), "name": name}
    record["organization"] = record.get("organization", {}) | {"id": f"head of {source}", "name": name}
    (folder / "in.json").write_text(json.dumps([record]), "utf-8")
    report = import_path(here, folder / "in.json", source_name=str(source), now=NOW)
    assume(report.taken == 1)

    with here.read() as session:
        told = service_full(session, source)
    (folder / "out.json").write_text(json.dumps([told]), "utf-8")
    assert faults("service", told) == []
    again = import_path(there, folder / "out.json", source_name=str(source), now=NOW)
    assert again.quarantined == ()
    with there.read() as session:
        assert service_full(session, source) == told
