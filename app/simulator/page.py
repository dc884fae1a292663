"""The page /try/: an old phone for each invented resident. It works without JavaScript."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.simulator.call_page import call_blueprint
from app.simulator.calls import Calls, Exchange
from app.simulator.calls_api import calls_api
from app.simulator.courier import Courier
from app.simulator.network import LONGEST_BODY, Network, Origin, Status, Text
from app.simulator.people import language_of, people, visible
from app.simulator.residents import RESIDENTS, Resident, fictional_number, resident_at, spoken
from app.simulator.stand_in import TwilioStandIn, twilio_blueprint
from core.clock import SystemClock
from core.config import Config

QUICK_DIGITS = (("1", ""), ("2", "abc"), ("3", "def"), ("0", "person"))
_PROGRESS = {
    Status.QUEUED: "on its way",
    Status.SENT: "on its way",
    Status.DELIVERED: "delivered",
    Status.SENDING: "sending",
    Status.RECEIVED: "sent",
    Status.FAILED: "not sent: Handrail did not take it. Please send it again.",
}
_SPEAKER = {Origin.HANDRAIL: "Handrail", Origin.NETWORK: "Phone network"}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text as the page shows it; `language` is "" where it can't be told."""

    sid: str
    origin: Origin
    speaker: str
    body: str
    language: str
    facts: str


def simulator_blueprint(config: Config) -> Blueprint:
    """/try/ and, below /try/twilio, the stand-in that HANDRAIL_TWILIO_API_BASE points at in the demo."""
    network = Network(SystemClock())
    courier = Courier(config.twilio_auth_token)
    stand_in = TwilioStandIn(
        account_sid=config.twilio_account_sid,
        auth_token=config.twilio_auth_token,
        number=config.twilio_from,
        inbound_url=config.public_url + "/sms/inbound",
        network=network,
        courier=courier,
    )
    blueprint = Blueprint("simulator", __name__, url_prefix="/try", template_folder="templates", static_folder="static")
    blueprint.register_blueprint(twilio_blueprint(stand_in), url_prefix="/twilio")
    exchange, calls = Exchange.of(config, courier.ask), Calls()
    blueprint.register_blueprint(calls_api(exchange, calls, config.twilio_auth_token, courier), url_prefix="/twilio")
    calling = call_blueprint(config, exchange, calls, lambda number: people(network, number))
    blueprint.register_blueprint(calling, url_prefix="/call")

    def shown(number: str) -> dict[str, object]:
        resident = resident_at(number)
        bubbles = [_bubble(text, resident, config) for text in visible(network, number)]
        return {"resident": resident, "bubbles": bubbles, "people": people(network, number)}

    @blueprint.get("/")
    def phone() -> str:
        typed = request.args.get("phone", "").strip()
        number = fictional_number(typed) if typed else RESIDENTS[0].number
        return render_template(
            "simulator/phone.html",
            **shown(number or RESIDENTS[0].number),
            wrong_number=typed if number is None else "",
            community=config.community_name,
            handrail_number=spoken(config.twilio_from),
            digits=QUICK_DIGITS,
            longest=LONGEST_BODY,
            look=secrets.token_hex(4),  # a link to where one is already would not fetch anything
        )

    @blueprint.get("/thread")
    def thread() -> str:
        number = fictional_number(request.args.get("phone", "")) or RESIDENTS[0].number
        return render_template("simulator/news.html", **shown(number))

    @blueprint.post("/send")
    def send() -> Response:
        number = fictional_number(request.form.get("phone", "")) or RESIDENTS[0].number
        words = request.form.get("quick") or request.form.get("text", "")
        if words.strip():
            stand_in.resident_texts(number, words[:LONGEST_BODY])
        return redirect(url_for("simulator.phone", phone=number, _anchor="latest"), 303)

    return blueprint


def _bubble(text: Text, resident: Resident, config: Config) -> Bubble:
    facts = [_clock_time(text.at, config), _PROGRESS[text.status]]
    if text.origin is not Origin.RESIDENT:
        size = text.size
        facts.append(f"{size.segments} {'segment' if size.segments == 1 else 'segments'} ({size.encoding})")
    return Bubble(
        sid=text.sid,
        origin=text.origin,
        speaker=_SPEAKER.get(text.origin, resident.name),
        body=text.body,
        language=language_of(text, resident),
        facts=" · ".join(facts),
    )


def _clock_time(at: datetime, config: Config) -> str:
    return f"{at.astimezone(config.timezone):%H:%M}"
