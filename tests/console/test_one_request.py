"""Working on one request: claim, read, answer, note, hand over, release, close."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.models import ContactPoint, FollowUp, HelpRequest, HelpRequestEvent, Note, OutgoingMessage, Timer
from core.db.models.help_request import Outcome, Reason, Status, Urgency
from core.db.models.outgoing import Delivery, Purpose
from core.db.models.timer import TimerKind
from core.helpdesk.events import EventKind
from core.messages import reply_from_json
from tests.console.audit import AuditedClient
from tests.console.conftest import Enter
from tests.console.scenes import DORIS, Scene

CANARY = '<script>alert("x")</script><img src=x onerror=alert(1)>{{7*7}}'


@pytest.fixture
def team(scene: Scene) -> Scene:
    scene.joins("vera", "Vera Lopez")
    scene.joins("ana", "Ana Chen")
    return scene


def page_of(request_id: uuid.UUID, more: str = "") -> str:
    return f"/console/requests/{request_id}{more}"


def holding(scene: Scene, enter: Enter, username: str = "vera", **about: Any) -> tuple[AuditedClient, uuid.UUID]:
    """A volunteer on the page of a request they have just claimed."""
    request_id = scene.asks("wot day dus the lunch club meat", **about)
    browser = enter(username)
    browser.visit(page_of(request_id))
    browser.submit("/claim")
    assert browser.here == page_of(request_id)
    return browser, request_id


def events(scene: Scene, kind: EventKind) -> list[HelpRequestEvent]:
    return scene.rows(HelpRequestEvent, kind=kind.value)


def test_what_they_told_of_the_person_is_read_after_claiming_only(team: Scene, enter: Enter) -> None:
    request_id = team.asks("i am 82 and cant leave the house, need lunch", age_told=82, stays_in=True)
    page = enter("ana").visit(page_of(request_id))
    assert "Age told" not in page
    vera = enter("vera")
    vera.visit(page_of(request_id))
    vera.submit("/claim")
    told = vera.visit(page_of(request_id))
    assert "Age told: 82." in told
    assert "Can&#39;t leave the house." in told


def test_nothing_is_said_of_the_person_where_nothing_was_told(team: Scene, enter: Enter) -> None:
    vera, request_id = holding(team, enter)
    assert "What they told us" not in vera.visit(page_of(request_id))


def test_words_and_number_are_shown_after_claiming_only_and_that_is_logged_once_a_claim(
    team: Scene, enter: Enter
) -> None:
    request_id = team.asks("wot day dus the lunch club meat", need="food.meals", place="Old Harbor")
    vera, ana = enter("vera"), enter("ana")
    page = vera.visit(page_of(request_id))
    assert "Meals" in page
    assert "Old Harbor" in page
    assert "lunch club meat" not in page
    assert "555-0123" not in page
    assert not events(team, EventKind.REVEALED)
    page = vera.submit("/claim")
    assert "lunch club meat" in page
    assert f'href="tel:{DORIS}"' in page
    assert "202-555-0123" in page
    vera.visit(page_of(request_id))
    assert len(events(team, EventKind.REVEALED)) == 1
    page = ana.visit(page_of(request_id))
    assert "Vera Lopez holds this request" in page
    assert "lunch club meat" not in page
    assert "555-0123" not in page
    vera.submit("/release")
    assert "lunch club meat" not in vera.visit(page_of(request_id))
    team.clock.forward(timedelta(minutes=1))
    vera.submit("/claim")
    assert len(events(team, EventKind.REVEALED)) == 2


def test_the_whole_conversation_is_there_each_line_in_its_language_with_what_became_of_it(
    team: Scene, enter: Enter
) -> None:
    request_id = team.asks("几点吃饭", language="zh")
    team.clock.forward(timedelta(minutes=1))
    message_id = team.answered(request_id, "ask.need", "zh")
    team.clock.forward(timedelta(minutes=1))
    team.writes(request_id, "en el barrio viejo", language="es")
    with team.database.write() as session:
        session.execute(
            sa.update(OutgoingMessage)
            .where(OutgoingMessage.id == message_id)
            .values(status=Delivery.FAILED, error_code="30005")
        )
    vera = enter("vera")
    vera.visit(page_of(request_id))
    page = vera.submit("/claim")
    lines = page.split('<ol class="talk">')[1].split("</ol>")[0]
    assert lines.index("几点吃饭") < lines.index("您需要什么帮助") < lines.index("en el barrio viejo")
    assert '<p class="line__words" lang="zh">几点吃饭</p>' in lines
    assert '<p class="line__words" lang="es">en el barrio viejo</p>' in lines
    assert "Did not arrive (code 30005)" in lines
    assert "Their language: Chinese" in page


def test_a_reply_goes_out_once_however_often_the_button_is_pressed(team: Scene, enter: Enter) -> None:
    vera, request_id = holding(team, enter)
    for _ in range(2):
        answer = vera.post_form("/reply", text="  Tuesdays at 12.\r\nShall I book? ")
        assert answer.status_code == 303
    [message] = team.rows(OutgoingMessage, purpose=Purpose.VOLUNTEER)
    said = reply_from_json(message.reply).say[0]
    assert said.params["text"].text == "Tuesdays at 12.\nShall I book?"  # type: ignore[union-attr]
    assert message.volunteer_id == team.people["vera"]
    assert team.nudges, "the outbox is told at once"
    page = vera.visit(page_of(request_id))
    assert page.count("Tuesdays at 12.") == 1
    assert "On its way" in page
    assert team.rows(HelpRequest)[0].status is Status.WAITING
    vera.submit("/reply", text="And on Fridays.")
    assert len(team.rows(OutgoingMessage, purpose=Purpose.VOLUNTEER)) == 2


@pytest.mark.parametrize(("text", "said"), [("  \n ", "Write something first"), ("x" * 1601, "This is too long")])
def test_what_cannot_be_sent_is_said_beside_the_field_and_nothing_is_lost(
    team: Scene, enter: Enter, text: str, said: str
) -> None:
    vera, _ = holding(team, enter)
    page = vera.submit("/reply", text=text)
    assert vera.status == 400
    assert "<title>Error: " in page
    assert 'href="#reply-text"' in page
    assert page.count(said) == 2
    assert text.strip() in page
    assert not team.rows(OutgoingMessage, purpose=Purpose.VOLUNTEER)
    assert not team.nudges


def test_exactly_1600_characters_go_out(team: Scene, enter: Enter) -> None:
    vera, _ = holding(team, enter)
    vera.submit("/reply", text="x" * 1600)
    assert len(team.rows(OutgoingMessage, purpose=Purpose.VOLUNTEER)) == 1


def test_a_form_without_its_key_is_not_ours(team: Scene, enter: Enter) -> None:
    vera, _ = holding(team, enter)
    assert vera.post_form("/reply", text="hello", form_key="nonsense").status_code == 400
    assert not team.rows(OutgoingMessage, purpose=Purpose.VOLUNTEER)


def test_a_note_is_for_the_team_only_and_is_kept_once(team: Scene, enter: Enter) -> None:
    vera, request_id = holding(team, enter)
    for _ in range(2):
        assert vera.post_form("/note", text="Prefers mornings").status_code == 303
    assert [note.text for note in team.rows(Note)] == ["Prefers mornings"]
    assert not team.rows(OutgoingMessage, purpose=Purpose.VOLUNTEER)
    assert "Note by Vera Lopez, for the team only" in vera.visit(page_of(request_id))
    vera.submit("/note", text=" ")
    assert vera.status == 400
    assert 'href="#note-text"' in vera.html


def test_who_does_not_hold_it_changes_nothing_and_keeps_their_words(team: Scene, enter: Enter) -> None:
    vera, request_id = holding(team, enter)
    ana = enter("ana")
    token = ana.html.split('name="csrf_token" value="')[1].split('"')[0]
    before = len(team.rows(HelpRequestEvent))
    for action in ("reply", "note", "release", "close", "hand-over", "claim"):
        answer = ana.post(
            page_of(request_id, f"/{action}"),
            data={"csrf_token": token, "text": "my long answer", "form_key": str(uuid.uuid4()), "outcome": "got_help",
                  "to": str(team.people["ana"])},
        )  # fmt: skip
        assert answer.status_code == 409, action
        assert "There is a problem" in answer.text
        assert "Vera Lopez holds this request" in answer.text
        assert "my long answer" in answer.text
    assert len(team.rows(HelpRequestEvent)) == before
    vera.submit("/release")
    answer = ana.post(
        page_of(request_id, "/reply"), data={"csrf_token": token, "text": "hi", "form_key": str(uuid.uuid4())}
    )
    assert answer.status_code == 409
    assert "Claim it first" in answer.text


def test_words_typed_for_a_resident_survive_a_lost_session(team: Scene, enter: Enter) -> None:
    vera, _ = holding(team, enter)
    team.clock.forward(timedelta(hours=21))
    page = vera.submit("/reply", text="A long and careful answer")
    assert vera.status == 401
    assert "You are logged out" in page
    assert "A long and careful answer" in page
    assert not team.rows(OutgoingMessage, purpose=Purpose.VOLUNTEER)


def test_releasing_puts_it_back_in_its_place_and_twice_is_once(team: Scene, enter: Enter) -> None:
    vera, request_id = holding(team, enter)
    since = team.rows(HelpRequest)[0].waiting_since
    team.clock.forward(timedelta(minutes=20))
    for _ in range(2):
        answer = vera.post_form("/release")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")
    request = team.rows(HelpRequest)[0]
    assert (request.status, request.claimed_by_id, request.waiting_since) == (Status.OPEN, None, since)
    assert len(events(team, EventKind.RELEASED)) == 1
    assert "back in the queue" in vera.visit("/console/")
    assert request.id == request_id


def test_handing_over_gives_it_to_the_one_picked(team: Scene, enter: Enter) -> None:
    vera, request_id = holding(team, enter)
    vera.visit(page_of(request_id, "/hand-over"))
    assert "Ana Chen" in vera.html
    assert ">Vera Lopez</option>" not in vera.html
    vera.submit("/hand-over", to="")
    assert vera.status == 400
    assert "Pick the volunteer who takes over" in vera.html
    for _ in range(2):
        assert vera.post_form("/hand-over", to=str(team.people["ana"])).status_code == 303
    assert len(events(team, EventKind.HANDED_OVER)) == 1
    page = enter("ana").visit(page_of(request_id))
    assert "You hold this request" in page
    assert "Handed over: Ana Chen (Vera Lopez)" in page
    vera.visit(page_of(request_id))
    assert "lunch club meat" not in vera.html


def test_closing_says_how_it_ended_and_asks_later_whether_the_help_came(team: Scene, enter: Enter) -> None:
    vera, request_id = holding(team, enter)
    assert "in 3 days" in vera.visit(page_of(request_id, "/close"))
    vera.submit("/close")
    assert vera.status == 400
    assert "Pick how it ended" in vera.html
    for _ in range(2):
        answer = vera.post_form("/close", outcome="partly")
        assert (answer.status_code, answer.headers["Location"]) == (303, page_of(request_id))
    request = team.rows(HelpRequest)[0]
    assert (request.status, request.outcome) == (Status.RESOLVED, Outcome.PARTLY)
    [follow_up] = team.rows(FollowUp)
    assert follow_up.due_at == team.clock.now() + timedelta(days=3)
    assert team.rows(Timer, kind=TimerKind.FOLLOW_UP, subject_id=follow_up.id)
    page = vera.visit(page_of(request_id))
    assert "Closed: Partly helped" in page
    assert 'name="text"' not in page
    assert "lunch club meat" in page, "who closed it can still read it"
    assert "lunch club meat" not in enter("ana").visit(page_of(request_id))
    assert "shown only to the volunteer who held" in enter("ana").visit(page_of(request_id))


def test_a_closed_request_takes_nothing_more(team: Scene, enter: Enter) -> None:
    vera, request_id = holding(team, enter)
    form = vera.html
    vera.visit(page_of(request_id, "/close"))
    vera.submit("/close", outcome="got_help")
    vera.html = form
    vera.submit("/reply", text="one more thing")
    assert vera.status == 409
    assert "This request is closed" in vera.html
    assert "one more thing" in vera.html
    ana = enter("ana")
    token = ana.html.split('name="csrf_token" value="')[1].split('"')[0]
    answer = ana.post(page_of(request_id, "/claim"), data={"csrf_token": token})
    assert answer.status_code == 409


def test_a_private_matter_is_not_called_about_and_not_asked_about_later(team: Scene, enter: Enter) -> None:
    vera, request_id = holding(team, enter, need="safety.abuse", private=True)
    assert "Do not call" in vera.html
    assert "tel:" not in vera.html
    assert "202-555-0123" in vera.html
    assert "private, so we will not ask" in vera.visit(page_of(request_id, "/close"))
    vera.submit("/close", outcome="got_help")
    assert not team.rows(FollowUp)


def test_a_phone_marked_safe_can_be_called(team: Scene, enter: Enter) -> None:
    vera, _ = holding(team, enter, private=True, safe_to_call=True)
    assert "this phone is safe" in vera.html
    assert f"tel:{DORIS}" in vera.html


def test_violence_is_handled_as_a_private_matter(team: Scene, enter: Enter) -> None:
    vera, _ = holding(team, enter, urgency=Urgency.EMERGENCY, reason=Reason.EMERGENCY, emergency_kind="violence")
    assert "Do not call" in vera.html
    assert "tel:" not in vera.html


def test_nobody_writes_to_who_asked_for_no_more_texts(team: Scene, enter: Enter) -> None:
    vera, request_id = holding(team, enter)
    form = vera.html
    with team.database.write() as session:
        session.execute(sa.update(ContactPoint).values(stopped_at=team.clock.now()))
    page = vera.visit(page_of(request_id))
    assert "asked for no more texts" in page
    assert 'id="reply-text"' not in page
    assert "we will not ask them later" in vera.visit(page_of(request_id, "/close"))
    vera.html = form
    vera.submit("/reply", text="hello")
    assert vera.status == 409
    assert not team.rows(OutgoingMessage, purpose=Purpose.VOLUNTEER)


def test_what_was_tried_and_what_may_be_called_stand_by_name_with_their_number(team: Scene, enter: Enter) -> None:
    lunch, shelter = team.lists_service("Lunch club at St Ann's"), team.lists_service("Night shelter")
    request_id = team.asks(
        "lunch", tried=(str(shelter), str(uuid.uuid4())), consent_by="Doris", consent_words="yes please"
    )
    team.may_refer(request_id, lunch)
    vera = enter("vera")
    vera.visit(page_of(request_id))
    page = vera.submit("/claim")
    assert "Night shelter" in page
    assert "Lunch club at St Ann&#39;s" in page
    assert "tel:+12025550160" in page
    assert "yes please" in page


def test_nothing_that_people_write_ever_runs(team: Scene, enter: Enter) -> None:
    team.joins("mallory", CANARY)
    request_id = team.asks(CANARY, place=CANARY, for_whom=CANARY, consent_by=CANARY, consent_words=CANARY)
    team.lists_service(CANARY)
    mallory = enter("mallory")
    mallory.visit(page_of(request_id))
    pages = [mallory.submit("/claim"), mallory.submit("/note", text=CANARY), mallory.submit("/reply", text=CANARY)]
    pages += [mallory.submit("/reply", text=CANARY * 60), mallory.visit("/console/?shelf=mine")]
    pages += [mallory.visit(page_of(request_id, "/close")), enter("vera").visit(page_of(request_id))]
    vera = enter("vera")
    vera.visit("/console/login")
    pages.append(vera.visit("/console/?shelf=held"))
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert ">49<" not in page
    assert "&lt;script&gt;" in pages[0]


def test_controls_that_databases_refuse_are_left_out_of_what_is_written(team: Scene, enter: Enter) -> None:
    vera, _ = holding(team, enter)
    vera.submit("/reply", text="12\x00 o'clock\x07 \u2728")
    [message] = team.rows(OutgoingMessage, purpose=Purpose.VOLUNTEER)
    assert reply_from_json(message.reply).say[0].params["text"].text == "12 o'clock \u2728"  # type: ignore[union-attr]
