"""The search index follows the directory: what changes is found at once, and whatever befalls it, it is made anew."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from core.db.engine import Database
from core.db.models import (
    Language,
    ListingChange,
    Location,
    Organization,
    Redirect,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceNeed,
    Source,
)
from core.directory.changes import KEPT, Stamp, forget_old_changes, newest, note_changes
from core.directory.find import Found, Query, find, find_by_text
from core.directory.index import keep_index_in, read_index
from core.directory.index.following import AT_ONCE, Follower
from core.directory.index.searching import Reading
from core.directory.index.shelf import Shelf
from core.directory.places import PlaceRef

from .conftest import NOW

HALL = (41.91, -72.41)
STEP = 1 / 4_000
"""Degrees; to the north that is 28 m."""


def called(database: Database, text: str, at: datetime, language: str = "en") -> list[str]:
    with database.read() as session:
        return [o.name.original for o in find_by_text(session, text, near=None, at=at, language=language)]


def rename(town: Database, name: str, new_name: str) -> uuid.UUID:
    with town.write() as session:
        service = session.scalars(sa.select(Service).where(Service.name == name)).one()
        service.name = new_name
        note_changes(session, [service.id], NOW)
    return service.id


def names_in(reading: Reading, text: str) -> set[str]:
    return {name for kept in reading.called(text, None) for name in kept.names}


def test_what_was_renamed_a_moment_ago_is_found_by_its_new_name(town: Database, monday_morning: datetime) -> None:
    assert called(town, "hot meals at home", monday_morning)[0] == "Hot Meals at Home"

    rename(town, "Hot Meals at Home", "Zebra Kitchen")

    assert called(town, "zebra kichen", monday_morning)[0] == "Zebra Kitchen"
    with town.read() as session:
        assert "hot meals at home" not in names_in(read_index(session), "hot meals at home")


def test_what_was_merged_is_found_by_its_old_name_as_what_it_became(town: Database, monday_morning: datetime) -> None:
    old = rename(town, "Hot Meals at Home", "Zebra Kitchen")
    with town.write() as session:
        club = session.scalars(sa.select(Service.id).where(Service.name == "Elm Hill Lunch Club")).one()
        session.add(Redirect(entity="service", old_id=old, new_id=club, at=NOW))
        note_changes(session, [old, club], NOW)
    assert called(town, "zebra kitchen", monday_morning)[0] == "Elm Hill Lunch Club"

    with town.write() as session:
        session.execute(sa.delete(Redirect))
        note_changes(session, [old, club], NOW)
    assert called(town, "zebra kitchen", monday_morning)[0] == "Zebra Kitchen"


def test_what_is_closed_or_deleted_is_gone(town: Database, monday_morning: datetime) -> None:
    closed = rename(town, "Hot Meals at Home", "Zebra Kitchen")
    assert called(town, "zebra kitchen", monday_morning)
    with town.write() as session:
        session.execute(sa.update(Service).where(Service.id == closed).values(status="defunct"))
        note_changes(session, [closed, uuid.uuid4()], NOW)
    with town.read() as session:
        assert "zebra kitchen" not in names_in(read_index(session), "zebra kitchen")


def test_what_was_taken_back_was_never_found(town: Database, monday_morning: datetime) -> None:
    class SecondThoughts(Exception):
        pass

    with pytest.raises(SecondThoughts), town.write() as session:  # noqa: PT012
        session.execute(sa.update(Service).where(Service.name == "Hot Meals at Home").values(name="Zebra Kitchen"))
        ids = session.scalars(sa.select(Service.id).where(Service.name == "Zebra Kitchen")).all()
        note_changes(session, ids, NOW)
        find_by_text(session, "zebra kitchen", near=None, at=monday_morning, language="en")
        raise SecondThoughts
    rename(town, "Elm Hill Lunch Club", "Giraffe Lunch")  # takes the number that was given back

    with town.read() as session:
        found = names_in(read_index(session), "zebra kitchen hot meals at home")
    assert "zebra kitchen" not in found
    assert "hot meals at home" in found
    assert called(town, "giraffe lunch", monday_morning)[0] == "Giraffe Lunch"


def test_two_characters_of_a_chinese_name_are_enough(town: Database, monday_morning: datetime) -> None:
    with town.read() as session:
        kept = read_index(session).called("午餐", None)
    assert [name for one in kept for name in one.names if "午餐" in name]


def test_what_a_service_is_told_to_do_finds_it_where_no_name_does(town: Database, monday_morning: datetime) -> None:
    with town.write() as session:
        service = session.scalars(sa.select(Service).where(Service.name == "Hot Meals at Home")).one()
        service.description = "We sharpen kitchen knives and mend umbrellas."
        note_changes(session, [service.id], NOW)
    assert called(town, "mend umbrelas", monday_morning)[0] == "Hot Meals at Home"


# A city: too many for one need to judge them all.


@pytest.fixture
def city_of_many(database: Database) -> Database:
    """A thousand lunch clubs on a line to the north, 28 m from one to the next."""
    with database.write() as session:
        source = Source(name="many", created_at=NOW)
        session.add(source)
        session.flush()
        run_by = Organization(source_id=source.id, name="Everyone")
        session.add(run_by)
        session.flush()
        services = [
            Service(id=uuid.UUID(int=n + 1), source_id=source.id, organization_id=run_by.id, name=f"Club {n}",
                    assured_date=date(2026, 1, 1))
            for n in range(1_000)
        ]  # fmt: skip
        places = [Location(source_id=source.id, latitude=HALL[0] + n * STEP, longitude=HALL[1]) for n in range(1_000)]
        session.add_all([*services, *places])
        session.flush()
        for service, place in zip(services, places, strict=True):
            session.add(ServiceAtLocation(service_id=service.id, location_id=place.id))
            session.add(ServiceNeed(service_id=service.id, need_code="food.meals", origin="source"))
    return database


def near(database: Database, at: datetime, language: str = "en", *, north: int = 0, **more: object) -> Found:
    place = PlaceRef("here", HALL[0] + north * STEP, HALL[1], "Northside", None)
    with database.read() as session:
        return find(session, Query("food.meals", place, at, language, **more))  # type: ignore[arg-type]


def told(found: Found) -> list[str]:
    return [offer.name.original for offer in found.offers]


@pytest.mark.parametrize("north", [0, 500, 999])
def test_the_nearest_of_a_thousand(city_of_many: Database, monday_morning: datetime, north: int) -> None:
    first = told(near(city_of_many, monday_morning, north=north))[0]
    assert first == f"Club {north}"


def test_the_few_that_are_near_go_before_the_many_on_the_other_side_of_town(
    city_of_many: Database, monday_morning: datetime
) -> None:
    with city_of_many.write() as session:
        few = [uuid.UUID(int=n + 1) for n in range(10)]
        session.execute(sa.update(Service).where(Service.id.in_(few)).values(assured_date=date(2020, 1, 1)))
        session.execute(
            sa.update(Location).where(Location.latitude > HALL[0] + 9.5 * STEP).values(latitude=HALL[0] + 0.05)
        )
        note_changes(session, [uuid.UUID(int=n + 1) for n in range(1_000)], NOW)
    assert told(near(city_of_many, monday_morning, limit=3)) == ["Club 0", "Club 1", "Club 2"]


def test_further_than_everyone(city_of_many: Database, monday_morning: datetime) -> None:
    assert told(near(city_of_many, monday_morning, north=50_000))
    with city_of_many.read() as session:
        assert find(session, Query("food.meals", None, monday_morning, "en")).offers


def test_who_speaks_ones_language_is_found_among_a_thousand(city_of_many: Database, monday_morning: datetime) -> None:
    with city_of_many.write() as session:
        session.add(Language(service_id=uuid.UUID(int=121), code="zh"))
        note_changes(session, [uuid.UUID(int=121)], NOW)
    assert told(near(city_of_many, monday_morning, "zh-CN"))[0] == "Club 120", "3.3 km further than the nearest"
    assert told(near(city_of_many, monday_morning, "en"))[0] == "Club 0"


def test_who_names_a_club_far_away_gets_it(city_of_many: Database, monday_morning: datetime) -> None:
    with city_of_many.write() as session:
        session.execute(sa.update(Service).where(Service.name == "Club 900").values(name="Golden Giraffe Lunches"))
        note_changes(session, [uuid.UUID(int=901)], NOW)
    words = "is the golden girafe lunches open"
    assert told(near(city_of_many, monday_morning, words=words))[0] == "Golden Giraffe Lunches"


def test_where_the_nearest_serve_others_the_next_are_asked(city_of_many: Database, monday_morning: datetime) -> None:
    others = [uuid.UUID(int=n + 1) for n in range(300)]
    with city_of_many.write() as session:
        session.add_all(ServiceArea(service_id=i, extent="99999", extent_type="text") for i in others)
        note_changes(session, others, NOW)
    place = PlaceRef("here", *HALL, None, "11111")
    with city_of_many.read() as session:
        found = find(session, Query("food.meals", place, monday_morning, "en", limit=1))
        without_area = find(session, Query("food.meals", place, monday_morning, "en", not_these=tuple(others)))
    assert told(found) == ["Club 300"]
    assert told(without_area)[0] == "Club 300"


def test_a_helpline_without_a_place_is_not_forgotten(city_of_many: Database, monday_morning: datetime) -> None:
    with city_of_many.write() as session:
        session.execute(sa.delete(ServiceAtLocation).where(ServiceAtLocation.service_id == uuid.UUID(int=500)))
        session.add(ServiceArea(service_id=uuid.UUID(int=500), name="Northside"))
        session.add(Language(service_id=uuid.UUID(int=500), code="es"))
        note_changes(session, [uuid.UUID(int=500)], NOW)
    assert "Club 499" in told(near(city_of_many, monday_morning, "es", limit=20))


# What may befall it.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def started(database: Database, folder: Path) -> Follower:
    """A process begins, that keeps its index on disk whatever its size, and asks for it."""
    follower = Follower(folder, in_memory=0)
    with database.read() as session:
        follower.up_to_date(session)
    return follower


def knows(follower: Follower, database: Database, text: str) -> set[str]:
    with database.read() as session:
        return names_in(Reading(follower.up_to_date(session)), text)


def made_anew(caplog: pytest.LogCaptureFixture) -> int:
    return len([record for record in caplog.records if "was made in" in record.getMessage()])


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO, "core.directory.index.following"):
        yield caplog


def test_the_next_start_takes_up_where_the_last_process_ended(
    town: Database, folder: Path, log: pytest.LogCaptureFixture
) -> None:
    first = started(town, folder)
    del first
    rename(town, "Hot Meals at Home", "Zebra Kitchen")

    again = started(town, folder)

    assert "zebra kitchen" in knows(again, town, "zebra kitchen")
    assert made_anew(log) == 1


def test_two_processes_keep_one_each(town: Database, folder: Path) -> None:
    first, second = started(town, folder), started(town, folder)
    rename(town, "Hot Meals at Home", "Zebra Kitchen")

    assert sorted(path.name for path in folder.iterdir()) == ["0", "1"]
    assert "zebra kitchen" in knows(first, town, "zebra kitchen") & knows(second, town, "zebra kitchen")


@pytest.mark.parametrize("damage", ["meta.json", "*.idx", "everything"])
def test_what_is_damaged_is_made_anew(town: Database, folder: Path, log: pytest.LogCaptureFixture, damage: str) -> None:
    first = started(town, folder)
    del first
    for file in folder.glob("0/*" if damage == "everything" else f"0/{damage}"):
        file.write_bytes(b"{")

    assert "hot meals at home" in knows(started(town, folder), town, "hot meals at home")
    assert made_anew(log) == 2


def test_an_index_of_another_database_is_not_believed(
    town: Database, folder: Path, log: pytest.LogCaptureFixture
) -> None:
    first = started(town, folder)
    del first
    with town.write() as session:  # a copy from before was put back, and other things happened since
        session.execute(sa.update(Service).where(Service.name == "Hot Meals at Home").values(name="Zebra Kitchen"))
        session.execute(sa.update(ListingChange).values(service_id=uuid.uuid4()))

    assert "zebra kitchen" in knows(started(town, folder), town, "zebra kitchen")
    assert made_anew(log) == 2


def test_where_no_file_can_be_written_it_is_kept_in_memory(town: Database, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file where the folder should be")
    assert "hot meals at home" in knows(started(town, tmp_path / "index"), town, "hot meals at home")


def test_a_writer_that_dies_midway_leaves_it_as_it_was(folder: Path) -> None:
    shelf = Shelf(folder)
    shelf.replace(None, [], Stamp(1, uuid.uuid4()))
    before = shelf.stamp()

    def dies() -> Iterator[object]:
        yield from ()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shelf.replace(None, dies(), Stamp(2, uuid.uuid4()))  # type: ignore[arg-type]
    assert shelf.stamp() == before
    del shelf
    assert Shelf(folder).stamp() == before


def aside() -> Sequence[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "handrail-index"]


def test_after_a_large_import_nobody_waits(town: Database) -> None:
    follower = Follower()
    knows(follower, town, "hot meals")
    rename(town, "Hot Meals at Home", "Zebra Kitchen")
    with town.write() as session:
        note_changes(session, [uuid.uuid4() for _ in range(2 * AT_ONCE)], NOW)

    knows(follower, town, "zebra kitchen")
    for thread in aside():
        thread.join()

    assert "zebra kitchen" in knows(follower, town, "zebra kitchen")
    assert not aside(), "there is nothing left to do"


def test_where_the_log_was_cut_off_everything_is_read_anew(town: Database) -> None:
    follower = Follower()
    knows(follower, town, "hot meals")
    rename(town, "Hot Meals at Home", "Zebra Kitchen")
    with town.write() as session:
        session.execute(sa.delete(ListingChange).where(ListingChange.seq < newest(session).seq))

    knows(follower, town, "zebra kitchen")
    for thread in aside():
        thread.join()

    assert "zebra kitchen" in knows(follower, town, "zebra kitchen")


def test_the_log_forgets_what_is_old_but_not_its_end(database: Database) -> None:
    with database.write() as session:
        forget_old_changes(session, NOW)
        note_changes(session, [uuid.uuid4(), uuid.uuid4()], NOW - KEPT - timedelta(days=1))
        note_changes(session, [last := uuid.uuid4()], NOW - KEPT - timedelta(days=1))
        forget_old_changes(session, NOW)
        assert session.scalars(sa.select(ListingChange.service_id)).all() == [last]
        note_changes(session, [uuid.uuid4()], NOW)
        forget_old_changes(session, NOW)
        forget_old_changes(session, NOW)
        assert session.scalar(sa.select(sa.func.count()).select_from(ListingChange)) == 1


def test_on_postgresql_a_later_number_is_never_seen_before_an_earlier_one(database: Database) -> None:
    if database.sqlite:
        pytest.skip("SQLite has one writer at a time")
    with database.write() as first, database.write() as second:
        note_changes(first, [uuid.uuid4()], NOW)
        second.execute(sa.text("SET LOCAL lock_timeout = '20ms'"))
        with pytest.raises(OperationalError):
            note_changes(second, [uuid.uuid4()], NOW)
        second.rollback()


def test_a_house_says_where_it_is_kept(town: Database, tmp_path: Path, monday_morning: datetime) -> None:
    keep_index_in(town.engine, tmp_path / "index")
    assert called(town, "hot meals at home", monday_morning)
    assert not (tmp_path / "index").exists(), "a small directory's is in memory"
