"""A provider sends what they have: packages of tables, old and new, zipped or not. Which it is, is found out."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.base import Base
from core.db.engine import Database
from core.db.models import (
    Address,
    Location,
    Organization,
    PhoneNumber,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    TaxonomyTerm,
)
from core.directory.importing import ImportFailed, ImportReport, import_path
from core.directory.importing.forms import Form

from .conftest import NOW, TEST_DATA
from .feeds import HSDS_ONE, HSDS_THREE, OHANA, Tables, with_rows, write_tables, zipped

BOOKKEEPING = {"import_run", "quarantined_row", "listing_change", "alembic_version"}
FORMS = {Form.TABULAR: HSDS_THREE, Form.ONE: HSDS_ONE, Form.OHANA: OHANA}


def contents(database: Database) -> dict[str, list[str]]:
    """Every row of the directory, without when a record was last seen."""
    with database.read() as session:
        return {
            table.name: sorted(
                repr([value for column, value in row._mapping.items() if column not in ("seen_at", "id")])
                for row in session.execute(sa.select(table))
            )
            for table in Base.metadata.sorted_tables
            if table.name not in BOOKKEEPING
        }


def take(database: Database, path: Path, **options: Any) -> ImportReport:
    return import_path(database, path, source_name="friends", now=NOW, **options)


def names(database: Database, model: type[Any]) -> list[str]:
    with database.read() as session:
        return sorted(filter(None, session.scalars(sa.select(model.name))))


@pytest.mark.parametrize("form", FORMS)
def test_which_form_it_is_is_found_out_and_told(database: Database, tmp_path: Path, form: Form) -> None:
    folder = write_tables(tmp_path / "feed", FORMS[form])

    report = take(database, folder)

    assert report.form == form
    assert f"Read as {form}." in report.text()
    assert report.taken == len(FORMS[form]["services.csv"])


@pytest.mark.parametrize("form", FORMS)
def test_bringing_it_twice_changes_nothing(database: Database, tmp_path: Path, form: Form) -> None:
    folder = write_tables(tmp_path / "feed", FORMS[form])
    take(database, folder)
    before = contents(database)

    report = take(database, folder)

    assert (report.taken, report.withdrawn) == (0, 0)
    assert contents(database) == before


@pytest.mark.parametrize("form", FORMS)
def test_zipped_it_is_the_same(database: Database, tmp_path: Path, form: Form) -> None:
    folder = write_tables(tmp_path / "feed", FORMS[form])
    take(database, folder)
    before = contents(database)

    report = take(database, zipped(folder, within="my feed/"))

    assert (report.form, report.taken, report.unchanged) == (form, 0, len(FORMS[form]["services.csv"]))
    assert contents(database) == before


def test_tables_become_whole_services(database: Database, tmp_path: Path) -> None:
    report = take(database, write_tables(tmp_path / "feed", HSDS_THREE))

    assert report.quarantined == ()
    with database.read() as session:
        lunch = session.scalars(sa.select(Service).where(Service.name == "Lunch Club")).one()
        rides = session.scalars(sa.select(Service).where(Service.name == "Rides")).one()
        friends = session.scalars(sa.select(Organization)).one()
        phones = {p.number: (p.service_id, p.organization_id) for p in session.scalars(sa.select(PhoneNumber))}
        hours = session.scalars(sa.select(Schedule)).one()
        hall = session.scalars(sa.select(Location)).one()
        assert session.scalars(sa.select(ServiceAtLocation.service_id)).all() == [lunch.id]
        assert session.scalars(sa.select(Address.location_id)).one() == hall.id
        term = session.scalars(sa.select(TaxonomyTerm)).one()
    assert lunch.fees_description == "$2"
    assert friends.website == "https://www.friends.example"
    assert phones == {"+12025550143": (lunch.id, None), "+12025550144": (None, friends.id)}
    assert (hours.location_id, hours.byday, f"{hours.opens_at:%H:%M}") == (hall.id, "TU,TH", "11:30")
    assert (term.name, term.code) == ("Food", "108")
    assert rides.carried
    assert rides.carried["program"]["name"] == "On Wheels"


def test_the_package_may_call_its_files_otherwise(database: Database, tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "feed", HSDS_THREE)
    (folder / "phones.csv").rename(folder / "telephone-numbers.csv")
    resources = [{"name": "phone", "path": "telephone-numbers.csv"}, {"name": "service", "path": "services.csv"}]
    (folder / "datapackage.json").write_text(json.dumps({"resources": resources}, indent=1), "utf-8")

    take(database, folder)

    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PhoneNumber)) == 2


def test_a_row_that_leads_nowhere_is_left_out_alone(database: Database, tmp_path: Path) -> None:
    tables = with_rows(HSDS_THREE, "services.csv",
                       {"id": "lost", "organization_id": "gone", "program_id": "", "name": "Lost"},
                       {"id": "kept", "organization_id": "friends", "program_id": "gone", "name": "Kept"})  # fmt: skip
    tables = with_rows(tables, "phones.csv", {"id": "f3", "service_id": "lost", "number": "202-555-0145"},
                       {"id": "f4", "service_id": "", "number": "202-555-0146"},
                       {"id": "f5", "service_id": "lunch", "organization_id": "gone",
                        "number": "202-555-0147"})  # fmt: skip
    tables = with_rows(tables, "service_at_location.csv", {"id": "at2", "service_id": "ride", "location_id": "gone"})
    tables = with_rows(tables, "attributes.csv", {"id": "b2", "link_id": "gone", "link_entity": "service",
                                                  "taxonomy_term_id": "t1"})  # fmt: skip

    report = take(database, write_tables(tmp_path / "feed", tables))

    assert names(database, Service) == ["Kept", "Lunch Club", "Rides"]
    assert {(q.file, q.row, q.field) for q in report.quarantined} == {
        ("services.csv", 4, "organization_id"), ("phones.csv", 4, "service_id"), ("phones.csv", 5, "row"),
        ("service_at_location.csv", 3, "location_id"), ("attributes.csv", 3, "link_id"),
    }  # fmt: skip
    left_out = {(r.file, r.row, r.field) for r in report.repairs}
    assert {("services.csv", 5, "program_id"), ("phones.csv", 6, "organization_id")} <= left_out
    with database.read() as session:
        assert session.scalar(sa.select(PhoneNumber.service_id).where(PhoneNumber.number == "+12025550147"))


def test_an_id_that_stands_twice_counts_once(database: Database, tmp_path: Path) -> None:
    tables = with_rows(HSDS_THREE, "organizations.csv", {"id": "friends", "name": "Impostors", "website": ""})

    report = take(database, write_tables(tmp_path / "feed", tables))

    assert names(database, Organization) == ["Kissena Friends"]
    assert [(q.file, q.row, q.reason) for q in report.quarantined] == [
        ("organizations.csv", 3, "stands twice; the first one counts")
    ]


def test_an_old_package_keeps_its_days_prices_and_addresses(database: Database, tmp_path: Path) -> None:
    report = take(database, write_tables(tmp_path / "feed", HSDS_ONE))

    with database.read() as session:
        lunch = session.scalars(sa.select(Service).where(Service.name == "Lunch Club")).one()
        hours = {s.byday: s for s in session.scalars(sa.select(Schedule))}
        addresses = dict(session.execute(sa.select(Address.address_type, Address.address_1)).all())
    assert (lunch.fees_description, lunch.eligibility_description) == ("Two dollars", "Aged 60 or over")
    assert f"{hours['TU'].opens_at:%H:%M}-{hours['TU'].closes_at:%H:%M}" == "09:00-17:00"
    assert hours["FR"].opens_at is None, "a day without times: unknown, not closed"
    assert (hours[None].description, hours[None].opens_at) == ("2026-12-25: closed", None)
    assert addresses == {"physical": "45 Kissena Blvd", "postal": "P.O. Box 7"}
    assert [(q.file, q.row, q.reason) for q in report.quarantined] == [
        ("regular_schedules.csv", 4, 'must be a day of the week, not "Someday"')
    ]


def test_a_service_whose_organization_is_not_in_the_list_goes_by_its_own_name(
    database: Database, tmp_path: Path
) -> None:
    report = take(database, write_tables(tmp_path / "feed", HSDS_ONE))

    assert names(database, Organization) == ["Kissena Friends", "Quiet Advice"]
    assert ("services.csv", 3, "organization_id") in {(r.file, r.row, r.field) for r in report.repairs}


def test_ohana_lists_in_a_cell_become_rows(database: Database, tmp_path: Path) -> None:
    take(database, write_tables(tmp_path / "feed", OHANA))

    with database.read() as session:
        hours = session.scalars(sa.select(Schedule)).one()
        terms = {t.name: t for t in session.scalars(sa.select(TaxonomyTerm))}
        location = session.scalars(sa.select(Location)).one()
    assert names(database, ServiceArea) == ["Corona", "Flushing"]
    assert (hours.byday, f"{hours.opens_at:%H:%M}", f"{hours.closes_at:%H:%M}") == ("MO", "09:00", "15:00")
    assert {"Meals", "Soup"} <= terms.keys()
    assert location.location_type == "physical"
    assert location.carried
    assert [language["name"] for language in location.carried["languages"]] == ["Spanish", "Chinese (Mandarin)"]


def test_json_may_be_packed_too(database: Database, tmp_path: Path, lunch_club: dict[str, Any]) -> None:
    packed = tmp_path / "services.json.gz"
    packed.write_bytes(gzip.compress(json.dumps([lunch_club]).encode()))

    assert take(database, packed).taken == 1


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"services.csv": [{"service_uuid": "1", "service_name": "Lunch"}]}, "a mapping file must say"),
        ({"people.csv": [{"id": "1"}]}, "holds no services.json"),
    ],
)
def test_an_unknown_form_is_not_guessed(database: Database, tmp_path: Path, tables: Tables, says: str) -> None:
    folder = write_tables(tmp_path / "feed", tables)

    with pytest.raises(ImportFailed, match=says):
        take(database, folder)
    with pytest.raises(ImportFailed, match="a mapping file must say"):
        take(database, folder / next(iter(tables)))


def test_the_way_of_a_long_import_is_told(database: Database, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    take(database, write_tables(tmp_path / "feed", HSDS_THREE), progress=lambda *both: told.append(both))

    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert {total for _, total in told} == {4}
    assert told[-1] == (4, 4)


def test_the_report_tells_each_repair_and_counts_each_reason(database: Database, tmp_path: Path) -> None:
    tables = with_rows(HSDS_THREE, "phones.csv", *({"id": f"x{n}", "service_id": "gone", "number": "202-555-0199"}
                                                   for n in range(250)))  # fmt: skip

    report = take(database, write_tables(tmp_path / "feed", tables))

    assert "Quarantined: 250 × names nothing that is here" in report.text()
    assert "... and 50 more (all of them with --json)" in report.text()
    told = json.loads(json.dumps(report.to_json()))
    assert len(told["quarantined"]) == 250
    assert {"file": "services.csv", "row": 2, "field": "organization.website", "what": "https:// added"} in told[
        "repairs"
    ]


def test_more_than_fits_in_memory_at_once_comes_in_whole(
    database: Database, tmp_path: Path, lunch_club: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.directory.importing.spool.IN_MEMORY", 4)
    pointing = {"organization": None, "organization_id": "kissena-friends"}
    records = [lunch_club | pointing | {"id": f"early{n}"} for n in range(5)]
    records += [lunch_club | {"id": f"late{n}"} for n in range(6)]
    (tmp_path / "services.ndjson").write_text("\n".join(map(json.dumps, records)), "utf-8")

    report = take(database, tmp_path / "services.ndjson")

    assert (report.taken, report.quarantined) == (11, ())
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Service)) == 11


# The real sets, as they are.


def real(name: str) -> Path:
    folder = TEST_DATA / name
    if not folder.exists():
        pytest.skip(f"THE REAL DATA IS MISSING: no {folder}. Set HANDRAIL_TEST_DATA to the folder that holds it.")
    return folder


def count(database: Database, model: type[Any]) -> int:
    with database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_illinois_legal_aid_as_it_gives_itself_in_hsds_one(database: Database) -> None:
    folder = real("illinois-legal-aid/output")

    report = take(database, folder)

    assert report.form == Form.ONE
    # 430 rows; the last one has neither id nor name.
    assert (report.taken, [(q.file, q.row, q.field) for q in report.quarantined]) == (
        429, [("services.csv", 651, "id")])  # fmt: skip
    assert count(database, Schedule) == 2492
    before = contents(database)
    again = import_path(database, folder, source_name="friends", now=NOW + timedelta(days=7))
    assert (again.taken, again.unchanged) == (0, 429)
    assert contents(database) == before


def test_san_mateo_as_ohana_has_it(database: Database) -> None:
    report = take(database, real("ohana-san-mateo"))

    assert (report.form, report.taken, report.quarantined) == (Form.OHANA, 23, ())
    with database.read() as session:
        oldest = session.scalars(sa.select(Service).where(Service.name == "Fair Oaks Adult Activity Center")).one()
        placed = session.scalar(sa.select(sa.func.count()).where(Location.latitude.is_not(None)))
    assert oldest.status == "active"
    assert placed == 21


def test_the_official_example_as_tables(database: Database) -> None:
    report = take(database, real("hsds-spec/v3.2.3-examples/csv"))

    assert (report.form, report.taken) == (Form.TABULAR, 1)
    # Its attribute and its metadata name objects that the example doesn't hold.
    assert {(q.file, q.field) for q in report.quarantined} == {
        ("attributes.csv", "link_id"), ("metadata.csv", "resource_id")}  # fmt: skip
    with database.read() as session:
        service = session.scalars(sa.select(Service)).one()
    assert (service.name, str(service.id)) == ("Community Counselling", "ac148810-d857-441c-9679-408f346de14b")
