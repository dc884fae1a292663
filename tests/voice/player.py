"""A telephone call as Twilio leads it, for stories: dial, listen, press, speak, stay silent, hang up.

The forms carry the fields of Twilio's voice requests (twilio.com/docs/voice/twiml#request-parameters and the
pages of Gather, Record, Dial and status callbacks).
"""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from urllib.parse import urljoin

from flask.testing import FlaskClient

from tests.conftest import SETTINGS
from tests.voice.leg import BrokenCall, Ended, Leg, Line, Party, Post, Twilio

MOST_SCREENING_PROMPTS = 5
_sids = itertools.count(1)


class Call:
    """One call. `transcript` keeps all that was said, by whom, to whom; `dial` or `pick_up` begins it.

    `said` and `seconds` are of the prompt just heard; `waiting` is "Gather", "Record" or "Dial"; `ended` how the
    call came to its end; `posts` everything that Twilio sent. Raises BrokenCall wherever Twilio would give up.
    """

    def __init__(
        self,
        client: FlaskClient,
        caller: str = "+12025550181",
        *,
        public_url: str = SETTINGS["HANDRAIL_PUBLIC_URL"],
        auth_token: str = SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"],
        account_sid: str = SETTINGS["HANDRAIL_TWILIO_ACCOUNT_SID"],
        handrail: str = SETTINGS["HANDRAIL_TWILIO_FROM"],
        inbound_path: str = "/voice/inbound",
        status_path: str = "/voice/status",
    ) -> None:
        self.sid = _new_sid("CA")
        self.caller, self.handrail, self.account_sid = caller, handrail, account_sid
        self.transcript: list[Line] = []
        self._inbound, self._status = public_url + inbound_path, public_url + status_path
        self._twilio = Twilio(client, public_url, auth_token)
        fields = self._fields(self.sid, caller, handrail, "inbound")
        self._leg = Leg(self._twilio, fields, Party.CALLER, self.transcript, self._inbound)
        self._begun = False

    def dial(self) -> Call:
        """The resident calls Handrail."""
        self._begin()
        self._leg.fetch(self._inbound, CallStatus="ringing")
        return self._settle()

    def pick_up(self, path: str, answered_by: str = "human") -> Call:
        """The resident's phone is picked up, by a person or a machine (`machine_start`), when Handrail calls.

        `path` with its query, as given to `calls.create(url=...)`.
        """
        self._begin()
        self._leg.fields |= self._fields(self.sid, self.handrail, self.caller, "outbound-api")
        self._leg.fetch(self._twilio.public_url + path, AnsweredBy=answered_by)
        return self._settle()

    def not_picked_up(self, status: str = "no-answer") -> None:
        """Handrail calls and the call comes to nothing: `no-answer`, `busy`, `failed` or `canceled`."""
        self._begin()
        self._leg.fields |= self._fields(self.sid, self.handrail, self.caller, "outbound-api")
        self._report(status)

    def press(self, keys: str) -> Call:
        """Keys, also in the middle of what is being said."""
        gather = self._at("Gather")
        most = int(gather.get("numDigits", "1000"))
        arrives = keys.removesuffix(gather.get("finishOnKey", "#"))  # the key that ends a number is not sent
        if not re.fullmatch(r"[0-9*#]+", keys) or len(arrives) > most:
            raise ValueError(f"{keys!r}: 1 to {most} keys can be pressed here")
        self._note(f"({keys})")
        self._leg.did(Digits=arrives)
        return self._settle()

    def say(self, words: str, confidence: float = 0.9) -> Call:
        """Words, as the recogniser heard them; `confidence` 0 to 1."""
        self._at("Gather")
        self._note(words)
        self._leg.did(SpeechResult=words, Confidence=str(confidence))
        return self._settle()

    def stay_silent(self, *, blank_fields: bool = False) -> Call:
        """Nothing until the timeout. `blank_fields`: the form says so with empty fields, not by having none."""
        waiting = self._at("Gather", "Record")
        if waiting.tag == "Record":
            self._leg.go_on()  # Twilio keeps no empty recording and goes on with the next verb
        else:
            blank = {"Digits": "", "SpeechResult": "", "Confidence": "0.0"}
            self._leg.did(**(blank if blank_fields else {}))
        return self._settle()

    def record(self, url: str, seconds: int = 12, *, then_hangs_up: bool = False) -> Call:
        """Speaks after the tone for `seconds`; Twilio keeps it at `url`."""
        record = self._at("Record")
        recording = {"RecordingUrl": url, "RecordingSid": _new_sid("RE"), "RecordingDuration": str(seconds)}
        self._note(f"[{url}]", seconds)
        if then_hangs_up:
            self._last_word(record, Digits="hangup", **recording)
        else:
            self._leg.did(**recording, Digits="#")
        if callback := record.get("recordingStatusCallback"):
            told = {"CallSid": self.sid, "AccountSid": self.account_sid, "RecordingStatus": "completed"}
            told |= {"RecordingChannels": "1", "RecordingSource": "RecordVerb", "ErrorCode": "0"}
            self._twilio.post(self._absolute(callback), recording | told)
        return self._settle()

    def duty_answers(self, press: str | None = "1", seconds: int = 60, *, caller_hangs_up: bool = False) -> bool:
        """The duty phone is picked up; who is there presses `press` when asked, or nothing (a mailbox).

        Gives whether the two were connected. They then talk for `seconds`; the one on duty hangs up first unless
        `caller_hangs_up`. Not connected is told as Twilio does it: completed, but DialBridged false.
        """
        dial = self._at("Dial")
        number = dial.find("Number")
        sid = _new_sid("CA")
        taken = number is None or not number.get("url") or self._screened(dial, number, sid, press)
        result = {"DialCallStatus": "completed", "DialCallSid": sid, "DialBridged": str(taken).lower()}
        result["DialCallDuration"] = str(seconds if taken else 5)
        if taken and caller_hangs_up:
            self._last_word(dial, **result)
        else:
            self._dialled(dial, result)
        self._settle()
        return taken

    def duty_does_not_answer(self, status: str = "no-answer") -> Call:
        """Nobody picks up: `no-answer`, `busy` or `failed`."""
        result = {"DialCallStatus": status, "DialCallSid": _new_sid("CA"), "DialBridged": "false"}
        self._dialled(self._at("Dial"), result)
        return self._settle()

    def hang_up(self) -> None:
        """The resident hangs up, wherever the call stands."""
        waiting = self._at("Gather", "Record", "Dial")
        if waiting.tag == "Dial":
            self._last_word(waiting, DialCallStatus="no-answer", DialCallSid=_new_sid("CA"), DialBridged="false")
        self._leg.ended, self._leg.waiting = Ended.BY_CALLER, None
        self._settle()

    def repeat_last_post(self) -> str:
        """Twilio sends its last form once more; gives the answer, which must be the same."""
        last = self.posts[-1]
        again = self._twilio.send(last.url, last.form)
        if (again.status_code, again.text) != (last.answer.status_code, last.answer.text):
            raise BrokenCall(f"{last.url} repeated: {again.text}\nbefore: {last.answer.text}")
        return again.text

    @property
    def said(self) -> str:
        """The words of the prompt just heard, a Say a line."""
        return "\n".join(line.words for line in self._leg.prompt if line.words)

    @property
    def seconds(self) -> float:
        """How long the prompt just heard takes, with its pauses."""
        return sum(line.seconds for line in self._leg.prompt)

    @property
    def prompt(self) -> list[Line]:
        """The prompt just heard: each Say, Pause and Play."""
        return self._leg.prompt

    @property
    def heard_by_duty(self) -> str:
        """All that the one on duty was told before being connected."""
        return "\n".join(line.words for line in self.transcript if line.listener is Party.DUTY and line.words)

    @property
    def twiml(self) -> str:
        """The TwiML last played to the resident."""
        return self._leg.twiml

    @property
    def waiting(self) -> str:
        """Where the call stands: "Gather", "Record", "Dial", or "" once it has ended."""
        return self._leg.waiting.tag if self._leg.waiting is not None else ""

    @property
    def gather(self) -> ET.Element:
        """The <Gather> that waits, for its timeout, language and hints."""
        return self._at("Gather")

    @property
    def ended(self) -> Ended | None:
        """How the call ended; None while it lasts."""
        return self._leg.ended

    @property
    def posts(self) -> list[Post]:
        """Everything that Twilio sent, in order."""
        return self._twilio.posts

    def _fields(self, sid: str, from_: str, to: str, direction: str) -> dict[str, str]:
        ends = {"From": from_, "Caller": from_, "To": to, "Called": to}
        places = {f"{end}{part}": "" for end in ends for part in ("City", "State", "Zip")}
        countries = {f"{end}Country": "US" for end in ends}
        call = {"CallSid": sid, "AccountSid": self.account_sid, "ApiVersion": "2010-04-01", "Direction": direction}
        return call | ends | places | countries | {"CallStatus": "in-progress"}

    def _begin(self) -> None:
        if self._begun:
            raise ValueError("this call has begun already; make another")
        self._begun = True

    def _at(self, *tags: str) -> ET.Element:
        waiting = self._leg.waiting
        if waiting is None or waiting.tag not in tags:
            stands = self.waiting or self.ended or "its beginning"
            raise ValueError(f"the call is at {stands}, not at {' or '.join(tags)}")
        return waiting

    def _note(self, words: str, seconds: float = 0.0) -> None:
        self.transcript.append(Line(Party.CALLER, Party.HANDRAIL, words, seconds=seconds))

    def _absolute(self, url: str) -> str:
        return urljoin(self._leg.address, url)

    def _screened(self, dial: ET.Element, number: ET.Element, sid: str, press: str | None) -> bool:
        """Whether the one on duty took the call: the TwiML of the Number's address ran out without a <Hangup>."""
        fields = self._fields(sid, dial.get("callerId", self.caller), (number.text or "").strip(), "outbound-dial")
        duty = Leg(self._twilio, fields | {"ParentCallSid": self.sid}, Party.DUTY, self.transcript, self._leg.address)
        duty.fetch(number.get("url", ""))
        for _ in range(MOST_SCREENING_PROMPTS):
            if duty.waiting is None:
                return duty.ended is Ended.NOTHING_LEFT
            if duty.waiting.tag != "Gather":
                raise BrokenCall(f"the duty phone can't be asked to <{duty.waiting.tag}>")
            duty.did(**({"Digits": press} if press else {}))
            press = None
        return False

    def _dialled(self, dial: ET.Element, result: dict[str, str]) -> None:
        if dial.get("action"):
            self._leg.did(**result)
        else:
            self._leg.go_on()

    def _last_word(self, verb: ET.Element, **what: str) -> None:
        """Twilio posts to the action of a call that is over, and plays nothing of the answer."""
        if verb.get("action"):
            url = self._absolute(verb.get("action", ""))
            self._twilio.twiml(url, self._leg.fields | {"CallStatus": "completed"} | what)
        self._leg.ended, self._leg.waiting = Ended.BY_CALLER, None

    def _settle(self) -> Call:
        if self._leg.ended:
            self._report("completed")
        return self

    def _report(self, status: str) -> None:
        lasted = round(sum(line.seconds for line in self.transcript if line.listener is not Party.DUTY))
        ending = {"CallStatus": status, "CallbackSource": "call-progress-events", "SequenceNumber": "0"}
        ending |= {"Timestamp": "Mon, 23 Nov 2026 15:00:00 +0000"}
        if status == "completed":
            ending |= {"CallDuration": str(lasted), "Duration": str(-(-lasted // 60))}
        self._twilio.post(self._status, self._leg.fields | ending)


def _new_sid(kind: str) -> str:
    return f"{kind}{next(_sids):032x}"
