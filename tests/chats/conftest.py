"""Residents who chat, as the core meets them: buttons, a shared position, their own number, corrected messages."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from app.wiring import House
from app.worker import Worker
from core.config import Config
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Inbound, Location, Media, Reply
from core.outbox.sender import Envelope, Sender
from tests.fakes import FakeProvider, FakeProviders, StandingClock
from tests.journeys.conftest import desk, let_pass

__all__ = ["desk"]

_updates = itertools.count(1)


@dataclass
class ChatProvider(FakeProvider):
    """A Sender that keeps each Reply whole: what a chat shows is the renderer's matter."""

    replies: list[tuple[str, Reply]] = field(default_factory=list)

    def send(self, envelope: Envelope) -> str:
        if envelope.address in self.refused:
            raise self.refused[envelope.address]
        self.replies.append((envelope.address, envelope.reply))
        return str(len(self.replies))


@dataclass
class ChatProviders(FakeProviders):
    """The fakes, and one for chats."""

    telegram: ChatProvider | None = None

    def __call__(self, config: Config, phrasebook: Phrasebook) -> Mapping[Channel, Sender]:
        self.telegram = ChatProvider(phrasebook)
        return {**super().__call__(config, phrasebook), Channel.TELEGRAM: self.telegram}


@dataclass
class Person:
    """Someone with a chat or an old phone. Every deed gives what was answered, in words."""

    house: House
    worker: Worker
    clock: StandingClock
    channel: Channel
    address: str

    def does(self, provider_id: str = "", **what: Any) -> Reply:
        """Anything at all; gives the Reply itself."""
        self.clock.forward(timedelta(seconds=1))
        key = provider_id or f"update-{next(_updates)}"
        reply = self.house.assistant.receive(Inbound(self.channel, self.address, key, self.clock.now(), **what))
        while self.worker.run_once():
            pass
        return reply

    def writes(self, text: str, **what: Any) -> str:
        return self.read(self.does(text=text, message_id=uuid.uuid4().hex[:8], **what))

    def writes_anew(self, text: str, message_id: str) -> str:
        """Puts the message in other words."""
        return self.read(self.does(text=text, message_id=message_id, edited=True))

    def presses(self, number: int) -> str:
        return self.read(self.does(digits=str(number)))

    def is_at(self, latitude: float, longitude: float) -> Reply:
        return self.does(location=Location(latitude, longitude))

    def sends(self, content_type: str) -> str:
        return self.read(self.does(media=(Media("telegram-file:AwACAgQ", content_type),)))

    def shares_number(self, number: str) -> str:
        return self.read(self.does(contact=number))

    def read(self, reply: Reply) -> str:
        """What the Reply says, with its choices."""
        lines = [self.house.phrasebook.line(line, reply.language) for line in reply.say]
        lines += [f"{c.number}: {self.house.phrasebook.line(c.label, reply.language)}" for c in reply.expects.choices]
        return "\n".join(lines)


@pytest.fixture
def worker(house: House) -> Worker:
    return Worker(house)


@pytest.fixture
def time_passes(clock: StandingClock, worker: Worker) -> Callable[[timedelta], None]:
    """Moves the clock, and lets the worker do what is due."""
    return lambda by: let_pass(by, clock, worker)


@pytest.fixture
def providers() -> ChatProviders:
    return ChatProviders()


@pytest.fixture
def chat(house: House, worker: Worker, clock: StandingClock) -> Callable[[str], Person]:
    """Gives a person in a chat by its id."""
    return lambda address: Person(house, worker, clock, Channel.TELEGRAM, address)


@pytest.fixture
def mei(chat: Callable[[str], Person]) -> Person:
    return chat("100000001")


@pytest.fixture
def old_phone(house: House, worker: Worker, clock: StandingClock) -> Person:
    """Mei's other one, which only takes texts."""
    return Person(house, worker, clock, Channel.SMS, "+12025550181")


@pytest.fixture
def texts(providers: ChatProviders, house: House) -> Callable[[str], list[str]]:
    """What reached a number as a text."""
    assert providers.sms
    return providers.sms.to
