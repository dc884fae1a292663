"""A coordinator gives residents the directory in their own language, what they meet most often first."""

from __future__ import annotations

import uuid

import pytest

from core.db.engine import Database
from core.db.models import CostOption, ListingChange, Service, ServiceNeed, Translation
from core.db.models.volunteer import Role
from core.directory.importing.beside import Beside, TranslationRow
from core.directory.importing.reading import RawRecord
from core.directory.importing.writing_beside import write_beside
from core.directory.translations import PAGE_ROWS
from intents.catalogue import Catalogue
from tests.console.audit import AuditedClient, Page
from tests.console.conftest import Enter
from tests.console.scenes import Scene, build_scene
from tests.fakes import StandingClock

PAGE = "/console/translations/"
SPANISH = PAGE + "?language=es"


@pytest.fixture
def cora(scene: Scene, enter: Enter) -> AuditedClient:
    scene.joins("cora", "Cora Miles", Role.COORDINATOR)
    return enter("cora")


def came_with_the_source(
    scene: Scene, service_id: uuid.UUID, text: str, *, field: str = "name", language: str = "es"
) -> None:
    raw = RawRecord("translations.csv", 2, {})
    row = TranslationRow(raw, "service", service_id, field, language, text)
    with scene.database.write() as session:
        source = session.get_one(Service, service_id).source_id
        assert write_beside(session, Beside(translations=(row,)), source)[1] == []


def told(scene: Scene, entity_id: uuid.UUID, language: str = "es") -> tuple[str, str, bool]:
    """(text, origin, whether somebody has read it)"""
    [row] = scene.rows(Translation, entity_id=entity_id, language=language)
    return row.text, row.origin, row.reviewed_by == scene.people["cora"]


def is_asked(page: str, entity_id: uuid.UUID) -> bool:
    return str(entity_id) in page


def test_only_coordinators_see_it_and_the_listings_lead_there(scene: Scene, enter: Enter, cora: AuditedClient) -> None:
    club = scene.lists_service("Tuesday club")
    scene.joins("vera", "Vera Lopez")
    vera = enter("vera")
    assert vera.get(PAGE).status_code == 404
    token = Page(vera.visit("/console/")).forms[0].fields["csrf_token"]
    sent = vera.post(f"{PAGE}es/service/{club}/name", data={"csrf_token": token, "text": "Club de los martes"})
    assert sent.status_code == 404
    assert scene.rows(Translation) == []
    assert f'href="{PAGE}"' in cora.visit("/console/listings")


def test_what_a_person_writes_is_what_residents_get_and_no_import_takes_it_back(
    scene: Scene, cora: AuditedClient
) -> None:
    club = scene.lists_service("Tuesday club")
    came_with_the_source(scene, club, "Martes club")
    came_with_the_source(scene, club, "星期二俱乐部", language="zh")
    page = cora.visit(SPANISH)
    assert "Tuesday club: Name" in page
    assert "Nobody here has read it yet" in page
    assert "星期二俱乐部" in page, "its other languages stand beside it"
    page = cora.submit(f"{club}/name", verdict="save", text="Club de los\r\nmartes ")
    assert "Saved. Residents get this text from now on." in page
    assert not is_asked(page, club)
    assert told(scene, club) == ("Club de los martes", "human", True)
    assert [change.service_id for change in scene.rows(ListingChange)] == [club], "the search hears of it"
    came_with_the_source(scene, club, "Martes club, otra vez")
    assert told(scene, club) == ("Club de los martes", "human", True)


def test_what_came_in_can_be_found_right_until_the_source_says_something_else(
    scene: Scene, cora: AuditedClient
) -> None:
    club = scene.lists_service("Tuesday club")
    came_with_the_source(scene, club, "Club de los martes")
    cora.visit(SPANISH)
    page = cora.submit(f"{club}/name", verdict="right")
    assert "this translation is right" in page
    assert not is_asked(page, club)
    assert told(scene, club) == ("Club de los martes", "imported", True)
    came_with_the_source(scene, club, "Club de los martes")
    assert not is_asked(cora.visit(SPANISH), club), "the same text again"
    came_with_the_source(scene, club, "Club del martes")
    assert is_asked(cora.visit(SPANISH), club), "nobody has read this one"
    assert told(scene, club) == ("Club del martes", "imported", False)


def test_a_text_that_changed_while_it_was_read_is_not_the_one_found_right(scene: Scene, cora: AuditedClient) -> None:
    club = scene.lists_service("Tuesday club")
    came_with_the_source(scene, club, "Club de los martes")
    cora.visit(SPANISH)
    came_with_the_source(scene, club, "Club de los lunes")
    assert "no longer waiting" in cora.submit(f"{club}/name", verdict="right")
    assert told(scene, club) == ("Club de los lunes", "imported", False)


def test_when_the_original_changes_its_translation_is_asked_again_and_told_until_then(
    scene: Scene, cora: AuditedClient
) -> None:
    club = scene.lists_service("Tuesday club")
    cora.visit(SPANISH)
    cora.submit(f"{club}/name", verdict="save", text="Club de los martes")
    with scene.database.write() as session:
        session.get_one(Service, club).name = "Monday club"
    assert "The original has changed since somebody read this." in cora.visit(SPANISH)
    assert told(scene, club) == ("Club de los martes", "human", True)
    with scene.database.write() as session:
        session.get_one(Service, club).name = "Friday club"
    assert is_asked(cora.submit(f"{club}/name", verdict="save", text="Club de los lunes"), club), (
        "of Monday, not Friday"
    )
    assert not is_asked(cora.submit(f"{club}/name", verdict="right"), club)


def test_every_text_that_residents_meet_waits_once_in_each_language(scene: Scene, cora: AuditedClient) -> None:
    club = scene.lists_service("Tuesday club")
    with scene.database.write() as session:
        service = session.get_one(Service, club)
        service.description, service.fees_description = "Cards and tea.", ""
        service.eligibility_description, service.alert = "Over 60.", "Closed in August."
        cost = CostOption(service_id=club, amount=3.0, currency="USD", amount_description="a visit")
        session.add(cost)
        session.flush()
        organization, cost_id = service.organization_id, cost.id
    page = cora.visit(SPANISH)
    for shown in (
        "Waiting: 6.",
        "Cards and tea.",
        "Over 60.",
        "Closed in August.",
        "a visit",
        "Harbor Neighbours: Name",
    ):
        assert shown in page, shown
    assert page.index("Tuesday club: Name") < page.index("Closed in August.") < page.index("Cards and tea.")
    cora.submit(f"cost_option/{cost_id}/amount_description", text="por visita")
    cora.submit(f"organization/{organization}/name", text="Vecinos del Puerto")
    assert "Waiting: 4." in cora.html
    assert {change.service_id for change in scene.rows(ListingChange)} == {club}
    assert "Waiting: 6." in cora.visit(PAGE + "?language=zh")


def test_where_residents_are_sent_most_comes_first_and_what_is_withdrawn_does_not_wait(
    scene: Scene, cora: AuditedClient
) -> None:
    names = ("Arts club", "Night shelter", "Old mill", "Meals to the door")
    club, shelter, gone, meals = (scene.lists_service(name) for name in names)
    for words in ("a bed please", "a bed tonight"):
        scene.may_refer(scene.asks(words), shelter)
    with scene.database.write() as session:
        session.get_one(Service, gone).withdrawn_at = scene.clock.now()
        session.add(ServiceNeed(service_id=meals, need_code="food.meals", origin="human"))
    page = cora.visit(SPANISH)
    order = [page.index(f"{name}: Name") for name in ("Night shelter", "Meals to the door", "Arts club")]
    assert order == sorted(order), "then what is found for a need"
    assert page.count("Residents sent there: 2") == 2, "the shelter's name and its organization's"
    assert "Old mill" not in page
    assert is_asked(page, club)


@pytest.mark.parametrize(("text", "wrong"), [("  ", "Write something first"), ("a" * 2_001, "This is too long")])
def test_a_text_must_say_something_and_be_short_enough(
    scene: Scene, cora: AuditedClient, text: str, wrong: str
) -> None:
    club = scene.lists_service("Tuesday club")
    cora.visit(SPANISH)
    page = cora.submit(f"{club}/name", text=text)
    assert cora.status == 400
    assert page.count(wrong) == 2, "in the summary and at the field"
    assert f'href="#text-service-{club}-name"' in page
    assert scene.rows(Translation) == []


def test_only_texts_that_residents_meet_and_languages_of_the_community_are_taken(
    scene: Scene, cora: AuditedClient
) -> None:
    club = scene.lists_service("Tuesday club")
    forms = Page(cora.visit(SPANISH)).forms
    token = next(form.fields["csrf_token"] for form in forms if "csrf_token" in form.fields)
    data = {"csrf_token": token, "text": "Club"}
    for path in (f"en/service/{club}/name", f"fr/service/{club}/name", f"es/service/{club}/status",
                 f"es/source/{club}/name"):  # fmt: skip
        assert cora.post(PAGE + path, data=data).status_code == 404, path
    gone = cora.post(f"{PAGE}es/service/{uuid.uuid4()}/name", data=data)
    assert gone.status_code == 303
    assert scene.rows(Translation) == []


def test_a_long_list_has_pages_and_a_saved_text_leads_back_to_its_own(scene: Scene, cora: AuditedClient) -> None:
    kitchens = [scene.lists_service(f"Kitchen {number:02}") for number in range(PAGE_ROWS + 1)]
    page = cora.visit(SPANISH + "&page=2")
    assert "Page 2 of 3" in page
    assert "Kitchen 00: Name" in page, "the names of their organizations fill the first page"
    token = next(form.fields["csrf_token"] for form in Page(page).forms if "csrf_token" in form.fields)
    path = f"{PAGE}es/service/{kitchens[0]}/name?page=2"
    data = {"csrf_token": token, "original": "Kitchen 00", "text": "Cocina"}
    saved = cora.post(path, data=data, follow_redirects=True).text
    assert "Page 2 of 3" in saved
    assert "Kitchen 00: Name" not in saved


def test_a_community_of_one_language_has_nothing_to_translate(
    database: Database, clock: StandingClock, catalogue: Catalogue
) -> None:
    scene = build_scene(database, clock, catalogue, HANDRAIL_LANGUAGES="en")
    scene.app.test_client_class = AuditedClient
    scene.joins("cora", "Cora Miles", Role.COORDINATOR)
    scene.lists_service("Tuesday club")
    cora = scene.app.test_client()
    assert isinstance(cora, AuditedClient)
    cora.logs_in("cora", "a long enough password")
    assert "nothing to translate" in cora.visit(PAGE)
