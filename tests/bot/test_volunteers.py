"""Volunteers who are told in Telegram what is urgent or waits too long, from the code to the notice."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.chats import BotChats
from app.wiring import House
from app.worker import Worker
from bot.client import Client
from bot.handling import Handler
from bot.parse import update_in
from core.db.models import ContactPoint, HelpRequest, HelpRequestEvent, InboundMessage, OutgoingMessage, VolunteerChat
from core.db.models.help_request import Status
from core.db.models.volunteer import Role
from core.helpdesk.events import EventKind
from core.helpdesk.notices import CODE_LIFETIME, code_in, fresh_code, offer_code, switch_off, told_since
from core.helpdesk.volunteers import add_volunteer, disable_volunteer
from core.messages import Channel, Inbound
from tests.bot.conftest import ROSAS_CHAT, Kept
from tests.bot.fake_telegram import FakeTelegram, Trouble
from tests.bot.residents import Resident
from tests.fakes import StandingClock

Turn = Callable[[], None]
Passes = Callable[[timedelta], None]
VERAS_CHAT, ANAS_CHAT = 771_550_191, 771_550_192
FALLEN = "my father fell and can not breathe"


@pytest.fixture
def team(house: House) -> dict[str, uuid.UUID]:
    """Vera, whose console speaks English, and Ana, whose console speaks Spanish."""
    people = (("vera", "Vera Lopez", "en"), ("ana", "Ana Chen", "es"))
    with house.database.write() as session:
        now = house.clock.now()
        return {
            who: add_volunteer(session, who, name, "a-long-password", Role.VOLUNTEER, now, language)
            for who, name, language in people
        }


@pytest.fixture
def vera(telegram: FakeTelegram) -> Resident:
    return telegram.resident(VERAS_CHAT, "Vera", "en")


@pytest.fixture
def ana(telegram: FakeTelegram) -> Resident:
    return telegram.resident(ANAS_CHAT, "Ana", "en")


@pytest.fixture
def code_of(house: House, team: dict[str, uuid.UUID]) -> Callable[[str], str]:
    """What the page of a volunteer shows."""

    def ask(who: str) -> str:
        code = fresh_code()
        with house.database.write() as session:
            offer_code(session, house.sealer, team[who], code, house.clock.now())
        return code

    return ask


@pytest.fixture
def told(telegram: FakeTelegram) -> Callable[[int], list[str]]:
    """The notices in a chat, without the first word of welcome."""
    return lambda chat: [text for text in telegram.texts(chat) if "/console/requests/" in text]


@pytest.fixture
def asks(house: House, turn: Turn) -> Callable[..., HelpRequest]:
    """Doris, who has an old phone, writes a text; gives her request."""

    def write(text: str) -> HelpRequest:
        key = uuid.uuid4().hex
        house.assistant.receive(Inbound(Channel.SMS, "+12025550123", key, house.clock.now(), text=text))
        turn()
        with house.database.read() as session:
            return session.scalars(sa.select(HelpRequest)).one()

    return write


@pytest.fixture
def passes(house: House, clock: StandingClock) -> Passes:
    worker = Worker(house)

    def go(by: timedelta) -> None:
        clock.forward(by)
        while worker.run_once():
            pass

    return go


@pytest.mark.parametrize("said", ["{code}", "/start {code}", "  {lower} ", "{joined}"])
def test_the_code_makes_the_chat_hers_and_she_hears_so(
    house: House, team: dict[str, uuid.UUID], vera: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept,
    code_of: Callable[[str], str], said: str,
) -> None:  # fmt: skip
    code = code_of("vera")
    vera.writes(said.format(code=code, lower=code.lower(), joined=code.replace("-", "")))
    turn()
    (answer,) = telegram.texts(VERAS_CHAT)
    assert answer.startswith("Thank you, Vera Lopez. From now on we tell you here")
    assert kept() == [], "no words of a resident"
    with house.database.read() as session:
        assert told_since(session, team["vera"])
        assert told_since(session, team["ana"]) is None


def test_neither_the_code_nor_the_chat_can_be_read_in_the_database(
    house: House, vera: Resident, turn: Turn, code_of: Callable[[str], str]
) -> None:
    code = code_of("vera")
    vera.writes(code)
    turn()
    with house.database.read() as session:
        row = session.scalars(sa.select(VolunteerChat)).one()
        chat = session.scalars(sa.select(ContactPoint)).one()
    assert code not in row.code_key
    assert str(VERAS_CHAT).encode() not in chat.address_sealed


def test_she_is_answered_in_the_language_of_her_console(
    ana: Resident, turn: Turn, telegram: FakeTelegram, code_of: Callable[[str], str]
) -> None:
    ana.writes(code_of("ana"))
    turn()
    assert telegram.texts(ANAS_CHAT)[0].startswith("Gracias, Ana Chen.")


def test_an_emergency_is_told_at_once_with_nothing_of_what_it_is_about(
    house: House, vera: Resident, turn: Turn, code_of: Callable[[str], str],
    told: Callable[[int], list[str]], asks: Callable[..., HelpRequest],
) -> None:  # fmt: skip
    vera.writes(code_of("vera"))
    turn()
    request = asks(FALLEN)
    (notice,) = told(VERAS_CHAT)
    assert notice.startswith(f"EMERGENCY, request {request.reference}. Somebody may be in danger. Waiting since ")
    assert notice.endswith(f"https://handrail.example/console/requests/{request.id}")
    for word in ("father", "fell", "breathe", "medical", "202", "Doris"):
        assert word not in notice.replace(request.reference, "").replace(str(request.id), "")
    with house.database.read() as session:
        events = session.scalars(sa.select(HelpRequestEvent).filter_by(kind=EventKind.VOLUNTEERS_TOLD.value)).all()
    assert [event.data for event in events] == [{"count": "1"}]


def test_a_long_wait_is_told_to_each_in_their_own_language(
    vera: Resident, ana: Resident, turn: Turn, passes: Passes, code_of: Callable[[str], str],
    told: Callable[[int], list[str]], asks: Callable[..., HelpRequest],
) -> None:  # fmt: skip
    vera.writes(code_of("vera"))
    ana.writes(code_of("ana"))
    turn()
    request = asks("i want to talk to a person")
    assert told(VERAS_CHAT) == []
    passes(timedelta(minutes=31))
    (english,), (spanish,) = told(VERAS_CHAT), told(ANAS_CHAT)
    assert english.startswith(f"Request {request.reference} ")
    assert "waited since" in english
    assert spanish.startswith(f"El caso {request.reference} ")


class TestWithoutADutyContact:
    """Nobody else is told."""

    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return {**settings, "HANDRAIL_DUTY_CONTACT": ""}

    def test_volunteers_are_told_all_the_same(
        self, vera: Resident, turn: Turn, code_of: Callable[[str], str], told: Callable[[int], list[str]],
        asks: Callable[..., HelpRequest],
    ) -> None:  # fmt: skip
        vera.writes(code_of("vera"))
        turn()
        asks(FALLEN)
        assert len(told(VERAS_CHAT)) == 1


def test_a_request_that_somebody_holds_is_told_to_nobody(
    house: House, vera: Resident, turn: Turn, passes: Passes, code_of: Callable[[str], str],
    told: Callable[[int], list[str]], asks: Callable[..., HelpRequest],
) -> None:  # fmt: skip
    vera.writes(code_of("vera"))
    turn()
    request = asks("i want to talk to a person")
    with house.database.write() as session:
        session.execute(sa.update(HelpRequest).where(HelpRequest.id == request.id).values(status=Status.CLAIMED))
    passes(timedelta(minutes=31))
    assert told(VERAS_CHAT) == []


class TestCodesThatDoNotCount:
    """They are a resident's words like any other."""

    def test_one_that_we_never_gave(self, team: dict[str, uuid.UUID], vera: Resident, turn: Turn, kept: Kept) -> None:
        vera.writes("K7MP-Q2XD")
        turn()
        assert [message.text for message in kept()] == ["K7MP-Q2XD"]

    def test_one_that_is_too_old(
        self, vera: Resident, turn: Turn, kept: Kept, clock: StandingClock, code_of: Callable[[str], str]
    ) -> None:
        code = code_of("vera")
        clock.forward(CODE_LIFETIME)
        vera.writes(code)
        turn()
        assert [message.text for message in kept()] == [code]

    def test_one_that_another_chat_has_used(
        self, vera: Resident, ana: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept,
        code_of: Callable[[str], str],
    ) -> None:  # fmt: skip
        code = code_of("vera")
        vera.writes(code)
        ana.writes(code)
        turn()
        assert len(kept()) == 1
        assert not any("Vera" in text for text in telegram.texts(ANAS_CHAT))

    def test_one_that_a_newer_one_has_replaced(
        self, vera: Resident, turn: Turn, kept: Kept, code_of: Callable[[str], str]
    ) -> None:
        first = code_of("vera")
        code_of("vera")
        vera.writes(first)
        turn()
        assert len(kept()) == 1

    def test_one_of_a_volunteer_who_is_gone(
        self, house: House, vera: Resident, turn: Turn, kept: Kept, code_of: Callable[[str], str]
    ) -> None:
        code = code_of("vera")
        with house.database.write() as session:
            disable_volunteer(session, "vera", house.clock.now())
        vera.writes(code)
        turn()
        assert len(kept()) == 1

    def test_one_in_a_group(
        self, house: House, vera: Resident, turn: Turn, telegram: FakeTelegram, code_of: Callable[[str], str]
    ) -> None:
        group = {"id": -1002093, "title": "Neighbours", "type": "supergroup"}
        telegram.chats.add(-1002093)
        telegram.feed("message", telegram.message(vera.user, group, text=code_of("vera")))
        turn()
        with house.database.read() as session:
            assert session.scalars(sa.select(VolunteerChat.linked_at)).all() == [None]


def test_the_same_update_again_says_it_once(
    vera: Resident, turn: Turn, handler: Handler, telegram: FakeTelegram, kept: Kept, code_of: Callable[[str], str]
) -> None:
    update = vera.writes(code_of("vera"))
    turn()
    handler.handle(update_in(update))
    turn()
    assert len(telegram.texts(VERAS_CHAT)) == 1
    assert kept() == []


def test_a_second_chat_takes_the_place_of_the_first(
    vera: Resident, ana: Resident, turn: Turn, code_of: Callable[[str], str], told: Callable[[int], list[str]],
    asks: Callable[..., HelpRequest],
) -> None:  # fmt: skip
    vera.writes(code_of("vera"))
    turn()
    ana.writes(code_of("vera"))
    turn()
    asks(FALLEN)
    assert (len(told(VERAS_CHAT)), len(told(ANAS_CHAT))) == (0, 1)


def test_one_chat_is_one_volunteers(
    vera: Resident, turn: Turn, code_of: Callable[[str], str], told: Callable[[int], list[str]],
    asks: Callable[..., HelpRequest],
) -> None:  # fmt: skip
    vera.writes(code_of("vera"))
    turn()
    vera.writes(code_of("ana"))
    turn()
    asks(FALLEN)
    (notice,) = told(VERAS_CHAT)
    assert notice.startswith("URGENTE")


def _says_stop(vera: Resident, house: House, team: dict[str, uuid.UUID]) -> None:
    vera.writes("stop")


def _sends_the_command(vera: Resident, house: House, team: dict[str, uuid.UUID]) -> None:
    vera.writes("/stop")


def _blocks(vera: Resident, house: House, team: dict[str, uuid.UUID]) -> None:
    vera.blocks()


def _switches_off(vera: Resident, house: House, team: dict[str, uuid.UUID]) -> None:
    with house.database.write() as session:
        switch_off(session, team["vera"], house.clock.now())


def _is_disabled(vera: Resident, house: House, team: dict[str, uuid.UUID]) -> None:
    with house.database.write() as session:
        disable_volunteer(session, "vera", house.clock.now())


@pytest.mark.parametrize("ends", [_says_stop, _sends_the_command, _blocks, _switches_off, _is_disabled])
def test_what_ends_it(
    house: House, team: dict[str, uuid.UUID], vera: Resident, turn: Turn, code_of: Callable[[str], str],
    asks: Callable[..., HelpRequest], ends: Callable[[Resident, House, dict[str, uuid.UUID]], None],
) -> None:  # fmt: skip
    vera.writes(code_of("vera"))
    turn()
    ends(vera, house, team)
    turn()
    asks(FALLEN)
    with house.database.read() as session:
        notices = session.scalars(sa.select(OutgoingMessage).where(OutgoingMessage.volunteer_id.is_not(None))).all()
    assert len(notices) == 1, "the welcome, and no notice after it"


def test_a_code_after_a_stop_is_meant(
    house: House, team: dict[str, uuid.UUID], vera: Resident, turn: Turn, code_of: Callable[[str], str],
    told: Callable[[int], list[str]], asks: Callable[..., HelpRequest],
) -> None:  # fmt: skip
    vera.writes("stop")
    turn()
    vera.writes(code_of("vera"))
    turn()
    with house.database.read() as session:
        assert told_since(session, team["vera"])
    asks(FALLEN)
    assert len(told(VERAS_CHAT)) == 1


def test_her_chat_may_ask_for_help_as_anybodys(
    vera: Resident, turn: Turn, telegram: FakeTelegram, kept: Kept, code_of: Callable[[str], str]
) -> None:
    vera.writes(code_of("vera"))
    turn()
    vera.writes("is there a lunch club near mill street")
    turn()
    assert [message.text for message in kept()] == ["is there a lunch club near mill street"]
    assert telegram.buttons(VERAS_CHAT)


def test_a_notice_that_does_not_arrive_opens_no_request(
    house: House, vera: Resident, turn: Turn, telegram: FakeTelegram, code_of: Callable[[str], str],
    asks: Callable[..., HelpRequest],
) -> None:  # fmt: skip
    vera.writes(code_of("vera"))
    turn()
    telegram.blocked.add(VERAS_CHAT)
    asks(FALLEN)  # one(): hers is the only request
    with house.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(InboundMessage)) == 1


@pytest.mark.parametrize("said", ["sandwich", "help me!", "12345678", "2222-333", "food, please", "k7mp q2xd please"])
def test_what_residents_write_does_not_look_like_a_code(said: str) -> None:
    assert code_in(said) == ""


def test_codes_are_known_again_and_never_the_same() -> None:
    codes = {fresh_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(code_in(code.lower()) == code for code in codes)


class TestWhatTheConsoleAsks:
    """Over HTTP, through the real library."""

    def test_that_somebody_writes_is_shown_in_the_chat(
        self, our_client: Client, telegram: FakeTelegram, rosa: Resident
    ) -> None:
        BotChats(our_client).show_typing(str(ROSAS_CHAT))
        (call,) = telegram.called("sendChatAction")
        assert call == {"chat_id": str(ROSAS_CHAT), "action": "typing"}

    def test_where_telegram_refuses_nothing_fails(self, our_client: Client, telegram: FakeTelegram) -> None:
        telegram.will("sendChatAction", Trouble(502, "Bad Gateway"))
        BotChats(our_client).show_typing(str(ROSAS_CHAT))
        assert len(telegram.called("sendChatAction")) == 1

    def test_the_name_is_asked_for_once(self, our_client: Client, telegram: FakeTelegram) -> None:
        chats = BotChats(our_client)
        telegram.will("getMe", Trouble(502, "Bad Gateway"))
        assert chats.bot_name() == ""
        assert [chats.bot_name(), chats.bot_name()] == ["riverside_help_bot", "riverside_help_bot"]
        assert len(telegram.called("getMe")) == 2
