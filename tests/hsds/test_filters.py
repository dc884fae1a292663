"""Which records are asked for: all conditions hold together, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.models import Service, Source
from core.directory.changes import note_changes
from tests.fakes import StandingClock
from tests.hsds.conftest import Read, ids


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_filters_hold_together(read: Read) -> None:
    meals = next(t for t in read("/taxonomy_terms", search="food.meals")["contents"] if t["code"] == "food.meals")
    with_meals = read("/services", taxonomy_term_id=meals["id"], per_page=200, full="true")["contents"]
    assert with_meals
    assert all("food.meals" in json.dumps(service["attributes"]) for service in with_meals)
    organization = with_meals[0]["organization"]["id"]
    both = read("/services", taxonomy_term_id=meals["id"], organization_id=organization)["contents"]
    assert with_meals[0]["id"] in [s["id"] for s in both]
    assert {s["organization"]["id"] for s in both} == {organization}
    assert read("/services", taxonomy_term_id=str(uuid4()))["empty"]
    assert read("/services", taxonomy_id=meals["taxonomy_detail"]["id"])["total_items"] > len(with_meals)


def test_by_postcode_and_within_some_metres_of_it(read: Read) -> None:
    there = read("/service_at_locations", postcode="00012", per_page=200, full="true")["contents"]
    assert there
    for place in there:
        assert "00012" in [a["postal_code"] for a in place["location"]["addresses"]]
    near = read("/service_at_locations", postcode="00012", proximity=800, per_page=200)["total_items"]
    wide = read("/service_at_locations", postcode="00012", proximity=50_000, per_page=200)["total_items"]
    everywhere = read("/service_at_locations")["total_items"]
    assert 0 < near < wide <= everywhere
    assert read("/services", postcode="99999")["empty"]


def test_what_changed_since_the_last_copy(read: Read, town: Database, clock: StandingClock) -> None:
    now = clock.now()
    with town.write() as session:
        changed = session.scalars(sa.select(Service.id).order_by(Service.id).limit(1)).one()
        session.execute(sa.update(Service).values(last_modified=now - timedelta(days=400)))
        note_changes(session, [changed], now)
    assert ids(read("/services", modified_after=(now - timedelta(minutes=1)).isoformat())) == [str(changed)]
    assert read("/services", modified_after="1990-01-01")["total_items"] == read("/services")["total_items"]
    small = read("/services", minimal="true", per_page=3)["contents"]
    assert all(record.keys() == {"id", "last_modified"} for record in small)


def test_a_source_that_may_not_be_passed_on_stays_out(read: Read, town: Database) -> None:
    with town.write() as session:
        session.execute(sa.update(Source).values(redistributable=False))
    for name in ("services", "organizations", "service_at_locations"):
        assert read(f"/{name}")["total_items"] == 0
