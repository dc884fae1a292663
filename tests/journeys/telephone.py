"""A landline in the journeys: calls to the real webhooks, and those that we place and that are picked up at once."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from flask.testing import FlaskClient

from app.web import create_app
from app.wiring import House
from app.worker import Worker
from core.outbox.sender import Envelope
from tests.fakes import StandingClock
from tests.voice.player import Call

_DICTATED = re.compile(r"(?<!\d)\d(?: \d)+(?:, \d(?: \d)*)*(?!\d)")
_AT_ANY_TIME = "1"


def as_heard(said: str) -> str:
    """What was said, noted down as one writes it: "2 0 2, 5 5 5, 0 1 0 0" is 202-555-0100."""
    return _DICTATED.sub(lambda number: number[0].replace(" ", "").replace(",", "-"), said)


@dataclass
class Exchange:
    """The telephone network: lets residents call, and rings them as the Sender of our calls.

    Nobody waits on the line for us: who is asked when to call back says at any time, and at the tone, or when we ring,
    they put the receiver down.
    """

    calls: dict[str, Call] = field(default_factory=dict)
    heard: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    ringing: list[tuple[Call, Envelope]] = field(default_factory=list)
    when_to_call: frozenset[str] = frozenset()
    """How they are asked when to call back, in each language."""
    client: FlaskClient | None = None

    def connect(self, house: House, clock: StandingClock) -> None:
        """Put through to the house from now on. Each post comes a second after the last: what came last is known."""
        app = create_app(house)
        app.before_request(lambda: clock.forward(timedelta(seconds=1)))
        self.client = app.test_client()
        self.when_to_call = frozenset(house.phrasebook.text("call_back.ask", tag) for tag in house.config.languages)

    def dial(self, number: str) -> None:
        """Call Handrail, where no call is open."""
        if number not in self.calls:
            assert self.client
            self._hears(Call(self.client, number).dial())

    def speak(self, number: str, words: str) -> None:
        """Press the key that `words` are, or say them."""
        call = self.calls[number]
        self._hears(call.press(words) if words.isdigit() else call.say(words))

    def hang_up(self, *numbers: str) -> None:
        """Put the receiver down: at `numbers`, else everywhere."""
        for number in numbers or tuple(self.calls):
            if call := self.calls.pop(number, None):
                call.hang_up()

    def send(self, envelope: Envelope) -> str:
        """A call that we place: it rings until `pick_up`."""
        assert self.client
        call = Call(self.client, envelope.address)
        self.ringing.append((call, envelope))
        return call.sid

    def find_sent(self, envelope: Envelope) -> str | None:
        return None

    def pick_up(self) -> None:
        """Whoever is rung answers the telephone."""
        while self.ringing:
            call, envelope = self.ringing.pop(0)
            self.hang_up(call.caller)
            self._hears(call.pick_up(f"/voice/outbound?message={envelope.message_id}"))

    def to(self, number: str) -> list[str]:
        """All that was said at `number`, a prompt each, the oldest first."""
        return self.heard[number]

    def _hears(self, call: Call) -> None:
        self.heard[call.caller].append(as_heard(call.said))
        self.calls[call.caller] = call
        if any(asked in call.said for asked in self.when_to_call):
            self._hears(call.press(_AT_ANY_TIME))
        elif call.waiting == "Record":
            self.hang_up(call.caller)
        elif call.ended:
            del self.calls[call.caller]


class RingingWorker(Worker):
    """A worker after whose rounds everyone who was rung has picked up."""

    def __init__(self, house: House, exchange: Exchange) -> None:
        super().__init__(house)
        self._exchange = exchange

    def run_once(self) -> int:
        done = super().run_once()
        self._exchange.pick_up()
        return done
