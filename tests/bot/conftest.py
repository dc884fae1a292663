"""What the tests of the Telegram room share: a Bot API server on loopback, the real library that talks to it, and the
real house behind both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.wiring import House, telegram_deps
from bot.client import Client
from bot.handling import Handler
from bot.loop import EventLoop
from bot.poller import Poller
from bot.sender import TelegramSender
from core.config import Config
from core.contacts import find_contact_point
from core.db.models.contact_point import ContactPoint
from core.db.models.conversation import InboundMessage
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, ContactKind
from core.outbox.sender import Sender
from tests.bot.fake_telegram import TOKEN, FakeTelegram, running
from tests.bot.residents import Resident
from tests.fakes import FakeProviders, StandingClock

SECRET_KEY = "0123456789abcdef0123456789abcdef0123456789"
ROSAS_CHAT = 771_550_181


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    """A Bot API server, which nobody has asked anything yet."""
    with running(FakeTelegram()) as server:
        yield server


@pytest.fixture
def loop() -> Iterator[EventLoop]:
    made = EventLoop()
    yield made
    made.close()


@pytest.fixture
def config_for() -> Callable[..., Config]:
    """Settings for a bot whose server is at the given address."""

    def settings(api_base: str, *, token: str = TOKEN) -> Config:
        given = {"SECRET_KEY": SECRET_KEY, "TELEGRAM_TOKEN": token, "TELEGRAM_API_BASE": api_base}
        return Config.from_env({f"HANDRAIL_{name}": value for name, value in given.items()})

    return settings


@pytest.fixture
def client_to(loop: EventLoop, config_for: Callable[..., Config]) -> Iterator[Callable[..., Client]]:
    """A client of the server at the given address, with little patience."""
    made = []

    def to(api_base: str, *, token: str = TOKEN, seconds: float = 0.5) -> Client:
        config = config_for(api_base, token=token)
        made.append(Client(config, loop, connect_seconds=seconds, read_seconds=seconds))
        return made[-1]

    yield to
    for client in made:
        client.close()


@pytest.fixture
def client(telegram: FakeTelegram, client_to: Callable[..., Client]) -> Client:
    return client_to(telegram.url)


@pytest.fixture(scope="session")
def phrasebook() -> Phrasebook:
    """The real texts in all languages."""
    names = {"food.meals": {"en": "a hot meal", "zh": "一顿热饭", "es": "una comida caliente"}}
    facts = {"community": "Riverside Neighbours", "emergency": "911", "crisis": "988"}
    return Phrasebook(("en", "zh", "es"), names, country="US", facts=facts)


# --- the whole house ---


class RunningClock(StandingClock):
    """Goes on a little with every look: no two things happen at one moment."""

    def now(self) -> datetime:
        self.forward(timedelta(milliseconds=50))
        return self.at


class Seconds:
    """Time that passes only where somebody would sleep."""

    passed = 0.0

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


class Providers(FakeProviders):
    """Fakes for texts and e-mail, and our own sender for chats, which loses no time."""

    def __call__(self, config: Config, phrasebook: Phrasebook) -> Mapping[Channel, Sender]:
        client, seconds = Client(config, EventLoop()), Seconds()
        chats = TelegramSender(config, client, phrasebook, monotonic=seconds.monotonic, sleep=seconds.sleep)
        return {**super().__call__(config, phrasebook), Channel.TELEGRAM: chats}


@pytest.fixture
def settings(settings: dict[str, str], telegram: FakeTelegram) -> dict[str, str]:
    return {**settings, "HANDRAIL_TELEGRAM_TOKEN": TOKEN, "HANDRAIL_TELEGRAM_API_BASE": telegram.url}


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def providers() -> Providers:
    return Providers()


@pytest.fixture
def our_client(house: House) -> Client:
    """What the house itself reaches Telegram through."""
    assert house.telegram
    return house.telegram


@pytest.fixture
def handler(house: House, our_client: Client) -> Handler:
    return Handler(telegram_deps(house, our_client))


@pytest.fixture
def poller(our_client: Client, handler: Handler) -> Poller:
    return Poller(our_client, handler, wait_seconds=0)


@pytest.fixture
def rosa(telegram: FakeTelegram) -> Resident:
    """Rosa's app is set to English."""
    return telegram.resident(ROSAS_CHAT, "Rosa", "en")


@pytest.fixture
def turn(house: House, poller: Poller) -> Callable[[], None]:
    """All that residents did is fetched and handled, and what is answered reaches them."""

    def go() -> None:
        while poller.poll():
            pass
        while house.deliverer.deliver_due():
            pass

    return go


Kept = Callable[[], list[InboundMessage]]


@pytest.fixture
def kept(house: House) -> Kept:
    """What was taken in, oldest first."""

    def read() -> list[InboundMessage]:
        with house.database.read() as session:
            return list(session.scalars(sa.select(InboundMessage).order_by(InboundMessage.received_at)))

    return read


@pytest.fixture
def contact(house: House) -> Callable[[int], ContactPoint | None]:
    """The contact point of a chat."""

    def find(chat_id: int) -> ContactPoint | None:
        with house.database.read() as session:
            return find_contact_point(session, house.sealer, ContactKind.TELEGRAM, str(chat_id))

    return find
