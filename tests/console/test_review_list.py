"""A coordinator goes through what was not understood; a volunteer puts right what a request is about."""

from __future__ import annotations

import random
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.models import HelpRequest, HelpRequestEvent, ReviewItem
from core.db.models.help_request import Reason, Urgency
from core.db.models.review import Cause, Verdict
from core.db.models.volunteer import Role
from core.helpdesk.events import EventKind
from core.helpdesk.opening import TakenDown, take_down
from core.review.queries import PAGE_ROWS
from tests.console.audit import AuditedClient, Page
from tests.console.conftest import Enter
from tests.console.scenes import Scene

REVIEW = "/console/review/"


@pytest.fixture
def cora(scene: Scene, enter: Enter) -> AuditedClient:
    scene.joins("cora", "Cora Miles", Role.COORDINATOR)
    return enter("cora")


def item_of(scene: Scene, text: str) -> str:
    [item] = scene.rows(ReviewItem, text=text)
    return str(item.id)


def waiting(scene: Scene) -> list[str]:
    return [item.text for item in scene.rows(ReviewItem, verdict=None)]


def test_an_empty_list_says_so_and_what_will_come_here(scene: Scene, cora: AuditedClient) -> None:
    page = cora.visit(REVIEW)
    assert "Nothing waits here" in page
    assert "A person who knows the services decides. Nothing is learnt until the next retraining." in page
    assert "No retraining has learnt from this list yet." in page


def test_only_coordinators_see_it_or_hear_of_it(scene: Scene, enter: Enter, cora: AuditedClient) -> None:
    scene.joins("vera", "Vera Lopez")
    scene.hears("the gubbins is kaput")
    vera = enter("vera")
    assert "Review list" not in vera.visit("/console/")
    assert vera.get(REVIEW).status_code == 404
    token = Page(vera.html).forms[0].fields["csrf_token"]
    data = {"csrf_token": token, "verdict": "discarded"}
    assert vera.post(REVIEW + item_of(scene, "the gubbins is kaput"), data=data).status_code == 404
    assert waiting(scene) == ["the gubbins is kaput"]
    assert re.search(r'Review list <span class="count">1</span>', cora.visit("/console/"))


def test_the_list_shows_what_was_guessed_what_was_meant_and_when_oldest_first(
    scene: Scene, cora: AuditedClient
) -> None:
    scene.hears("饭没了", language="zh", guessed="food.meals", meant="food.groceries")
    scene.clock.forward(timedelta(minutes=1))
    scene.hears("the gubbins is kaput")
    page = cora.visit(REVIEW)
    assert page.index("饭没了") < page.index("the gubbins is kaput")
    assert "Waiting: 2." in page
    for shown in ("Chinese", "Taken for something else", "Meals", "Free groceries", "Nov 23, 2026"):
        assert shown in page, shown
    assert '<textarea class="govuk-textarea" id="text-' in page
    assert 'lang="zh"' in page


def test_every_field_and_button_of_a_row_has_a_name_of_its_own(scene: Scene, cora: AuditedClient) -> None:
    for number in range(3):
        scene.hears(f"words {'x' * number}")
    page = Page(cora.visit(REVIEW))
    names = [
        " ".join(node.text.split())
        for node in page.all("label", "button")
        if node.attrs.get("for", "").startswith(("text-", "label-")) or node.attrs.get("name") == "verdict"
    ]
    assert len(names) == 12
    assert len(set(names)) == 12, names


def test_approving_keeps_the_text_as_it_was_left_and_what_it_means(scene: Scene, cora: AuditedClient) -> None:
    scene.hears("rose says the gubbins is kaput")
    item = item_of(scene, "rose says the gubbins is kaput")
    cora.visit(REVIEW)
    page = cora.submit(item, text=" the gubbins\r\nis kaput ", label="home.repair", verdict="approved")
    assert "Approved. The next retraining learns it." in page
    assert "Approved and waiting for the next retraining: 1." in page
    assert "Nothing waits here" in page
    [row] = scene.rows(ReviewItem)
    assert (row.text, row.label, row.verdict) == ("the gubbins is kaput", "home.repair", Verdict.APPROVED)
    assert row.decided_by_id == scene.people["cora"]
    assert row.taken_at is None


def test_none_of_our_needs_is_an_answer_too(scene: Scene, cora: AuditedClient) -> None:
    scene.hears("what is the meaning of life")
    cora.visit(REVIEW)
    cora.submit(item_of(scene, "what is the meaning of life"), label="unknown", verdict="approved")
    assert scene.rows(ReviewItem)[0].label == "unknown"


def test_discarding_needs_no_choice_and_changes_no_word(scene: Scene, cora: AuditedClient) -> None:
    scene.hears("the gubbins is kaput")
    cora.visit(REVIEW)
    page = cora.submit(item_of(scene, "the gubbins is kaput"), text="changed", verdict="discarded")
    assert "Discarded. Nothing is learnt from it." in page
    [row] = scene.rows(ReviewItem)
    assert (row.text, row.label, row.verdict) == ("the gubbins is kaput", None, Verdict.DISCARDED)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"label": ""}, "Choose what it means"),
        ({"label": "no.such_need"}, "Choose what it means"),
        ({"label": "food.meals", "text": " … "}, "Leave at least a word of the text"),
        ({"label": "food.meals", "text": "x" * 301}, "Shorten the text to 300 characters"),
    ],
)
def test_what_is_missing_is_said_at_its_row_and_nothing_typed_is_lost(
    scene: Scene, cora: AuditedClient, fields: dict[str, str], said: str
) -> None:
    scene.hears("first")
    scene.clock.forward(timedelta(minutes=1))
    scene.hears("second")
    item = item_of(scene, "second")
    cora.visit(REVIEW)
    page = cora.submit(item, **{"text": "second, mended", "verdict": "approved", **fields})
    assert cora.status == 400
    assert page.count(said) == 2, "in the summary and at the field"
    field = "label" if "Choose" in said else "text"
    assert f'href="#{field}-{item}"' in page
    form = next(form for form in Page(page).forms if item in form.action)
    assert form.fields["text"] == fields.get("text", "second, mended").strip()
    assert waiting(scene) == ["first", "second"]
    assert "<title>Error: " in page


def test_what_another_coordinator_decided_meanwhile_stays_so(scene: Scene, enter: Enter, cora: AuditedClient) -> None:
    scene.joins("dora", "Dora", Role.COORDINATOR)
    scene.hears("the gubbins is kaput")
    item, dora = item_of(scene, "the gubbins is kaput"), enter("dora")
    cora.visit(REVIEW)
    cora.submit(item, label="home.repair", verdict="approved")
    token = _token(dora)
    for fields in ({"verdict": "discarded"}, {"verdict": "approved", "label": "food.meals"}, {"verdict": "approved"}):
        data = {**fields, "text": "x", "csrf_token": token}
        answer = dora.post(REVIEW + item, data=data, follow_redirects=True)
        assert "This one is no longer waiting" in answer.text, fields
    assert scene.rows(ReviewItem)[0].label == "home.repair"


def _token(browser: AuditedClient) -> str:
    return Page(browser.visit("/console/")).forms[0].fields["csrf_token"]


def test_a_long_list_has_pages_and_filters_which_stay_after_a_decision(scene: Scene, cora: AuditedClient) -> None:
    for number in range(PAGE_ROWS + 2):
        scene.hears(f"words {'x' * number}")
        scene.clock.forward(timedelta(minutes=1))
    scene.hears("caliente", language="es", guessed="food.meals")
    assert f"Message {PAGE_ROWS + 1}" not in cora.visit(REVIEW)
    page = cora.visit(REVIEW + "?page=2")
    assert f"Message {PAGE_ROWS + 1}" in page
    assert "Page 2 of 2" in page
    assert cora.visit(REVIEW + "?page=99&language=xx&cause=made_up")
    page = cora.visit(REVIEW + "?language=es&cause=corrected")
    assert "caliente" in page
    assert "words x" not in page
    [form] = [form for form in Page(page).forms if item_of(scene, "caliente") in form.action]
    answer = cora.post(form.action, data={**form.fields, "verdict": "discarded"}, follow_redirects=True)
    assert "Nothing of this kind waits here." in answer.text


def holding(scene: Scene, enter: Enter, words: str, **about: Any) -> AuditedClient:
    scene.joins("vera", "Vera Lopez")
    request_id = scene.asks(words, **about)
    vera = enter("vera")
    vera.visit(f"/console/requests/{request_id}")
    vera.submit("/claim")
    return vera


def test_a_volunteer_says_what_a_request_is_really_about(scene: Scene, enter: Enter) -> None:
    vera = holding(scene, enter, "my sink leaks", need="food.meals")
    page = vera.submit("/need", need="home.repair")
    assert "What it is about is saved." in page
    assert "Meals → Home repairs" in page
    assert scene.rows(HelpRequest)[0].need_code == "home.repair"
    [event] = scene.rows(HelpRequestEvent, kind=EventKind.NEED_CORRECTED.value)
    assert (event.data, event.volunteer_id) == ({"before": "food.meals", "need": "home.repair"}, scene.people["vera"])
    [item] = scene.rows(ReviewItem)
    assert (item.text, item.cause, item.guessed, item.meant) == (
        "my sink leaks",
        Cause.CORRECTED,
        "food.meals",
        "home.repair",
    )


def test_saving_what_it_was_already_changes_and_teaches_nothing(scene: Scene, enter: Enter) -> None:
    vera = holding(scene, enter, "my sink leaks", need="home.repair")
    for _ in range(2):
        vera.submit("/need", need="home.repair")
    assert scene.rows(HelpRequestEvent, kind=EventKind.NEED_CORRECTED.value) == []
    assert scene.rows(ReviewItem) == []


def test_a_need_that_is_none_is_refused(scene: Scene, enter: Enter) -> None:
    vera = holding(scene, enter, "my sink leaks", need="food.meals")
    page = vera.submit("/need", need="no.such_need")
    assert vera.status == 400
    assert page.count("Pick a need from the list") == 2
    assert scene.rows(HelpRequest)[0].need_code == "food.meals"


@pytest.mark.parametrize(
    ("about", "need"),
    [
        ({"need": "food.meals", "private": True}, "home.repair"),
        ({"need": "safety.abuse"}, "home.repair"),
        ({"need": "food.meals"}, "safety.abuse"),
        ({"urgency": Urgency.EMERGENCY, "reason": Reason.EMERGENCY, "emergency_kind": "medical"}, "health.doctor"),
    ],
)
def test_what_is_private_or_dangerous_is_corrected_but_not_kept(
    scene: Scene, enter: Enter, about: dict[str, Any], need: str
) -> None:
    vera = holding(scene, enter, "my sink leaks", **about)
    vera.submit("/need", need=need)
    assert scene.rows(HelpRequest)[0].need_code == need
    assert scene.rows(ReviewItem) == []


def test_a_request_that_turns_out_to_be_about_abuse_becomes_private(scene: Scene, enter: Enter) -> None:
    vera = holding(scene, enter, "my sink leaks", need="food.meals")
    vera.submit("/need", need="safety.abuse")
    assert scene.rows(HelpRequest)[0].private
    vera.submit("/need", need="home.repair")
    assert scene.rows(HelpRequest)[0].private, "once private, always private"
    assert scene.rows(ReviewItem) == []


def test_a_volunteers_own_words_about_a_visitor_are_not_kept(scene: Scene, enter: Enter) -> None:
    vera_id = scene.joins("vera", "Vera Lopez")
    form = TakenDown(uuid.uuid4(), "Doris", "", "food.meals", "", "my sink leaks", "en", "", "yes", urgent=False)
    with scene.database.write() as session:
        taken = take_down(session, scene.deps.desk, form, vera_id, random.Random(1), scene.clock.now())
    vera = enter("vera")
    vera.visit(f"/console/requests/{taken.id}")
    vera.submit("/claim")
    vera.submit("/need", need="home.repair")
    assert scene.rows(HelpRequest)[0].need_code == "home.repair"
    assert scene.rows(ReviewItem) == []


def test_nobody_but_the_holder_corrects_it(scene: Scene, enter: Enter, cora: AuditedClient) -> None:
    vera = holding(scene, enter, "my sink leaks", need="food.meals")
    target = vera.here + "/need"
    for action in ("/release", None):
        answer = cora.post(target, data={"csrf_token": _token(cora), "need": "home.repair"})
        assert answer.status_code == 409
        if action:
            vera.submit(action)
    with scene.database.read() as session:
        assert session.scalar(sa.select(HelpRequest.need_code)) == "food.meals"
