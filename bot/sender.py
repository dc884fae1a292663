"""Sends answers to chats. One answer may be several messages: places on a map, a long text in pieces.

Telegram can't be asked what it took. So where an answer was cut off, it is sent again: a repeat is better than a lost
answer. What is known to have arrived of it is remembered here, and the next attempt goes on behind that; only the end
of the process in the middle of an answer brings its beginning twice.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from telegram import ReplyKeyboardMarkup, ReplyKeyboardRemove
from telegram.error import TelegramError

from bot.buttons import LIFETIME, button_key, sign
from bot.client import Client
from bot.errors import refusal
from bot.limits import Limits
from bot.render import Part, Place, RenderError, render
from core.config import Config
from core.db.models.outgoing import Purpose
from core.i18n.phrasebook import Phrasebook
from core.outbox.sender import Blame, DeliveryError, Envelope

log = logging.getLogger(__name__)

LONGEST_WAIT = 1.0
"""Seconds that a limit is waited for here; a longer wait is the outbox's, which sends to others meanwhile."""
ENOUGH_SECONDS = 13.0
"""After so long no further message of an answer is begun: it takes up to 15 s, and the outbox allows 30 s for all."""
_MOST_REMEMBERED = 1_000


@dataclass(slots=True)
class _Answer:
    """One answer on its way. arrived: Telegram's ids of its first parts, which it has taken."""

    parts: tuple[Part, ...]
    arrived: list[int] = field(default_factory=list)
    with_maps: bool = True
    provider_id: str | None = None
    """Once it is whole."""

    def next_part(self) -> Part | None:
        return self.parts[len(self.arrived)] if len(self.arrived) < len(self.parts) else None


class TelegramSender:
    """The outbox's Sender for Telegram. Safe to use from several threads. `monotonic` and `sleep` are for tests."""

    def __init__(
        self,
        config: Config,
        client: Client,
        phrasebook: Phrasebook,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._phrasebook = phrasebook
        self._key = button_key(config.secret_key)
        self._monotonic = monotonic
        self._sleep = sleep
        self._limits = Limits()
        self._lock = threading.Lock()
        self._answers: OrderedDict[uuid.UUID, _Answer] = OrderedDict()
        self._keyboards: OrderedDict[int, None] = OrderedDict()
        """Chats under which "share my location" stands, as far as this process knows."""

    def send(self, envelope: Envelope) -> str:
        """Send the answer, or what is missing of it; gives the id of its last message. Raises DeliveryError.

        A map that Telegram doesn't take is left out, and those after it: the text names the places too.
        """
        chat_id = _chat(envelope.address)
        answer = self._answer(envelope, chat_id)
        began = self._monotonic()
        # In danger nobody waits for their turn; what Telegram itself says then counts.
        waits_for_chat = envelope.purpose is not Purpose.EMERGENCY
        while (part := answer.next_part()) is not None:
            if self._monotonic() - began > ENOUGH_SECONDS:
                raise DeliveryError("telegram-slow", retryable=True, blame=Blame.NETWORK)
            self._wait(chat_id, begins=waits_for_chat)
            waits_for_chat = False
            answer.arrived.append(self._send_part(chat_id, part, answer))
        answer.provider_id = self._provider_id(chat_id, answer.arrived[-1])
        return answer.provider_id

    def find_sent(self, envelope: Envelope) -> str | None:
        """The id of an answer that arrived whole, where we know that: our own note of it may have failed. Else None,
        for Telegram can't be asked (see above)."""
        with self._lock:
            answer = self._answers.get(envelope.message_id)
        return answer.provider_id if answer else None

    def _answer(self, envelope: Envelope, chat_id: int) -> _Answer:
        with self._lock:
            answer = self._answers.get(envelope.message_id)
            up = chat_id in self._keyboards
        if answer is None:
            answer = _Answer(self._parts(envelope, chat_id, keyboard_is_up=up))
            with self._lock:
                self._answers[envelope.message_id] = answer
                if len(self._answers) > _MOST_REMEMBERED:
                    self._answers.popitem(last=False)
        return answer

    def _parts(self, envelope: Envelope, chat_id: int, *, keyboard_is_up: bool) -> tuple[Part, ...]:
        expires = envelope.created_at + LIFETIME

        def data(number: int) -> str:
            return sign(self._key, chat_id, envelope.message_id, number, expires)

        try:
            return render(envelope.reply, self._phrasebook, data, keyboard_is_up=keyboard_is_up)
        except RenderError:
            raise DeliveryError("unrenderable", retryable=False, blame=Blame.OPERATOR) from None

    def _send_part(self, chat_id: int, part: Part, answer: _Answer) -> int:
        """The id of the message; 0 for a map that was left out."""
        if isinstance(part, Place) and not answer.with_maps:
            return 0
        try:
            if isinstance(part, Place):
                where = (part.latitude, part.longitude)
                sent = self._client.send_venue(chat_id, part.title, part.address, *where, part.keyboard)
            else:
                sent = self._client.send_message(chat_id, part.html, part.keyboard)
        except TelegramError as error:
            failure = refusal(error)
            if failure.retry_after:
                self._limits.pause(chat_id, self._monotonic(), failure.retry_after)
            elif isinstance(part, Place) and failure.blame is not Blame.CONTACT:
                log.warning("a map was left out: %s", failure.code)
                answer.with_maps = False
                return 0
            raise failure from None
        self._note_keyboard(chat_id, part)
        return sent

    def _wait(self, chat_id: int, *, begins: bool) -> None:
        waited = 0.0
        while wait := self._limits.wait(chat_id, self._monotonic(), begins=begins):
            if waited + wait > LONGEST_WAIT:
                raise DeliveryError("telegram-limit", retryable=True, blame=Blame.NETWORK, retry_after=wait)
            self._sleep(wait)
            waited += wait

    def _note_keyboard(self, chat_id: int, part: Part) -> None:
        with self._lock:
            if isinstance(part.keyboard, ReplyKeyboardMarkup):
                self._keyboards[chat_id] = None
                if len(self._keyboards) > _MOST_REMEMBERED:
                    self._keyboards.popitem(last=False)
            elif isinstance(part.keyboard, ReplyKeyboardRemove):
                self._keyboards.pop(chat_id, None)

    def _provider_id(self, chat_id: int, message_id: int) -> str:
        """Telegram's ids of messages are unique within a chat only, and the chat's own is an address: it is hidden."""
        hidden = hmac.new(self._key, f"chat:{chat_id}".encode(), hashlib.sha256).hexdigest()[:16]
        return f"{hidden}:{message_id}"


def _chat(address: str) -> int:
    try:
        return int(address)
    except ValueError:
        raise DeliveryError("telegram-no-chat", retryable=False, blame=Blame.CONTACT) from None
