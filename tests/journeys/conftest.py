"""Residents with a phone: each journey is played through the core's front door, and through the real webhooks of texts,
of Telegram and of calls.
"""

from __future__ import annotations

import html
import itertools
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

import pytest
from flask.testing import FlaskClient
from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup
from twilio.request_validator import RequestValidator

from app.web import create_app
from app.wiring import House
from app.worker import Worker
from bot.render import Part, Place, render
from core.config import Config
from core.db.models.volunteer import Role
from core.helpdesk import one_request, operations, queries, volunteers
from core.helpdesk.queries import Shelf
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Inbound, Reply
from core.outbox.sender import Sender
from tests.conftest import SETTINGS
from tests.fakes import FakeProvider, FakeProviders, StandingClock
from tests.journeys.telephone import Exchange, RingingWorker

Send = Callable[[str, str], None]
_sids = itertools.count(1)
TEXTS = ("sqlite-core", "sqlite-webhook", "postgresql-webhook")
"""Both ways in on SQLite; on PostgreSQL the one that residents use."""
CHAT, CALL = "sqlite-telegram", "sqlite-voice"
by_number = pytest.mark.parametrize("way", [*TEXTS, CALL])
"""For a story that can't happen in a chat."""
in_writing = pytest.mark.parametrize("way", [*TEXTS, CHAT])
"""For a story that can't happen in a call; each says why."""
_SECRET = "a-secret-for-tests_0123456789"
_TELEGRAM = {
    "HANDRAIL_TELEGRAM_TOKEN": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0",
    "HANDRAIL_TELEGRAM_WEBHOOK_SECRET": _SECRET,
    "HANDRAIL_TELEGRAM_API_BASE": "http://127.0.0.1:9",
}


def as_chat(reply: Reply, phrasebook: Phrasebook) -> str:
    """An answer as it is read in a chat: what stands on a map and on buttons is a line each."""
    parts = render(reply, phrasebook, sign=str)
    return "\n".join(line for part in parts for line in _lines(part))


def _lines(part: Part) -> list[str]:
    lines = [f"{part.title}, {part.address}"] if isinstance(part, Place) else [_unmarked(part.html)]
    match part.keyboard:
        case InlineKeyboardMarkup(inline_keyboard=rows) | ReplyKeyboardMarkup(keyboard=rows):
            lines += [button.text for row in rows for button in row]
    return lines


def _unmarked(marked: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", marked))


@dataclass
class Providers(FakeProviders):
    """The fakes, one for chats, and the telephone network."""

    chats: FakeProvider | None = None
    exchange: Exchange = field(default_factory=Exchange)

    def __call__(self, config: Config, phrasebook: Phrasebook) -> Mapping[Channel, Sender]:
        self.chats = FakeProvider(phrasebook, show=as_chat)
        more = {Channel.TELEGRAM: self.chats, Channel.VOICE: self.exchange}
        return {**super().__call__(config, phrasebook), **more}


@dataclass
class Phone:
    """An old phone, or a chat: `text` sends a message and gives the answers that came back."""

    number: str
    send: Send
    provider: FakeProvider | Exchange
    worker: Worker
    lists: bool = False
    calls: ClassVar[bool] = False

    def text(self, body: str) -> str:
        before = len(self.inbox)
        self.send(self.number, body)
        self.worker.run_once()
        return "\n".join(self.inbox[before:])

    def offer(self, body: str) -> str:
        """The service that is found: a chat lists several, of which the first is taken."""
        answer = self.text(body)
        return self.text("1") if self.lists else answer

    def asks(self, number: int, label: str = "", language: str = "en") -> str:
        """How a choice is offered; without `label`, whatever it is."""
        return f"{number}: {label}"

    def either(self, written: str, spoken: str) -> str:
        """What is said otherwise in a call than in writing, the way it reaches this phone."""
        return written

    def from_vera(self, words: str) -> str:
        """A volunteer's words, with all that is around them."""
        return words

    @property
    def inbox(self) -> list[str]:
        """Every message that reached this phone; in calls, everything that was said."""
        return self.provider.to(self.number)


@dataclass
class Landline(Phone):
    """A telephone on the wall: `text` says it, or presses it where it is a digit, in the call that is open or a new
    one, and gives all that is said after it.
    """

    calls: ClassVar[bool] = True

    def text(self, body: str) -> str:
        self.provider.dial(self.number)
        return super().text(body)

    def asks(self, number: int, label: str = "", language: str = "en") -> str:
        pattern = {"en": "{}: press {}.", "es": "{}: marque {}.", "zh": "{}，请按{}。"}[language]
        return pattern.format(label[:1].upper() + label[1:], number)

    def either(self, written: str, spoken: str) -> str:
        return spoken

    def from_vera(self, words: str) -> str:
        return f"Hello, this is Handrail.\n{words}\nIf you need more, say it now. Or just hang up."


@pytest.fixture
def worker(house: House, providers: Providers) -> Worker:
    return RingingWorker(house, providers.exchange)


@pytest.fixture(params=[*TEXTS, CHAT, CALL])
def way(request: pytest.FixtureRequest) -> str:
    """Each story is a talk by text, a chat, and a call."""
    return str(request.param)


@pytest.fixture
def settings(settings: dict[str, str], way: str) -> dict[str, str]:
    return settings | _TELEGRAM if way == CHAT else settings


@pytest.fixture
def providers() -> Providers:
    return Providers()


@pytest.fixture
def engine(way: str) -> str:
    return way.split("-", maxsplit=1)[0]


@pytest.fixture
def send(way: str, house: House, clock: StandingClock, providers: Providers) -> Send:
    if way == CALL:
        providers.exchange.connect(house, clock)
        return providers.exchange.speak
    if way.endswith("core"):
        return lambda number, body: _through_the_core(house, clock, number, body)
    client = create_app(house).test_client()
    bring = _as_telegram if way == CHAT else _as_twilio

    def post(address: str, body: str) -> None:
        clock.forward(timedelta(seconds=1))  # what came last must be known
        bring(client, address, body)

    return post


def _through_the_core(house: House, clock: StandingClock, number: str, body: str) -> None:
    house.assistant.receive(Inbound(Channel.SMS, number, f"SM{next(_sids):032d}", clock.now(), text=body))


def _as_twilio(client: FlaskClient, number: str, body: str) -> None:
    form = {"MessageSid": f"SM{next(_sids):032d}", "From": number, "To": "+12025550199", "Body": body}
    url = SETTINGS["HANDRAIL_PUBLIC_URL"] + "/sms/inbound"
    signature = RequestValidator(SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"]).compute_signature(url, form)
    answer = client.post("/sms/inbound", data=form, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 200


def _as_telegram(client: FlaskClient, address: str, body: str) -> None:
    number, chat_id = next(_sids), int(address)
    chat = {"id": chat_id, "type": "private", "first_name": "Rose"}
    user = {"id": chat_id, "is_bot": False, "first_name": "Rose"}
    message = {"message_id": number, "from": user, "chat": chat, "date": 1_795_446_000, "text": body}
    update = {"update_id": 700_000_000 + number, "message": message}
    answer = client.post("/telegram/webhook", json=update, headers={"X-Telegram-Bot-Api-Secret-Token": _SECRET})
    assert answer.status_code == 200


@pytest.fixture
def phone(way: str, send: Send, house: House, providers: Providers, worker: Worker) -> Callable[[str], Phone]:
    """Gives a resident's phone by its last four digits."""
    assert providers.sms
    assert providers.chats
    sms, chats, exchange = providers.sms, providers.chats, providers.exchange
    match way:
        case "sqlite-voice":  # a number that is no mobile's, from those that are never given out
            return lambda ending: Landline(f"+493023125{ending[-3:]}", send, exchange, worker)
        case "sqlite-telegram":
            return lambda ending: Phone(f"771202555{ending}", send, chats, worker, lists=True)
        case _:
            return lambda ending: Phone(f"+1202555{ending}", send, sms, worker)


@pytest.fixture
def rose(phone: Callable[[str], Phone]) -> Phone:
    return phone("0181")


@dataclass
class Desk:
    """The help desk as a volunteer meets it."""

    house: House
    worker: Worker
    volunteer_id: uuid.UUID

    def waiting(self) -> list[queries.QueueRow]:
        with self.house.database.read() as session:
            return queries.queue(session, Shelf.WAITING, self.volunteer_id)

    def claim(self, row: queries.QueueRow) -> operations.Claim:
        with self.house.database.write() as session:
            return operations.claim(session, self.house.desk, row.id, self.volunteer_id, self.house.clock.now())

    def reply(self, row: queries.QueueRow, text: str, key: str = "") -> None:
        with self.house.database.write() as session:
            now = self.house.clock.now()
            operations.reply(session, row.id, self.volunteer_id, text, key or uuid.uuid4().hex, now)
        self.worker.run_once()

    def close(self, row: queries.QueueRow, outcome: operations.Outcome) -> None:
        with self.house.database.write() as session:
            now = self.house.clock.now()
            operations.close(session, self.house.desk, row.id, self.volunteer_id, outcome, now)

    def page(self, row: queries.QueueRow) -> one_request.RequestPage:
        with self.house.database.read() as session:
            page = one_request.request_page(session, self.house.sealer, row.id, revealed=True)
        assert page
        return page


@pytest.fixture
def desk(house: House, worker: Worker) -> Desk:
    with house.database.write() as session:
        now = house.clock.now()
        vera = volunteers.add_volunteer(session, "vera", "Vera", "a-long-password", Role.VOLUNTEER, now)
    return Desk(house, worker, vera)


@pytest.fixture
def time_passes(clock: StandingClock, worker: Worker, providers: Providers) -> Callable[[timedelta], None]:
    """Moves the clock, an hour at a time, and lets the worker do what is due. Nobody stays on the line for it."""

    def passes(by: timedelta) -> None:
        providers.exchange.hang_up()
        let_pass(by, clock, worker)

    return passes


def let_pass(by: timedelta, clock: StandingClock, worker: Worker) -> None:
    """Moves the clock, an hour at a time, and lets the worker do what is due."""
    while by > timedelta(0):
        step = min(by, timedelta(hours=1))
        clock.forward(step)
        by -= step
        while worker.run_once():
            pass
