"""The page /try/chat/: a chat with the bot for each invented resident. It works without JavaScript."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.simulator.chats import LONGEST_TEXT, Message, Origin, Shared, chat_of
from app.simulator.people import Person
from app.simulator.residents import RESIDENTS, Resident, fictional_number, resident_at, spoken, written_in
from app.simulator.telegram import TelegramStandIn
from app.simulator.things import FILES, PLACES, VOICE_SECONDS, place_named
from app.simulator.words import Texts, Words
from core.config import Config

START, POSTER = "/start", "/start meals"
"""What Telegram sends for its Start button, and for the link t.me/<bot>?start=meals."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message as the page shows it. language, speaker_language: "" where it can't be told."""

    message: Message
    speaker: str
    speaker_language: str
    language: str
    facts: str


def chat_blueprint(
    config: Config, stand_in: TelegramStandIn, people: Callable[[str], list[Person]], texts: Texts
) -> Blueprint:
    """The pages below /try/chat/. people: gives the list beside the phone."""
    blueprint = Blueprint("chats", __name__)
    chats = stand_in.chats

    def shown(number: str) -> dict[str, object]:
        resident, chat_id, words = resident_at(number), chat_of(number), texts.here()
        thread = chats.thread(chat_id)
        return {
            "resident": resident,
            "people": people(number),
            "lines": [_line(message, resident, config, words) for message in thread],
            "keys": chats.keys(chat_id),
            "start": "" if thread else START,
            "typing": chats.typing(chat_id),
            "number": spoken(number),
            "voice_note": FILES[Shared.VOICE].name,
            "voice_seconds": VOICE_SECONDS,
            "picture": FILES[Shared.PICTURE].name,
        }

    @blueprint.get("/")
    def phone() -> str:
        typed = request.args.get("phone", "").strip()
        number = fictional_number(typed) if typed else RESIDENTS[0].number
        page = shown(number or RESIDENTS[0].number)
        return render_template(
            "simulator/chat.html",
            **page,
            wrong_number=typed if number is None else "",
            community=config.community_name,
            places=PLACES,
            menu=stand_in.menu(resident_at(number or RESIDENTS[0].number).language),
            poster=POSTER,
            longest=LONGEST_TEXT,
            look=secrets.token_hex(4),  # a link to where one is already would not fetch anything
        )

    @blueprint.get("/thread")
    def thread() -> str:
        number = fictional_number(request.args.get("phone", "")) or RESIDENTS[0].number
        return render_template("simulator/chat_news.html", **shown(number))

    @blueprint.post("/do")
    def do() -> Response:
        number = fictional_number(request.form.get("phone", "")) or RESIDENTS[0].number
        _do(stand_in, chat_of(number), request.form)
        return redirect(url_for("simulator.chats.phone", phone=number, _anchor="latest"), 303)

    return blueprint


def _do(stand_in: TelegramStandIn, chat_id: int, form: MultiDict[str, str]) -> None:
    """What the pressed button stands for."""
    message, _, data = form.get("press", "").partition(" ")
    if message.isdecimal():
        stand_in.presses(chat_id, int(message), data)
        return
    match form.get("share"):
        case "location":
            stand_in.is_at(chat_id, place_named(form.get("place", "")))
        case "contact":
            stand_in.shares(chat_id, Shared.NUMBER)
        case "voice":
            stand_in.shares(chat_id, Shared.VOICE)
        case "picture":
            stand_in.shares(chat_id, Shared.PICTURE)
        case _:
            if text := form.get("text", "").strip():
                stand_in.writes(chat_id, text[:LONGEST_TEXT])


def _line(message: Message, resident: Resident, config: Config, words: Words) -> Line:
    facts = [f"{message.at.astimezone(config.timezone):%H:%M}"]
    if message.origin is Origin.RESIDENT:
        facts.append(words.t(f"progress.{message.status}"))
    elif message.origin is Origin.TELEGRAM:
        facts.append(words.t("chat.for_a_moment"))
    speakers = {Origin.HANDRAIL: (config.community_name, ""), Origin.TELEGRAM: ("Telegram", "en")}
    speaker, speaker_language = speakers.get(message.origin, (resident.name, resident.name_language))
    language = written_in(message.text or (message.place.address if message.place else ""), resident)
    return Line(message, speaker, speaker_language, language, " · ".join(facts))
