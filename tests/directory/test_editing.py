"""A coordinator puts a listing right: it holds against later feeds, can be undone, and another may have to approve."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.models import ListingChange, ListingEdit, Service, Volunteer
from core.db.models.freshness import EditState
from core.db.models.volunteer import Role
from core.directory.editing import hours
from core.directory.editing.form import Reading, read_form, seen_of
from core.directory.editing.operations import (
    Decided,
    Editor,
    add_by_hand,
    bring_back,
    checked_today,
    publish,
    refuse,
    save,
    undo,
)
from core.directory.editing.queries import Listing, load_listing, log_of, waiting_edits
from core.directory.editing.slots import SlotKind
from core.directory.exporting.loading import load_around, load_services
from core.directory.exporting.objects import Telling
from core.directory.find import find_by_text
from core.directory.freshness.operations import hide
from core.directory.importing import ImportReport, import_path
from core.directory.importing.values import Spot, Values
from core.directory.needs.queries import services_without_needs

from .conftest import NOW

DAY = timedelta(days=1)
NEEDS = {"food.meals", "food.groceries"}
Bring = Callable[..., ImportReport]


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Bring:
    """Brings a feed of these records, so many days after the first."""

    def run(*records: Any, after: float = 0) -> ImportReport:
        file = tmp_path / "services.json"
        file.write_text(json.dumps(records), "utf-8")
        return import_path(database, file, source_name="friends", now=NOW + after * DAY)

    return run


@pytest.fixture
def club(bring: Bring, lunch_club: dict[str, Any]) -> uuid.UUID:
    """The lunch club is in the directory."""
    bring(lunch_club)
    return uuid.UUID(lunch_club["id"])


@pytest.fixture
def cora(database: Database) -> Editor:
    return coordinator(database, "cora")


def coordinator(database: Database, name: str, *, approval: bool = False) -> Editor:
    with database.write() as session:
        row = Volunteer(username=name, name=name.title(), role=Role.COORDINATOR, password_hash="x", language="en",
                        created_at=NOW)  # fmt: skip
        session.add(row)
        session.flush()
        return Editor(row.id, NOW + DAY, approval, "US")


def later(who: Editor, days: float) -> Editor:
    return replace(who, now=NOW + days * DAY)


def opened(database: Database, service_id: uuid.UUID) -> tuple[Listing, dict[str, str]]:
    """The listing, and its form as a browser would send it back untouched."""
    with database.read() as session:
        listing = load_listing(session, service_id, "US")
    assert listing
    form = {"seen": seen_of(listing, Reading((), {}, frozenset(), frozenset()), {})}
    for slot in listing.slots:
        for index, row in enumerate(slot.rows()):
            if slot.kind in (SlotKind.PHONES, SlotKind.HOURS):
                form |= {f"{slot.key}.{index}.{part}": text for part, text in row.items()}
            elif slot.kind is SlotKind.NEEDS:
                form[f"need.{row['code']}"] = "yes"
            else:
                form[slot.key] = row["text"]
    return listing, form


def fill_in(database: Database, service_id: uuid.UUID, who: Editor, typed: dict[str, str]) -> Reading:
    """Type into the form and save it, unless something is wrong with it."""
    _, form = opened(database, service_id)
    return send(database, service_id, who, form | typed)


def send(database: Database, service_id: uuid.UUID, who: Editor, form: Mapping[str, str]) -> Reading:
    with database.write() as session:
        listing = load_listing(session, service_id, "US")
        assert listing
        reading = read_form(listing, form, "US", NEEDS)
        if not reading.errors and not reading.conflicts:
            save(session, service_id, reading.changes, who)
    return reading


def value(database: Database, service_id: uuid.UUID, key: str) -> Any:
    with database.read() as session:
        listing = load_listing(session, service_id, "US")
    assert listing
    return next(slot.value for slot in listing.slots if slot.key == key)


def edits(database: Database) -> list[ListingEdit]:
    with database.read() as session:
        return list(session.scalars(sa.select(ListingEdit).order_by(ListingEdit.made_at, ListingEdit.field)))


def test_an_untouched_form_changes_nothing(database: Database, club: uuid.UUID, cora: Editor) -> None:
    reading = fill_in(database, club, cora, {"alert": "  ", "name": "Lunch  Club\r\n"})

    assert (reading.changes, reading.touched, edits(database)) == ((), frozenset(), [])


def test_what_is_typed_is_cleaned_kept_with_what_was_before_and_told_to_who_follows_the_directory(
    database: Database, club: uuid.UUID, cora: Editor
) -> None:
    with database.write() as session:
        session.execute(sa.delete(ListingChange))
    fill_in(
        database, club, cora, {"url": "friends.example/lunch", "alert": "Use the <b>back</b> door", "minimum_age": "60"}
    )

    told = {edit.field: (edit.previous, edit.replacement, edit.state) for edit in edits(database)}
    assert told == {
        "url": (None, "https://friends.example/lunch", EditState.PUBLISHED),
        "alert": (None, "Use the back door", EditState.PUBLISHED),
        "minimum_age": (None, 60, EditState.PUBLISHED),
    }
    with database.read() as session:
        service = session.get_one(Service, club)
        assert (service.url, service.minimum_age) == ("https://friends.example/lunch", 60)
        assert service.assured_date is None, "nobody said that it was checked"
        assert set(session.scalars(sa.select(ListingChange.service_id))) == {club}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": " "}, {"name": "error.field.empty"}),
        ({"email": "nobody"}, {"email": "error.field.email"}),
        ({"url": "javascript:alert(1)"}, {"url": "error.field.url"}),
        ({"url": "ask at the door"}, {"url": "error.field.url"}),
        ({"status": "sometimes"}, {"status": "error.field.status"}),
        ({"minimum_age": "-1"}, {"minimum_age": "error.field.age"}),
        ({"minimum_age": "²"}, {"minimum_age": "error.field.age"}),
        ({"minimum_age": "60", "maximum_age": "6"}, {"maximum_age": "error.field.ages"}),
        ({"phones.0.number": "555"}, {}),
        ({"phones.0.number": "555-0143"}, {"phones.0.number": "error.field.phone"}),
        ({"phones.0.extension": "1" * 17}, {"phones.0.extension": "error.field.long"}),
        ({"schedules.0.hours": "when the moon is full"}, {"schedules.0.hours": "error.field.hours"}),
        ({"schedules.0.valid_from": "2026-13-01"}, {"schedules.0.valid_from": "error.field.day"}),
        ({"schedules.0.valid_from": "2026-12-02", "schedules.0.valid_to": "2026-12-01"},
         {"schedules.0.valid_to": "error.field.days"}),
        ({"new_need.0": "food.feast"}, {"new_need.0": "error.need.unknown"}),
        ({"description": "x" * 4_001}, {"description": "error.field.long"}),
    ],
)  # fmt: skip
def test_what_cant_be_taken_is_said_beside_its_field_and_nothing_is_saved(
    database: Database, club: uuid.UUID, cora: Editor, typed: dict[str, str], said: dict[str, str]
) -> None:
    assert fill_in(database, club, cora, typed).errors == said
    assert (edits(database) == []) == bool(said)


def test_phones_are_put_right_added_and_taken_out(database: Database, club: uuid.UUID, cora: Editor) -> None:
    kitchen = {"phones.1.id": "", "phones.1.number": "202 555 0199", "phones.1.description": "Kitchen"}
    fill_in(database, club, cora, {"phones.0.number": "202 555 0188", **kitchen})
    with database.read() as session:
        service = load_services(session, [club])[club]
        assert {(p.number, p.extension, p.description) for p in service.phones} == {
            ("+12025550188", "12", None), ("+12025550199", None, "Kitchen")
        }  # fmt: skip

    _, form = opened(database, club)
    other = next(i for i in (0, 1) if form[f"phones.{i}.description"] != "Kitchen")
    send(database, club, later(cora, 2), form | {f"phones.{other}.number": ""})
    assert [one["number"] for one in value(database, club, "phones")] == ["202 555 0199"]


def test_hours_are_written_as_people_say_them(database: Database, club: uuid.UUID, cora: Editor) -> None:
    assert opened(database, club)[1]["schedules.0.hours"] == "Tuesday, Thursday 11:30am - 2:00pm"

    fill_in(database, club, cora, {
        "schedules.0.hours": "Mon-Fri 9am-5pm; 2nd and 4th Saturday 10am - noon", "schedules.1.id": "",
        "schedules.1.hours": "By appointment in August", "schedules.1.as_words": "yes",
        "schedules.1.valid_from": "2026-08-01",
    })  # fmt: skip

    told = {(one.get("byday"), one.get("opens_at"), one.get("closes_at"), one.get("valid_from"))
            for one in value(database, club, "schedules")}  # fmt: skip
    assert told == {
        ("MO,TU,WE,TH,FR", "09:00:00", "17:00:00", None),
        ("2SA,4SA", "10:00:00", "12:00:00", None),
        (None, None, None, "2026-08-01"),
    }


@pytest.mark.parametrize("words", ["Monday 9:00am - 5:00pm", "1st Tuesday, 3rd Tuesday 12:00pm - 1:30pm",
                                   "last Friday 6:00pm - 8:00pm", "Monday, Sunday 10:00pm - 6:00am"])  # fmt: skip
def test_hours_in_words_are_read_as_they_were_shown(words: str) -> None:
    read = hours.read(words)
    assert read
    assert [hours.in_words(one) for one in read] == [words]


def test_what_a_coordinator_says_of_phones_hours_and_needs_holds_against_the_next_feed(
    database: Database, bring: Bring, lunch_club: dict[str, Any], club: uuid.UUID, cora: Editor
) -> None:
    _, form = opened(database, club)
    del form["need.food.meals"]
    send(database, club, cora, form | {
        "phones.0.number": "202 555 0188", "schedules.0.hours": "Friday 9am-5pm", "new_need.0": "food.groceries",
        "alert": "Use the back door",
    })  # fmt: skip

    report = bring(lunch_club | {"email": "hall@friends.example"}, after=7)
    assert report.kept_by_hand == (), "the source says what it said before"

    report = bring(lunch_club | {"phones": [{"number": "202-555-0100"}], "alert": "Closed"}, after=14)

    assert [one["number"] for one in value(database, club, "phones")] == ["202 555 0188"]
    assert [one["byday"] for one in value(database, club, "schedules")] == ["FR"]
    assert (value(database, club, "needs"), value(database, club, "alert")) == (["food.groceries"], "Use the back door")
    assert sorted(kept.field for kept in report.kept_by_hand) == ["alert", "phones"]
    assert any("202-555-0100" in kept.source_says for kept in report.kept_by_hand)


def test_where_a_coordinator_says_that_it_meets_no_need_none_is_looked_for(
    database: Database, club: uuid.UUID, cora: Editor
) -> None:
    _, form = opened(database, club)
    del form["need.food.meals"]
    send(database, club, cora, form)
    with database.read() as session:
        assert services_without_needs(session) == []


def test_a_number_that_the_source_has_given_to_another_service_is_not_torn_from_it(
    database: Database, bring: Bring, lunch_club: dict[str, Any], cora: Editor
) -> None:
    one = lunch_club | {"phones": [{"id": str(uuid.UUID(int=7)), "number": "202-555-0143"}]}
    other = lunch_club | {"id": str(uuid.UUID(int=9)), "name": "Tea Afternoon", "phones": []}
    bring(one, other)
    club = uuid.UUID(lunch_club["id"])
    fill_in(database, club, cora, {"phones.0.description": "Kitchen"})

    bring(one | {"phones": [], "alert": "New"}, other | {"phones": one["phones"]}, after=7)

    assert [p["description"] for p in value(database, club, "phones")] == ["Kitchen"]
    assert [p["number"] for p in value(database, uuid.UUID(int=9), "phones")] == ["202-555-0143"]


def test_undoing_gives_back_what_was_there_and_the_next_feed_is_read_anew(
    database: Database, bring: Bring, lunch_club: dict[str, Any], club: uuid.UUID, cora: Editor
) -> None:
    fill_in(database, club, cora, {"phones.0.number": "202 555 0188"})
    fill_in(database, club, later(cora, 2), {"phones.0.number": "202 555 0199"})
    first, second = edits(database)

    def undone(edit: ListingEdit, days: float) -> bool:
        with database.write() as session:
            return undo(session, edit.id, later(cora, days))

    assert undone(second, 3)
    assert [one["number"] for one in value(database, club, "phones")] == ["202 555 0188"]
    assert not undone(second, 4), "it is undone already"
    bring(lunch_club | {"phones": [{"number": "202-555-0100"}]}, after=7)
    assert undone(first, 8)
    assert [one["number"] for one in value(database, club, "phones")] == ["(202) 555-0143 ext. 12"]
    bring(lunch_club | {"phones": [{"number": "202-555-0100"}]}, after=9)
    assert [one["number"] for one in value(database, club, "phones")] == ["202-555-0100"]
    assert {edit.state for edit in edits(database)} == {EditState.UNDONE}


def test_two_who_change_different_things_do_not_disturb_each_other(
    database: Database, club: uuid.UUID, cora: Editor
) -> None:
    _, form = opened(database, club)
    fill_in(database, club, cora, {"alert": "Use the back door"})

    assert not send(database, club, later(cora, 2), form | {"email": "hall@friends.example"}).conflicts
    assert value(database, club, "alert") == "Use the back door"
    assert value(database, club, "email") == "hall@friends.example"


def test_two_who_change_the_same_are_told_and_nobodys_words_are_lost(
    database: Database, club: uuid.UUID, cora: Editor
) -> None:
    _, form = opened(database, club)
    fill_in(database, club, cora, {"alert": "Use the back door"})

    typed = form | {"alert": "Use the side door"}
    reading = send(database, club, later(cora, 2), typed)
    assert reading.conflicts == {"alert"}
    assert value(database, club, "alert") == "Use the back door", "nothing is saved before they have seen it"

    listing, _ = opened(database, club)
    again = typed | {"seen": seen_of(listing, reading, typed)}
    assert not send(database, club, later(cora, 3), again).conflicts
    assert value(database, club, "alert") == "Use the side door"


def test_where_approval_is_wanted_another_coordinator_publishes(
    database: Database, bring: Bring, lunch_club: dict[str, Any], club: uuid.UUID
) -> None:
    cora, dan = (coordinator(database, name, approval=True) for name in ("cora", "dan"))
    fill_in(database, club, cora, {"alert": "Use the back door", "email": "hall@friends.example"})
    assert value(database, club, "alert") is None, "nobody has approved it"
    bring(lunch_club | {"alert": "Use the front door"}, after=2)
    assert value(database, club, "alert") == "Use the front door", "what only waits holds nothing"

    with database.write() as session:
        [[first, second]] = waiting_edits(session)
        assert publish(session, first.id, later(cora, 3)) is Decided.OWN
        assert publish(session, second.id, later(dan, 3)) is Decided.DONE
        assert publish(session, first.id, later(dan, 3)) is Decided.GONE
    assert value(database, club, "alert") == "Use the back door"
    assert value(database, club, "email") == "hall@friends.example"
    with database.read() as session:
        listing = load_listing(session, club, "US")
        assert listing
        log = {(one.spot.field, one.previous, one.by, one.decided_by) for one in log_of(session, listing)}
    assert ("alert", "Use the front door", "Cora", "Dan") in log


def test_what_is_refused_changes_nothing(database: Database, club: uuid.UUID) -> None:
    cora, dan = (coordinator(database, name, approval=True) for name in ("cora", "dan"))
    fill_in(database, club, cora, {"alert": "Use the back door"})
    with database.write() as session:
        [[waiting]] = waiting_edits(session)
        assert refuse(session, waiting.id, dan) is Decided.DONE
        assert publish(session, waiting.id, dan) is Decided.GONE
    assert value(database, club, "alert") is None


def test_an_organization_is_changed_for_all_its_listings(
    database: Database, bring: Bring, lunch_club: dict[str, Any], cora: Editor
) -> None:
    other = uuid.UUID(int=9)
    bring(lunch_club, lunch_club | {"id": str(other), "name": "Tea Afternoon"})
    club = uuid.UUID(lunch_club["id"])
    with database.write() as session:
        session.execute(sa.delete(ListingChange))
    assert opened(database, club)[0].groups[1].others == 1

    _, form = opened(database, club)
    city = next(key for key in form if key.endswith(".city"))
    send(database, club, cora, form | {"organization.name": "Friends of Kissena", city: "Queens"})

    assert value(database, other, "organization.name") == "Friends of Kissena"
    assert value(database, other, city) == "Queens"
    with database.read() as session:
        assert set(session.scalars(sa.select(ListingChange.service_id))) == {club, other}
    bring(lunch_club | {"alert": "New"}, lunch_club | {"id": str(other), "name": "Tea Afternoon"}, after=7)
    assert (value(database, club, "organization.name"), value(database, club, city)) == ("Friends of Kissena", "Queens")


def test_the_day_it_was_checked_is_set_only_when_said_so(database: Database, club: uuid.UUID, cora: Editor) -> None:
    with database.write() as session:
        save(session, club, [checked_today(club, NOW.date())], cora)
    with database.read() as session:
        assert session.get_one(Service, club).assured_date == NOW.date()


@pytest.mark.parametrize("gone", ["hidden", "withdrawn"])
def test_what_nobody_is_told_of_can_be_brought_back(
    database: Database, bring: Bring, lunch_club: dict[str, Any], club: uuid.UUID, cora: Editor, gone: str
) -> None:
    other = lunch_club | {"id": "other", "name": "Tea Afternoon"}
    if gone == "hidden":
        with database.write() as session:
            hide(session, club, cora.volunteer_id, NOW)
    else:
        for week in (0, 1, 2):
            bring(other | {"alert": f"week {week}"}, after=7 * week)
    assert found(database, "lunch club") == []

    with database.write() as session:
        bring_back(session, club, later(cora, 15))
    assert found(database, "lunch club") == ["Lunch Club"]
    for week in (3, 4):
        bring(
            other | {"alert": f"week {week}"},
            *[lunch_club | {"alert": f"week {week}"}] * (gone == "hidden"),
            after=7 * week,
        )
    assert found(database, "lunch club") == ["Lunch Club"], "it stays where a person has put it"
    newest = edits(database)[-1]
    assert (newest.field, newest.previous, newest.replacement) == ("status", "inactive", "active")


def found(database: Database, words: str) -> list[str]:
    with database.read() as session:
        offers = find_by_text(session, words, near=None, at=NOW, language="en")
    return [offer.name.original for offer in offers if offer.name.original == "Lunch Club"]


@pytest.mark.parametrize("approval", [False, True])
def test_a_service_that_no_source_has_is_added_by_hand(database: Database, approval: bool) -> None:
    cora, dan = (coordinator(database, name, approval=approval) for name in ("cora", "dan"))
    with database.write() as session:
        own = add_by_hand(session, "Lunch Club", "Harbor Neighbours", cora)
        other = add_by_hand(session, "Tea Afternoon", "harbor  neighbours", later(cora, 2))
        assert session.get_one(Service, own).organization_id == session.get_one(Service, other).organization_id
    assert bool(found(database, "lunch club")) is not approval
    if approval:
        with database.write() as session:
            publish(session, waiting_edits(session)[0][0].id, later(dan, 3))
        assert found(database, "lunch club")


def test_an_export_tells_what_was_changed_but_by_no_name(database: Database, club: uuid.UUID, cora: Editor) -> None:
    fill_in(database, club, cora, {"phones.0.number": "202 555 0188"})
    with database.read() as session:
        services = load_services(session, [club])
        around = load_around(session, services.values(), [service.organization for service in services.values()])
        [told] = Telling(around).service(services[club])["metadata"]
    assert (told["field_name"], told["updated_by"]) == ("phones", "a volunteer")
    assert "202 555 0188" in told["replacement_value"]


def test_a_value_put_back_is_the_value_that_was_read(
    database: Database, bring: Bring, lunch_club: dict[str, Any]
) -> None:
    """All that a source tells of a phone or an hour survives a change of its neighbour."""
    hall = lunch_club["service_at_locations"][0] | {
        "phones": [{"number": "202-555-0177", "languages": [{"code": "es"}]}]
    }
    bring(lunch_club | {
        "service_at_locations": [hall],
        "schedules": [{"byday": "MO", "opens_at": "9:00", "closes_at": "17:00", "notes": "Ring twice", "interval": 2}],
        "contacts": [{"name": "Ana", "phones": [{"number": "202-555-0178"}]}],
        "languages": [{"code": "es", "note": "Tuesdays"}],
    })  # fmt: skip
    own = uuid.UUID(lunch_club["id"])
    for field in ("phones", "schedules", "languages", "needs", "required_documents"):
        spot = Spot("service", own, field)
        with database.write() as session:
            values = Values(session, "US")
            before = values.get(spot)
            values.put(spot, before)
            assert values.get(spot) == before
    assert {p["number"] for p in value(database, own, "phones") if "location_id" in p} == {"202-555-0177"}
    assert "Ring twice" in str(value(database, own, "schedules"))
