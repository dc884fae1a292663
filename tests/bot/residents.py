"""What people do in their chat with the bot, as the updates that Telegram makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bot.fake_telegram import FakeTelegram

Json = dict[str, Any]

SENT_AT = 1_795_446_000
"""Seconds since 1970 that every message carries: 2026-11-23, 15:00 UTC."""
BOT = {"id": 110201543, "is_bot": True, "first_name": "Riverside", "username": "riverside_help_bot"}


@dataclass
class Resident:
    """A person with a chat: what they do becomes an update as Telegram sends it."""

    telegram: FakeTelegram
    chat_id: int
    name: str
    language: str | None

    @property
    def user(self) -> Json:
        known = {"language_code": self.language} if self.language else {}
        return {"id": self.chat_id, "is_bot": False, "first_name": self.name, **known}

    @property
    def chat(self) -> Json:
        return {"id": self.chat_id, "first_name": self.name, "type": "private"}

    def sends(self, **content: Any) -> Json:
        """A message of any kind: text=..., location={...}, voice={...} ..."""
        return self.telegram.feed("message", self.telegram.message(self.user, self.chat, **content))

    def writes(self, text: str) -> Json:
        """A text; a command is marked as one."""
        command = re.match(r"/\w+(@\w+)?", text)
        marks = [{"offset": 0, "length": command.end(), "type": "bot_command"}] if command else []
        return self.sends(text=text, **({"entities": marks} if marks else {}))

    def edits(self, update: Json, text: str) -> Json:
        """Their own message, corrected."""
        edited = update["message"] | {"text": text, "edit_date": SENT_AT + 20}
        return self.telegram.feed("edited_message", edited)

    def presses(self, label: str, *, of: Json | None = None) -> Json:
        """A button by what stands on it, of the latest keyboard in the chat (or of that message)."""
        shown = [m for k, m in sorted(self.telegram.messages.items()) if k[0] == self.chat_id and "reply_markup" in m]
        message = of or shown[-1]
        (button,) = [b for row in message["reply_markup"]["inline_keyboard"] for b in row if label in b["text"]]
        return self.presses_data(button["callback_data"], message)

    def presses_data(self, data: str, message: Json) -> Json:
        """A press with any data in it, forged ones too."""
        query = f"4382bfdwdsb323b2d{self.telegram.next_update}"
        self.telegram.queries.add(query)
        press = {"id": query, "from": self.user, "message": message, "chat_instance": "42", "data": data}
        return self.telegram.feed("callback_query", press)

    def blocks(self) -> Json:
        """They have had enough of the bot."""
        self.telegram.blocked.add(self.chat_id)
        return self._member("member", "kicked")

    def unblocks(self) -> Json:
        """They want it again."""
        self.telegram.blocked.discard(self.chat_id)
        return self._member("kicked", "member")

    def _member(self, old: str, new: str) -> Json:
        def member(status: str) -> Json:
            return {"user": BOT, "status": status, **({"until_date": 0} if status == "kicked" else {})}

        change = {"chat": self.chat, "from": self.user, "date": SENT_AT}
        return self.telegram.feed(
            "my_chat_member", change | {"old_chat_member": member(old), "new_chat_member": member(new)}
        )
