"""The console and the bot: being told in Telegram, showing that somebody writes, who is linked, what was edited."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.contacts import add_resident, contact_point, find_contact_point
from core.db.models import ContactLink, ContactPoint, InboundMessage, Volunteer, VolunteerChat
from core.db.models.contact_point import Relation
from core.helpdesk.notices import CODE_LIFETIME, join
from core.messages import Channel, ContactKind, Reply, reply_to_json
from tests.console.audit import AuditedClient
from tests.console.conftest import Enter
from tests.console.scenes import DORIS, FakeChats, Scene

VERAS_CHAT, ROSAS_CHAT = "771550191", "771550181"


@pytest.fixture
def chats() -> FakeChats:
    return FakeChats()


@pytest.fixture
def team(scene: Scene, chats: FakeChats) -> Scene:
    """A console with a bot."""
    scene.has_bot(chats)
    scene.joins("vera", "Vera Lopez")
    scene.joins("ana", "Ana Chen")
    return scene


def links(scene: Scene, chat: str, phone: str, safe: bool | None = None) -> None:
    """A code has shown that the chat and the phone are one person's."""
    now = scene.clock.now()
    with scene.database.write() as session:
        one = contact_point(session, scene.deps.sealer, Channel.TELEGRAM, chat, now)
        other = contact_point(session, scene.deps.sealer, Channel.SMS, phone, now)
        other.safe_to_call = safe
        session.add(ContactLink(contact_point_id=one.id, phone_id=other.id, sent_at=now, linked_at=now))
        add_resident(session, other.id, None, Relation.OWN, now)


def holding(scene: Scene, enter: Enter, request_id: uuid.UUID) -> AuditedClient:
    """Vera on the page of a request she has just claimed."""
    vera = enter("vera")
    vera.visit(f"/console/requests/{request_id}")
    vera.submit("/claim")
    return vera


class TestBeingTold:
    """Vera wants to know."""

    def test_a_code_is_shown_once_with_its_link(self, team: Scene, enter: Enter) -> None:
        vera = enter("vera")
        assert "Be told in Telegram" in vera.visit("/console/me")
        page = vera.submit("/me/telegram")
        assert vera.status == 200
        (code,) = re.findall(r"<strong>([A-Z0-9]{4}-[A-Z0-9]{4})</strong>", page)
        assert f'href="https://t.me/riverside_help_bot?start={code}"' in page
        assert "within 15 minutes" in page
        assert timedelta(minutes=15) == CODE_LIFETIME
        assert code not in vera.visit("/console/me")
        (row,) = team.rows(VolunteerChat)
        assert code not in row.code_key

    def test_without_the_name_of_the_bot_the_code_stands_alone(
        self, team: Scene, enter: Enter, chats: FakeChats
    ) -> None:
        chats.name = ""
        vera = enter("vera")
        vera.visit("/console/me")
        page = vera.submit("/me/telegram")
        assert "Send this code to our bot" in page
        assert "t.me" not in page

    def test_once_it_was_sent_the_page_says_since_when_and_it_can_be_ended(self, team: Scene, enter: Enter) -> None:
        vera = enter("vera")
        vera.visit("/console/me")
        (code,) = re.findall(r"<strong>([A-Z0-9]{4}-[A-Z0-9]{4})</strong>", vera.submit("/me/telegram"))
        with team.database.write() as session:
            assert join(session, team.deps.sealer, VERAS_CHAT, code, team.clock.now())
        assert "You have been told in Telegram since" in vera.visit("/console/me")
        assert "You have been told in Telegram since" not in enter("ana").visit("/console/me")
        assert "You are no longer told in Telegram." in vera.submit("/me/telegram/off")
        assert "Get a code" in vera.html

    def test_a_stop_in_the_chat_shows_here(self, team: Scene, enter: Enter) -> None:
        vera = enter("vera")
        vera.visit("/console/me")
        (code,) = re.findall(r"<strong>([A-Z0-9]{4}-[A-Z0-9]{4})</strong>", vera.submit("/me/telegram"))
        with team.database.write() as session:
            join(session, team.deps.sealer, VERAS_CHAT, code, team.clock.now())
            chat = find_contact_point(session, team.deps.sealer, ContactKind.TELEGRAM, VERAS_CHAT)
            assert chat
            chat.stopped_at = team.clock.now() + timedelta(minutes=1)
        assert "Get a code" in vera.visit("/console/me")

    def test_without_a_bot_it_is_not_offered(self, scene: Scene, enter: Enter) -> None:
        scene.joins("vera", "Vera Lopez")
        vera = enter("vera")
        assert "Telegram" not in vera.visit("/console/me")
        vera.post_form_kept("/console/me/telegram")
        assert scene.rows(VolunteerChat) == []

    def test_without_a_token_nothing_is_given_or_ended(self, team: Scene, enter: Enter) -> None:
        vera = enter("vera")
        assert vera.post("/console/me/telegram").status_code == 400
        assert vera.post("/console/me/telegram/off").status_code == 400
        assert team.rows(VolunteerChat) == []

    @pytest.mark.parametrize(
        ("language", "title"), [("es", "Recibir avisos en Telegram"), ("zh", "用 Telegram 通知我")]
    )
    def test_in_every_language(self, team: Scene, enter: Enter, language: str, title: str) -> None:
        with team.database.write() as session:
            session.execute(sa.update(Volunteer).values(language=language))
        vera = enter("vera")
        assert title in vera.visit("/console/me")
        vera.submit("/me/telegram")


class TestSomebodyWrites:
    """Vera holds Rosa's request, which came in Telegram."""

    @pytest.fixture
    def request_id(self, team: Scene) -> uuid.UUID:
        request_id = team.asks("where is the lunch club")
        team.came_in_chat(request_id, ROSAS_CHAT)
        return request_id

    def test_the_page_of_the_holder_tells_and_the_chat_shows_it(
        self, team: Scene, enter: Enter, chats: FakeChats, request_id: uuid.UUID
    ) -> None:
        vera = holding(team, enter, request_id)
        assert f'data-typing="/console/requests/{request_id}/typing"' in vera.html
        assert "typing.js" in vera.html
        answer = vera.post_form_kept(f"/console/requests/{request_id}/typing")
        assert (answer.status_code, answer.text) == (204, "")
        assert chats.shown == [ROSAS_CHAT]

    def test_nobody_else_can_show_it(self, team: Scene, enter: Enter, chats: FakeChats, request_id: uuid.UUID) -> None:
        holding(team, enter, request_id)
        ana = enter("ana")
        assert "typing" not in ana.visit(f"/console/requests/{request_id}")
        assert ana.post_form_kept(f"/console/requests/{request_id}/typing").status_code == 409
        assert ana.post(f"/console/requests/{request_id}/typing").status_code == 400, "no token"
        team.app.test_client().post(f"/console/requests/{request_id}/typing")
        assert ana.post_form_kept(f"/console/requests/{uuid.uuid4()}/typing").status_code == 404
        assert chats.shown == []

    def test_after_a_stop_or_once_it_is_closed_it_is_not_shown(
        self, team: Scene, enter: Enter, chats: FakeChats, request_id: uuid.UUID
    ) -> None:
        vera = holding(team, enter, request_id)
        with team.database.write() as session:
            session.execute(sa.update(ContactPoint).values(stopped_at=team.clock.now()))
        vera.post_form_kept(f"/console/requests/{request_id}/typing")
        with team.database.write() as session:
            session.execute(sa.update(ContactPoint).values(stopped_at=None))
        vera.submit("/release")
        vera.post_form_kept(f"/console/requests/{request_id}/typing")
        assert chats.shown == []

    def test_a_text_message_has_no_such_thing(self, team: Scene, enter: Enter, chats: FakeChats) -> None:
        request_id = team.asks("my sink leaks", phone="+12025550126")
        vera = holding(team, enter, request_id)
        assert "typing" not in vera.html
        vera.post_form_kept(f"/console/requests/{request_id}/typing")
        assert chats.shown == []


class TestWhoIsLinked:
    """A code has shown whose a phone is."""

    def test_the_phone_of_a_chat_is_shown_to_the_holder(self, team: Scene, enter: Enter) -> None:
        request_id = team.asks("where is the lunch club", phone="+12025550129")
        team.came_in_chat(request_id, ROSAS_CHAT)
        links(team, ROSAS_CHAT, "+12025550130")
        vera = holding(team, enter, request_id)
        assert '<a class="phone" href="tel:+12025550130">202-555-0130</a>' in vera.html
        assert "They showed it with a code." in vera.html
        assert "0130" not in enter("ana").visit(f"/console/requests/{request_id}")

    def test_the_chat_of_a_phone_is_shown_without_its_number(self, team: Scene, enter: Enter) -> None:
        request_id = team.asks("where is the lunch club", phone=DORIS)
        links(team, ROSAS_CHAT, DORIS)
        vera = holding(team, enter, request_id)
        assert "Also theirs" in vera.html
        assert ROSAS_CHAT not in vera.html

    @pytest.mark.parametrize(("safe", "to_dial"), [(None, False), (False, False), (True, True)])
    def test_in_a_private_matter_the_phone_is_only_to_be_dialled_where_it_is_safe(
        self, team: Scene, enter: Enter, safe: bool | None, to_dial: bool
    ) -> None:
        request_id = team.asks("he hits me", phone="+12025550129", private=True)
        team.came_in_chat(request_id, ROSAS_CHAT)
        links(team, ROSAS_CHAT, "+12025550130", safe)
        assert ("tel:+12025550130" in holding(team, enter, request_id).html) is to_dial

    def test_without_a_link_nothing_is_said(self, team: Scene, enter: Enter) -> None:
        assert "Also theirs" not in holding(team, enter, team.asks("where is the lunch club")).html


def test_a_message_that_was_put_in_other_words_says_so(team: Scene, enter: Enter) -> None:
    request_id = team.asks("please call on tuesday")
    with team.database.write() as session:
        (first,) = session.scalars(sa.select(InboundMessage)).all()
        first.message_id = "17"
        for message_id, text in (("17", "please call on wednesday"), ("18", "thank you")):
            team.clock.forward(timedelta(seconds=5))
            row = InboundMessage(channel=Channel.TELEGRAM, provider_id=text, message_id=message_id, text=text,
                                 contact_point_id=first.contact_point_id, conversation_id=first.conversation_id,
                                 language="en", received_at=team.clock.now(),
                                 reply=reply_to_json(Reply((), "en")))  # fmt: skip
            session.add(row)
    page = holding(team, enter, request_id).html
    assert page.count("edited by them") == 1
    assert page.index("edited by them") < page.index("please call on wednesday")
    assert page.index("please call on tuesday", page.index('class="talk"')) < page.index("edited by them")
