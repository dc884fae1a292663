"""A coordinator puts a listing right in the console, adds one, and looks at what others have changed."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest

from core.db.engine import Database
from core.db.models import Doubt, ListingEdit, PhoneNumber, Schedule, Service, ServiceNeed
from core.db.models.freshness import DoubtKind, EditState
from core.db.models.volunteer import Role
from intents.catalogue import Catalogue
from tests.console.audit import AuditedClient
from tests.console.conftest import Enter
from tests.console.scenes import PASSWORD, Scene, build_scene
from tests.fakes import StandingClock

CLUB = "Lunch club"


@pytest.fixture
def cora(scene: Scene, enter: Enter) -> AuditedClient:
    scene.joins("cora", "Cora Miles", Role.COORDINATOR)
    return enter("cora")


def page_of(service_id: uuid.UUID) -> str:
    return f"/console/listings/{service_id}"


def form_of(service_id: uuid.UUID) -> str:
    return page_of(service_id) + "/edit"


def test_a_listing_is_put_right_and_its_page_tells_by_whom(scene: Scene, cora: AuditedClient) -> None:
    club = scene.lists_service(CLUB)
    cora.visit("/console/listings")
    assert page_of(club) in cora.html
    cora.visit(form_of(club))
    shown = cora.submit(
        "/edit", **{"alert": "Use the back door", "phones.0.number": "202 555 0188", "new_need.0": "food.meals",
                    "schedules.0.hours": "Mon-Fri 9am-5pm"}
    )  # fmt: skip

    assert "Saved. People are told so from now on." in shown
    assert cora.here == page_of(club)
    for word in (
        "Use the back door",
        "202-555-0160",
        "202 555 0188",
        "Cora Miles",
        "Published",
        "Mon, Tue, Wed, Thu, Fri",
    ):
        assert word in shown, word
    assert [phone.number for phone in scene.rows(PhoneNumber)] == ["+12025550188"]
    assert [need.origin for need in scene.rows(ServiceNeed, service_id=club)] == ["human"]
    assert [one.byday for one in scene.rows(Schedule)] == ["MO,TU,WE,TH,FR"]
    assert scene.rows(Service)[0].assured_date is None


def test_the_day_of_checking_is_set_by_its_own_box_only(scene: Scene, cora: AuditedClient) -> None:
    club = scene.lists_service(CLUB, date(2025, 6, 1))
    cora.visit(form_of(club))
    assert "You changed nothing" in cora.submit("/edit")
    assert scene.rows(ListingEdit) == []
    cora.visit(form_of(club))
    cora.submit("/edit", checked="yes")
    assert scene.rows(Service)[0].assured_date == date(2026, 11, 23)


def test_what_is_wrong_stands_beside_its_field_and_all_that_was_typed_stays(scene: Scene, cora: AuditedClient) -> None:
    club = scene.lists_service(CLUB)
    cora.visit(form_of(club))
    shown = cora.submit("/edit", **{"email": "nobody", "alert": "Use the back door", "phones.1.number": "12",
                                    "schedules.0.hours": "at full moon"})  # fmt: skip

    assert cora.status == 400
    assert 'href="#phones.1.number"' in shown
    assert shown.count("Write an e-mail address") == 2
    assert 'value="at full moon"' in shown
    assert ">Use the back door</textarea>" in shown
    assert scene.rows(ListingEdit) == []
    cora.submit("/edit", **{"email": "", "phones.1.number": "", "schedules.0.as_words": "yes"})
    assert cora.status == 200
    assert {edit.field for edit in scene.rows(ListingEdit)} == {"alert", "schedules"}


def test_hours_are_shown_as_they_are_read_before_they_are_saved(scene: Scene, cora: AuditedClient) -> None:
    club = scene.lists_service(CLUB)
    cora.visit(form_of(club))
    shown = cora.submit("/edit", verdict="look", **{"schedules.0.hours": "2nd and 4th Saturday 10am-noon"})
    assert re.search(r"We read: .*10:00.AM-12:00.PM", shown)
    assert scene.rows(ListingEdit) == []
    cora.submit("/edit")
    assert [one.byday for one in scene.rows(Schedule)] == ["2SA,4SA"]


def test_two_at_once_see_each_others_words_and_lose_none(scene: Scene, cora: AuditedClient, enter: Enter) -> None:
    club = scene.lists_service(CLUB)
    scene.joins("dan", "Dan Reed", Role.COORDINATOR)
    dan = enter("dan")
    cora.visit(form_of(club))
    dan.visit(form_of(club))
    cora.submit("/edit", alert="Use the back door", email="hall@example.org")
    scene.clock.forward(timedelta(minutes=1))

    shown = dan.submit("/edit", alert="Use the side door", name="Lunch circle")
    assert dan.status == 409
    assert "Somebody else has changed the listing" in shown
    assert "<li>Use the back door</li>" in shown
    assert ">Use the side door</textarea>" in shown
    assert 'value="Lunch circle"' in shown
    assert 'value="hall@example.org"' in shown, "what Dan did not touch is shown as it is now"
    dan.submit("/edit")
    [service] = scene.rows(Service)
    assert (service.alert, service.name, service.email) == ("Use the side door", "Lunch circle", "hall@example.org")


def test_a_change_is_undone_from_the_log(scene: Scene, cora: AuditedClient) -> None:
    club = scene.lists_service(CLUB)
    cora.visit(form_of(club))
    cora.submit("/edit", alert="Use the back door")
    [edit] = scene.rows(ListingEdit)
    shown = cora.submit(f"/edits/{edit.id}", verdict="undo")
    assert "Undone. The listing is as it was before." in shown
    assert cora.here == page_of(club)
    assert scene.rows(Service)[0].alert is None
    cora.visit(page_of(club))
    assert 'value="undo"' not in cora.html


def test_what_was_hidden_is_brought_back(scene: Scene, cora: AuditedClient) -> None:
    club = scene.lists_service(CLUB)
    cora.visit("/console/listings")
    cora.post_form_kept(f"{page_of(club)}/hide")
    scene.clock.forward(timedelta(minutes=1))
    assert "Nobody is told of this listing" in cora.visit(page_of(club))
    assert "People are told of it again." in cora.submit("/back")
    assert scene.rows(Service)[0].status == "active"
    assert "Nobody is told of this listing" not in cora.html


def test_what_a_provider_says_has_changed_leads_to_the_form(scene: Scene, cora: AuditedClient) -> None:
    club = scene.lists_service(CLUB)
    with scene.database.write() as session:
        session.add(Doubt(service_id=club, kind=DoubtKind.OTHER, at=scene.clock.now(), note="We open at 11 <now>"))
    cora.visit("/console/listings")
    assert form_of(club) in cora.html
    assert "We open at 11 &lt;now&gt;" in cora.visit(form_of(club))


def test_a_listing_is_added_by_hand(scene: Scene, cora: AuditedClient) -> None:
    cora.visit("/console/listings/new")
    assert cora.submit("/new", name="Tea afternoon").count("Fill this in") == 2
    cora.submit("/new", name="Tea afternoon", organization="Harbor Neighbours")
    [service] = scene.rows(Service)
    assert cora.here == form_of(service.id)
    assert "Source: handrail: by hand" in cora.html


def test_where_changes_need_approval_another_coordinator_gives_it(
    database: Database, clock: StandingClock, catalogue: Catalogue
) -> None:
    scene = build_scene(database, clock, catalogue, HANDRAIL_EDITS_NEED_APPROVAL="on")
    scene.app.test_client_class = AuditedClient
    browsers = []
    for username, name in (("cora", "Cora Miles"), ("dan", "Dan Reed")):
        scene.joins(username, name, Role.COORDINATOR)
        browser = scene.app.test_client()
        assert isinstance(browser, AuditedClient)
        browser.logs_in(username, PASSWORD)
        browsers.append(browser)
    cora, dan = browsers
    club = scene.lists_service(CLUB)

    cora.visit(form_of(club))
    assert "Another coordinator has to approve it." in cora.submit("/edit", alert="Use the back door")
    assert "Changes that wait for approval: 1" in cora.html
    assert scene.rows(Service)[0].alert is None
    [edit] = scene.rows(ListingEdit)
    cora.visit("/console/edits/")
    assert 'value="publish"' not in cora.html
    assert "Someone else has to approve it." in cora.submit(f"/edits/{edit.id}", verdict="publish")
    assert scene.rows(Service)[0].alert is None

    assert "Use the back door" in dan.visit("/console/edits/")
    assert "Approved." in dan.submit(f"/edits/{edit.id}", verdict="publish")
    assert scene.rows(Service)[0].alert == "Use the back door"
    assert scene.rows(ListingEdit)[0].state is EditState.PUBLISHED
    assert "Nothing waits for approval." in dan.html
    assert "Decided by Dan Reed," in dan.visit(page_of(club))


@pytest.mark.parametrize("language", ["es", "zh"])
def test_the_pages_are_there_in_every_language(scene: Scene, enter: Enter, language: str) -> None:
    scene.joins("cora", "Cora Miles", Role.COORDINATOR, language=language)
    cora, club = enter("cora"), scene.lists_service(CLUB)
    cora.visit(form_of(club))
    assert cora.submit("/edit", email="nobody", **{"schedules.0.hours": "??"})
    cora.submit("/edit", email="hall@example.org", **{"schedules.0.hours": "Mon 9am-5pm"})
    assert cora.here == page_of(club)
    for path in ("/console/edits/", "/console/listings/new", form_of(club)):
        assert cora.visit(path)
        assert cora.status == 200
