"""An update of Telegram as what it means to us. Pure; the words are cleaned here, once, at the door."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Contact, Message, PhotoSize, Update
from telegram.constants import ChatType, FileSizeLimit, MessageAttachmentType, MessageType

from bot.commands import COMMANDS, START, need_in_link
from bot.files import address_of
from core.helpdesk.notices import code_in
from core.messages import Channel, Inbound, Location, Media, clean_text

_COMMAND = re.compile(r"/([a-z]{1,32})(?:@[a-z0-9_]+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_LINKED = re.compile(r"/start\s+", re.IGNORECASE)
"""What stands before the word of a link, t.me/<bot>?start=<word>."""
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MIME = re.compile(r"[a-z0-9.+-]{1,50}/[a-z0-9.+-]{1,50}", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SERVICE = frozenset(MessageType) - frozenset(map(str, MessageAttachmentType)) - {MessageType.TEXT}
"""Fields of a message without any content that tell what happened to the chat ("pinned a message")."""
_KEPT = ("voice", "audio", "video_note", "video", "document")
"""Kinds of files that a person can listen to or look at. An animation is a document too, but it is talk, not matter."""
_CONTENT_TYPES = {"voice": "audio/ogg", "audio": "audio/mpeg", "video_note": "video/mp4", "video": "video/mp4"}
"""What the Bot API says these are where it names no type of its own (core.telegram.org/bots/api)."""


class ParseError(Exception):
    """This is no update of Telegram's."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed, of whatever age and origin.

    `message_id`, `html`: the message it stands in, None and "" where that can't be changed any more. `label`: what
    stands on it.
    """

    query_id: str
    chat_id: int
    data: str
    provider_id: str
    received_at: datetime
    language: str | None
    message_id: int | None = None
    html: str = ""
    label: str = ""

    def inbound(self, number: int) -> Inbound:
        """The press as an answer by the number of a choice."""
        return Inbound(
            channel=Channel.TELEGRAM,
            address=str(self.chat_id),
            provider_id=self.provider_id,
            received_at=self.received_at,
            digits=str(number),
            language=self.language,
        )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Something came from a group or a channel. What it was is not looked at."""

    chat_id: int
    language: str | None


@dataclass(frozen=True, slots=True)
class Blocked:
    """A resident has blocked the bot, or has let it in again."""

    address: str
    by_them: bool


@dataclass(frozen=True, slots=True)
class Code:
    """What has the form of a volunteer's code. inbound: the message as a resident's, should it be none."""

    code: str
    inbound: Inbound


Parsed = Inbound | Press | Elsewhere | Blocked | Code


def update_in(payload: Any) -> Update:
    """The update in the JSON that Telegram posts. Raises ParseError."""
    try:
        update = Update.de_json(payload, None)
    except (TypeError, KeyError, AttributeError, ValueError, OverflowError, OSError):
        raise ParseError("not an update") from None
    if type(update.update_id) is not int:
        raise ParseError("update_id is missing or malformed")
    return update


def parse(update: Update, received_at: datetime, links: Mapping[str, str]) -> Parsed | None:
    """What `update` means; None where nobody said or did anything that concerns us.

    `links`: the needs that links name (`words_of_links`).
    """
    chat = update.effective_chat
    if chat is not None and chat.type != ChatType.PRIVATE:
        return _elsewhere(update, chat.id)
    provider_id = f"update-{update.update_id}"
    if update.callback_query:
        return _press(update.callback_query, provider_id, received_at)
    if update.my_chat_member:
        return _blocked(update.my_chat_member)
    if update.message:
        inbound = _message(update.message, provider_id, received_at, links)
        code = code_in(_LINKED.sub("", update.message.text or ""))
        return Code(code, inbound) if inbound and code and not inbound.about else inbound
    if update.edited_message and not update.edited_message.location:  # one who moves on: the first position counts
        return _message(update.edited_message, provider_id, received_at, links, edited=True)
    return None


def _elsewhere(update: Update, chat_id: int) -> Elsewhere | None:
    change = update.my_chat_member
    if change and change.new_chat_member.status in (ChatMember.LEFT, ChatMember.BANNED):
        return None  # we were put out: there is nobody to tell
    user = update.effective_user
    return Elsewhere(chat_id, _language(user.language_code if user else None))


def _press(query: CallbackQuery, provider_id: str, received_at: datetime) -> Press:
    message = query.message if isinstance(query.message, Message) else None
    keyboard = message.reply_markup.inline_keyboard if message and message.reply_markup else ()
    labels = [button.text for row in keyboard for button in row if button.callback_data == query.data]
    return Press(
        query_id=query.id,
        chat_id=query.from_user.id,
        data=query.data or "",
        provider_id=provider_id,
        received_at=received_at,
        language=_language(query.from_user.language_code),
        message_id=message.message_id if message and message.text else None,
        html=message.text_html if message and message.text else "",
        label=labels[0] if labels else "",
    )


def _blocked(change: ChatMemberUpdated) -> Blocked:
    return Blocked(str(change.chat.id), by_them=change.new_chat_member.status == ChatMember.BANNED)


def _message(
    message: Message, provider_id: str, received_at: datetime, links: Mapping[str, str], *, edited: bool = False
) -> Inbound | None:
    if not _has_content(message) and any(getattr(message, field, None) for field in _SERVICE):
        return None
    user = message.from_user
    text, about = _words(message, links)
    place = message.location or (message.venue.location if message.venue else None)
    return Inbound(
        channel=Channel.TELEGRAM,
        address=str(message.chat.id),
        provider_id=provider_id,
        received_at=received_at,
        text=text,
        location=Location(place.latitude, place.longitude) if place else None,
        media=_media(message),
        about=about,
        message_id=str(message.message_id),
        contact=_own_number(message.contact, message.chat.id),
        language=_language(user.language_code if user else None),
        edited=edited,
    )


def _has_content(message: Message) -> bool:
    return bool(message.text or message.caption or message.effective_attachment)


def _words(message: Message, links: Mapping[str, str]) -> tuple[str, str]:
    """The text, and the need that a link named."""
    text = clean_text(message.text or message.caption or (message.sticker and message.sticker.emoji) or "")
    command = _COMMAND.fullmatch(text)
    if not command or command[1].casefold() not in COMMANDS:
        return text, ""
    name, rest = command[1].casefold(), (command[2] or "").strip()
    about = need_in_link(rest, links) if name == START else ""
    if name == START:
        return "" if about else COMMANDS[START], about
    return f"{COMMANDS[name]} {rest}".strip(), ""


def _media(message: Message) -> tuple[Media, ...]:
    if message.photo:
        return (Media(address_of(_largest(message.photo).file_id), "image/jpeg"),)
    if message.animation:
        return ()
    for kind in _KEPT:
        item = getattr(message, kind)
        if item:
            return (Media(address_of(item.file_id), _content_type(kind, item), item.to_dict().get("duration")),)
    return ()


def _content_type(kind: str, item: Any) -> str:
    given = getattr(item, "mime_type", None) or ""  # the sender's app says it, so it may be anything
    return given if _MIME.fullmatch(given) else _CONTENT_TYPES.get(kind, "application/octet-stream")


def _largest(sizes: tuple[PhotoSize, ...]) -> PhotoSize:
    """The best of one picture that a bot may fetch."""
    allowed = [size for size in sizes if (size.file_size or 0) <= FileSizeLimit.FILESIZE_DOWNLOAD]
    return max(allowed or sizes, key=lambda size: size.width * size.height)


def _own_number(contact: Contact | None, chat_id: int) -> str:
    """Their number in E.164. Telegram tells whose a shared number is: one out of their address book is not theirs."""
    if contact is None or contact.user_id != chat_id:
        return ""
    number = "+" + re.sub(r"[^0-9]", "", contact.phone_number)
    return number if _E164.fullmatch(number) else ""


def _language(code: str | None) -> str | None:
    primary = (code or "").casefold().partition("-")[0]
    return primary if _LANGUAGE.fullmatch(primary) else None
