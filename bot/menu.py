"""The menu that Telegram shows beside the input field: our commands, in the language of each resident's app."""

from __future__ import annotations

import logging

from telegram.error import TelegramError

from bot.client import Client
from bot.commands import COMMANDS
from core.i18n.phrasebook import Phrasebook

log = logging.getLogger(__name__)
ALL_OTHERS = None
"""Whose app has a language that we don't offer: they get the community's first."""


def publish_menu(client: Client, phrasebook: Phrasebook) -> None:
    """Give Telegram the menu. Without it the bot works as well, so a failure is logged and that is all."""
    for language in (ALL_OTHERS, *phrasebook.languages):
        commands = [(name, phrasebook.text(f"telegram.menu.{name}", language or "")) for name in COMMANDS]
        try:
            client.set_commands(commands, language)
        except TelegramError as error:
            log.warning("Telegram did not take the menu: %s", type(error).__name__)
