"""What the tests of the SMS room share: settings, a phrasebook, a signed post as Twilio makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from core.config import Config
from core.db.models.outgoing import Delivery
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Inbound, Reply, Say
from sms.webhook import sms_blueprint

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TOKEN = "an-auth-token-of-the-tests"


class StoppedClock:
    """Always the same moment."""

    def now(self) -> datetime:
        return NOW


@dataclass
class Desk:
    """A fake core: keeps what it is given, and answers a repeat with what it said before."""

    received: list[Inbound] = field(default_factory=list)
    statuses: list[tuple[Channel, str, Delivery, str | None]] = field(default_factory=list)
    replies: dict[str, Reply] = field(default_factory=dict)
    trouble: Exception | None = None

    def receive(self, inbound: Inbound) -> Reply:
        if self.trouble:
            raise self.trouble
        if inbound.provider_id not in self.replies:
            self.received.append(inbound)
            self.replies[inbound.provider_id] = Reply((Say("ask.need"),), "en")
        return self.replies[inbound.provider_id]

    def record_status(self, channel: Channel, provider_id: str, status: Delivery, error: str | None) -> None:
        self.statuses.append((channel, provider_id, status, error))


@dataclass
class Twilio:
    """Posts to Handrail as Twilio does. `public_url` is where Twilio believes us to be."""

    client: FlaskClient
    public_url: str

    def post(self, path: str, form: dict[str, str], *, query: str = "", **headers: str) -> TestResponse:
        url = self.public_url + path + (f"?{query}" if query else "")
        signature = RequestValidator(TOKEN).compute_signature(url, form)
        return self.raw(path, urlencode(form), query=query, **({"X-Twilio-Signature": signature} | headers))

    def raw(self, path: str, body: str | bytes, *, query: str = "", **headers: str) -> TestResponse:
        return self.client.post(
            path + (f"?{query}" if query else ""),
            data=body,
            content_type="application/x-www-form-urlencoded",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )


def settings(**changed: str) -> Config:
    """Settings of a small community, with those of a test."""
    given = {
        "HANDRAIL_PUBLIC_URL": "https://help.example.org",
        "HANDRAIL_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "HANDRAIL_TWILIO_AUTH_TOKEN": TOKEN,
        "HANDRAIL_TWILIO_FROM": "+12025550100",
    }
    return Config.from_env(given | {f"HANDRAIL_{name.upper()}": value for name, value in changed.items()})


@pytest.fixture(scope="session")
def phrasebook() -> Phrasebook:
    """The real texts in all languages, for a community with rather a long name."""
    names = {"food.meals": {"en": "a hot meal", "zh": "一顿热饭", "es": "una comida caliente"}}
    facts = {"community": "Riverside Neighbours", "emergency": "911", "crisis": "988"}
    return Phrasebook(("en", "zh", "es"), names, country="US", facts=facts)


@pytest.fixture
def config() -> Callable[..., Config]:
    return settings


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def twilio_at(desk: Desk) -> Callable[[str], Twilio]:
    """A Twilio that reaches Handrail under the given public address."""

    def at(public_url: str) -> Twilio:
        app = Flask(__name__)
        config = settings(public_url=public_url)
        app.register_blueprint(sms_blueprint(config, desk.receive, desk.record_status, StoppedClock()))
        return Twilio(app.test_client(), public_url)

    return at


@pytest.fixture
def twilio(twilio_at: Callable[[str], Twilio]) -> Twilio:
    return twilio_at("https://help.example.org")
