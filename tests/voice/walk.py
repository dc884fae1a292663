"""A walk through all that can be heard in a call: every key and some words at every prompt, each prompt once."""

from __future__ import annotations

import re
import sqlite3
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urljoin

import sqlalchemy as sa

from app.wiring import House
from core.db.models.conversation import InboundMessage
from tests.voice.conftest import ROSE
from tests.voice.leg import SLOWER, Line, Party, Twilio, line_of
from voice.render import MOST_SILENCES

KEYS = "1234567890*#"
WORDS_UP_TO = 2
"""Steps after which only keys are tried: words mean the same wherever they are said."""
WORDS = {
    "1": ("hot meal near mill street", "I need a hot meal", "my husband hits me every day", "the kitchen is on fire",
          "slower please", "repeat", "yes", "no", "thank you", "wubble", "hot meals, and a ride to the doctor"),
    "2": ("我想吃热饭", "家里着火了"),
    "3": ("necesito comida caliente", "mi marido me pega"),
}  # fmt: skip
"""What is said on a walk, by the key that chooses the language."""
DEPTH = {"1": 4, "2": 2, "3": 2}
AFRAID, NUMBERS = WORDS["1"][2:3], ("202 555 0123",)
_SAID_DIGIT = re.compile(r"(?:press|marque|按)\s?(\d)")
_DIGIT_LAST = re.compile(r"(?:press|marque|按)\s?\d[.。]$")
_RINGS_IN_VAIN = "(nobody takes it)"
_TWIML_OF_CALL = {"CallSid": "CA" + "7" * 32, "To": "+12025550199", "Direction": "inbound"}


@dataclass(frozen=True)
class Prompt:
    """What is heard at one place. way: the keys and words that lead there. of: the keys of its Reply."""

    way: tuple[str, ...]
    of: tuple[str, ...]
    twiml: str

    @cached_property
    def lines(self) -> list[Line]:
        """Every Say."""
        return [line_of(say, Party.CALLER) for say in ET.fromstring(self.twiml).iter("Say")]

    @property
    def seconds(self) -> float:
        return sum(line.seconds for line in self.lines)

    @property
    def seconds_as_usual(self) -> float:
        """The same at the usual pace, also where it is said slowly."""
        return sum(line.seconds / (SLOWER if line.slow else 1) for line in self.lines)

    @property
    def words(self) -> str:
        return " | ".join(line.words for line in self.lines)

    @property
    def options(self) -> list[str]:
        """The digits that the lines name, in order, "0" too."""
        return _SAID_DIGIT.findall(self.words)

    @property
    def digit_before_option(self) -> list[str]:
        """Lines that name a digit anywhere but at the end of what it stands for."""
        named = [line.words for line in self.lines if _SAID_DIGIT.search(line.words)]
        return [words for words in named if not _DIGIT_LAST.search(words)]

    @property
    def gather(self) -> ET.Element | None:
        return ET.fromstring(self.twiml).find("Gather")

    @property
    def ends_in(self) -> str:
        """What the caller is left with: "Gather", "Record", "Dial" or "Hangup"."""
        tags = [verb.tag for verb in ET.fromstring(self.twiml)]
        return next((tag for tag in ("Gather", "Dial", "Record", "Hangup") if tag in tags), "nothing")


@dataclass
class _Place:
    """Where the walk stands: the whole database at that moment, and what is posted to next."""

    prompt: Prompt
    base: sqlite3.Connection
    address: str


@dataclass
class Walk:
    """Goes to everything reachable within `depth` steps by `KEYS` and `words`. The house must be on SQLite: it is put
    back to where it was for each step. A duty telephone rings in vain. caller: its number, as the carrier tells it.
    """

    house: House
    twilio: Twilio
    words: tuple[str, ...]
    depth: int
    caller: str = ROSE
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def prompts(self, *before: str) -> Iterator[Prompt]:
        """Every prompt once, the nearest first; silence after each of them too. before: keys pressed at first."""
        url = f"{self.twilio.public_url}/voice/inbound"
        places = deque([self._place(url, {}, ())])
        for key in before:
            places.append(self._step(places.pop(), key))
        yield places[0].prompt
        while places:
            place = places.popleft()
            yield from self._silences(place)
            if len(place.prompt.way) - len(before) < self.depth:
                new = len(place.prompt.way) - len(before) < WORDS_UP_TO
                for way in self._ways(place, *(self.words if new else ())):
                    next_place = self._step(place, way)
                    if next_place.prompt.of not in self.seen:
                        self.seen.add(next_place.prompt.of)
                        yield next_place.prompt
                        if next_place.prompt.ends_in in ("Gather", "Dial"):
                            places.append(next_place)

    def _silences(self, place: _Place) -> Iterator[Prompt]:
        self._restore(place.base)
        prompt, address = place.prompt, place.address
        while prompt.ends_in == "Gather" and len(prompt.way) < len(place.prompt.way) + MOST_SILENCES:
            silent = self._place(address, {}, (*prompt.way, "-"), of=prompt.of)
            prompt, address = silent.prompt, silent.address
            yield prompt

    def _ways(self, place: _Place, *words: str) -> tuple[str, ...]:
        return (_RINGS_IN_VAIN,) if place.prompt.ends_in == "Dial" else (*KEYS, *words)

    def _step(self, place: _Place, way: str) -> _Place:
        self._restore(place.base)
        if way == _RINGS_IN_VAIN:
            said = {"DialCallStatus": "no-answer"}
        else:
            said = {"Digits": way} if way in KEYS else {"SpeechResult": way, "Confidence": "0.9"}
        return self._place(place.address, said, (*place.prompt.way, way))

    def _place(self, url: str, said: dict[str, str], way: tuple[str, ...], of: tuple[str, ...] = ()) -> _Place:
        twiml = self.twilio.twiml(url, _TWIML_OF_CALL | {"From": self.caller} | said)
        waits = [verb for verb in ET.fromstring(twiml) if verb.tag in ("Gather", "Dial")][:1]
        action = waits[0].get("action", "") if waits else ""
        base = sqlite3.connect(":memory:")
        with sqlite3.connect(self._file) as now:
            now.backup(base)
        return _Place(Prompt(way, of or self._reply_keys(), twiml), base, urljoin(url, action))

    def _restore(self, base: sqlite3.Connection) -> None:
        with sqlite3.connect(self._file) as now:
            base.backup(now)

    @property
    def _file(self) -> str:
        return str(sa.make_url(self.house.database.url).database)

    def _reply_keys(self) -> tuple[str, ...]:
        with self.house.database.read() as session:
            newest = sa.select(InboundMessage.reply).order_by(InboundMessage.received_at.desc()).limit(1)
            reply = session.scalars(newest).one()
        choices = [choice["label"] for choice in reply["choices"]]
        names = [str(label["params"]) for label in choices if label["key"] == "choice.group"]
        return (reply["language"], *(line["key"] for line in reply["say"]), *(c["key"] for c in choices), *names)
