"""How fast Telegram may be sent to: core.telegram.org/bots/faq, "my bot is hitting limits"."""

from __future__ import annotations

import threading
from collections import deque

OVERALL = 30
"""Messages in any one second, to whomever."""
A_CHAT = 1.0
"""Seconds between two answers to one chat. The few messages of one answer may follow each other at once: Telegram
allows short bursts."""
_MOST_CHATS = 10_000
"""Chats remembered before those whose time is over are forgotten."""


class Limits:
    """Says how long to wait. Times are seconds of any clock that only goes forward. Safe for several threads.

    It holds for this process; where several send, Telegram's own answer 429 does the rest (see `pause`).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: deque[float] = deque(maxlen=OVERALL)
        self._free_at: dict[int, float] = {}

    def wait(self, chat_id: int, now: float, *, begins: bool) -> float:
        """Seconds until a message may go to `chat_id`; 0.0 is a permission, which counts as used. begins: it is the
        first message of an answer."""
        with self._lock:
            chat = max(0.0, self._free_at.get(chat_id, now) - now) if begins else 0.0
            crowd = max(0.0, self._sent[0] + 1.0 - now) if len(self._sent) == OVERALL else 0.0
            if wait := max(chat, crowd):
                return wait
            self._sent.append(now)
            self._set(chat_id, now, now + A_CHAT)
            return 0.0

    def pause(self, chat_id: int, now: float, seconds: float) -> None:
        """Telegram wants nothing for that chat for `seconds`. The other chats go on."""
        with self._lock:
            self._set(chat_id, now, now + seconds)

    def _set(self, chat_id: int, now: float, free_at: float) -> None:
        if len(self._free_at) >= _MOST_CHATS:
            self._free_at = {chat: at for chat, at in self._free_at.items() if at > now}
        self._free_at[chat_id] = max(free_at, self._free_at.get(chat_id, free_at))
