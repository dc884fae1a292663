"""The page /try/: an old phone for each invented resident. It works without JavaScript."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.simulator.bot_api import bot_api
from app.simulator.call_page import call_blueprint
from app.simulator.calls import Calls, Exchange
from app.simulator.calls_api import calls_api
from app.simulator.chat_page import chat_blueprint
from app.simulator.chats import Chats
from app.simulator.courier import Courier
from app.simulator.network import LONGEST_BODY, Network, Origin, Text
from app.simulator.people import language_of, people, visible
from app.simulator.residents import RESIDENTS, Resident, fictional_number, resident_at, spoken
from app.simulator.stand_in import TwilioStandIn, twilio_blueprint
from app.simulator.telegram import TelegramStandIn
from app.simulator.words import Texts, Words
from core.clock import SystemClock
from core.config import Config

QUICK_DIGITS = (("1", ""), ("2", "abc"), ("3", "def"), ("0", ""))


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text as the page shows it. language, speaker_language: "" where it can't be told."""

    sid: str
    origin: Origin
    speaker: str
    speaker_language: str
    body: str
    language: str
    facts: str


def simulator_blueprint(config: Config) -> Blueprint:
    """/try/ and, below /try/twilio and /try/telegram, the stand-ins that HANDRAIL_TWILIO_API_BASE and
    HANDRAIL_TELEGRAM_API_BASE point at in the demo."""
    clock = SystemClock()
    network = Network(clock)
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
    texts = Texts.of(config.languages)
    texts.serve(blueprint)
    blueprint.register_blueprint(twilio_blueprint(stand_in), url_prefix="/twilio")
    exchange, calls = Exchange.of(config, courier.ask), Calls()
    blueprint.register_blueprint(calls_api(exchange, calls, config.twilio_auth_token, courier), url_prefix="/twilio")
    calling = call_blueprint(config, exchange, calls, lambda number: people(network, number), texts)
    blueprint.register_blueprint(calling, url_prefix="/call")
    telegram = TelegramStandIn(config, Chats(clock), courier, clock)
    blueprint.register_blueprint(bot_api(telegram), url_prefix="/telegram")
    chatting = chat_blueprint(config, telegram, lambda number: people(network, number), texts)
    blueprint.register_blueprint(chatting, url_prefix="/chat")

    def shown(number: str) -> dict[str, object]:
        resident = resident_at(number)
        bubbles = [_bubble(text, resident, config, texts.here()) for text in visible(network, number)]
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


def _bubble(text: Text, resident: Resident, config: Config, words: Words) -> Bubble:
    facts = [_clock_time(text.at, config), words.t(f"progress.{text.status}")]
    if text.origin is not Origin.RESIDENT:
        size = text.size
        key = "text.segment" if size.segments == 1 else "text.segments"
        facts.append(words.t(key, count=size.segments, encoding=size.encoding))
    speakers = {Origin.HANDRAIL: ("Handrail", "en"), Origin.NETWORK: (words.t("speaker.network"), words.language)}
    speaker, speaker_language = speakers.get(text.origin, (resident.name, resident.name_language))
    return Bubble(
        sid=text.sid,
        origin=text.origin,
        speaker=speaker,
        speaker_language=speaker_language,
        body=text.body,
        language=language_of(text, resident),
        facts=" · ".join(facts),
    )


def _clock_time(at: datetime, config: Config) -> str:
    return f"{at.astimezone(config.timezone):%H:%M}"
