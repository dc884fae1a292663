"""A chat with the bot in the terminal: real updates in, what the chat would show out."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import click
from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup

from app.wiring import House
from bot.commands import words_of_links
from bot.parse import parse, update_in
from bot.render import Keyboard, Text, render
from core.i18n.phrasebook import Phrasebook
from core.messages import Inbound
from core.outbox.sender import Envelope

HELP = """You are in a chat with the bot. Write a message, a command (/help) or the digit of a button.
"at 41.89,-72.40" shares a position, "my number +12025550181" your own number. An empty line ends the talk."""
_AT = re.compile(r"at (-?\d+(?:\.\d+)?), *(-?\d+(?:\.\d+)?)")
_NUMBER = re.compile(r"my number (\+\d+)")


def inbound_of(house: House, chat_id: int, count: int, typed: str) -> Inbound | None:
    """What the bot makes of the `count`th message of this chat."""
    person = {"id": chat_id, "is_bot": False, "first_name": "You"}
    message = {
        "message_id": count,
        "date": int(house.clock.now().timestamp()),
        "chat": {"id": chat_id, "type": "private"},
        "from": person,
        **_content(chat_id, typed),
    }
    update = update_in({"update_id": count, "message": message})
    meant = parse(update, house.clock.now(), words_of_links(house.catalogue.needs))
    return meant if isinstance(meant, Inbound) else None


def _content(chat_id: int, typed: str) -> Mapping[str, Any]:
    at, number = _AT.fullmatch(typed), _NUMBER.fullmatch(typed)
    if at:
        return {"location": {"latitude": float(at[1]), "longitude": float(at[2])}}
    if number:
        return {"contact": {"phone_number": number[1], "first_name": "You", "user_id": chat_id}}
    return {"text": typed}


class ChatInTerminal:
    """A Sender that prints what the chat would show."""

    def __init__(self, phrasebook: Phrasebook) -> None:
        self._phrasebook = phrasebook

    def send(self, envelope: Envelope) -> str:
        """Print it."""
        for part in render(envelope.reply, self._phrasebook, str):
            if isinstance(part, Text):
                lines = html.unescape(re.sub("<[^>]*>", "", part.html)).splitlines()
            else:
                lines = [f"(map) {part.title}", f"      {part.address}"]
            click.echo("\n".join(f"  | {line}" for line in [*lines, *_buttons(part.keyboard)]))
        return str(envelope.message_id)

    def find_sent(self, envelope: Envelope) -> str | None:
        """Nothing here is ever cut off."""
        return None


def _buttons(keyboard: Keyboard | None) -> list[str]:
    if isinstance(keyboard, InlineKeyboardMarkup):
        return [f"[ {button.text} ]" for row in keyboard.inline_keyboard for button in row]
    if isinstance(keyboard, ReplyKeyboardMarkup):
        return [f"[ {button.text} ]" for row in keyboard.keyboard for button in row]
    return []
