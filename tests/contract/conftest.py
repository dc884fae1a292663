"""What every channel must do with whatever comes in. A new channel adds one `Wire` to `WIRES`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from app.web import create_app
from app.wiring import House
from core.config import Config
from core.db.models.outgoing import OutgoingMessage, Purpose
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, clean_text
from core.outbox.sender import Sender
from tests.conftest import SETTINGS
from tests.fakes import FakeProvider, FakeProviders

_ids = itertools.count(1)
_TELEGRAM = {
    "HANDRAIL_TELEGRAM_TOKEN": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0",
    "HANDRAIL_TELEGRAM_WEBHOOK_SECRET": "a-secret-for-tests_0123456789",
    "HANDRAIL_TELEGRAM_API_BASE": "http://127.0.0.1:9",
}
ANSWERS = (Purpose.ANSWER, Purpose.CONSENT, Purpose.EMERGENCY)
"""What goes to who has written; a person on duty is told as well."""
KEYS = frozenset("0123456789")
Payload = dict[str, Any]


class Wire(Protocol):
    """How a channel's provider brings us a text."""

    channel: Channel
    path: str

    def payload(self, text: str, sender: str = "5550181") -> Payload:
        """A new message; `sender`: the end of their address."""

    def provider_id(self, payload: Payload) -> str:
        """The id under which the message is kept."""

    def post(self, client: FlaskClient, payload: Payload, *, signed: bool = True) -> TestResponse:
        """Bring it; unless `signed`, with a proof that is not the provider's."""

    def post_bare(self, client: FlaskClient, payload: Payload) -> TestResponse:
        """Bring it without any proof."""

    def keeps(self, text: str) -> bool:
        """Whether a message of `text` is stored."""

    def answers(self, house: House, posted: Sequence[TestResponse]) -> list[str]:
        """The answers that reach the resident, each once; `posted`: what came back for each time it was posted."""


class FromTheOutbox:
    """For a channel that stores whatever comes, and whose answers are sent by themselves."""

    def keeps(self, text: str) -> bool:
        return True

    def answers(self, house: House, posted: Sequence[TestResponse]) -> list[str]:
        with house.database.read() as session:
            sent = session.scalars(sa.select(OutgoingMessage).where(OutgoingMessage.purpose.in_(ANSWERS)))
            return [message.idempotency_key for message in sent]


@dataclass(frozen=True)
class SmsWire(FromTheOutbox):
    """A provider's request for a text message."""

    channel = Channel.SMS
    path = "/sms/inbound"

    def payload(self, text: str, sender: str = "5550181") -> Payload:
        return {
            "MessageSid": f"SM{next(_ids):032d}",
            "From": f"+1202{sender}",
            "To": SETTINGS["HANDRAIL_TWILIO_FROM"],
            "Body": text,
        }

    def provider_id(self, payload: Payload) -> str:
        return str(payload["MessageSid"])

    def post(self, client: FlaskClient, payload: Payload, *, signed: bool = True) -> TestResponse:
        url = SETTINGS["HANDRAIL_PUBLIC_URL"] + self.path
        signature = RequestValidator(SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"]).compute_signature(url, payload)
        headers = {"X-Twilio-Signature": signature if signed else "bm90IG91cnM="}
        return client.post(self.path, data=payload, headers=headers)

    def post_bare(self, client: FlaskClient, payload: Payload) -> TestResponse:
        return client.post(self.path, data=payload)


@dataclass(frozen=True)
class TelegramWire(FromTheOutbox):
    """An update that Telegram posts; a message without any words has no text at all."""

    channel = Channel.TELEGRAM
    path = "/telegram/webhook"

    def payload(self, text: str, sender: str = "5550181") -> Payload:
        number, chat = next(_ids), int(f"77{sender}")
        user = {"id": chat, "is_bot": False, "first_name": "Rosa", "language_code": "en"}
        message = {"message_id": number, "from": user, "chat": {"id": chat, "type": "private"}, "date": 1_795_446_000}
        return {"update_id": 700_000_000 + number, "message": message | ({"text": text} if text else {})}

    def provider_id(self, payload: Payload) -> str:
        return f"update-{payload['update_id']}"

    def post(self, client: FlaskClient, payload: Payload, *, signed: bool = True) -> TestResponse:
        secret = _TELEGRAM["HANDRAIL_TELEGRAM_WEBHOOK_SECRET"] if signed else "not-the-secret-at-all"
        return client.post(self.path, json=payload, headers={"X-Telegram-Bot-Api-Secret-Token": secret})

    def post_bare(self, client: FlaskClient, payload: Payload) -> TestResponse:
        return client.post(self.path, json=payload)


@dataclass(frozen=True)
class VoiceWire:
    """What was pressed or said in a call, after its first prompt. The answer is spoken in the response."""

    channel = Channel.VOICE
    path = "/voice/turn?step=1&silences=0"

    def payload(self, text: str, sender: str = "5550181") -> Payload:
        call = {"CallSid": f"CA{next(_ids):032d}", "From": f"+1202{sender}", "To": SETTINGS["HANDRAIL_TWILIO_FROM"]}
        said = {"Digits": text} if text in KEYS else {"SpeechResult": text, "Confidence": "0.9"}
        return {**call, "Direction": "inbound", "CallStatus": "in-progress", **said}

    def provider_id(self, payload: Payload) -> str:
        return f"{payload['CallSid']}-1"

    def post(self, client: FlaskClient, payload: Payload, *, signed: bool = True) -> TestResponse:
        url = SETTINGS["HANDRAIL_PUBLIC_URL"] + self.path
        signature = RequestValidator(SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"]).compute_signature(url, payload)
        return client.post(self.path, data=payload, headers={"X-Twilio-Signature": signature if signed else "bm90"})

    def post_bare(self, client: FlaskClient, payload: Payload) -> TestResponse:
        return client.post(self.path, data=payload)

    def keeps(self, text: str) -> bool:
        return bool(clean_text(text))  # silence is no turn

    def answers(self, house: House, posted: Sequence[TestResponse]) -> list[str]:
        return sorted({answer.text for answer in posted if "<Say" in answer.text})


WIRES: tuple[Wire, ...] = (SmsWire(), TelegramWire(), VoiceWire())


class Providers(FakeProviders):
    """One fake for each channel."""

    def __call__(self, config: Config, phrasebook: Phrasebook) -> Mapping[Channel, Sender]:
        more = {channel: FakeProvider(phrasebook) for channel in (Channel.TELEGRAM, Channel.VOICE)}
        return {**super().__call__(config, phrasebook), **more}


@pytest.fixture(params=WIRES, ids=lambda wire: wire.channel.value)
def wire(request: pytest.FixtureRequest) -> Wire:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def settings(settings: dict[str, str]) -> dict[str, str]:
    return settings | _TELEGRAM


@pytest.fixture
def providers() -> Providers:
    return Providers()


@pytest.fixture
def client(house: House) -> FlaskClient:
    return create_app(house).test_client()
