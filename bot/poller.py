"""Asks Telegram for news, one long request after the other. No public address is needed for that.

The library's own Updater confirms an update while it may still be at work on it, and a kill would lose it. Here the
offset, which confirms, moves on only when an update is committed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError
from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.client import Client
from bot.errors import refusal
from bot.handling import Handler
from core.failures import log_failure

log = logging.getLogger(__name__)

WAIT_SECONDS = 25
"""How long Telegram keeps a request open while there is no news."""
BACK_OFF = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds between tries while Telegram or the database is away."""
LONG_BACK_OFF = 30.0
"""Seconds until the next try where only a person can mend it."""
MOST_TRIES = 3
"""An update that fails so often, with a database that works, is left out: others wait behind it."""


class Poller:
    """`run` fetches and handles until `stop`. `begin`: what else it does once, as soon as Telegram can be reached."""

    def __init__(
        self,
        client: Client,
        handler: Handler,
        *,
        begin: Callable[[], None] = lambda: None,
        wait_seconds: int = WAIT_SECONDS,
    ) -> None:
        self._client = client
        self._handler = handler
        self._begin = begin
        self._wait_seconds = wait_seconds
        self._offset = 0
        self._tries = 0
        self._stop = threading.Event()
        self._at_work = threading.Lock()

    def poll(self) -> int:
        """Fetch once and handle what came; gives how many updates were handled. What was not comes again with the
        next fetch. Raises what hinders it: TelegramError, or what the handler raises."""
        updates = self._client.get_updates(self._offset, self._wait_seconds)
        for handled, update in enumerate(updates):
            with self._at_work:
                if self._stop.is_set():
                    return handled
                self._handle(update)
                self._offset = update.update_id + 1
        if not updates:
            self._offset = 0  # all is confirmed; after a quiet week Telegram begins anew with any number
        return len(updates)

    def run(self) -> None:
        """Poll until stopped. Whatever hinders it is logged and waited for."""
        failures, begun = 0, False
        while not self._stop.is_set():
            try:
                if not begun:
                    self._client.delete_webhook()  # left from when the settings had a secret; with it we get nothing
                    self._begin()
                    begun = True
                self.poll()
                failures = 0
            except Exception as error:  # the bot of a whole community must not die of one update
                self._stop.wait(_wait_after(error, failures))
                failures += 1

    def start(self) -> threading.Thread:
        """Run in a thread of this process."""
        thread = threading.Thread(target=self.run, name="handrail-telegram", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Come back once the update at hand is done; what else was fetched comes again at the next start. A request
        that waits for news is not waited for."""
        self._stop.set()
        with self._at_work:
            pass

    def _handle(self, update: Update) -> None:
        try:
            self._handler.handle(update)
        except DBAPIError:
            raise
        except Exception as error:
            self._tries += 1
            if self._tries < MOST_TRIES:
                raise
            log_failure(log, f"update {update.update_id} is left out after {MOST_TRIES} tries", error)
        self._tries = 0


def _wait_after(error: Exception, failures: int) -> float:
    """Log `error`; gives the seconds to wait."""
    match error:
        case Conflict():
            log.error("Telegram gives its news to one only: a webhook is set, or another poller has this token")
            return LONG_BACK_OFF
        case InvalidToken():
            log.error("Telegram refuses HANDRAIL_TELEGRAM_TOKEN: no message comes in")
            return LONG_BACK_OFF
        case TelegramError():
            log.warning("Telegram can't be asked for news: %s", type(error).__name__)
            named = refusal(error).retry_after or 0.0
            return max(named, BACK_OFF[min(failures, len(BACK_OFF) - 1)])
        case DBAPIError():
            log.error("the database refused an update, which is fetched again: %s", type(error.orig).__name__)
        case _:
            log_failure(log, "an update failed and is fetched again", error)
    return BACK_OFF[min(failures, len(BACK_OFF) - 1)]
