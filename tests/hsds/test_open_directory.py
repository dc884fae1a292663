"""A stranger's program reads the directory: page by page, filtered, whole, again only when something changed."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from core.db.engine import Database
from core.db.models import Service
from core.directory.operations import merge
from tests.directory.official import faults
from tests.fakes import StandingClock
from tests.hsds.conftest import Read, ids, open_app

NOBODY = "00000000-0000-4000-8000-000000000000"
LISTS = ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")
OF_LIST = {"services": "service", "organizations": "organization", "service_at_locations": "service_at_location",
           "taxonomies": "taxonomy", "taxonomy_terms": "taxonomy_term"}  # fmt: skip


def test_the_first_address_says_what_this_is(read: Read) -> None:
    about = read("/")
    assert about["version"] == "3.2"
    assert about["openapi_url"].endswith("/hsds/openapi.json")
    assert read("/openapi.json")["openapi"].startswith("3.1")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_page_by_page_and_nothing_is_left_out_or_told_twice(read: Read, name: str) -> None:
    first = read(f"/{name}", per_page=7)
    assert (first["page_number"], first["first_page"], first["empty"]) == (1, True, False)
    seen = ids(first)
    for number in range(2, first["total_pages"] + 1):
        page = read(f"/{name}", per_page=7, page=number)
        assert page["size"] == len(page["contents"]) <= 7
        assert page["last_page"] is (number == first["total_pages"])
        seen += ids(page)
    assert len(seen) == len(set(seen)) == first["total_items"]
    after = read(f"/{name}", page=first["total_pages"] + 1, per_page=7)
    assert (after["empty"], after["contents"], after["last_page"]) == (True, [], True)


@pytest.mark.parametrize("name", LISTS)
def test_every_record_is_as_the_official_schemas_have_it(read: Read, name: str) -> None:
    page = read(f"/{name}", per_page=200)
    for record in page["contents"]:
        assert not faults(OF_LIST[name], record), record["id"]
    for record_id in ids(page)[:20]:
        whole = read(f"/{name}/{record_id}")
        assert whole["id"] == record_id
        assert not faults(OF_LIST[name], whole), record_id


def test_the_lunch_club_is_found_misspelt_and_told_whole(read: Read) -> None:
    found = read("/services", search="elm hil lunch clb")
    assert found["contents"][0]["name"] == "Elm Hill Lunch Club"
    whole = read(f"/services/{found['contents'][0]['id']}")
    assert whole["phones"]
    assert whole["schedules"]
    assert whole["service_at_locations"][0]["location"]["addresses"]


def test_all_of_it_line_by_line(client: FlaskClient, read: Read) -> None:
    answer = client.get("/hsds/services?format=ndjson&full=true")
    records = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.mimetype == "application/x-ndjson"
    assert len(records) == read("/services")["total_items"]
    assert {"organization", "phones"} <= records[0].keys()


def test_who_has_the_latest_is_told_so_until_something_changes(
    client: FlaskClient, town: Database, clock: StandingClock
) -> None:
    first = client.get("/hsds/services?per_page=200")
    again = client.get("/hsds/services?per_page=200", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with town.write() as session:
        session.execute(sa.update(Service).values(description="Changed."))
    changed = client.get("/hsds/services?per_page=200", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_a_service_that_is_no_longer_given_is_inactive(read: Read, town: Database, clock: StandingClock) -> None:
    with town.write() as session:
        service_id = session.scalars(sa.select(Service.id).limit(1)).one()
        session.execute(sa.update(Service).where(Service.id == service_id).values(withdrawn_at=clock.now()))
    assert read(f"/services/{service_id}")["status"] == "inactive"


def test_a_service_that_was_merged_leads_to_the_other(
    client: FlaskClient, town: Database, clock: StandingClock
) -> None:
    with town.write() as session:
        old, new = session.scalars(sa.select(Service.id).order_by(Service.id).limit(2))
        merge(session, old, new, now=clock.now())
    moved = client.get(f"/hsds/services/{old}")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"/hsds/services/{new}")
    assert str(old) not in ids(client.get("/hsds/services?per_page=200").get_json())


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/services?page=0", "page"),
        ("/services?page=-1", "page"),
        ("/services?page=abc", "page"),
        ("/services?per_page=201", "per_page"),
        ("/services?per_page=٣", "per_page"),
        ("/services?format=xml", "format"),
        ("/services?full=perhaps", "full"),
        ("/services?taxonomy_term_id=meals", "taxonomy_term_id"),
        ("/services?organization_id=' OR 1=1", "organization_id"),
        ("/services?modified_after=yesterday", "modified_after"),
        ("/services?modified_after=0001-01-01T00:00:00%2B14:00", "modified_after"),
        ("/services?proximity=500", "proximity"),
        ("/services?postcode=00012&proximity=near", "proximity"),
        ("/services?postcode=%00", "postcode"),
        ("/services?search=" + "x" * 201, "search"),
        ("/services?serach=lunch", "serach"),
        ("/services?page=1&page=2", "page"),
        ("/services/lunch-club", "id"),
        ("/taxonomy_terms?parent_id=1", "parent_id"),
    ],
)
def test_a_wrong_address_is_told_what_is_wrong_with_it(client: FlaskClient, path: str, parameter: str) -> None:
    answer = client.get(f"/hsds{path}")
    assert answer.status_code == 400, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["parameter"] == parameter
    assert parameter in answer.get_json()["detail"]


@pytest.mark.parametrize("path", [*(f"/{name}/{NOBODY}" for name in LISTS), "/nothing", "/services/a/b"])
def test_what_is_not_there_is_said_in_json(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/hsds{path}")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_it_can_only_be_read_and_by_any_page_on_the_web(client: FlaskClient) -> None:
    refused = client.post("/hsds/services", json={})
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]
    assert refused.mimetype == "application/problem+json"
    assert client.get("/hsds/services").headers["Access-Control-Allow-Origin"] == "*"
    assert client.head("/hsds/services").data == b""
    assert client.options("/hsds/services").status_code == 200


def test_one_reader_cant_crowd_out_the_others(town: Database, clock: StandingClock) -> None:
    client = open_app(town, clock, HANDRAIL_HSDS_PER_MINUTE="3").test_client()
    for _ in range(3):
        assert client.get("/hsds/").status_code == 200
    refused = client.get("/hsds/services")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 60
    assert refused.get_json()["title"] == "Too many requests"
    assert client.get("/hsds/", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200
