"""The console's blueprint, and what its pages work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast
from uuid import UUID

from flask import Blueprint, current_app

from console.texts import Texts
from core.clock import Clock
from core.config import Config
from core.db.engine import Database
from core.db.sealing import Sealer
from core.helpdesk.desk import Desk
from core.i18n.phrasebook import Phrasebook
from core.review.deidentify import Anonymous
from intents.catalogue import Catalogue

EXTENSION = "handrail_console"

blueprint = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")


class Chats(Protocol):
    """What the pages ask of the bot. Neither fails, and neither takes long."""

    def show_typing(self, address: str) -> None:
        """Show in the chat for some seconds that somebody writes."""

    def bot_name(self) -> str:
        """What the bot is called in links, t.me/<name>; "" where that can't be had."""


@dataclass(frozen=True, slots=True)
class ConsoleDeps:
    """What the pages need from the rest of the house.

    nudge: the outbox has something to send. fetch_media: the content type and bytes of a kept picture or recording,
    None where it can't be had. for_review: a resident's words, in a language, as a coordinator may read them; None
    where nobody else may. chats: None without a bot.
    """

    config: Config
    database: Database
    sealer: Sealer
    desk: Desk
    phrasebook: Phrasebook
    catalogue: Catalogue
    clock: Clock
    nudge: Callable[[], None]
    fetch_media: Callable[[UUID], tuple[str, bytes] | None]
    for_review: Callable[[str, str], Anonymous | None]
    chats: Chats | None = None


@dataclass(frozen=True, slots=True)
class Mounted:
    """What `register_console` keeps with the app."""

    deps: ConsoleDeps
    texts: Texts


def deps() -> ConsoleDeps:
    """What the app of the present request was wired with."""
    return _mounted().deps


def texts() -> Texts:
    """The console's words, in all its languages."""
    return _mounted().texts


def _mounted() -> Mounted:
    return cast(Mounted, current_app.extensions[EXTENSION])
