"""Telegram beside the web server, and as a process of its own: by webhook or by polling, as the settings say."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from app.wiring import House, telegram_deps
from core.config import Config

if TYPE_CHECKING:
    from bot.client import Client
    from bot.poller import Poller


def why_not_alone(config: Config) -> str | None:
    """Why `handrail bot` is not needed or can't run with these settings, in one sentence; None where it can."""
    if not config.telegram_token:
        return "HANDRAIL_TELEGRAM_TOKEN must be set: BotFather gives it, see docs/telegram.md."
    if config.sqlite:
        return "On SQLite `handrail serve` does this already: one process writes, not two."
    if config.telegram_webhook_secret:
        return "HANDRAIL_TELEGRAM_WEBHOOK_SECRET is set, so Telegram posts to `handrail serve` and nobody has to ask."
    return None


def begin_beside_the_web(house: House) -> None:
    """Start what a web process does for Telegram: nothing without a token.

    With a secret it tells Telegram our address. Without, it polls on SQLite; on PostgreSQL there are several web
    processes and Telegram lets only one poll: there `handrail bot` does it.
    """
    client = house.telegram
    if client is None:
        return
    if house.config.telegram_webhook_secret:
        threading.Thread(target=_be_found, args=(house, client), name="handrail-telegram-webhook", daemon=True).start()
    elif house.config.sqlite:
        begin_polling(house, client)


def run_bot(house: House) -> None:
    """Poll until SIGTERM or SIGINT; the update at hand is done first. Without a token there is nothing to do."""
    if house.telegram is None:
        return
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_stop.set())
    poller = begin_polling(house, house.telegram)
    told_to_stop.wait()
    poller.stop()


def begin_polling(house: House, client: Client) -> Poller:
    """Poll in a thread of this process."""
    from bot.handling import Handler  # late, as all of the bot here: who has none does without the library
    from bot.menu import publish_menu
    from bot.poller import Poller

    poller = Poller(client, Handler(telegram_deps(house, client)), begin=lambda: publish_menu(client, house.phrasebook))
    poller.start()
    return poller


def _be_found(house: House, client: Client) -> None:
    from bot.menu import publish_menu
    from bot.webhook import register

    register(client, house.config)
    publish_menu(client, house.phrasebook)
