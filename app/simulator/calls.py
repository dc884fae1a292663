"""A stand-in for Twilio's voice side: it connects a phone and Handrail, plays the answers, and waits for the caller.

Models twilio.com/docs/voice/twiml as far as Handrail uses it. Nothing is recorded; the duty telephone rings in vain.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urljoin

from app.simulator.twiml import Caption, Speaker, TwimlError, Verbs, spoken, verbs_of
from core.config import Config

KEYS = tuple("123456789*0#")
"""In the order of a telephone's keypad."""
LONGEST_SPEECH = 400
"""Characters of what a caller says at once."""
CALLS_KEPT = 50
CAPTIONS_KEPT = 200
"""Of one call; the oldest go first."""
RINGS_IN_VAIN = "The duty telephone rings. Nobody answers."
TONE = "A tone sounds."
NOT_RECORDED = "The demo records no voice: nobody will hear this."
APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
"""What Twilio says where the answer is missing or broken."""
RINGS = "The phone rings."
NOT_ANSWERED = "The phone has stopped ringing."
OVER = "The call has ended."
_RECOGNISED = "0.9"  # how sure the recogniser is of typed words
_RECORDING_ENDS = "#"

Post = Callable[[str, Mapping[str, str]], str | None]
"""Posts a form, signed, to an address; gives the answer's body, None where there was none."""


class Awaited(StrEnum):
    """What a call waits for."""

    ANSWER = "answer"
    RECORDING = "recording"
    PICK_UP = "pick-up"


@dataclass(frozen=True, slots=True)
class Wait:
    """A <Gather> or <Record> that waits, or a phone that rings. action: where its result is posted. rest: the verbs
    after it, which are played where nothing is posted. hears_silence: whether silence is a result too.
    """

    awaited: Awaited
    action: str
    rest: Verbs
    hears_silence: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One call of `phone`. address: of the TwiML that is being played. waits: None once it is over. forgotten: how many
    captions were dropped before the first. by_handrail: it was Handrail that called.
    """

    sid: str
    phone: str
    address: str
    captions: tuple[Caption, ...] = ()
    waits: Wait | None = None
    forgotten: int = 0
    by_handrail: bool = False

    def heard(self, *captions: Caption) -> Call:
        """The call with more captions."""
        everything = (*self.captions, *captions)
        kept = everything[-CAPTIONS_KEPT:]
        return replace(self, captions=kept, forgotten=self.forgotten + len(everything) - len(kept))

    def on_the_line(self, text: str) -> Call:
        """The call with something that the line itself did."""
        return self.heard(Caption(Speaker.LINE, text, "en"))


@dataclass(frozen=True, slots=True)
class Exchange:
    """Leads calls to `number`. Each method gives the call as it stands after; of one that is over, unchanged."""

    account_sid: str
    number: str
    inbound_url: str
    status_url: str
    post: Post

    @classmethod
    def of(cls, config: Config, post: Post) -> Exchange:
        """The exchange that knows Handrail's addresses, as they would be entered at Twilio."""
        voice = config.public_url + "/voice/"
        return cls(config.twilio_account_sid, config.twilio_from, voice + "inbound", voice + "status", post)

    def dial(self, phone: str) -> Call:
        """`phone` calls Handrail."""
        call = Call(_fresh_sid(), phone, self.inbound_url)
        return self._fetch(call, self.inbound_url, CallStatus="ringing")

    def ring(self, phone: str, url: str) -> Call:
        """Handrail calls `phone`, which rings until somebody picks it up. url: what is played then."""
        waits = Wait(Awaited.PICK_UP, url, (), hears_silence=False)
        return Call(_fresh_sid(), phone, url, waits=waits, by_handrail=True).on_the_line(RINGS)

    def pick_up(self, call: Call) -> Call:
        """A person answers the phone that rings."""
        if call.waits is None or call.waits.awaited is not Awaited.PICK_UP:
            return call
        return self._fetch(call, call.waits.action, AnsweredBy="human")

    def press(self, call: Call, key: str) -> Call:
        """One of `KEYS`, also while something is being said."""
        if call.waits is None or call.waits.awaited is Awaited.PICK_UP or key not in KEYS:
            return call
        if call.waits.awaited is Awaited.RECORDING:
            return self._recorded(call, call.waits) if key == _RECORDING_ENDS else call
        pressed = call.heard(Caption(Speaker.RESIDENT, f"({key})"))
        return self._fetch(pressed, call.waits.action, Digits=key)

    def say(self, call: Call, words: str) -> Call:
        """Words, which the recogniser hears as they are typed."""
        words = " ".join(words.split())[:LONGEST_SPEECH]
        if call.waits is None or call.waits.awaited is Awaited.PICK_UP or not words:
            return call
        said = call.heard(Caption(Speaker.RESIDENT, words))
        if call.waits.awaited is Awaited.RECORDING:
            return self._recorded(said.on_the_line(NOT_RECORDED), call.waits)
        return self._fetch(said, call.waits.action, SpeechResult=words, Confidence=_RECOGNISED)

    def stay_silent(self, call: Call) -> Call:
        """Nothing, until Handrail stops waiting."""
        if call.waits is None or call.waits.awaited is Awaited.PICK_UP:
            return call
        silent = call.heard(Caption(Speaker.RESIDENT, "(…)"))
        if call.waits.hears_silence:
            return self._fetch(silent, call.waits.action)
        return self._play(silent, call.waits.rest)

    def hang_up(self, call: Call) -> Call:
        """The caller puts the phone down, or doesn't pick it up."""
        if call.waits is None:
            return call
        if call.waits.awaited is Awaited.PICK_UP:
            self.report(call, "no-answer")
            return replace(call.on_the_line(NOT_ANSWERED), waits=None)
        return self._end(call)

    def _recorded(self, call: Call, waits: Wait) -> Call:
        return self._fetch(call, waits.action, RecordingUrl="", RecordingDuration="0")

    def _fetch(self, call: Call, url: str, **did: str) -> Call:
        """Tells Handrail what the caller did, and plays its answer."""
        call = replace(call, address=url, waits=None)
        answer = self.post(url, self._form(call) | did)
        try:
            verbs = verbs_of(answer or "")
        except TwimlError:
            return self._end(call.on_the_line(APPLICATION_ERROR))
        return self._play(call, verbs)

    def _play(self, call: Call, verbs: Verbs) -> Call:
        for place, verb in enumerate(verbs):
            action = urljoin(call.address, verb.get("action", ""))
            rest = verbs[place + 1 :]
            match verb.tag:
                case "Say":
                    call = call.heard(*spoken(verb))
                case "Pause":
                    pass
                case "Gather":
                    hears_silence = verb.get("actionOnEmptyResult") == "true"
                    return replace(call.heard(*spoken(verb)), waits=Wait(Awaited.ANSWER, action, rest, hears_silence))
                case "Record":
                    waits = Wait(Awaited.RECORDING, action, rest, hears_silence=False)
                    return replace(call.on_the_line(TONE), waits=waits)
                case "Dial":
                    return self._fetch(call.on_the_line(RINGS_IN_VAIN), action, DialCallStatus="no-answer")
                case "Redirect":
                    return self._fetch(call, urljoin(call.address, (verb.text or "").strip()))
                case "Hangup":
                    break
                case _:
                    call = call.on_the_line(APPLICATION_ERROR)
                    break
        return self._end(call)

    def _end(self, call: Call) -> Call:
        self.report(call, "completed")
        return replace(call.on_the_line(OVER), waits=None)

    def report(self, call: Call, status: str) -> None:
        """Tells Handrail how `call` ended: "completed", "no-answer" or "busy"."""
        self.post(self.status_url, self._form(call) | {"CallStatus": status})

    def _form(self, call: Call) -> dict[str, str]:
        caller, called = (self.number, call.phone) if call.by_handrail else (call.phone, self.number)
        return {
            "CallSid": call.sid,
            "AccountSid": self.account_sid,
            "From": caller,
            "Caller": caller,
            "To": called,
            "Called": called,
            "FromCountry": "US",
            "ToCountry": "US",
            "Direction": "outbound-api" if call.by_handrail else "inbound",
            "ApiVersion": "2010-04-01",
            "CallStatus": "in-progress",
        }


class Calls:
    """The latest call of each phone, in memory, bounded. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: OrderedDict[str, Call] = OrderedDict()

    def of(self, phone: str) -> Call | None:
        """The call that `phone` is in, or was in last."""
        with self._lock:
            return self._calls.get(phone)

    def change(self, phone: str, deed: Callable[[Call | None], Call | None]) -> None:
        """Keep what `deed` makes of the call. Of two deeds at the same moment the first to be done counts."""
        before = self.of(phone)
        after = deed(before)
        with self._lock:
            if after is None or self._calls.get(phone) is not before:
                return
            self._calls[phone] = after
            self._calls.move_to_end(phone)
            while len(self._calls) > CALLS_KEPT:
                self._calls.popitem(last=False)


def _fresh_sid() -> str:
    return f"CA{secrets.token_hex(16)}"
