"""A visitor, a caller, a paper note: a volunteer writes a request down."""

from __future__ import annotations

import pytest

from core.db.models import ContactPoint, HelpRequest, HelpRequestEvent, OutgoingMessage
from core.db.models.help_request import Reason, Status, Urgency
from core.helpdesk.events import EventKind
from core.messages import Channel
from tests.console.audit import AuditedClient
from tests.console.conftest import Enter
from tests.console.scenes import Scene

MRS_ODELL = {
    "name": "Mrs Odell",
    "text": "Her heating is broken since Sunday",
    "need": "home.heating",
    "place": "Mill Lane",
    "consent": "yes",
    "consent_words": "Yes, please do",
}


@pytest.fixture
def vera(scene: Scene, enter: Enter) -> AuditedClient:
    scene.joins("vera", "Vera Lopez", language="en")
    browser = enter("vera")
    browser.visit("/console/requests/new")
    return browser


def test_a_visitor_without_a_phone_is_written_down_once(scene: Scene, vera: AuditedClient) -> None:
    answers = [vera.post_form("/new", **MRS_ODELL) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    [request] = scene.rows(HelpRequest)
    assert (request.reason, request.status, request.urgency) == (Reason.TAKEN_DOWN, Status.OPEN, Urgency.NORMAL)
    assert (request.need_code, request.place, request.consent_by) == ("home.heating", "Mill Lane", "Mrs Odell")
    assert (request.consent_words, request.consent_at) == ("Yes, please do", scene.clock.now())
    assert request.channel is None
    assert not scene.rows(ContactPoint)
    assert {a.headers["Location"] for a in answers} == {f"/console/requests/{request.id}"}
    assert len(scene.rows(HelpRequestEvent, kind=EventKind.TAKEN_DOWN.value)) == 1
    page = vera.visit(f"/console/requests/{request.id}")
    assert f"Request {request.reference} is in the queue" in page
    page = vera.submit("/claim")
    assert "In person only" in page
    assert "left no number" in page
    assert "we can&#39;t ask them later" in vera.visit(f"/console/requests/{request.id}/close")


def test_a_daughter_asks_for_her_father_by_phone_and_it_cannot_wait(scene: Scene, vera: AuditedClient) -> None:
    vera.submit(
        "/new", **MRS_ODELL | {"phone": "(202) 555-0147", "for_whom": "her father", "urgent": "yes", "language": "es"}
    )
    [request] = scene.rows(HelpRequest)
    assert (request.for_whom, request.urgency, request.channel) == ("her father", Urgency.SOON, Channel.SMS)
    assert request.language == "es"
    page = vera.submit("/claim")
    assert "tel:+12025550147" in page
    assert "her father" in page
    vera.submit("/reply", text="Hola")
    assert len(scene.rows(OutgoingMessage)) == 1


MISTAKES = [
    ("name", " ", "Enter a name"),
    ("phone", "call me maybe", "This can&#39;t be a phone number"),
    ("phone", "555-0100", "This can&#39;t be a phone number"),
    ("text", "", "Write what they need"),
    ("text", "x" * 4001, "This is too long"),
    ("need", "no.such", "Pick a need"),
    ("language", "tlh", "Pick their language"),
    ("consent_words", "", "Write the words they agreed with"),
    ("place", "x" * 201, "too long for one line"),
]


def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(scene: Scene, vera: AuditedClient) -> None:
    for field, value, said in MISTAKES:
        page = vera.submit("/new", **MRS_ODELL | {field: value})
        assert vera.status == 400, field
        assert "<title>Error: New request" in page
        assert f'href="#{field}"' in page
        assert page.count(said) == 2, "once above, once beside the field"
        assert ("Mrs Odell" in page) or field == "name"
        vera.visit("/console/requests/new")
    assert not scene.rows(HelpRequest)


def test_a_mended_form_goes_through(scene: Scene, vera: AuditedClient) -> None:
    vera.submit("/new", **MRS_ODELL | {"name": ""})
    vera.submit("/new", name="Mrs Odell")
    assert [request.consent_by for request in scene.rows(HelpRequest)] == ["Mrs Odell"]
    assert [request.words for request in scene.rows(HelpRequest)] == [MRS_ODELL["text"]]


def test_without_their_yes_nothing_is_written_down(scene: Scene, vera: AuditedClient) -> None:
    form = {name: value for name, value in MRS_ODELL.items() if name != "consent"}
    page = vera.submit("/new", **form)
    assert vera.status == 400
    assert 'href="#consent"' in page
    assert not scene.rows(HelpRequest)


def test_every_need_can_be_picked_in_the_volunteers_language(scene: Scene, vera: AuditedClient) -> None:
    page = vera.submit("/language", language="es")
    for code, need in scene.deps.catalogue.needs.items():
        assert f'<option value="{code}">' in page
        name = need.names["es"]
        assert name[:1].upper() + name[1:] in page.replace("&#39;", "'")
