"""Files that lie with Telegram: how they are named among all media, and how they are fetched."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.client import Client

log = logging.getLogger(__name__)

SCHEME = "telegram-file:"
"""What begins the address of such a file; its file_id follows. It is no web address, and nothing else may open it."""


class TooLarge(Exception):
    """Telegram gives no file of more than 20 MB to a bot, now or later."""


def address_of(file_id: str) -> str:
    """The address under which a file is noted."""
    return SCHEME + file_id


def fetch(client: Client, address: str) -> bytes | None:
    """The file at `address`; None where it can't be had now. Raises TooLarge."""
    from telegram.error import BadRequest, TelegramError  # late: who has no bot does without the library

    try:
        content, _path = client.download(address.removeprefix(SCHEME))
    except TelegramError as error:
        if isinstance(error, BadRequest) and "too big" in error.message:
            raise TooLarge from None
        log.warning("media could not be fetched from Telegram: %s", type(error).__name__)
        return None
    return content
