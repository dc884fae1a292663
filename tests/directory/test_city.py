"""The city's own list of programs for older people, as it really is, becomes a directory one can ask."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.models import Location, PhoneNumber, Schedule, Service, ServiceNeed
from core.directory.find import Query, find, find_by_text
from core.directory.importing import import_path, load_mapping
from core.directory.importing.reading import read_csv
from core.directory.places import resolve_place
from intents.catalogue import load_catalogue

from .conftest import NOW

WEEKDAYS = "MO,TU,WE,TH,FR"


def test_every_program_comes_in(database: Database, new_york: Path) -> None:
    mapping = load_mapping("nyc-aging-dfta")

    report = import_path(database, new_york, source_name="NYC Aging", mapping=mapping, now=NOW)
    again = import_path(database, new_york, source_name="NYC Aging", mapping=mapping, now=NOW)

    assert (report.taken, report.quarantined) == (474, ())
    assert (again.taken, again.unchanged, dict(again.beside)["places"]) == (0, 474, 0)
    with database.read() as session:
        phones = session.scalars(sa.select(PhoneNumber.number)).all()
        at_a_point = session.scalar(sa.select(sa.func.count()).where(Location.latitude.is_not(None)))
        known = session.scalar(sa.select(sa.func.count(Schedule.service_id.distinct()))
                               .where(Schedule.opens_at.is_not(None)))  # fmt: skip
        told = session.scalar(sa.select(sa.func.count(Schedule.service_id.distinct())))
        without_need = session.scalars(
            sa.select(Service.name).where(Service.id.not_in(sa.select(ServiceNeed.service_id)))
        ).all()
    assert len(phones) == 473
    assert phones.count(None) == 2, "TBD, and a number with a digit missing"
    assert at_a_point == 471
    # 392 rows have something in their hours columns: one says 00:00 all week, one "05:00-05:00".
    assert (told, known) == (391, 390)
    assert without_need == []


def test_five_means_five_in_the_afternoon(city: Database) -> None:
    with city.read() as session:
        hours = session.scalars(
            sa.select(Schedule).join(Service, Service.id == Schedule.service_id)
            .where(Service.name == "Wayside Out Brownsville Social Club")
        ).all()  # fmt: skip
        evening = session.scalars(sa.select(Schedule.closes_at).where(Schedule.opens_at == time(11))).all()
        unreadable = session.scalars(sa.select(Schedule.description).where(Schedule.opens_at.is_(None))).all()
        backwards = session.scalar(sa.select(sa.func.count()).where(Schedule.closes_at <= Schedule.opens_at))
    assert [(h.byday, h.opens_at, h.closes_at) for h in hours] == [(WEEKDAYS, time(9), time(17))], "00:00 is no day"
    assert evening == [time(20)]
    assert sorted(filter(None, unreadable)) == ["05:00-05:00", ":30-03:30"], "kept in words, hours unknown"
    assert backwards == 0


def test_names_no_longer_shout(city: Database) -> None:
    with city.read() as session:
        names = session.scalars(sa.select(Service.name)).all()
    assert "JASA Luna Park Annex" in names
    assert not [name for name in names if "(C90)" in name]


@pytest.mark.parametrize("words", ["I live near Brownsville", "11212", "brownsvile", "528 mother gaston, Brownsville"])
def test_lunch_near_brownsville(city: Database, monday_morning: datetime, words: str) -> None:
    with city.read() as session:
        place = resolve_place(session, words)
        found = find(session, Query("food.meals", place, monday_morning, "en"))

    assert place
    assert place.area == "Brooklyn"
    assert len(found.offers) == 3
    assert all(offer.distance_km is not None and offer.distance_km < 2 for offer in found.offers)
    assert all(offer.opening.open_until and offer.opening.open_until.hour >= 15 for offer in found.offers)
    assert all(offer.phone for offer in found.offers)


def test_a_neighbourhood_is_known_by_each_of_its_names(city: Database) -> None:
    with city.read() as session:
        places = {
            words: resolve_place(session, words)
            for words in ("Port Morris", "法拉盛", "long island city", "co-op city")
        }
        assert resolve_place(session, "nowhere at all") is None
        assert resolve_place(session, "99999") is None
    assert {words: place and place.area for words, place in places.items()} == {
        "Port Morris": "Bronx", "法拉盛": "Queens", "long island city": "Queens", "co-op city": "Bronx",
    }  # fmt: skip


def test_a_club_is_found_by_half_its_name_misspelt(city: Database, monday_morning: datetime) -> None:
    with city.read() as session:
        offers = find_by_text(session, "luna prak jasa", near=None, at=monday_morning, language="en")
        near = resolve_place(session, "Staten Island")
        of_many = find_by_text(session, "meals on wheels", near=near, at=monday_morning, language="en")
    assert offers[0].name.original == "JASA Luna Park Annex"
    assert "Meals on Wheels" in of_many[0].name.original
    assert of_many[0].distance_km is not None
    assert of_many[0].distance_km < 15


def test_every_kind_of_program_has_needs_that_residents_can_name(new_york: Path) -> None:
    mapping = load_mapping("nyc-aging-dfta")
    rows = read_csv(new_york / mapping.file, mapping.columns(), mapping.encoding)
    known = set(load_catalogue().needs)

    assert {row.value["ProviderType"].casefold() for row in rows} <= set(mapping.needs[0].codes)
    assert {code for codes in mapping.needs[0].codes.values() for code in codes} <= known
