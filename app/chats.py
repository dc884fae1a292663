"""What the console asks of the bot: to show that a volunteer writes, and what it is called."""

from __future__ import annotations

import logging

from telegram.error import TelegramError

from bot.client import Client

log = logging.getLogger(__name__)


class BotChats:
    """The console's port to Telegram. What fails here is left out: no page depends on it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._name = ""

    def show_typing(self, address: str) -> None:
        """Show in the chat for some seconds that somebody writes."""
        try:
            self._client.send_typing(int(address))
        except TelegramError as error:
            log.info("Telegram did not show that somebody writes: %s", type(error).__name__)

    def bot_name(self) -> str:
        """What the bot is called in links; "" while Telegram doesn't say."""
        if not self._name:
            try:
                self._name = self._client.name()
            except TelegramError as error:
                log.warning("Telegram did not tell the name of the bot: %s", type(error).__name__)
        return self._name
