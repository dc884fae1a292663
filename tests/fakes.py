"""Fakes at the ports: a clock that stands still, and providers that keep what they are given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from core.config import Config
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Reply
from core.outbox.sender import DeliveryError, Envelope, Sender
from sms.render import render

A_MONDAY_MORNING = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""10:00 in New York, in duty hours."""


@dataclass
class StandingClock:
    """Shows `at` until moved."""

    at: datetime = A_MONDAY_MORNING

    def now(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Delivered:
    """What reached an address, as the phone shows it."""

    address: str
    text: str


@dataclass
class FakeProvider:
    """A Sender that renders like the real one, keeps what it took, and fails as told. show: a Reply as it is read."""

    phrasebook: Phrasebook
    show: Callable[[Reply, Phrasebook], str] = render
    taken: list[Delivered] = field(default_factory=list)
    failures: list[DeliveryError] = field(default_factory=list)
    refused: dict[str, DeliveryError] = field(default_factory=dict)
    """Addresses that the provider will not send to."""
    known: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, envelope: Envelope) -> str:
        with self.lock:
            if self.failures:
                raise self.failures.pop(0)
            if envelope.address in self.refused:
                raise self.refused[envelope.address]
            self.taken.append(Delivered(envelope.address, self.show(envelope.reply, self.phrasebook)))
            self.known[str(envelope.message_id)] = sid = f"SM{len(self.taken):032d}"
            return sid

    def find_sent(self, envelope: Envelope) -> str | None:
        return self.known.get(str(envelope.message_id))

    def to(self, address: str) -> list[str]:
        """The texts that reached `address`, oldest first."""
        return [message.text for message in self.taken if message.address == address]


@dataclass
class FakeProviders:
    """One fake for texts, one for e-mail."""

    sms: FakeProvider | None = None
    email: FakeProvider | None = None

    def __call__(self, config: Config, phrasebook: Phrasebook) -> Mapping[Channel, Sender]:
        self.sms, self.email = FakeProvider(phrasebook), FakeProvider(phrasebook)
        return {Channel.SMS: self.sms, Channel.EMAIL: self.email}
