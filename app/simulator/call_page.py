"""The page /try/call/: a telephone with a keypad for each invented resident. It works without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.simulator.calls import (
    KEYS,
    LONGEST_SPEECH,
    NOT_ANSWERED,
    NOT_RECORDED,
    OVER,
    RINGS,
    RINGS_IN_VAIN,
    TONE,
    Awaited,
    Call,
    Calls,
    Exchange,
)
from app.simulator.people import Person
from app.simulator.residents import RESIDENTS, Resident, fictional_number, resident_at, spoken, written_in
from app.simulator.twiml import Caption, Speaker
from app.simulator.words import Texts, Words
from core.config import Config

LETTERS = {"2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz"}
"""Printed on the keys, as on a real telephone."""
NAMES = {"*": "key.star", "#": "key.pound"}
"""Keys of what screen readers call a key that is no digit."""
ON_THE_LINE = {
    RINGS: "line.rings",
    NOT_ANSWERED: "line.not_answered",
    RINGS_IN_VAIN: "line.rings_in_vain",
    TONE: "line.tone",
    NOT_RECORDED: "line.not_recorded",
    OVER: "line.over",
}
"""What the line does has words in every language. What it says itself is English: so does Twilio."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the pad: what it sends, what is printed below it, and the key of its name where it is no digit."""

    value: str
    letters: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One caption as the page shows it. language, speaker_language: "" where it can't be told."""

    id: str
    origin: Speaker
    speaker: str
    speaker_language: str
    text: str
    language: str
    slow: bool


KEYPAD = tuple(Key(key, LETTERS.get(key, ""), NAMES.get(key, "")) for key in KEYS)


def call_blueprint(
    config: Config, exchange: Exchange, calls: Calls, people: Callable[[str], list[Person]], texts: Texts
) -> Blueprint:
    """The pages below /try/call/. people: gives the list beside the phone."""
    blueprint = Blueprint("calls", __name__)

    @blueprint.get("/")
    def phone() -> str:
        typed = request.args.get("phone", "").strip()
        number = fictional_number(typed) if typed else RESIDENTS[0].number
        resident, call = resident_at(number or RESIDENTS[0].number), calls.of(number or RESIDENTS[0].number)
        return render_template(
            "simulator/call.html",
            resident=resident,
            lines=_lines(call, resident, texts.here()) if call else [],
            state=_state(call),
            people=people(resident.number),
            wrong_number=typed if number is None else "",
            community=config.community_name,
            handrail_number=spoken(config.twilio_from),
            keypad=KEYPAD,
            longest=LONGEST_SPEECH,
        )

    @blueprint.post("/do")
    def do() -> Response:
        number = fictional_number(request.form.get("phone", "")) or RESIDENTS[0].number
        calls.change(number, lambda call: _done(exchange, number, call, request.form))
        return redirect(url_for("simulator.calls.phone", phone=number, _anchor="latest"), 303)

    return blueprint


def _done(exchange: Exchange, number: str, call: Call | None, form: MultiDict[str, str]) -> Call | None:
    """The call after the button that was pressed."""
    if call is None or call.waits is None:
        return exchange.dial(number) if form.get("do") == "call" else call
    if key := form.get("key"):
        return exchange.press(call, key)
    match form.get("do"):
        case "silence":
            return exchange.stay_silent(call)
        case "pick-up":
            return exchange.pick_up(call)
        case "hang-up":
            return exchange.hang_up(call)
        case _:
            return exchange.say(call, form.get("words", ""))


def _state(call: Call | None) -> Awaited | None:
    return call.waits.awaited if call and call.waits else None


def _lines(call: Call, resident: Resident, words: Words) -> list[Line]:
    numbered = enumerate(call.captions, start=call.forgotten)
    return [_line(f"c-{call.sid[-8:]}-{number}", caption, resident, words) for number, caption in numbered]


def _line(line_id: str, caption: Caption, resident: Resident, words: Words) -> Line:
    speakers = {Speaker.HANDRAIL: ("Handrail", "en"), Speaker.LINE: (words.t("speaker.line"), words.language)}
    speaker, speaker_language = speakers.get(caption.speaker, (resident.name, resident.name_language))
    happened = ON_THE_LINE.get(caption.text) if caption.speaker is Speaker.LINE else None
    return Line(
        id=line_id,
        origin=caption.speaker,
        speaker=speaker,
        speaker_language=speaker_language,
        text=words.t(happened) if happened else caption.text,
        language=words.language if happened else caption.language or written_in(caption.text, resident),
        slow=caption.slow,
    )
