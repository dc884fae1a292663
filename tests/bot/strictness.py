"""What Telegram refuses in a message: markup it can't read, too long a text, too much behind a button."""

from __future__ import annotations

import html
import re

from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from tests.bot.residents import Json

TAGS = {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler", "span"}
ENTITIES = {"lt", "gt", "amp", "quot"}


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


def as_read(params: Json) -> str:
    """The text as it is read in the chat. Refuses what Telegram would."""
    raw = params.get("text", "")
    text = raw
    if params.get("parse_mode") == "HTML":
        opened: list[str] = []
        for tag in re.finditer(r"<(/?)([^>]*)>?", raw):
            name = tag[2].split(" ")[0]
            if name not in TAGS or not tag[0].endswith(">") or (tag[1] and (not opened or opened.pop() != name)):
                raise Refused(400, f'Bad Request: can\'t parse entities: unsupported start tag "{name}"')
            if not tag[1]:
                opened.append(name)
        if opened:
            raise Refused(400, f"Bad Request: can't parse entities: can't find end tag corresponding to {opened[-1]}")
        for mark in re.finditer(r"&([a-zA-Z]+);", raw):
            if mark[1] not in ENTITIES:
                raise Refused(400, "Bad Request: can't parse entities")
        text = html.unescape(re.sub("<[^>]*>", "", raw))
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > MessageLimit.MAX_TEXT_LENGTH:
        raise Refused(400, "Bad Request: message is too long")
    return text.strip()


def keyboard(params: Json) -> Json:
    keys: Json = params.get("reply_markup") or {}
    for button in (b for row in keys.get("inline_keyboard", []) for b in row):
        if not button["text"]:
            raise Refused(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if not 0 < len(button["callback_data"].encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return keys


def shown(keys: Json) -> Json:
    """Only inline keyboards are part of a message."""
    return {"reply_markup": keys} if keys.get("inline_keyboard") else {}
