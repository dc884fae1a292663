"""One service, told twice: found, shown, merged field by field, and taken apart again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.models import DuplicatePair, Redirect
from core.db.models.sources import PairState
from core.db.models.volunteer import Role
from core.directory.duplicates import AUTOMATIC, Evidence, find_duplicates, likeness
from core.directory.duplicates.blocking import pairs_to_compare
from core.directory.duplicates.finding import SHOWN
from core.directory.duplicates.listings import Listing, plain_site
from core.directory.find import service_offer
from core.directory.importing import ImportReport
from core.directory.names import plain_name
from core.directory.operations import MergeRefused, keep_apart, merge, merge_pair, unmerge
from core.helpdesk.volunteers import add_volunteer
from scripts.evaluate_duplicates import measure, read_pairs
from tests.directory.conftest import NOW

TakeIn = Callable[..., ImportReport]


def listing(name: str, street: str = "12 Mill Street", phone: str = "+12025550143", **also: Any) -> Listing:
    return Listing(
        id=also.get("id", uuid4()),
        source_id=also.get("source", uuid4()),
        name=plain_name(name),
        organization=plain_name(also.get("organization", "")),
        sites=(plain_site(street, also.get("city", "Larkfield"), also.get("postcode", "00012"), None, None),),
        phones=frozenset([phone] if phone else []),
    )


LUNCH = "Elm Hill Senior Center"


@pytest.mark.parametrize(
    "twin",
    [
        listing("ELM HILL SR CTR"),
        listing("Elm Hill Senior Center", street="12 Mill St."),
        listing("Elm Hill Neighborhood Senior Center", phone=""),
    ],
)
def test_the_same_center_in_other_words_is_shown(twin: Listing) -> None:
    assert likeness(listing(LUNCH), twin).score >= SHOWN


@pytest.mark.parametrize(
    "other",
    [
        listing("Elm Hill Home Delivered Meals"),
        listing("St Mary's Food Pantry"),
        listing("Harbor Senior Center", street="9 Quay Road", postcode="00014", phone="+12025550190"),
    ],
)
def test_another_program_at_the_same_door_is_not(other: Listing) -> None:
    assert likeness(listing(LUNCH), other).score < SHOWN


def test_the_evidence_can_be_read_by_a_person() -> None:
    found = likeness(listing(LUNCH), listing("Elm Hill Sr Ctr", phone=""))
    assert found.evidence[Evidence.DOOR] == 1.0
    assert found.evidence[Evidence.SOURCES] == 1.0
    assert Evidence.PHONE not in found.evidence, "one of the two has no number"


def test_only_what_shares_something_few_share_is_compared() -> None:
    agency = [listing(f"Program {i}", street=f"{i} Long Road", postcode="", city=f"Town {i}") for i in range(100)]
    a, b = listing(LUNCH, phone="+12025550101"), listing("Elm Hill Center for Seniors", phone="+12025550102")

    pairs = pairs_to_compare([*agency, a, b])

    assert tuple(sorted((a.id, b.id))) in pairs
    assert len(pairs) == 1, "a hundred programs with one number in a hundred towns aren't compared all with all"


@pytest.mark.parametrize("half", ["development", "final"])
def test_on_real_listings_pairs_are_told_apart_as_well_as_was_measured(half: str) -> None:
    scored = [(likeness(left, right).score, same) for left, right, same in read_pairs(half)]
    shown = [same for score, same in scores_from(scored, SHOWN)]
    clear = [same for score, same in scores_from(scored, AUTOMATIC)]
    assert sum(shown) / sum(same for _, same in scored) >= 0.85, measure(read_pairs(half))
    assert sum(shown) / len(shown) >= 0.7
    assert clear
    assert all(clear), "what is merged without anybody's look must be right"


def scores_from(scored: list[tuple[float, bool]], least: float) -> list[tuple[float, bool]]:
    return [one for one in scored if one[0] >= least]


@pytest.fixture
def told_twice(take_in: TakeIn, lunch_club: dict[str, Any]) -> tuple[UUID, UUID]:
    """The lunch club as its city and its food bank tell it: (city's, food bank's)."""
    city = lunch_club | {
        "name": "Kissena Lunch Club",
        "description": "Lunch on weekdays.",
        "assured_date": "2026-10-05",
    }
    bank = json.loads(json.dumps(lunch_club)) | {
        "id": "8a2f6c4e-0b35-4d0c-9b6c-5e2f3f1f8a02",
        "name": "Kissena Lunch Club (Hall)",
        "phones": [{"number": "(202) 555-0143"}, {"number": "202-555-0177"}],
        "schedules": [{"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}],
    }
    bank["organization"]["id"] = "queens-food"
    bank["service_at_locations"][0]["location"]["id"] = "the-hall"
    take_in(city, source="city")
    take_in(bank, source="food bank")
    return UUID(city["id"]), UUID(bank["id"])


@pytest.fixture
def cora(database: Database) -> UUID:
    with database.write() as session:
        return add_volunteer(session, "cora", "Cora", "a-long-password", Role.COORDINATOR, NOW)


def test_a_pair_is_found_once_and_a_decision_lasts(
    database: Database, told_twice: tuple[UUID, UUID], cora: UUID
) -> None:
    with database.write() as session:
        assert find_duplicates(session, now=NOW).shown == 1
        (pair,) = session.scalars(sa.select(DuplicatePair)).all()
        assert {pair.left_id, pair.right_id} == set(told_twice)
        assert pair.evidence["phone"] == 1.0
    with database.write() as session:
        assert keep_apart(session, pair.id, by=cora, now=NOW)
        assert not keep_apart(session, pair.id, by=cora, now=NOW), "decided already"
        assert not merge_pair(session, pair.id, told_twice[0], by=cora, now=NOW, choices={})
    with database.write() as session:
        again = find_duplicates(session, now=NOW)
    assert (again.compared, again.shown, again.merged) == (1, 0, 0)


def test_merged_with_the_food_banks_phones_and_hours_and_taken_apart_again(
    database: Database, told_twice: tuple[UUID, UUID], cora: UUID, monday_morning: datetime
) -> None:
    city, bank = told_twice
    with database.write() as session:
        find_duplicates(session, now=NOW)
        pair_id = session.scalars(sa.select(DuplicatePair.id)).one()
        choices = {"schedules": bank, "name": city}
        assert merge_pair(session, pair_id, city, by=cora, now=NOW, choices=choices)
    with database.read() as session:
        seen = service_offer(session, bank, at=monday_morning)
    assert seen
    assert seen.service_id == city
    assert seen.name.original == "Kissena Lunch Club"
    assert seen.opening.open_until, "the city says Tuesdays and Thursdays, the food bank every day: it was believed"

    with database.write() as session:
        assert unmerge(session, bank, now=NOW)
    with database.read() as session:
        apart = service_offer(session, city, at=monday_morning)
        other = service_offer(session, bank, at=monday_morning)
        assert session.scalars(sa.select(DuplicatePair.state)).one() is PairState.OPEN
    assert apart
    assert not apart.opening.open_until, "the city's own hours, as if nothing had been"
    assert other
    assert other.service_id == bank


def test_what_is_clear_beyond_doubt_may_be_merged_by_the_machine(
    database: Database, take_in: TakeIn, lunch_club: dict[str, Any]
) -> None:
    center = lunch_club | {"name": "Kissena Senior Center"}
    checked = center | {"id": "8a2f6c4e-0b35-4d0c-9b6c-5e2f3f1f8a02", "assured_date": "2026-10-05"}
    take_in(center, source="city")
    take_in(checked, source="food bank")
    with database.write() as session:
        assert find_duplicates(session, now=NOW, automatic=True).merged == 1
        redirect = session.scalars(sa.select(Redirect)).one()
    assert redirect.by is None
    assert redirect.new_id == UUID(checked["id"]), "the one that was checked is what residents see"


def test_a_field_of_a_third_service_cant_be_chosen(database: Database, told_twice: tuple[UUID, UUID]) -> None:
    with database.write() as session, pytest.raises(MergeRefused, match="own fields"):
        merge(session, *told_twice, now=NOW, choices={"phones": uuid4()})
    with database.write() as session, pytest.raises(MergeRefused, match="own fields"):
        merge(session, *told_twice, now=NOW, choices={"organization_id": told_twice[0]})
