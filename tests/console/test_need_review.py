"""A coordinator says what services are for, where the machine could not tell for sure."""

from __future__ import annotations

import uuid

import pytest

from core.db.models import ListingChange, NeedProposal, Service, ServiceNeed
from core.db.models.volunteer import Role
from core.directory.needs.queries import PAGE_ROWS
from tests.console.audit import AuditedClient, Page
from tests.console.conftest import Enter
from tests.console.scenes import Scene

NEEDS = "/console/needs/"


@pytest.fixture
def cora(scene: Scene, enter: Enter) -> AuditedClient:
    scene.joins("cora", "Cora Miles", Role.COORDINATOR)
    return enter("cora")


def may_be_for(scene: Scene, service_id: uuid.UUID, need: str, words: str, confidence: float = 0.7) -> str:
    with scene.database.write() as session:
        row = NeedProposal(service_id=service_id, need_code=need, words=words, confidence=confidence)
        session.add(row)
        session.flush()
        return str(row.id)


def needs_of(scene: Scene, service_id: uuid.UUID) -> dict[str, str]:
    return {row.need_code: row.origin for row in scene.rows(ServiceNeed, service_id=service_id)}


def test_an_empty_page_says_what_will_come_here(cora: AuditedClient) -> None:
    page = cora.visit(NEEDS)
    assert "Nothing waits here" in page
    assert "What services are for" in page


def test_only_coordinators_see_it(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera Lopez")
    club = scene.lists_service("Tuesday club")
    proposal = may_be_for(scene, club, "social.activities", "Tuesday club")
    vera = enter("vera")
    assert "What services are for" not in vera.visit("/console/")
    assert vera.get(NEEDS).status_code == 404
    data = {"csrf_token": Page(vera.html).forms[0].fields["csrf_token"], "verdict": "none"}
    assert vera.post(NEEDS + proposal, data=data).status_code == 404
    assert scene.rows(NeedProposal)[0].taken is None


def test_the_surest_come_first_with_what_was_read(scene: Scene, cora: AuditedClient) -> None:
    may_be_for(scene, scene.lists_service("Tuesday club"), "social.activities", "Tuesday club. Cards and tea", 0.55)
    may_be_for(scene, scene.lists_service("Corner kitchen"), "food.meals", "Corner kitchen. <b>Soup</b>", 0.83)
    page = cora.visit(NEEDS)
    assert page.index("Corner kitchen") < page.index("Tuesday club")
    for shown in ("Waiting: 2.", "Harbor Neighbours", "83%", "Yes: Meals", "Clubs and activities", "Cards and tea"):
        assert shown in page, shown
    assert "&lt;b&gt;Soup" in page
    buttons = [" ".join(n.text.split()) for n in Page(page).all("button") if n.attrs.get("name") == "verdict"]
    assert len(buttons) == 6
    assert len(set(buttons)) == 6, buttons


def test_a_need_that_is_taken_is_the_services_and_the_search_hears_of_it(scene: Scene, cora: AuditedClient) -> None:
    kitchen = scene.lists_service("Corner kitchen")
    proposal = may_be_for(scene, kitchen, "food.meals", "Corner kitchen")
    cora.visit(NEEDS)
    page = cora.submit(proposal, verdict="take")
    assert "The service is found for this need now." in page
    assert "Nothing waits here" in page
    assert needs_of(scene, kitchen) == {"food.meals": "human"}
    [row] = scene.rows(NeedProposal)
    assert (row.taken, row.decided_by) == (True, scene.people["cora"])
    assert [change.service_id for change in scene.rows(ListingChange)] == [kitchen]


def test_a_need_that_is_refused_is_not_the_services(scene: Scene, cora: AuditedClient) -> None:
    kitchen = scene.lists_service("Corner kitchen showroom")
    proposal = may_be_for(scene, kitchen, "food.meals", "Corner kitchen showroom")
    cora.visit(NEEDS)
    assert "not offered for this need" in cora.submit(proposal, verdict="none")
    assert needs_of(scene, kitchen) == {}
    assert scene.rows(NeedProposal)[0].taken is False


def test_another_need_can_be_named_and_settles_what_was_proposed_of_it(scene: Scene, cora: AuditedClient) -> None:
    club = scene.lists_service("Tuesday club")
    first = may_be_for(scene, club, "social.activities", "Tuesday club", 0.8)
    may_be_for(scene, club, "food.meals", "Tuesday club", 0.6)
    cora.visit(NEEDS)
    page = cora.submit(first, verdict="other", need="food.meals")
    assert "Nothing waits here" in page
    assert needs_of(scene, club) == {"food.meals": "human"}
    assert {row.need_code: row.taken for row in scene.rows(NeedProposal)} == {
        "social.activities": False,
        "food.meals": True,
    }


@pytest.mark.parametrize("need", ["", "no.such_need"])
def test_another_need_must_be_one_of_ours(scene: Scene, cora: AuditedClient, need: str) -> None:
    proposal = may_be_for(scene, scene.lists_service("Tuesday club"), "social.activities", "Tuesday club")
    cora.visit(NEEDS)
    page = cora.submit(proposal, verdict="other", need=need)
    assert cora.status == 400
    assert page.count("Pick a need from the list") == 2, "in the summary and at the field"
    assert f'href="#need-{proposal}"' in page
    assert "<title>Error: " in page
    assert scene.rows(ServiceNeed) == []


def test_what_another_coordinator_decided_meanwhile_stays_so(scene: Scene, enter: Enter, cora: AuditedClient) -> None:
    scene.joins("dora", "Dora", Role.COORDINATOR)
    kitchen = scene.lists_service("Corner kitchen")
    proposal = may_be_for(scene, kitchen, "food.meals", "Corner kitchen")
    dora = enter("dora")
    cora.visit(NEEDS)
    cora.submit(proposal, verdict="take")
    token = Page(dora.visit("/console/")).forms[0].fields["csrf_token"]
    for fields in ({"verdict": "none"}, {"verdict": "other", "need": "food.groceries"}, {"verdict": "other"}):
        answer = dora.post(NEEDS + proposal, data={**fields, "csrf_token": token}, follow_redirects=True)
        assert "This one is no longer waiting" in answer.text, fields
    assert needs_of(scene, kitchen) == {"food.meals": "human"}


def test_what_its_source_took_back_is_not_asked_about(scene: Scene, cora: AuditedClient) -> None:
    kitchen = scene.lists_service("Corner kitchen")
    may_be_for(scene, kitchen, "food.meals", "Corner kitchen")
    with scene.database.write() as session:
        session.get_one(Service, kitchen).withdrawn_at = scene.clock.now()
    assert "Nothing waits here" in cora.visit(NEEDS)


def test_a_long_list_has_pages(scene: Scene, cora: AuditedClient) -> None:
    for number in range(PAGE_ROWS + 1):
        kitchen = scene.lists_service(f"Kitchen {number:02}")
        may_be_for(scene, kitchen, "food.meals", f"Kitchen {number:02}", 0.9 - number / 100)
    assert f"Kitchen {PAGE_ROWS}" not in cora.visit(NEEDS)
    page = cora.visit(NEEDS + "?page=2")
    assert f"Kitchen {PAGE_ROWS}" in page
    assert "Page 2 of 2" in page
