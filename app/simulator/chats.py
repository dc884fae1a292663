"""The simulated chats with the bot: what stands in them, and the keys below. In memory, bounded."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from html import unescape
from itertools import count

from app.simulator.network import Status
from app.simulator.residents import fictional_number
from core.clock import Clock

MESSAGES_KEPT = 200
"""Of one chat; the oldest go first."""
CHATS_KEPT = 50
LONGEST_TEXT = 4_096
"""UTF-16 units: core.telegram.org/bots/api#sendmessage."""
TYPING_SHOWS = timedelta(seconds=5)
"""core.telegram.org/bots/api#sendchataction."""


class Origin(StrEnum):
    """Who put a message into a chat. TELEGRAM: what it shows for a moment when a button was pressed."""

    RESIDENT = "resident"
    HANDRAIL = "handrail"
    TELEGRAM = "telegram"


class Shared(StrEnum):
    """What a resident can send besides words and places."""

    VOICE = "voice"
    PICTURE = "picture"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a text, all of it bold or none."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map in degrees, with its name. address: "" where a resident shared where they are."""

    name: str
    latitude: float
    longitude: float
    address: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a message, in a row of its own. data: what Handrail is given when it is pressed."""

    text: str
    data: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key in place of the letters. asks: "location" or "contact"; "" for one that sends the text on it."""

    text: str
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message in one chat. `at` is aware, UTC. number: unique within all chats."""

    number: int
    origin: Origin
    at: datetime
    runs: tuple[Run, ...] = ()
    buttons: tuple[Button, ...] = ()
    place: Place | None = None
    shared: Shared | None = None
    status: Status = Status.DELIVERED

    @property
    def text(self) -> str:
        """Its words without markup."""
        return "".join(run.text for run in self.runs)


@dataclass(slots=True)
class _Chat:
    messages: deque[Message] = field(default_factory=lambda: deque(maxlen=MESSAGES_KEPT))
    keys: tuple[Key, ...] = ()
    typing_until: datetime | None = None


class MarkupError(Exception):
    """The text is no HTML as Telegram takes it, or says nothing, or too much."""


class Chats:
    """All chats, by the resident's id. Safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._chats: OrderedDict[int, _Chat] = OrderedDict()
        # Handrail remembers the numbers of messages longer than the demo runs: none may come again after a restart.
        self._numbers = count(int(clock.now().timestamp()))

    def add(
        self,
        chat_id: int,
        origin: Origin,
        *,
        runs: tuple[Run, ...] = (),
        buttons: tuple[Button, ...] = (),
        place: Place | None = None,
        shared: Shared | None = None,
    ) -> Message:
        """A new message. The keys below the chat go when the resident writes; typing ends when Handrail does."""
        status = Status.SENDING if origin is Origin.RESIDENT else Status.DELIVERED
        with self._lock:
            made = Message(next(self._numbers), origin, self._clock.now(), runs, buttons, place, shared, status)
            chat = self._chats.setdefault(chat_id, _Chat())
            chat.messages.append(made)
            if origin is Origin.RESIDENT:
                chat.keys = ()
            elif origin is Origin.HANDRAIL:
                chat.typing_until = None
            self._chats.move_to_end(chat_id)
            while len(self._chats) > CHATS_KEPT:
                self._chats.popitem(last=False)
            return made

    def edit(self, chat_id: int, number: int, edited: Callable[[Message], Message]) -> Message | None:
        """A message as `edited` makes it; None where it is no longer kept."""
        with self._lock:
            messages = self._chats.get(chat_id, _Chat()).messages
            for place, kept in enumerate(messages):
                if kept.number == number:
                    messages[place] = edited(kept)
                    return messages[place]
            return None

    def move(self, chat_id: int, number: int, status: Status) -> None:
        """A message has got as far as `status`."""
        self.edit(chat_id, number, lambda message: replace(message, status=status))

    def put_keys(self, chat_id: int, keys: tuple[Key, ...]) -> None:
        """From now on these stand below the chat; () takes them away."""
        with self._lock:
            self._chats.setdefault(chat_id, _Chat()).keys = keys

    def types(self, chat_id: int) -> None:
        """Handrail shows that somebody writes."""
        with self._lock:
            self._chats.setdefault(chat_id, _Chat()).typing_until = self._clock.now() + TYPING_SHOWS

    def thread(self, chat_id: int) -> tuple[Message, ...]:
        """What stands in the chat, oldest first."""
        with self._lock:
            return tuple(self._chats.get(chat_id, _Chat()).messages)

    def message(self, chat_id: int, number: int) -> Message | None:
        """One message; None where it is not kept."""
        return next((message for message in self.thread(chat_id) if message.number == number), None)

    def keys(self, chat_id: int) -> tuple[Key, ...]:
        """What stands below the chat."""
        with self._lock:
            return self._chats.get(chat_id, _Chat()).keys

    def typing(self, chat_id: int) -> bool:
        """Whether somebody at Handrail is seen to write."""
        with self._lock:
            until = self._chats.get(chat_id, _Chat()).typing_until
        return until is not None and self._clock.now() < until


def chat_of(number: str) -> int:
    """The id of the chat on the phone with `number`. In truth neither tells the other."""
    return int(number.removeprefix("+"))


def phone_of(chat_id: int) -> str | None:
    """The number of the phone with that chat; None for a chat that can't be in the demo."""
    return fictional_number(str(chat_id))


def read_html(source: str) -> tuple[Run, ...]:
    """The text of a message of Handrail's, which knows bold and nothing else. Raises MarkupError."""
    runs, bold = [], False
    for piece in re.split("(</?b>)", source):
        if piece in ("<b>", "</b>"):
            if bold == (piece == "<b>"):
                raise MarkupError("can't parse entities")
            bold = not bold
        elif "<" in piece or ">" in piece:
            raise MarkupError("can't parse entities")
        elif piece:
            runs.append(Run(unescape(piece), bold))
    if bold:
        raise MarkupError("can't parse entities")
    text = "".join(run.text for run in runs)
    if not text.strip():
        raise MarkupError("message text is empty")
    if units(text) > LONGEST_TEXT:
        raise MarkupError("message is too long")
    return tuple(runs)


def units(text: str) -> int:
    """The length of `text` as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2
