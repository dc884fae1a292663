"""The simulated telephone network: phones, the texts on them, and who opted out. In memory, bounded."""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.clock import Clock
from sms.segments import Segments, measure

TEXTS_KEPT = 200
"""Of one phone; the oldest go first."""
PHONES_KEPT = 50
LONGEST_BODY = 1_600

# What Twilio does by itself: twilio.com/docs/messaging/tutorials/advanced-opt-out (default keywords).
_STOP = frozenset(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
_START = frozenset(["START", "YES", "UNSTOP"])
_HELP = frozenset(["HELP", "INFO"])
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELP = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


class Origin(StrEnum):
    """Who wrote a text."""

    RESIDENT = "resident"
    HANDRAIL = "handrail"
    NETWORK = "network"


class Status(StrEnum):
    """How far a text got, in Twilio's words."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    SENDING = "sending"
    RECEIVED = "received"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Text:
    """One text on one phone. `at` is aware, UTC."""

    sid: str
    phone: str
    origin: Origin
    body: str
    at: datetime
    status: Status

    @property
    def size(self) -> Segments:
        """What it costs on the air."""
        return measure(self.body)


class RefusedError(Exception):
    """The network takes no such text; `code` is Twilio's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Network:
    """All phones. Safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._threads: OrderedDict[str, deque[Text]] = OrderedDict()
        self._opted_out: set[str] = set()

    def from_phone(self, phone: str, body: str) -> Text:
        """A resident texts Handrail; consent words are answered by the network itself, at once."""
        word = body.strip().upper()
        with self._lock:
            text = self._add(phone, Origin.RESIDENT, body, Status.SENDING)
            if word in _STOP and phone not in self._opted_out:
                self._opted_out.add(phone)
                self._add(phone, Origin.NETWORK, STOPPED, Status.DELIVERED)
            elif word in _START and phone in self._opted_out:
                self._opted_out.remove(phone)
                self._add(phone, Origin.NETWORK, STARTED, Status.DELIVERED)
            elif word in _HELP:
                self._add(phone, Origin.NETWORK, HELP, Status.DELIVERED)
            return text

    def to_phone(self, phone: str, body: str) -> Text:
        """Handrail texts a resident. Raises RefusedError as Twilio would."""
        if not re.fullmatch(r"\+[1-9]\d{6,14}", phone):
            raise RefusedError(21211, "The 'To' number is not a valid phone number.")
        if not body:
            raise RefusedError(21602, "Message body is required.")
        if len(body) > LONGEST_BODY:
            raise RefusedError(21617, "The concatenated message body exceeds the 1600 character limit.")
        with self._lock:
            if phone in self._opted_out:
                raise RefusedError(21610, "Attempt to send to unsubscribed recipient")
            return self._add(phone, Origin.HANDRAIL, body, Status.QUEUED)

    def move(self, text: Text, status: Status) -> None:
        """`text` has got as far as `status`; nothing happens where it is no longer kept."""
        with self._lock:
            thread = self._threads.get(text.phone, deque())
            for place, kept in enumerate(thread):
                if kept.sid == text.sid:
                    thread[place] = replace(kept, status=status)

    def thread(self, phone: str) -> tuple[Text, ...]:
        """What has been on `phone`, oldest first."""
        with self._lock:
            return tuple(self._threads.get(phone, ()))

    def phones(self) -> tuple[str, ...]:
        """Every number with a text on it, the latest used last."""
        with self._lock:
            return tuple(self._threads)

    def _add(self, phone: str, origin: Origin, body: str, status: Status) -> Text:
        text = Text(f"SM{secrets.token_hex(16)}", phone, origin, body, self._clock.now(), status)
        self._threads.setdefault(phone, deque(maxlen=TEXTS_KEPT)).append(text)
        self._threads.move_to_end(phone)
        while len(self._threads) > PHONES_KEPT:
            forgotten, _ = self._threads.popitem(last=False)
            self._opted_out.discard(forgotten)
        return text
