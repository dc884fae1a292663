"""Calls that Handrail places: what Twilio is asked for over real HTTP, and what its answers mean."""

from __future__ import annotations

import socket
import threading
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from flask import Flask, Response, jsonify, make_response, request

from app.wiring import channels
from core.config import Config
from core.db.models.outgoing import Purpose
from core.messages import Channel, Reply, Say
from core.outbox.sender import Blame, DeliveryError, Envelope
from tests.conftest import SETTINGS
from tests.fakes import A_MONDAY_MORNING
from voice.errors import refusal
from voice.sender import VoiceSender

ROSE = "+12025550181"


@dataclass
class CallsApi:
    """A stand-in for Twilio's Calls resource (twilio.com/docs/voice/api/call-resource): create and list."""

    placed: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    at: datetime = A_MONDAY_MORNING

    def app(self) -> Flask:
        app = Flask(__name__)
        address = "/2010-04-01/Accounts/<account>/Calls.json"
        app.add_url_rule(address, "create", self.create, methods=["POST"])
        app.add_url_rule(address, "list", self.list, methods=["GET"])
        return app

    def create(self, account: str) -> Response:
        self.asked.append(request.form.to_dict(flat=False))
        return make_response(jsonify(self.place(request.form["To"])), 201)

    def place(self, to: str, status: str = "queued") -> dict[str, Any]:
        """A call of ours that Twilio took."""
        made = {"sid": f"CA{len(self.placed):032x}", "to": to, "from": SETTINGS["HANDRAIL_TWILIO_FROM"]}
        made |= {"status": status, "date_created": format_datetime(self.at), "direction": "outbound-api"}
        self.placed.append(made)
        return made

    def list(self, account: str) -> Response:
        found = [c for c in reversed(self.placed) if c["to"] == request.args["To"]]
        found = [c for c in found if c["from"] == request.args["From"]]
        return jsonify(calls=found, page=0, page_size=50, next_page_uri=None, uri=request.full_path)


@pytest.fixture
def api() -> CallsApi:
    return CallsApi()


def sender_to(address: str) -> VoiceSender:
    return VoiceSender(Config.from_env({**SETTINGS, "HANDRAIL_TWILIO_API_BASE": address}), http_seconds=0.5)


def letter(to: str = ROSE, at: datetime = A_MONDAY_MORNING) -> Envelope:
    return Envelope(uuid.uuid4(), to, Reply((Say("followup.ask"),), "en"), at, Purpose.STARTED)


def refused(sender: VoiceSender, envelope: Envelope) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        sender.send(envelope)
    assert ROSE not in str(raised.value)
    return raised.value


def test_twilio_calls_them_and_asks_us_what_to_say(api, serve):
    envelope = letter()
    assert sender_to(serve(api.app())).send(envelope) == api.placed[0]["sid"]
    assert api.asked == [
        {
            "To": [ROSE],
            "From": [SETTINGS["HANDRAIL_TWILIO_FROM"]],
            "Url": [f"https://handrail.example/voice/outbound?message={envelope.message_id}"],
            "StatusCallback": ["https://handrail.example/voice/status"],
            "StatusCallbackEvent": ["completed"],
            "MachineDetection": ["Enable"],
            "Timeout": ["25"],
        }
    ]


def test_a_volunteer_is_rung_without_listening_for_a_mailbox(api, serve):
    envelope = replace(letter(), purpose=Purpose.CONNECT)
    sender_to(serve(api.app())).send(envelope)
    assert api.asked[0]["Url"] == [f"https://handrail.example/voice/ring?message={envelope.message_id}"]
    assert "MachineDetection" not in api.asked[0]


def test_who_withheld_their_number_can_not_be_called(api, serve):
    error = refused(sender_to(serve(api.app())), letter("withheld:CA1"))
    assert (error.code, error.retryable, error.blame) == ("withheld", False, Blame.CONTACT)
    assert not api.asked


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, 21211, ("21211", False, False, Blame.CONTACT)),
        (401, 20003, ("20003", False, False, Blame.OPERATOR)),
        (400, 21216, ("21216", False, False, Blame.OPERATOR)),
        (429, 20429, ("20429", True, False, Blame.NETWORK)),
        (400, 10004, ("10004", True, False, Blame.NETWORK)),
        (503, 20503, ("20503", True, False, Blame.NETWORK)),
        (500, 20500, ("20500", True, True, Blame.NETWORK)),
    ],
)
def test_what_twilio_refuses(api, serve, status, code, expected):
    app = api.app()
    app.before_request(lambda: make_response(jsonify(code=code, message=f"about {ROSE}", status=status), status))
    error = refused(sender_to(serve(app)), letter())
    assert (error.code, error.retryable, error.uncertain, error.blame) == expected


def test_too_many_at_once_waits_as_long_as_it_is_told(api, serve):
    app = api.app()
    app.before_request(lambda: Response("{}", 429, {"Retry-After": "7"}))
    error = refused(sender_to(serve(app)), letter())
    assert (error.code, error.retryable, error.uncertain, error.retry_after) == ("20429", True, False, 7)


def test_an_error_without_a_code_is_judged_by_its_status():
    error = refusal(None, 418)
    assert (error.code, error.retryable, error.blame) == ("http-418", False, Blame.OPERATOR)
    assert refusal(408, 408).retryable


def test_nobody_there_took_nothing():
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    error = refused(sender_to(f"http://127.0.0.1:{port}"), letter())
    assert (error.code, error.retryable, error.uncertain) == ("connection", True, False)


def test_an_answer_that_comes_too_late_is_found_again(api, serve):
    app, released = api.app(), threading.Event()

    @app.after_request
    def dawdle(response: Response) -> Response:
        released.wait(5)
        return response

    sender, envelope = sender_to(serve(app)), letter()
    error = refused(sender, envelope)
    released.set()
    assert (error.code, error.retryable, error.uncertain) == ("timeout", True, True)
    assert sender.find_sent(envelope) == api.placed[0]["sid"]


@pytest.mark.parametrize(
    ("what_was_placed", "age", "status"),
    [
        (ROSE, timedelta(minutes=5), "completed"),
        ("+12025550182", timedelta(), "queued"),
        (ROSE, timedelta(), "failed"),
    ],
)
def test_another_call_is_not_taken_for_this_one(api, serve, what_was_placed, age, status):
    api.at -= age
    api.place(what_was_placed, status)
    assert sender_to(serve(api.app())).find_sent(letter()) is None


def test_no_number_is_written_into_a_log(api, serve, caplog):
    caplog.set_level("DEBUG")
    sender = sender_to(serve(api.app()))
    sender.send(letter())
    sender.find_sent(letter())
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("werkzeug", "urllib3"))]
    assert not [line for line in ours if "555" in line or "Calls.json" in line]


def test_the_house_calls_through_it(house):
    assert isinstance(channels(house.config, house.phrasebook)[Channel.VOICE], VoiceSender)
