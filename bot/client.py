"""The Bot API, one synchronous method for each thing that Handrail asks of it; the library's asyncio stays inside.

All raise what the library raises (telegram.error): nothing else gets out, a time-out included.
"""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Sequence
from mimetypes import guess_type
from typing import Any, TypeVar

from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.constants import ChatAction, FileSizeLimit, ParseMode
from telegram.error import BadRequest, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from bot.loop import EventLoop
from core.config import Config

T = TypeVar("T")
Keyboard = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove

LONGEST_DOWNLOAD = int(FileSizeLimit.FILESIZE_DOWNLOAD)
"""Bytes that Telegram gives to a bot: core.telegram.org/bots/api#getfile."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 7.0
DOWNLOAD_SECONDS = 60.0
QUICK_SECONDS = 2.0
"""For what somebody waits for in the console, and can do without."""
_SPARE_SECONDS = 3.0  # between the library's own end of a request and ours, which only a hanging loop meets
_WANTED = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
# httpx logs every address, and ours holds the token; the library logs answers that it can't read, with their words.
_TELL_TOO_MUCH = {"httpx": logging.WARNING, "httpcore": logging.WARNING, "telegram": logging.CRITICAL}


class Client:
    """One bot. Safe to use from several threads. Raises telegram.error.InvalidToken for a token that can't be one."""

    def __init__(
        self,
        config: Config,
        loop: EventLoop,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        for name, level in _TELL_TOO_MUCH.items():
            logging.getLogger(name).setLevel(level)
        self._loop = loop
        self._seconds = connect_seconds + read_seconds + _SPARE_SECONDS
        self._connect, self._read = connect_seconds, read_seconds
        self._own_server = bool(config.telegram_api_base)  # on loopback mostly: not through a proxy
        base = config.telegram_api_base.rstrip("/") or "https://api.telegram.org"
        self._requests = (self._request(), self._request())
        self._bot = Bot(
            config.telegram_token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )

    def get_updates(self, offset: int | None, wait_seconds: int) -> list[Update]:
        """What has come in from `offset` on, which confirms all before it; waits for something to come."""
        asked = self._bot.get_updates(offset=offset, timeout=wait_seconds, allowed_updates=_WANTED)
        return list(self._ask(asked, self._seconds + wait_seconds))

    def send_message(self, chat_id: int, html: str, keyboard: Keyboard | None = None) -> int:
        """Give the message to Telegram; gives its id within the chat."""
        sent = self._bot.send_message(
            chat_id, html, parse_mode=ParseMode.HTML, reply_markup=keyboard, link_preview_options=_NO_PREVIEW
        )
        return self._ask(sent).message_id

    def send_venue(
        self,
        chat_id: int,
        title: str,
        address: str,
        latitude: float,
        longitude: float,
        keyboard: Keyboard | None = None,
    ) -> int:
        """A place with its map, without a sound of its own: the text that it belongs to has one. Gives its id."""
        sent = self._bot.send_venue(
            chat_id, latitude, longitude, title, address, reply_markup=keyboard, disable_notification=True
        )
        return self._ask(sent).message_id

    def answer_callback(self, callback_query_id: str, text: str = "") -> None:
        """Tell Telegram that a press was seen, or its button goes on turning; `text` is shown for a moment."""
        self._ask(self._bot.answer_callback_query(callback_query_id, text=text or None))

    def show_pick(self, chat_id: int, message_id: int, html: str) -> None:
        """The message as it stays in the chat, its buttons gone (see render.with_pick). One that looks so already,
        after a second press, is left alone."""
        edited = self._bot.edit_message_text(
            html, chat_id, message_id, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW
        )
        try:
            self._ask(edited)
        except BadRequest as error:
            if "not modified" not in error.message:
                raise

    def send_typing(self, chat_id: int) -> None:
        """Show for five seconds that somebody writes. Given up soon: later it is not true any more."""
        self._ask(self._bot.send_chat_action(chat_id, ChatAction.TYPING), QUICK_SECONDS)

    def name(self) -> str:
        """What the bot is called in links: t.me/<name>."""
        return self._ask(self._bot.get_me(), QUICK_SECONDS).username or ""

    def download(self, file_id: str) -> tuple[bytes, str]:
        """A file that a resident sent, and its content type, which Telegram's name for it tells. Raises BadRequest for
        one of more than `LONGEST_DOWNLOAD` bytes."""
        return self._ask(self._download(file_id), DOWNLOAD_SECONDS)

    def set_commands(self, commands: Sequence[tuple[str, str]], language: str | None = None) -> None:
        """The menu of the bot: commands with what they do, for those with this language or, None, all others."""
        listed = [BotCommand(command, text) for command, text in commands]
        self._ask(self._bot.set_my_commands(listed, language_code=language))

    def set_webhook(self, url: str, secret: str) -> None:
        """From now on Telegram posts what comes in to `url`, with `secret` in a header; one after the other, as it was
        sent: a second tap on a button must not be the answer to the question that the first one led to."""
        self._ask(self._bot.set_webhook(url, secret_token=secret, allowed_updates=_WANTED, max_connections=1))

    def delete_webhook(self) -> None:
        """From now on what comes in is fetched; nothing that waits is dropped."""
        self._ask(self._bot.delete_webhook(drop_pending_updates=False))

    def close(self) -> None:
        """Give back the connections."""
        self._ask(self._close())

    async def _download(self, file_id: str) -> tuple[bytes, str]:
        file = await self._bot.get_file(file_id)
        if (file.file_size or 0) > LONGEST_DOWNLOAD:
            raise BadRequest("file is too big")
        content = await file.download_as_bytearray(read_timeout=DOWNLOAD_SECONDS / 2)
        return bytes(content), guess_type(file.file_path or "")[0] or "application/octet-stream"

    async def _close(self) -> None:
        for request in self._requests:
            await request.shutdown()

    def _request(self) -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=16,
            connect_timeout=self._connect,
            read_timeout=self._read,
            write_timeout=self._read,
            pool_timeout=self._connect,
            httpx_kwargs={"trust_env": not self._own_server},
        )

    def _ask(self, coroutine: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
        try:
            return self._loop.run(coroutine, seconds or self._seconds)
        except TimeoutError:
            raise TimedOut from None
        except RuntimeError as error:  # the house is being closed
            raise TelegramError(str(error)) from None
