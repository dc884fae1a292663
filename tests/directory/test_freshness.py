"""A listing that somebody found wrong stands lower; which listings are asked about, and which are left in peace."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.models import Doubt, ListingChange, Service, Verification
from core.db.models.freshness import AskedBy, DoubtKind, Verified
from core.directory.find import Query, find, service_offer
from core.directory.freshness.due import Chosen, due, due_count, stalest
from core.directory.freshness.figures import share, shares_by_need, shares_by_source
from core.directory.freshness.operations import Answer, take_answer
from core.directory.freshness.told import told
from core.directory.offers import ReasonCode
from tests.directory.conftest import NOW, TakeIn

TODAY = NOW.date()
ELEVEN_MONTHS = Chosen()


@pytest.fixture
def two_clubs(take_in: TakeIn, lunch_club: dict[str, Any]) -> tuple[uuid.UUID, uuid.UUID]:
    """Two clubs of two providers, as good as each other; gives their ids, the first as it is found."""
    second = {
        **lunch_club,
        "id": "5d9a6c4e-0b35-4d0c-9b6c-5e2f3f1f8a02",
        "name": "Noon Club",
        "organization": {"id": "elm-friends", "name": "Elm Friends", "phones": [{"number": "202-555-0155"}]},
    }
    assert take_in(lunch_club, second).taken == 2
    return uuid.UUID(lunch_club["id"]), uuid.UUID(second["id"])


def doubt(database: Database, service_id: uuid.UUID, kind: DoubtKind, number: str | None = None) -> None:
    with database.write() as session:
        session.add(Doubt(service_id=service_id, kind=kind, at=NOW, number=number))


def asked(database: Database, service_id: uuid.UUID, at: datetime = NOW, by: AskedBy = AskedBy.EMAIL) -> uuid.UUID:
    with database.write() as session:
        row = Verification(service_id=service_id, asked_by=by, asked_at=at, expires_at=at + timedelta(days=7),
                           state=Verified.ASKED)  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def answered(database: Database, question: uuid.UUID, state: Verified, now: datetime = NOW) -> bool:
    with database.write() as session:
        return take_answer(session, question, Answer(state), now, now.date())


def names_due(database: Database, now: datetime = NOW, chosen: Chosen = ELEVEN_MONTHS) -> list[str]:
    with database.read() as session:
        found = [one.name for one in due(session, chosen, now, now.date(), 10)]
        assert due_count(session, chosen, now, now.date()) == len(found)
    return found


def test_what_is_in_doubt_stands_behind_what_is_not(
    database: Database, two_clubs: tuple[uuid.UUID, uuid.UUID], monday_morning: datetime
) -> None:
    query = Query("food.meals", None, monday_morning, "en")
    with database.read() as session:
        first, second = (offer.service_id for offer in find(session, query).offers)
    doubt(database, first, DoubtKind.MOVED)
    with database.read() as session:
        found = find(session, query).offers
    assert [offer.service_id for offer in found] == [second, first], "lower, but still there"
    assert (ReasonCode.DOUBTED, "moved") in [(reason.code, reason.value) for reason in found[1].reasons]


def test_a_dead_number_gives_way_to_another_or_is_told_with_a_doubt(
    database: Database, two_clubs: tuple[uuid.UUID, uuid.UUID], monday_morning: datetime
) -> None:
    only, another = two_clubs
    doubt(database, only, DoubtKind.NUMBER_DEAD, "+12025550143")
    doubt(database, another, DoubtKind.NUMBER_DEAD, "+12025550143")
    with database.read() as session:
        one, two = (service_offer(session, i, at=monday_morning) for i in (only, another))
    assert one
    assert two
    assert one.phone
    assert two.phone
    assert (one.phone.number, one.phone_unsure) == ("+12025550143", True)
    assert (two.phone.number, two.phone_unsure) == ("+12025550155", False)


def test_the_share_of_checked_listings_by_source_and_by_need(
    database: Database, two_clubs: tuple[uuid.UUID, uuid.UUID]
) -> None:
    with database.write() as session:
        session.get_one(Service, two_clubs[0]).assured_date = TODAY - timedelta(days=365)
        session.get_one(Service, two_clubs[1]).assured_date = TODAY - timedelta(days=366)
    with database.read() as session:
        assert share(session, TODAY).percent == 50
        assert [(one.name, one.listings, one.assured) for one in shares_by_source(session, TODAY)] == [
            ("friends", 2, 1)
        ]
        assert [(one.name, one.percent) for one in shares_by_need(session, TODAY)] == [("food.meals", 50)]
        assert [one.name for one in stalest(session, NOW, 10)] == ["Noon Club", "Lunch Club"]


def test_never_checked_before_long_ago_and_what_is_fresh_is_not_asked_about(
    database: Database, two_clubs: tuple[uuid.UUID, uuid.UUID]
) -> None:
    with database.write() as session:
        session.get_one(Service, two_clubs[0]).assured_date = date(2025, 1, 1)
    assert names_due(database) == ["Noon Club", "Lunch Club"]
    with database.write() as session:
        session.get_one(Service, two_clubs[0]).assured_date = TODAY - timedelta(days=334)
    assert names_due(database) == ["Noon Club"]
    assert names_due(database, chosen=Chosen(source="nobody")) == []
    assert names_due(database, chosen=Chosen(need="food.meals", source="friends")) == ["Noon Club"]


def test_who_was_asked_is_left_in_peace_for_a_month(database: Database, two_clubs: tuple[uuid.UUID, uuid.UUID]) -> None:
    asked(database, two_clubs[0])
    assert names_due(database) == ["Noon Club"]
    assert names_due(database, NOW + timedelta(days=29)) == ["Noon Club"]
    assert names_due(database, NOW + timedelta(days=31)) == ["Lunch Club", "Noon Club"]


def test_what_a_provider_has_told_us_is_for_the_coordinator_and_not_asked_again(
    database: Database, two_clubs: tuple[uuid.UUID, uuid.UUID]
) -> None:
    assert answered(database, asked(database, two_clubs[0]), Verified.CHANGED)
    assert names_due(database, NOW + timedelta(days=31)) == ["Noon Club"]


def test_an_answer_counts_once_settles_doubts_and_is_noted_for_the_index(
    database: Database, two_clubs: tuple[uuid.UUID, uuid.UUID]
) -> None:
    service_id = two_clubs[0]
    doubt(database, service_id, DoubtKind.WRONG_HOURS)
    question = asked(database, service_id)
    with database.read() as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(ListingChange))
    assert answered(database, question, Verified.RIGHT)
    assert not answered(database, question, Verified.CLOSED)
    with database.read() as session:
        assert session.get_one(Service, service_id).assured_date == TODAY
        assert session.scalars(sa.select(Doubt.settled_at)).all() == [NOW]
        assert session.scalar(sa.select(sa.func.count()).select_from(ListingChange)) == (before or 0) + 1


def test_all_that_is_said_of_a_listing_is_read_out(
    database: Database, two_clubs: tuple[uuid.UUID, uuid.UUID], monday_morning: datetime
) -> None:
    with database.read() as session:
        what = told(session, two_clubs[0], monday_morning)
        assert told(session, uuid.uuid4(), monday_morning) is None
    assert what
    assert (what.name, what.organization) == ("Lunch Club", "Kissena Friends")
    assert [(phone.number, phone.extension) for phone in what.phones] == [("+12025550143", "12")]
    assert what.address == "45 Kissena Blvd, Flushing"
    assert [(span.byday, str(span.opens)) for span in what.spans] == [("TU,TH", "11:30:00")]
