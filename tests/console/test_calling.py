"""Calling a resident from the console: the button, the volunteer's own number, and what is asked of the outbox."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.models import ContactPoint, HelpRequestEvent, OutgoingMessage, Volunteer
from core.db.models.outgoing import Delivery, Purpose
from core.helpdesk.calling import call_ended
from core.helpdesk.events import CallOutcome, EventKind
from core.messages import Channel, reply_from_json
from tests.console.audit import AuditedClient
from tests.console.conftest import Enter
from tests.console.scenes import DORIS, Scene

VERA = "+12025550171"
NO_DANGER = "Do not call them: someone else may pick up."


@pytest.fixture
def team(scene: Scene) -> Scene:
    scene.joins("vera", "Vera Lopez")
    scene.joins("ana", "Ana Chen")
    return scene


def holding(scene: Scene, enter: Enter, **about: Any) -> tuple[AuditedClient, uuid.UUID]:
    """Vera on the page of a request she has just claimed."""
    request_id = scene.asks("when is the lunch club", **about)
    vera = enter("vera")
    vera.visit(f"/console/requests/{request_id}")
    vera.submit("/claim")
    return vera, request_id


def calls(scene: Scene) -> list[OutgoingMessage]:
    return scene.rows(OutgoingMessage, purpose=Purpose.CONNECT)


def events(scene: Scene, kind: EventKind) -> list[HelpRequestEvent]:
    return scene.rows(HelpRequestEvent, kind=kind.value)


class TestOwnNumber:
    """Vera tells which telephone is hers."""

    def test_the_request_leads_there_and_there_leads_back(self, team: Scene, enter: Enter) -> None:
        vera, request_id = holding(team, enter)
        assert f'action="/console/requests/{request_id}/call"' not in vera.html
        assert f"/console/me?next=/console/requests/{request_id}" in vera.html
        vera.visit(f"/console/me?next=/console/requests/{request_id}")
        page = vera.submit("/me", phone="(202) 555-0171")
        assert vera.here == f"/console/requests/{request_id}"
        assert "Your phone number is saved." in page
        assert "Your own phone rings first." in page

    def test_it_is_shown_to_her_and_kept_sealed(self, team: Scene, enter: Enter) -> None:
        vera = enter("vera")
        vera.visit("/console/me")
        vera.submit("/me", phone="202.555.0171")
        assert 'value="202-555-0171"' in vera.visit("/console/me")
        assert "555-0171" not in enter("ana").visit("/console/me")
        (row,) = team.rows(Volunteer, username="vera")
        assert b"5550171" not in row.phone_sealed
        assert "5550171" not in row.phone_key

    def test_emptied_it_is_gone(self, team: Scene, enter: Enter) -> None:
        team.has_phone("vera", VERA)
        vera = enter("vera")
        vera.visit("/console/me")
        assert "We no longer ring your phone." in vera.submit("/me", phone=" ")
        (row,) = team.rows(Volunteer, username="vera")
        assert (row.phone_key, row.phone_sealed) == (None, None)

    @pytest.mark.parametrize("typed", ["my kitchen phone", "12", "911", "+1 900 555 0123", "+44 20 7946 0018"])
    def test_what_is_no_ordinary_number_is_said_and_the_old_one_stays(
        self, team: Scene, enter: Enter, typed: str
    ) -> None:
        team.has_phone("vera", VERA)
        vera = enter("vera")
        vera.visit("/console/me")
        page = vera.submit("/me", phone=typed)
        assert vera.status == 400
        assert page.count("Enter an ordinary phone number of this country") == 2
        assert f'value="{typed}"' in page
        assert 'value="202-555-0171"' in vera.visit("/console/me")


class TestCalling:
    """Vera has a number, and calls."""

    @pytest.fixture
    def team(self, team: Scene) -> Scene:
        team.has_phone("vera", VERA)
        return team

    def test_her_own_telephone_is_asked_to_ring_in_her_language(self, team: Scene, enter: Enter) -> None:
        with team.database.write() as session:
            session.execute(sa.update(Volunteer).where(Volunteer.username == "vera").values(language="es"))
        vera, request_id = holding(team, enter)
        page = vera.submit("/call")
        assert "Su propio teléfono sonará en un momento." in page
        assert "Llamada pedida (Vera Lopez)" in page
        (call,) = calls(team)
        assert (call.channel, call.status, call.help_request_id) == (Channel.VOICE, Delivery.QUEUED, request_id)
        assert [line.key for line in reply_from_json(call.reply).say] == ["call.ring"]
        assert call.reply["language"] == "es"
        with team.database.read() as session:
            contact = session.get_one(ContactPoint, call.contact_point_id)
        assert team.deps.sealer.open(contact.kind, contact.address_key, contact.address_sealed) == VERA
        assert team.nudges == [1]

    def test_no_number_stands_in_what_is_noted(self, team: Scene, enter: Enter) -> None:
        vera, _ = holding(team, enter)
        vera.submit("/call")
        (event,) = events(team, EventKind.CALLED)
        assert event.data == {}
        assert "555" not in str(calls(team)[0].reply)

    def test_a_double_click_rings_once_and_a_second_visit_rings_again(self, team: Scene, enter: Enter) -> None:
        vera, request_id = holding(team, enter)
        vera.post_form("/call")
        vera.post_form("/call")
        assert len(calls(team)) == len(events(team, EventKind.CALLED)) == 1
        vera.visit(f"/console/requests/{request_id}")
        vera.submit("/call")
        assert len(calls(team)) == 2

    def test_only_who_holds_the_request_can_call(self, team: Scene, enter: Enter) -> None:
        team.has_phone("ana", "+12025550172")
        vera, request_id = holding(team, enter)
        ana = enter("ana")
        assert f"{request_id}/call" not in ana.visit(f"/console/requests/{request_id}")
        vera.submit("/release")
        ana.visit(f"/console/requests/{request_id}")
        ana.submit("/claim")
        answer = vera.post_form_kept(f"/console/requests/{request_id}/call")
        assert answer.status_code == 409
        assert "Ana Chen holds this request" in answer.text
        assert not calls(team)

    def test_without_a_token_or_a_key_nothing_rings(self, team: Scene, enter: Enter) -> None:
        vera, request_id = holding(team, enter)
        no_token = vera.post(f"/console/requests/{request_id}/call", data={"form_key": str(uuid.uuid4())})
        assert no_token.status_code == 400
        assert vera.post_form("/call", form_key="what").status_code == 400
        assert not calls(team)

    def test_stop_ends_texts_but_not_this(self, team: Scene, enter: Enter) -> None:
        vera, request_id = holding(team, enter)
        with team.database.write() as session:
            session.execute(sa.update(ContactPoint).values(stopped_at=team.clock.now()))
        page = vera.visit(f"/console/requests/{request_id}")
        assert "They asked for no more texts, so you can&#39;t write here" in page
        vera.submit("/call")
        assert len(calls(team)) == 1

    def test_her_number_emptied_meanwhile_is_said(self, team: Scene, enter: Enter) -> None:
        vera, _ = holding(team, enter)
        with team.database.write() as session:
            session.execute(sa.update(Volunteer).values(phone_key=None, phone_sealed=None))
        answer = vera.post_form("/call")
        assert answer.status_code == 409
        assert "We don&#39;t know your own phone number" in answer.text

    @pytest.mark.parametrize(
        ("about", "offered"),
        [
            ({"safe_to_call": False}, False),
            ({"private": True}, False),
            ({"private": True, "safe_to_call": True}, True),
            ({"emergency_kind": "violence"}, False),
            ({"emergency_kind": "medical"}, True),
        ],
    )
    def test_where_someone_else_may_pick_up_it_is_not_offered_and_refused(
        self, team: Scene, enter: Enter, about: dict[str, Any], offered: bool
    ) -> None:
        vera, request_id = holding(team, enter, **about)
        assert ('/call"' in vera.html) is offered
        assert (NO_DANGER in vera.html) is not offered
        assert (f'href="tel:{DORIS}"' in vera.html) is offered
        answer = vera.post_form_kept(f"/console/requests/{request_id}/call")
        assert answer.status_code == (303 if offered else 409)
        assert len(calls(team)) == offered

    def test_who_came_in_person_can_not_be_called(self, team: Scene, enter: Enter) -> None:
        vera, request_id = holding(team, enter)
        with team.database.write() as session:
            session.execute(sa.text("UPDATE help_request SET conversation_id = NULL, channel = NULL"))
        page = vera.visit(f"/console/requests/{request_id}")
        assert "Talk with them" not in page
        assert "We have no number to call." in vera.post_form_kept(f"/console/requests/{request_id}/call").text

    @pytest.mark.parametrize(
        ("outcome", "said"),
        [
            (CallOutcome.SPOKE, "Call to them: they spoke (Vera Lopez)"),
            (CallOutcome.NO_ANSWER, "Call to them: nobody answered (Vera Lopez)"),
            (CallOutcome.NOT_TAKEN, "Call to them: the volunteer did not answer (Vera Lopez)"),
            (CallOutcome.NOT_PLACED, "Call to them: it could not be placed (Vera Lopez)"),
        ],
    )
    def test_the_history_says_what_came_of_it_once(
        self, team: Scene, enter: Enter, outcome: CallOutcome, said: str
    ) -> None:
        vera, request_id = holding(team, enter)
        vera.submit("/call")
        for ending in (outcome, CallOutcome.SPOKE):
            with team.database.write() as session:
                call_ended(session, calls(team)[0].id, ending, team.clock.now())
        assert said in vera.visit(f"/console/requests/{request_id}")
        assert len(events(team, EventKind.CALL_ENDED)) == 1


class TestVoicemail:
    """What was said after the tone is played on the page."""

    @pytest.mark.parametrize(
        ("language", "seconds", "label"),
        [
            ("en", 34, "Voicemail, Monday 10:00\u202fAM, 34 seconds"),
            ("en", None, "Voicemail, Monday 10:00\u202fAM"),
            ("es", 34, "Mensaje de voz, lunes 10:00, 34 segundos"),
            ("zh", 34, "语音留言，星期一 10:00，34秒钟"),
        ],
    )
    def test_it_stands_there_with_a_name(
        self, team: Scene, enter: Enter, language: str, seconds: int | None, label: str
    ) -> None:
        with team.database.write() as session:
            session.execute(sa.update(Volunteer).values(language=language))
        request_id = team.asks("call me")
        media_id = team.leaves_voicemail(request_id, seconds)
        vera = enter("vera")
        vera.visit(f"/console/requests/{request_id}")
        assert "<audio" not in vera.html
        page = vera.submit("/claim").replace("\xa0", " ")
        assert f'<span id="sound-{media_id}">{label}</span>' in page
        assert f'aria-labelledby="sound-{media_id}" src="/console/media/{media_id}"' in page

    def test_a_part_of_it_can_be_asked_for(self, team: Scene, enter: Enter) -> None:
        vera, request_id = holding(team, enter)
        media_id = team.leaves_voicemail(request_id)
        whole = vera.get(f"/console/media/{media_id}")
        part = vera.get(f"/console/media/{media_id}", headers={"Range": "bytes=4-7"})
        assert (whole.status_code, part.status_code) == (200, 206)
        assert part.data == whole.data[4:8]
        assert part.headers["Content-Range"] == f"bytes 4-7/{len(whole.data)}"
        assert part.headers["Content-Security-Policy"] == whole.headers["Content-Security-Policy"]

    def test_a_recording_that_no_browser_plays_is_a_link(self, team: Scene, enter: Enter) -> None:
        vera, request_id = holding(team, enter)
        media_id = team.sends_media(team.writes(request_id, ""), "audio/amr", b"#!AMR")
        page = vera.visit(f"/console/requests/{request_id}")
        assert "<audio" not in page
        assert f'href="/console/media/{media_id}">Recording 1</a>' in page
