"""One side of a telephone call: plays TwiML until the person on that side has to do something."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urljoin

from flask.testing import FlaskClient
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator
from werkzeug.test import TestResponse

from tests.voice.grammar import check

WORDS_A_MINUTE = 150
CHINESE_CHARACTERS_A_MINUTE = 240
SLOWER = 1.25
"""A rate of 80 % takes 1/0.8 of the time."""
MOST_REDIRECTS = 10
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
"""Twilio's error 12300 is for any other."""


class BrokenCall(AssertionError):
    """Twilio would have told the caller "an application error has occurred" and hung up."""


class Party(StrEnum):
    """Who speaks or hears."""

    HANDRAIL = "handrail"
    CALLER = "caller"
    DUTY = "duty"


class Ended(StrEnum):
    """How a side of the call came to its end."""

    BY_HANDRAIL = "hang-up"
    NOTHING_LEFT = "nothing left to say"
    BY_CALLER = "the caller hung up"


@dataclass(frozen=True, slots=True)
class Line:
    """Something said, pressed or played. A pause is a line without words.

    `seconds`: at 150 words or 240 Chinese characters a minute, a quarter longer where it is said slowly.
    """

    speaker: Party
    listener: Party
    words: str
    language: str = ""
    voice: str = ""
    slow: bool = False
    seconds: float = 0.0


def seconds_of(words: str) -> float:
    """How long it takes to say `words` at an ordinary pace."""
    others = [word for word in _CHINESE.sub(" ", words).split() if re.search(r"\w", word)]
    return 60 * (len(others) / WORDS_A_MINUTE + len(_CHINESE.findall(words)) / CHINESE_CHARACTERS_A_MINUTE)


def line_of(say: ET.Element, listener: Party) -> Line:
    """What a <Say> lets `listener` hear."""
    return Line(
        speaker=Party.HANDRAIL,
        listener=listener,
        words=" ".join("".join(say.itertext()).split()),
        language=say.get("language", ""),
        voice=say.get("voice", ""),
        slow=any(map(_slows, say.iter())),
        seconds=_spoken(say, 1.0) * int(say.get("loop", "1")),
    )


def _spoken(element: ET.Element, pace: float) -> float:
    if element.tag == "break":
        amount, unit = re.fullmatch(r"([\d.]+)(ms|s)", element.get("time", "0s")).groups()  # type: ignore[union-attr]
        return float(amount) / (1000 if unit == "ms" else 1)
    pace = SLOWER if _slows(element) else pace
    inner = sum(_spoken(child, pace) + seconds_of(child.tail or "") * pace for child in element)
    return seconds_of(element.text or "") * pace + inner


def _slows(element: ET.Element) -> bool:
    rate = element.get("rate", "") if element.tag == "prosody" else ""
    return rate in ("slow", "x-slow") or (rate.endswith("%") and float(rate.rstrip("%")) < 100)


@dataclass(frozen=True, slots=True)
class Post:
    """What Twilio sent and what came back."""

    url: str
    form: dict[str, str]
    answer: TestResponse


@dataclass
class Twilio:
    """Posts signed forms to Handrail, which it knows under `public_url`. `posts` keeps them all in order."""

    client: FlaskClient
    public_url: str
    auth_token: str
    posts: list[Post] = field(default_factory=list)

    def post(self, url: str, form: dict[str, str]) -> TestResponse:
        """The answer; raises BrokenCall for an address outside Handrail and for any status but 2xx."""
        answer = self.send(url, form)
        self.posts.append(Post(url, form, answer))
        return answer

    def send(self, url: str, form: dict[str, str]) -> TestResponse:
        """The same without a note of it."""
        if not url.startswith(f"{self.public_url}/"):
            raise BrokenCall(f"{url} is not below {self.public_url}")
        signature = RequestValidator(self.auth_token).compute_signature(url, form)
        path = url.removeprefix(self.public_url)
        answer = self.client.post(path, data=form, headers={SIGNATURE_HEADER: signature})
        if not 200 <= answer.status_code < 300:
            raise BrokenCall(f"{answer.status_code} from {path}: {answer.text}")
        return answer

    def twiml(self, url: str, form: dict[str, str]) -> str:
        """The TwiML that is answered; raises BrokenCall for anything that Twilio could not play."""
        answer = self.post(url, form)
        if answer.mimetype not in _XML_TYPES:
            raise BrokenCall(f"{answer.mimetype or 'nothing'} from {url}, not XML")
        if faults := check(answer.text):
            raise BrokenCall("\n".join([f"from {url}:", *faults, answer.text]))
        return answer.text


@dataclass
class Leg:
    """One side of a call.

    `waiting` is the <Gather>, <Record> or <Dial> at which it stands; `address` that of the TwiML being played,
    from which relative ones are reached; `prompt` what was heard since the person last did something.
    """

    twilio: Twilio
    fields: dict[str, str]
    listener: Party
    transcript: list[Line]
    address: str
    twiml: str = ""
    waiting: ET.Element | None = None
    ended: Ended | None = None
    prompt: list[Line] = field(default_factory=list)
    _left: list[ET.Element] = field(default_factory=list)

    def fetch(self, url: str, **more: str) -> None:
        """Posts what happened to `url` and plays the answer."""
        self.prompt = []
        self._load(url, more)
        self.go_on()

    def go_on(self) -> None:
        """Plays what is left of the TwiML, up to where it has to wait."""
        self.waiting = None
        redirects = 0
        while self._left:
            verb = self._left.pop(0)
            match verb.tag:
                case "Gather" | "Record" | "Dial":
                    self._stand_at(verb)
                    return
                case "Redirect":
                    redirects += 1
                    if redirects > MOST_REDIRECTS:
                        raise BrokenCall(f"Redirects go round and round at {self.address}")
                    _only_post(verb)
                    self._load((verb.text or "").strip(), {})
                case "Hangup":
                    self.ended = Ended.BY_HANDRAIL
                    return
                case _:
                    self._hear(verb)
        self.ended = Ended.NOTHING_LEFT

    def did(self, **what: str) -> None:
        """The person did something where the TwiML waits: posts it to the action and plays the answer."""
        assert self.waiting is not None
        _only_post(self.waiting)
        self.fetch(self.waiting.get("action", self.address), **what)

    def _load(self, url: str, more: dict[str, str]) -> None:
        self.address = urljoin(self.address, url)
        self.twiml = self.twilio.twiml(self.address, self.fields | more)
        self._left = list(ET.fromstring(self.twiml))

    def _stand_at(self, verb: ET.Element) -> None:
        if verb.tag == "Dial" and self.listener is Party.DUTY:
            raise BrokenCall("<Dial> is not allowed before the parties are connected")
        self.waiting = verb
        if verb.tag == "Gather":
            for heard in verb:
                self._hear(heard)

    def _hear(self, verb: ET.Element) -> None:
        match verb.tag:
            case "Say":
                line = line_of(verb, self.listener)
            case "Pause":
                line = Line(Party.HANDRAIL, self.listener, "", seconds=float(verb.get("length", "1")))
            case "Play":
                line = Line(Party.HANDRAIL, self.listener, f"[{(verb.text or verb.get('digits') or '').strip()}]")
            case _:
                raise BrokenCall(f"the player can't play <{verb.tag}>")
        self.prompt.append(line)
        self.transcript.append(line)


def _only_post(verb: ET.Element) -> None:
    if verb.get("method", "POST") != "POST":
        raise BrokenCall(f"<{verb.tag}> asks for {verb.get('method')}; Handrail is only posted to")
