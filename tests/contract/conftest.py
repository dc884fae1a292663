"""What every channel must do with whatever comes in. A new channel adds one `Wire` to `WIRES`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from app.web import create_app
from app.wiring import House
from core.messages import Channel
from tests.conftest import SETTINGS

_ids = itertools.count(1)


@dataclass(frozen=True)
class SmsWire:
    """A provider's request for a text message."""

    channel = Channel.SMS
    path = "/sms/inbound"

    def payload(self, text: str, sender: str = "+12025550181", message_id: str = "") -> dict[str, str]:
        return {
            "MessageSid": message_id or f"SM{next(_ids):032d}",
            "From": sender,
            "To": SETTINGS["HANDRAIL_TWILIO_FROM"],
            "Body": text,
        }

    def post(self, client: FlaskClient, payload: Mapping[str, str], *, signed: bool = True) -> TestResponse:
        url = SETTINGS["HANDRAIL_PUBLIC_URL"] + self.path
        signature = RequestValidator(SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"]).compute_signature(url, payload)
        headers = {"X-Twilio-Signature": signature if signed else "bm90IG91cnM="}
        return client.post(self.path, data=payload, headers=headers)


WIRES = [SmsWire()]


@pytest.fixture(params=WIRES, ids=lambda wire: wire.channel.value)
def wire(request: pytest.FixtureRequest) -> SmsWire:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def client(house: House) -> FlaskClient:
    return create_app(house).test_client()
