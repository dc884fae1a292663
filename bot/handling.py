"""One update, from whichever way it came: polling and webhook both end here, and from here on it is the core's."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram import Update
from telegram.error import TelegramError

from bot.buttons import read
from bot.client import Client
from bot.commands import words_of_links
from bot.parse import Blocked, Code, Elsewhere, Press, parse
from bot.render import with_pick
from core.clock import Clock
from core.i18n.phrasebook import Phrasebook
from core.messages import Inbound, Reply
from intents.catalogue import Catalogue

log = logging.getLogger(__name__)

EXPLAIN_AGAIN = timedelta(days=1)
"""A group hears at most this often that we help in private only."""
A_PERSON = 0
"""The number that means a person whatever was asked, and however long ago."""


@dataclass(frozen=True, slots=True)
class TelegramDeps:
    """What the bot is given.

    `still_asks`: whether the question in that outgoing message is the open one. `blocked`: notes that the resident at
    an address has blocked us (True) or let us in again. `language_of`: of the resident at an address, None where
    nothing is known. `joins`: whether the chat at an address became a volunteer's by a code. `button_key`: what
    buttons are signed with.
    """

    client: Client
    receive: Callable[[Inbound], Reply]
    recall: Callable[[Inbound], Reply | None]
    still_asks: Callable[[uuid.UUID], bool]
    blocked: Callable[[str, bool], None]
    language_of: Callable[[str], str | None]
    joins: Callable[[str, str], bool]
    phrasebook: Phrasebook
    catalogue: Catalogue
    clock: Clock
    button_key: bytes


class Handler:
    """Does what an update asks for. May be used by several threads."""

    def __init__(self, deps: TelegramDeps) -> None:
        self._deps = deps
        self._links = words_of_links(deps.catalogue.needs)
        self._explained: dict[int, datetime] = {}
        self._lock = threading.Lock()

    def handle(self, update: Update) -> None:
        """Handle `update`; one that was handled before changes nothing. When this comes back, all is committed.

        Raises whatever `receive` raises: then nothing is kept, and the update must come again.
        """
        match parse(update, self._deps.clock.now(), self._links):
            case Inbound() as inbound:
                self._deps.receive(inbound)
            case Code(code, inbound):
                if not self._deps.joins(inbound.address, code):
                    self._deps.receive(inbound)
            case Press() as press:
                self._pressed(press)
            case Blocked(address, by_them):
                self._deps.blocked(address, by_them)
            case Elsewhere(chat_id, language):
                self._explain(chat_id, language)

    def _pressed(self, press: Press) -> None:
        """A press is an answer only to what is open now. All others are told so, kindly, and lose their keys."""
        number = self._answer(press)
        if number is not None:
            self._deps.receive(press.inbound(number))
            self._try(self._deps.client.answer_callback, press.query_id)
            self._show(press, with_pick(press.html, press.label))
        else:
            known = self._deps.language_of(str(press.chat_id))
            earlier = self._text("telegram.earlier", known or press.language)
            self._try(self._deps.client.answer_callback, press.query_id, earlier)
            self._show(press, press.html)

    def _answer(self, press: Press) -> int | None:
        now = self._deps.clock.now()
        pressed = read(self._deps.button_key, press.chat_id, press.data, now)
        if pressed is None:
            return None
        number = pressed.number
        open_now = number == A_PERSON or self._deps.still_asks(pressed.question)
        # A repeat of a press that was taken: it closed its question itself.
        return number if open_now or self._deps.recall(press.inbound(number)) else None

    def _show(self, press: Press, html: str) -> None:
        if press.message_id is not None:
            self._try(self._deps.client.show_pick, press.chat_id, press.message_id, html)

    def _explain(self, chat_id: int, language: str | None) -> None:
        now = self._deps.clock.now()
        with self._lock:
            self._explained = {chat: at for chat, at in self._explained.items() if now - at < EXPLAIN_AGAIN}
            if chat_id in self._explained:
                return
            self._explained[chat_id] = now
        self._try(self._deps.client.send_message, chat_id, self._text("telegram.in_private", language), None)

    def _text(self, key: str, language: str | None) -> str:
        return self._deps.phrasebook.text(key, language or "")

    def _try(self, ask: Callable[..., object], *what: object) -> None:
        """What makes the chat nicer, after the deed is done. A failure here must not bring the update back."""
        try:
            ask(*what)
        except TelegramError as error:
            log.warning("Telegram did not do %s: %s", ask.__name__, type(error).__name__)
