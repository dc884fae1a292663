"""A feed comes again and again: what it no longer holds goes, what it holds again returns, people's changes stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.models import ListingChange, Organization, PhoneNumber, Service, SourceRecord
from core.db.models.freshness import EditOrigin, EditState, ListingEdit
from core.directory.find import find_by_text
from core.directory.importing import ImportFailed, ImportReport, import_path
from core.directory.offers import load_offers

from .conftest import NOW

DAY = timedelta(days=1)
Bring = Callable[..., ImportReport]


@pytest.fixture
def bring(database: Database, tmp_path: Path) -> Bring:
    """Brings a feed of these records, so many days after the first."""

    def run(*records: Any, after: float = 0, source: str = "friends", **options: Any) -> ImportReport:
        file = tmp_path / "services.json"
        file.write_text(json.dumps(records), "utf-8")
        return import_path(database, file, source_name=source, now=NOW + after * DAY, **options)

    return run


@pytest.fixture
def clubs(lunch_club: dict[str, Any]) -> list[dict[str, Any]]:
    """Three services of one organization."""
    return [
        lunch_club | {"id": own_id, "name": name}
        for own_id, name in (("a", "Lunch Club"), ("b", "Chess Circle"), ("c", "Sewing Evening"))
    ]


def withdrawn(database: Database) -> dict[str, datetime | None]:
    with database.read() as session:
        return {service.name: service.withdrawn_at for service in session.scalars(sa.select(Service))}


def found(database: Database, words: str) -> list[str]:
    with database.read() as session:
        return [offer.name.original for offer in find_by_text(session, words, near=None, at=NOW, language="en")]


def test_what_two_feeds_in_a_row_no_longer_hold_is_offered_to_nobody_new(
    database: Database, bring: Bring, clubs: list[dict[str, Any]]
) -> None:
    bring(*clubs)

    once = bring(*clubs[:2], after=7)
    assert (once.withdrawn, withdrawn(database)["Sewing Evening"]) == (0, None)
    assert "Sewing Evening" in found(database, "sewing evening")

    twice = bring(*clubs[:2], after=14)
    assert twice.withdrawn == 1
    assert "1 withdrawn" in twice.text()
    assert withdrawn(database) == {"Lunch Club": None, "Chess Circle": None, "Sewing Evening": NOW + 14 * DAY}
    assert "Sewing Evening" not in found(database, "sewing evening")


def test_who_was_sent_there_still_finds_it(database: Database, bring: Bring, clubs: list[dict[str, Any]]) -> None:
    bring(*clubs)
    bring(*clubs[:2], after=7)
    bring(*clubs[:2], after=14)

    with database.read() as session:
        service_id = session.scalars(sa.select(Service.id).where(Service.name == "Sewing Evening")).one()
        offers = load_offers(session, [service_id], at=NOW)
    assert [(offer.name.original, offer.phone and offer.phone.number) for offer in offers] == [
        ("Sewing Evening", "+12025550143")
    ]


def test_it_returns_when_the_feed_holds_it_again(database: Database, bring: Bring, clubs: list[dict[str, Any]]) -> None:
    bring(*clubs)
    bring(*clubs[:2], after=7)
    bring(*clubs[:2], after=14)

    back = bring(*clubs, after=21)

    assert (back.returned, back.unchanged) == (1, 3)
    assert withdrawn(database)["Sewing Evening"] is None
    assert "Sewing Evening" in found(database, "sewing evening")
    assert bring(*clubs[:2], after=28).withdrawn == 0, "it counts from the start again"


def test_bringing_the_same_feed_twice_is_not_two_feeds(
    database: Database, bring: Bring, clubs: list[dict[str, Any]]
) -> None:
    bring(*clubs)
    bring(*clubs[:2], after=7)

    assert bring(*clubs[:2], after=7.01).withdrawn == 0
    assert bring(*clubs[:2], after=7.02).withdrawn == 0
    assert bring(*clubs[:2], after=8).withdrawn == 1, "a day later it is next day's feed"


def test_another_feed_counts_at_once(bring: Bring, clubs: list[dict[str, Any]]) -> None:
    bring(*clubs)
    bring(*clubs[:2], after=7)

    assert bring(clubs[0] | {"alert": "New door"}, clubs[1], after=7.01).withdrawn == 1


def test_a_dry_run_is_no_feed(database: Database, bring: Bring, clubs: list[dict[str, Any]]) -> None:
    bring(*clubs)
    for week in (1, 2, 3):
        bring(*clubs[:2], after=7 * week, dry_run=True)

    with database.read() as session:
        assert set(session.scalars(sa.select(SourceRecord.missed))) == {0}


def test_what_is_there_but_broken_is_not_missing(database: Database, bring: Bring, clubs: list[dict[str, Any]]) -> None:
    bring(*clubs)
    for week in (1, 2, 3):
        report = bring(*clubs[:2], clubs[2] | {"name": "", "alert": f"week {week}"}, after=7 * week)

    assert (len(report.quarantined), report.withdrawn) == (1, 0)
    assert withdrawn(database)["Sewing Evening"] is None


def test_one_sources_feed_says_nothing_of_anothers(
    database: Database, bring: Bring, clubs: list[dict[str, Any]]
) -> None:
    bring(*clubs)
    for week in (1, 2, 3):
        bring({**clubs[0], "id": "z", "name": f"Their Lunch {week}"}, source="others", after=7 * week)

    assert withdrawn(database)["Sewing Evening"] is None


def test_half_a_feed_is_not_believed(database: Database, bring: Bring, lunch_club: dict[str, Any]) -> None:
    many = [lunch_club | {"id": f"s{n}", "name": f"Club {n}"} for n in range(20)]
    bring(*many)

    with pytest.raises(ImportFailed, match=r"11 of 20 services of this source are missing .* --shrunk-ok"):
        bring(*many[:9], after=7)
    with database.read() as session:
        assert set(session.scalars(sa.select(SourceRecord.missed))) == {0}

    assert bring(*many[:10], after=7).withdrawn == 0, "half is still believed"
    bring(*many[:5], after=14, shrunk_ok=True)
    assert sum(at is not None for at in withdrawn(database).values()) == 10


# What people have changed.


def edit(
    database: Database, name: str, field: str, previous: Any, replacement: Any, *,
    state: EditState = EditState.PUBLISHED, at: float = 1, entity: str = "service", entity_id: Any = None,
) -> None:  # fmt: skip
    """What the console writes when a change is published."""
    with database.write() as session:
        service = session.scalars(sa.select(Service).where(Service.name == name)).one()
        session.add(ListingEdit(
            service_id=service.id, entity=entity, entity_id=entity_id or service.id, field=field, previous=previous,
            replacement=replacement, origin=EditOrigin.CONSOLE, state=state, made_at=NOW + at * DAY,
        ))  # fmt: skip
        if state == EditState.PUBLISHED and entity == "service":
            value = date.fromisoformat(replacement) if field == "assured_date" else replacement
            setattr(service, field, value)


def test_a_published_change_holds_while_the_source_changes_elsewhere(
    database: Database, bring: Bring, lunch_club: dict[str, Any]
) -> None:
    bring(lunch_club | {"alert": "Use the front door"})
    edit(database, "Lunch Club", "alert", "Use the front door", "Use the back door")

    report = bring(lunch_club | {"alert": "Use the front door", "email": "hall@friends.example"}, after=7)

    with database.read() as session:
        service = session.scalars(sa.select(Service)).one()
    assert (service.alert, service.email) == ("Use the back door", "hall@friends.example")
    assert report.kept_by_hand == ()


def test_where_both_have_changed_it_ours_holds_and_it_is_told(
    database: Database, bring: Bring, lunch_club: dict[str, Any]
) -> None:
    bring(lunch_club | {"alert": "Use the front door"})
    edit(database, "Lunch Club", "alert", "Use the front door", "Use the side door", at=1)
    edit(database, "Lunch Club", "alert", "Use the side door", "Use the back door", at=2)

    report = bring(lunch_club | {"alert": "Closed for works"}, after=7)

    with database.read() as session:
        assert session.scalars(sa.select(Service.alert)).one() == "Use the back door"
    assert [(k.field, k.source_says) for k in report.kept_by_hand] == [("alert", "Closed for works")]
    assert "1 fields kept as changed by hand" in report.text()
    assert 'alert: the source says "Closed for works"' in report.text()


def test_where_the_source_has_come_round_there_is_nothing_to_tell(
    database: Database, bring: Bring, lunch_club: dict[str, Any]
) -> None:
    bring(lunch_club | {"alert": "Use the front door"})
    edit(database, "Lunch Club", "alert", "Use the front door", "Use the back door")

    assert bring(lunch_club | {"alert": "Use the back door"}, after=7).kept_by_hand == ()


@pytest.mark.parametrize("state", [EditState.PROPOSED, EditState.REFUSED, EditState.UNDONE])
def test_a_change_that_is_not_published_holds_nothing(
    database: Database, bring: Bring, lunch_club: dict[str, Any], state: EditState
) -> None:
    bring(lunch_club | {"alert": "Use the front door"})
    edit(database, "Lunch Club", "alert", "Use the front door", "Use the back door", state=state)

    bring(lunch_club | {"alert": "Closed for works"}, after=7)

    with database.read() as session:
        assert session.scalars(sa.select(Service.alert)).one() == "Closed for works"


def test_a_number_put_right_by_hand_stays_right(database: Database, bring: Bring, lunch_club: dict[str, Any]) -> None:
    listed = lunch_club | {"phones": [{"id": "p1", "number": "(202) 555-0143"}]}
    bring(listed)
    with database.read() as session:
        phone_id = session.scalars(sa.select(PhoneNumber.id)).one()
    edit(database, "Lunch Club", "number", "(202) 555-0143", "202-555-0188", entity="phone", entity_id=phone_id)

    bring(listed | {"email": "hall@friends.example"}, after=7)

    with database.read() as session:
        phone = session.scalars(sa.select(PhoneNumber)).one()
    assert (phone.number, phone.original) == ("+12025550188", "202-555-0188")


def test_an_organizations_new_name_stays_too(database: Database, bring: Bring, clubs: list[dict[str, Any]]) -> None:
    bring(*clubs)
    with database.read() as session:
        friends = session.scalars(sa.select(Organization.id)).one()
    edit(database, "Lunch Club", "name", "Kissena Friends", "Friends of Kissena", entity="organization",
         entity_id=friends)  # fmt: skip

    bring(clubs[0], clubs[1] | {"alert": "New door"}, clubs[2], after=7)

    with database.read() as session:
        assert session.scalars(sa.select(Organization.name)).one() == "Friends of Kissena"


@pytest.mark.parametrize(
    ("source_says", "holds"), [("2026-01-10", date(2026, 11, 20)), ("2026-11-29", date(2026, 11, 29)),
                               (None, date(2026, 11, 20))]
)  # fmt: skip
def test_whoever_checked_last_counts(
    database: Database, bring: Bring, lunch_club: dict[str, Any], source_says: str | None, holds: date
) -> None:
    bring(lunch_club | {"assured_date": "2026-01-05"})
    edit(database, "Lunch Club", "assured_date", "2026-01-05", "2026-11-20")

    report = bring(lunch_club | {"assured_date": source_says}, after=7)

    with database.read() as session:
        assert session.scalars(sa.select(Service.assured_date)).one() == holds
    assert report.kept_by_hand == ()


# Who follows the directory hears of it.


def test_the_index_hears_of_what_changed_and_of_nothing_else(
    database: Database, bring: Bring, clubs: list[dict[str, Any]]
) -> None:
    def told() -> set[str]:
        with database.write() as session:
            names = set(session.scalars(sa.select(Service.name).join(
                ListingChange, ListingChange.service_id == Service.id)))  # fmt: skip
            session.execute(sa.delete(ListingChange))
        return names

    pointing = clubs[2] | {"organization": None, "organization_id": "kissena-friends", "service_at_locations": []}
    others = clubs[1] | {"organization": {"id": "o2", "name": "Chess Friends"}, "service_at_locations": []}
    bring(clubs[0], others, pointing)
    assert told() == {"Lunch Club", "Chess Circle", "Sewing Evening"}

    bring(clubs[0], others, pointing, after=1)
    assert told() == set()

    renamed = clubs[0] | {"organization": {"id": "kissena-friends", "name": "Friends of Kissena"}}
    bring(renamed, others, pointing, after=2)
    assert told() == {"Lunch Club", "Sewing Evening"}, "its organization's name is part of what it is"

    bring(renamed, others, after=3)
    bring(renamed, others, after=10)
    assert told() == {"Sewing Evening"}, "withdrawn"
