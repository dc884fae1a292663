"""A provider sends a file: what is good comes in together, what is bad is told row by row, nothing is made up."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db.base import Base
from core.db.engine import Database
from core.db.models import (
    ImportRun,
    Organization,
    PhoneNumber,
    Place,
    QuarantinedRow,
    Schedule,
    Service,
    SourceRecord,
    Translation,
)
from core.directory.identity import entity_id, source_id
from core.directory.importing import ImportFailed, import_path, load_mapping
from core.directory.importing.gathering import gather
from core.directory.validating import validate_path

from .conftest import NOW, TakeIn

DIRECTORY = (
    "source", "source_record", "organization", "service", "service_need", "location", "address", "phone", "schedule",
    "service_at_location", "service_area", "language", "cost_option", "required_document", "place", "translation",
    "responsible_body", "redirect",
)  # fmt: skip


def contents(database: Database) -> dict[str, list[Any]]:
    """Every row of the directory, without when a record was last seen."""
    with database.read() as session:
        return {
            name: sorted(
                repr([value for column, value in row._mapping.items() if column != "seen_at"])
                for row in session.execute(sa.select(Base.metadata.tables[name]))
            )
            for name in DIRECTORY
        }


def test_a_good_record_comes_in_whole(database: Database, take_in: TakeIn, lunch_club: dict[str, Any]) -> None:
    report = take_in(lunch_club)

    assert (report.taken, report.quarantined) == (1, ())
    with database.read() as session:
        service = session.scalars(sa.select(Service)).one()
        phone = session.scalars(sa.select(PhoneNumber)).one()
        record = session.scalars(sa.select(SourceRecord)).one()
    assert str(service.id) == lunch_club["id"]
    assert service.organization_id == entity_id(source_id("friends"), "organization", "kissena-friends")
    assert (phone.number, phone.extension, phone.original) == ("+12025550143", "12", "(202) 555-0143 ext. 12")
    assert record.raw == lunch_club


def test_the_same_file_again_changes_nothing(database: Database, take_in: TakeIn, lunch_club: dict[str, Any]) -> None:
    take_in(lunch_club)
    before = contents(database)

    report = take_in(lunch_club)

    assert (report.taken, report.unchanged) == (0, 1)
    assert contents(database) == before


def test_a_changed_record_takes_the_place_of_its_former_self(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    take_in(lunch_club)
    changed = lunch_club | {"name": "Tuesday Lunch", "phones": [{"number": "202-555-0144"}], "schedules": []}

    report = take_in(changed)

    assert (report.taken, report.unchanged) == (1, 0)
    with database.read() as session:
        assert session.scalars(sa.select(Service.name)).all() == ["Tuesday Lunch"]
        assert session.scalars(sa.select(PhoneNumber.number)).all() == ["+12025550144"]
        assert session.scalars(sa.select(Schedule)).all() == []


def test_bad_rows_are_named_and_the_good_ones_stay(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    nameless = lunch_club | {"id": "no-name", "name": ""}
    no_time = lunch_club | {"id": "no-time", "schedules": [{"freq": "WEEKLY", "byday": "MO", "opens_at": "noonish"}]}
    nobody = lunch_club | {"id": "nobody", "organization": None, "organization_id": "gone"}

    report = take_in(nameless, lunch_club, no_time, nobody, "just words")

    assert report.taken == 1
    assert [(q.row, q.field) for q in report.quarantined] == [
        (1, "name"), (3, "schedules[0].opens_at"), (5, "record"), (4, "organization_id"),
    ]  # fmt: skip
    assert 'not "noonish"' in report.text()
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Service)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(QuarantinedRow)) == 4
        assert session.scalars(sa.select(ImportRun.quarantined)).one() == 4


def test_a_refused_record_brings_no_organization_with_it(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    pointing = lunch_club | {"id": "second", "organization": None, "organization_id": "kissena-friends"}

    report = take_in(lunch_club | {"name": None}, pointing)

    assert report.taken == 0
    assert {q.field for q in report.quarantined} == {"name", "organization_id"}
    with database.read() as session:
        assert session.scalars(sa.select(Organization)).all() == []


def test_a_record_may_point_at_an_organization_told_by_another(take_in: TakeIn, lunch_club: dict[str, Any]) -> None:
    pointing = lunch_club | {"id": "second", "organization": None, "organization_id": "kissena-friends"}

    assert take_in(pointing, lunch_club).taken == 2


def test_one_source_cannot_overwrite_anothers_listing(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    take_in(lunch_club)

    report = take_in(lunch_club | {"name": "Taken Over"}, source="stranger")

    assert [q.reason for q in report.quarantined] == ["belongs to a service of another source"]
    with database.read() as session:
        assert session.scalars(sa.select(Service.name)).all() == ["Lunch Club"]


def test_what_is_plainly_meant_is_put_right_and_the_rest_left_unknown(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    messy = lunch_club | {
        "description": "<p>Soup &amp; bread<br>every day</p>",
        "url": "www.lunch.example/club",
        "alert": "",
        "phones": [{"number": "ask Mrs. Lee", "extension": 7}],
        "schedules": [
            {"byday": "mo, we", "opens_at": "9 am", "closes_at": "4:30 PM", "timezone": 3},
            {"opens_at": None},
        ],
    }  # fmt: skip

    report = take_in(messy)

    assert (report.taken, report.repaired) == (1, 1)
    with database.read() as session:
        service = session.scalars(sa.select(Service)).one()
        phone = session.scalars(sa.select(PhoneNumber)).one()
        hours = session.scalars(sa.select(Schedule).order_by(Schedule.opens_at.nulls_last())).all()
    assert service.description == "Soup & bread every day"
    assert service.url == "https://www.lunch.example/club"
    assert (service.alert, service.assured_date, service.minimum_age) == (None, None, None)
    assert (phone.number, phone.original, phone.extension) == (None, "ask Mrs. Lee", "7")
    assert (hours[0].byday, f"{hours[0].opens_at:%H:%M}", f"{hours[0].closes_at:%H:%M}") == ("MO,WE", "09:00", "16:30")
    assert (hours[1].opens_at, hours[1].closes_at) == (None, None)


def test_a_phone_shared_by_club_hall_and_organization_reaches_all_three(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    phone = {"id": "0a52fd3c-2c1c-4a9e-8f0e-1f5b4a4f8f11", "number": "202-555-0143"}
    shared = lunch_club | {"phones": [phone], "organization": lunch_club["organization"] | {"phones": [phone]}}
    shared["service_at_locations"][0]["location"]["phones"] = [phone]

    assert take_in(shared).taken == 1
    take_in(shared | {"name": "Lunch Club!"})

    with database.read() as session:
        phones = session.scalars(sa.select(PhoneNumber)).all()
    assert len(phones) == 3
    assert len({(p.service_id, p.organization_id, p.location_id) for p in phones}) == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("{not json", "is not JSON"),
        ("5", "holds no records"),
        ('[{"id": 1, "name": NaN}]', "is not JSON"),
        ("[" * 50 + "]" * 50, "nested more than 40 levels"),
        ("[" * 100_000 + "]" * 100_000, "nested more than 40 levels"),
        (json.dumps([{"id": "1", "name": "x" * 1_000_001}]), "larger than 1 MB"),
    ],
)
def test_an_unreadable_file_changes_nothing(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any], content: str, says: str
) -> None:
    take_in(lunch_club)
    before = contents(database)

    with pytest.raises(ImportFailed, match=says):
        take_in(text=content)

    assert contents(database) == before


def test_text_in_another_encoding_is_refused_and_not_guessed(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_bytes('[{"name": "Café"}]'.encode("latin-1"))

    with pytest.raises(ImportFailed, match="is not text in UTF-8"):
        import_path(database, file, source_name="old", now=NOW)


def test_pages_lines_and_single_objects_are_read_alike(tmp_path: Path, lunch_club: dict[str, Any]) -> None:
    second = lunch_club | {"id": "second"}
    forms = {
        "page.json": json.dumps({"total_items": 2, "contents": [lunch_club, second]}),
        "lines.ndjson": f"{json.dumps(lunch_club)}\n\n{json.dumps(second)}\n",
        "array.json": json.dumps([lunch_club, second], indent=2),
    }
    for name, text in forms.items():
        (tmp_path / name).write_text(text, "utf-8")
        gathered = gather(tmp_path / name, source_name="x", mapping=None, country="US")
        assert [a.prepared.own_id for a in gathered.accepted] == [lunch_club["id"], "second"], name
    (tmp_path / "one.json").write_text(json.dumps(lunch_club, indent=2), "utf-8")
    assert len(gather(tmp_path / "one.json", source_name="x", mapping=None, country="US").accepted) == 1


def test_a_broken_line_among_lines_is_quarantined(take_in: TakeIn, lunch_club: dict[str, Any]) -> None:
    report = take_in(text=f'{json.dumps(lunch_club)}\n{{"id": \n')

    assert (report.taken, [(q.row, q.reason) for q in report.quarantined]) == (1, [(2, "this line is not JSON")])


def test_a_dry_run_tells_all_and_writes_nothing(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    before = contents(database)

    report = take_in(lunch_club, {"id": "x"}, dry_run=True)

    assert (report.taken, len(report.quarantined), report.dry_run) == (1, 1, True)
    assert "Nothing was written" in report.text()
    assert contents(database) == before
    assert json.loads(json.dumps(report.to_json()))["quarantined"][0]["field"] == "name"


def test_a_provider_can_check_a_file_without_a_directory(tmp_path: Path, lunch_club: dict[str, Any]) -> None:
    (tmp_path / "services.json").write_text(json.dumps([lunch_club, lunch_club]), "utf-8")

    report = validate_path(tmp_path)

    assert report.taken == 1
    assert [q.reason for q in report.quarantined] == ["stands twice in this file; the first one counts"]


def test_side_files_that_point_at_nothing_are_told_row_by_row(
    database: Database, tmp_path: Path, lunch_club: dict[str, Any]
) -> None:
    (tmp_path / "services.json").write_text(json.dumps([lunch_club]), "utf-8")
    (tmp_path / "translations.csv").write_text(
        "entity,entity_id,field,language,text\n"
        f"service,{lunch_club['id']},name,es,Club de almuerzo\n"
        "service,nobody,name,es,Nadie\n"
        f"service,{lunch_club['id']},colour,es,azul\n"
        "dragon,x,name,es,Dragón\n"
        "service,too,few\n",
        "utf-8",
    )
    (tmp_path / "places.csv").write_text(
        "name,alternative_names,kind,latitude,longitude,neighbourhood,postcode\n"
        "Kissena Blvd,the boulevard|基辛娜大道,street,40.75,-73.82,Flushing,11355\n"
        "Nowhere,,street,north,-73.82,Flushing,11355\n",
        "utf-8",
    )

    report = import_path(database, tmp_path, source_name="friends", now=NOW)

    assert dict(report.beside) == {"places": 1, "translations": 1, "responsible bodies": 0}
    assert {(q.file, q.row, q.field) for q in report.quarantined} == {
        ("translations.csv", 3, "entity_id"), ("translations.csv", 4, "field"), ("translations.csv", 5, "entity"),
        ("translations.csv", 6, "row"), ("places.csv", 3, "latitude"),
    }  # fmt: skip
    with database.read() as session:
        assert session.scalars(sa.select(Translation.text)).all() == ["Club de almuerzo"]
        assert session.scalars(sa.select(Place.other_names)).one() == ["the boulevard", "基辛娜大道"]


def test_a_translation_that_a_person_wrote_is_kept(
    database: Database, tmp_path: Path, lunch_club: dict[str, Any]
) -> None:
    (tmp_path / "services.json").write_text(json.dumps([lunch_club]), "utf-8")
    file = tmp_path / "translations.csv"
    file.write_text(f"entity,entity_id,field,language,text\nservice,{lunch_club['id']},name,es,Uno\n", "utf-8")
    import_path(database, tmp_path, source_name="friends", now=NOW)
    with database.write() as session:
        session.execute(sa.update(Translation).values(text="El club", origin="human"))

    file.write_text(file.read_text("utf-8").replace("Uno", "Dos"), "utf-8")
    import_path(database, tmp_path, source_name="friends", now=NOW + timedelta(days=1))

    with database.read() as session:
        assert session.scalars(sa.select(Translation.text)).all() == ["El club"]


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("file = ", "can't be read"),
        ("colour = 1", '"colour" is not a word of mapping files'),
        ('[ids]\nservice = "A"', "'fields' is missing|ids must name"),
        ('[ids]\nservice = "A"\norganization = "B"\n[fields]\n"dragon.name" = "A"', "must be one of"),
        ('[ids]\nservice = "A"\norganization = "B"\n[fields]\n"service.name" = "Name"', 'no column "'),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(database: Database, tmp_path: Path, toml: str, says: str) -> None:
    (tmp_path / "mapping.toml").write_text(toml, "utf-8")
    (tmp_path / "list.csv").write_text("A,B\n1,2\n", "utf-8")

    with pytest.raises(ImportFailed, match=says):
        import_path(database, tmp_path / "list.csv", source_name="x",
                    mapping=load_mapping(tmp_path / "mapping.toml"), now=NOW)  # fmt: skip


def test_an_unknown_mapping_is_named() -> None:
    with pytest.raises(ImportFailed, match="There is no mapping file nowhere"):
        load_mapping("nowhere")


words = st.text(max_size=20) | st.sampled_from(
    ["MO,TU", "09:00", "2026-01-01", "food.meals", "-1", "<b>", "\x00\ud800"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["id", "name", "organization", "phones", "schedules", "service_at_locations", "attributes", "minimum_age",
          "assured_date", "last_modified", "cost_options", "languages", "service_areas", "url", "location",
          "latitude", "number", "opens_at", "byday", "valid_from", "taxonomy_term", "taxonomy", "code"]  # fmt: skip
likely = st.dictionaries(
    st.sampled_from(FIELDS),
    st.recursive(json_values, lambda inner: st.lists(st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
                                                     max_size=2), max_leaves=6),
    max_size=8,
)  # fmt: skip


@given(record=json_values | likely)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_at_all_is_taken_whole_or_quarantined(
    database: Database, tmp_path: Path, lunch_club: dict[str, Any], record: Any
) -> None:
    file = tmp_path / "any.json"
    base = lunch_club | record if isinstance(record, dict) else record
    try:
        file.write_text(json.dumps([base, lunch_club | {"id": "always-good"}], allow_nan=False), "utf-8")
    except ValueError:
        return  # not JSON: told elsewhere

    report = import_path(database, file, source_name="anyone", now=NOW)

    assert report.taken + report.unchanged + len(report.quarantined) == 2
    assert report.taken + report.unchanged >= 1
    with database.read() as session:
        services = session.scalars(sa.select(Service.id)).all()
        assert len(services) == session.scalar(sa.select(sa.func.count()).select_from(SourceRecord))
