"""A stand-in for Telegram, faithful in what Handrail uses of it: it posts what residents do to the webhook.

Models core.telegram.org/bots/api, version 9: Update and the objects in it.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from itertools import count
from typing import Any

from app.simulator.chats import Chats, Message, Origin, Place, Run, Shared, phone_of, units
from app.simulator.courier import Courier
from app.simulator.network import Status
from app.simulator.residents import resident_at
from app.simulator.things import FILES, PICTURE_SIZE, VOICE_SECONDS
from core.clock import Clock
from core.config import Config

log = logging.getLogger(__name__)

Json = dict[str, Any]
HEADER = "X-Telegram-Bot-Api-Secret-Token"
QUERIES_KEPT = 500
_COMMAND_LENGTH = 33  # a slash and 32 letters


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are posted, and what proves that they are Telegram's."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Update:
    """Something that happened, on its way to Handrail. message: its number in the chat, where it is one."""

    chat_id: int
    payload: Json
    message: int | None


class TelegramStandIn:
    """One bot, `token`, and everybody who chats with it. Safe to use from several threads."""

    def __init__(self, config: Config, chats: Chats, courier: Courier, clock: Clock) -> None:
        self.token = config.telegram_token
        # Known from the start, so that nobody who is quicker than Handrail's own word about it waits.
        self.webhook = Webhook(config.public_url + "/telegram/webhook", config.telegram_webhook_secret)
        self.bot = {"id": 1, "is_bot": True, "first_name": config.community_name, "username": "handrail_demo_bot"}
        self.chats = chats
        self.commands: dict[str, tuple[tuple[str, str], ...]] = {}
        """The menu: commands with what they do, by the language of the app; "" for all others."""
        self._courier = courier
        self._ids = count(int(clock.now().timestamp()))  # as with messages: none may come again after a restart
        self._under_way: deque[Update] = deque()
        self._one_at_a_time = threading.Lock()
        self._queries: OrderedDict[str, int] = OrderedDict()

    def writes(self, chat_id: int, text: str) -> None:
        """A resident sends words."""
        self._told(chat_id, self.chats.add(chat_id, Origin.RESIDENT, runs=(Run(text),)))

    def is_at(self, chat_id: int, place: Place) -> None:
        """A resident shares where they are."""
        self._told(chat_id, self.chats.add(chat_id, Origin.RESIDENT, place=place))

    def shares(self, chat_id: int, shared: Shared) -> None:
        """A resident sends something else."""
        self._told(chat_id, self.chats.add(chat_id, Origin.RESIDENT, shared=shared))

    def presses(self, chat_id: int, number: int, data: str) -> None:
        """A resident presses a button below a message; nothing happens where it isn't there any more."""
        message = self.chats.message(chat_id, number)
        if message is None or data not in [button.data for button in message.buttons]:
            return
        query = secrets.token_hex(8)
        self._queries[query] = chat_id
        if len(self._queries) > QUERIES_KEPT:
            self._queries.popitem(last=False)
        press = {
            "id": query,
            "from": user(chat_id),
            "message": self.as_json(chat_id, message),
            "chat_instance": str(chat_id),
            "data": data,
        }
        self._happened(chat_id, "callback_query", press, None)

    def answer(self, query: str, text: str) -> bool:
        """Handrail saw that press, and says this of it; gives whether anybody pressed."""
        chat_id = self._queries.pop(query, None)
        if chat_id is not None and text:
            self.chats.add(chat_id, Origin.TELEGRAM, runs=(Run(text),))
        return chat_id is not None

    def menu(self, language: str) -> tuple[tuple[str, str], ...]:
        """The commands that an app in that language shows."""
        return self.commands.get(language.partition("-")[0]) or self.commands.get("", ())

    def as_json(self, chat_id: int, message: Message) -> Json:
        """`message` as the Bot API tells it."""
        ours = message.origin is Origin.HANDRAIL
        told: Json = {
            "message_id": message.number,
            "from": self.bot if ours else user(chat_id),
            "chat": {"id": chat_id, "first_name": user(chat_id)["first_name"], "type": "private"},
            "date": int(message.at.timestamp()),
        }
        if message.runs:
            told |= {"text": message.text, "entities": _entities(message)}
        if message.place:
            told |= _place(message.place)
        if message.shared:
            told |= _thing(chat_id, message.shared)
        if message.buttons:
            rows = [[{"text": button.text, "callback_data": button.data}] for button in message.buttons]
            told |= {"reply_markup": {"inline_keyboard": rows}}
        return told

    def _told(self, chat_id: int, message: Message) -> None:
        self._happened(chat_id, "message", self.as_json(chat_id, message), message.number)

    def _happened(self, chat_id: int, kind: str, content: Json, message: int | None) -> None:
        self._under_way.append(Update(chat_id, {"update_id": next(self._ids), kind: content}, message))
        self._courier.later(self._post_next)

    def _post_next(self) -> None:
        with self._one_at_a_time:  # Handrail asks for one connection: what was sent first arrives first
            update = self._under_way.popleft()
            headers = {HEADER: self.webhook.secret}
            taken = self._courier.post_json(self.webhook.url, update.payload, headers)
        if update.message is not None:
            self.chats.move(update.chat_id, update.message, Status.RECEIVED if taken else Status.FAILED)
        elif not taken:
            log.warning("a press on a button did not reach Handrail")


def user(chat_id: int) -> Json:
    """Who chats there, as Telegram tells it; their app is set to the language that they write."""
    resident = resident_at(phone_of(chat_id) or "")
    code = resident.language.casefold()
    return {"id": chat_id, "is_bot": False, "first_name": resident.name, "language_code": code}


def _entities(message: Message) -> list[Json]:
    found: list[Json] = []
    at = 0
    for run in message.runs:
        if run.bold:
            found.append({"type": "bold", "offset": at, "length": units(run.text)})
        at += units(run.text)
    if message.origin is Origin.RESIDENT and message.text.startswith("/"):
        length = len(message.text.split()[0][:_COMMAND_LENGTH])
        found.append({"type": "bot_command", "offset": 0, "length": length})
    return found


def _place(place: Place) -> Json:
    where = {"latitude": place.latitude, "longitude": place.longitude}
    if not place.address:
        return {"location": where}
    return {"location": where, "venue": {"location": where, "title": place.name, "address": place.address}}


def _thing(chat_id: int, shared: Shared) -> Json:
    if shared is Shared.NUMBER:
        name = user(chat_id)["first_name"]
        return {"contact": {"phone_number": phone_of(chat_id) or "", "first_name": name, "user_id": chat_id}}
    known = {"file_id": shared.value, "file_unique_id": shared.value, "file_size": len(FILES[shared].content)}
    if shared is Shared.VOICE:
        return {"voice": known | {"duration": VOICE_SECONDS, "mime_type": "audio/ogg"}}
    width, height = PICTURE_SIZE
    return {"photo": [known | {"width": width, "height": height}]}
