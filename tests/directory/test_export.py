"""What came in goes out again in the open standard, and comes in elsewhere just the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core.db.base import Base
from core.db.engine import Database
from core.db.models import Attribute, Location, PhoneNumber, Place, Schedule, Service, Source, TaxonomyTerm, Translation
from core.db.models.freshness import EditOrigin, EditState, ListingEdit
from core.directory.exporting import (
    export_hsds,
    export_path,
    given_organizations,
    given_service_at_locations,
    given_services,
    organization_page,
    service_full,
    service_page,
    taxonomy_term_ids,
    taxonomy_term_page,
)
from core.directory.importing import import_path

from .conftest import NOW, TakeIn
from .official import faults

NOWHERE = UUID("00000000-0000-4000-8000-000000000000")
DIRECTORY = (
    "organization", "service", "service_need", "location", "address", "service_at_location", "phone", "schedule",
    "service_area", "language", "cost_option", "required_document", "place", "translation", "attribute",
    "taxonomy_term", "taxonomy",
)  # fmt: skip


def directory(database: Database) -> dict[str, list[str]]:
    with database.read() as session:
        return {
            name: sorted(repr(tuple(row)) for row in session.execute(sa.select(Base.metadata.tables[name])))
            for name in DIRECTORY
        }


def test_the_sample_goes_out_and_comes_in_elsewhere_just_the_same(
    town: Database, elsewhere: Database, tmp_path: Path
) -> None:
    with town.read() as session:
        listed = session.scalar(sa.select(sa.func.count(Service.id)))
        assert export_path(session, tmp_path / "out") == listed
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
    with town.read() as session:
        ids = session.scalars(given_organizations()).all()
        found = [fault for record in export_hsds(session) for fault in faults("service", record)]
        found += [f for record in organization_page(session, ids) for f in faults("organization", record)]
        terms = taxonomy_term_page(session, taxonomy_term_ids(session))
        found += [fault for term in terms for fault in faults("taxonomy_term", term)]

    assert terms
    assert found == []


def test_what_may_not_be_passed_on_stays(town: Database, tmp_path: Path) -> None:
    with town.write() as session:
        session.execute(sa.update(Source).values(redistributable=False))
    with town.read() as session:
        assert list(export_hsds(session)) == []
        for given in (given_services(), given_organizations(), given_service_at_locations()):
            assert session.scalars(given).all() == []
        export_path(session, tmp_path / "out")
    for file in (tmp_path / "out").glob("*.csv"):
        assert len(file.read_text("utf-8").splitlines()) == 1, f"{file.name} holds a heading only"


def test_a_place_that_may_not_be_passed_on_is_left_out_of_a_service_that_may(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    take_in(lunch_club)
    with database.write() as session:
        session.add(Source(name="closed", created_at=NOW, redistributable=False))
        session.flush()
        closed = session.scalars(sa.select(Source.id).where(Source.name == "closed")).one()
        session.execute(sa.update(Location).values(source_id=closed))

    with database.read() as session:
        assert session.scalars(given_service_at_locations()).all() == []
        (record,) = export_hsds(session)

    assert "service_at_locations" not in record


def test_what_hsds_demands_and_nobody_told_is_marked_and_comes_back_as_unknown(
    database: Database, elsewhere: Database, take_in: TakeIn, lunch_club: dict[str, Any], tmp_path: Path
) -> None:
    del lunch_club["status"]
    take_in(lunch_club, lunch_club | {"id": "other", "status": "on leave"})

    with database.read() as session:
        export_path(session, tmp_path / "out.json")
        records = {record["name"] + record["status"]: record for record in export_hsds(session)}
    import_path(elsewhere, tmp_path / "out.json", source_name="friends", now=NOW)

    assert not [fault for record in records.values() for fault in faults("service", record)]
    assumed = {
        told: [(a["taxonomy_term"]["code"], a.get("value")) for a in record["attributes"]
               if a["taxonomy_term"]["taxonomy"] == "handrail-assumed"]
        for told, record in records.items()
    }  # fmt: skip
    assert assumed == {
        "Lunch Clubactive": [("status", None)],
        "Lunch Clubinactive": [("status", "on leave")],
    }
    with elsewhere.read() as session:
        assert set(session.scalars(sa.select(Service.status))) == {None, "on leave"}
        assert session.scalars(sa.select(Location.location_type)).all() == [None]
        assert session.scalars(sa.select(Attribute)).all() == []


def test_what_its_source_no_longer_gives_is_told_as_inactive(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    take_in(lunch_club)
    with database.write() as session:
        session.execute(sa.update(Service).values(withdrawn_at=NOW))
    with database.read() as session:
        assert [record["status"] for record in export_hsds(session)] == ["inactive"]


def test_what_people_changed_is_told_without_their_names(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    take_in(lunch_club)
    with database.write() as session:
        service = session.scalars(sa.select(Service)).one()
        for state, new in ((EditState.PUBLISHED, "Lunch and Cards"), (EditState.REFUSED, "Nonsense")):
            session.add(ListingEdit(
                service_id=service.id, entity="service", entity_id=service.id, field="name", previous="Lunch Club",
                replacement=new, origin=EditOrigin.CONSOLE, state=state, made_at=NOW,
            ))  # fmt: skip
        service_id = service.id

    with database.read() as session:
        record = service_full(session, service_id)

    assert record
    assert faults("service", record) == []
    (change,) = record["metadata"]
    del change["id"]
    assert change == {
        "resource_id": str(service_id), "resource_type": "service", "last_action_date": NOW.date().isoformat(),
        "last_action_type": "update", "field_name": "name", "previous_value": "Lunch Club",
        "replacement_value": "Lunch and Cards", "updated_by": "a volunteer",
    }  # fmt: skip


def test_a_list_is_short(database: Database, take_in: TakeIn, lunch_club: dict[str, Any]) -> None:
    take_in(lunch_club)
    with database.read() as session:
        (record,) = service_page(session, session.scalars(given_services()).all())
        assert service_full(session, NOWHERE) is None
    assert not [name for name, value in record.items() if isinstance(value, list)]
    assert record["organization"]["name"] == "Kissena Friends"


def test_a_spreadsheet_runs_nothing_of_the_tables_either(
    database: Database, elsewhere: Database, take_in: TakeIn, lunch_club: dict[str, Any], tmp_path: Path
) -> None:
    last_sunday = {"freq": "MONTHLY", "byday": "-1SU", "opens_at": "11:00", "closes_at": "12:00"}
    take_in(lunch_club | {"name": "=cmd|' /C calc'!A0", "phones": [{"number": "+1 202 555 0143"}],
                          "schedules": [last_sunday]})  # fmt: skip
    with database.read() as session:
        export_path(session, tmp_path / "out", tabular=True)
    tables = {name: (tmp_path / "out" / name).read_text("utf-8") for name in ("services.csv", "phones.csv")}
    import_path(elsewhere, tmp_path / "out", source_name="friends", now=NOW)

    assert "'=cmd" in tables["services.csv"]
    assert ",+1 202 555 0143," in tables["phones.csv"], "a number runs nothing"
    with elsewhere.read() as session:
        assert session.scalars(sa.select(Service.name)).all() == ["=cmd|' /C calc'!A0"]
        assert session.scalars(sa.select(Schedule.byday)).all() == ["-1SU"]


def test_a_contact_keeps_their_number_and_a_resident_finds_it(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    take_in(lunch_club | {"phones": [], "contacts": [{"name": "Ann", "phones": [{"number": "202-555-0143"}]}]})

    with database.read() as session:
        (record,) = export_hsds(session)
        offered = session.scalars(sa.select(PhoneNumber.number)).all()

    assert offered == ["+12025550143"]
    assert "phones" not in record, "told once, where it was told"
    assert [(c["name"], [p["number"] for p in c["phones"]]) for c in record["contacts"]] == [("Ann", ["202-555-0143"])]


def test_a_phone_that_two_services_share_is_a_row_for_each(
    database: Database, elsewhere: Database, take_in: TakeIn, lunch_club: dict[str, Any], tmp_path: Path
) -> None:
    shared = {"phones": [{"id": str(NOWHERE), "number": "202-555-0143"}]}
    take_in(lunch_club | shared, lunch_club | shared | {"id": "second"})

    with database.read() as session:
        export_path(session, tmp_path / "out", tabular=True)
        told = [phone["id"] for record in export_hsds(session) for phone in record["phones"]]
    import_path(elsewhere, tmp_path / "out", source_name="friends", now=NOW)

    assert told == [str(NOWHERE)] * 2, "in JSON under the id that its source gave it"
    with elsewhere.read() as session:
        owners = session.scalars(sa.select(PhoneNumber.service_id)).all()
        assert sorted(owners, key=str) == sorted(session.scalars(sa.select(Service.id)), key=str)


def test_a_term_is_written_once_and_knows_its_parent(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    def bears(code: str, parent: str | None = None) -> dict[str, Any]:
        term = {"id": code, "code": code, "name": code.title(), "taxonomy": "Food kinds", "parent_id": parent}
        return {"taxonomy_term": term}

    soup, food, lost = bears("soup", "food"), bears("food"), bears("lost", "nowhere")
    report = take_in(
        lunch_club | {"attributes": [soup, food]}, lunch_club | {"id": "second", "attributes": [soup, lost]}
    )

    with database.read() as session:
        terms = {term.name: term for term in session.scalars(sa.select(TaxonomyTerm))}
        told = taxonomy_term_page(session, [terms["Soup"].id])
        borne = session.scalar(sa.select(sa.func.count(Attribute.id)))
    assert set(terms) == {"Soup", "Food", "Lost"}
    assert borne == 4
    assert terms["Soup"].parent_id == terms["Food"].id
    assert terms["Lost"].parent_id is None
    assert told[0]["parent_id"] == str(terms["Food"].id)
    assert [repair.field for repair in report.repairs if "nothing that is known" in repair.what] == [
        "taxonomy_term.parent_id"
    ]


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
