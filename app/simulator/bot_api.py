"""A stand-in for Telegram's Bot API: what Handrail writes and asks for, in the chats of the demo.

Models core.telegram.org/bots/api, version 9, as far as Handrail with a webhook uses it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hmac import compare_digest
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request

from app.simulator.chats import Button, Key, MarkupError, Message, Origin, Place, Run, Shared, phone_of, read_html
from app.simulator.telegram import Json, TelegramStandIn, Webhook
from app.simulator.things import FILES

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


class RefusedError(Exception):
    """Telegram takes no such request."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.description = description


ME: Json = {"id": 1, "is_bot": True, "first_name": "Handrail", "username": "handrail_demo_bot"}
"""What the bot is told of itself."""


def bot_api(stand_in: TelegramStandIn) -> Blueprint:
    """/bot<token>/<method> with Telegram's status codes and JSON, and the files at /file/bot<token>/."""
    blueprint = Blueprint("bot_api", __name__)
    methods: dict[str, Callable[[Json], Any]] = {
        "sendMessage": lambda given: _send_message(stand_in, given),
        "sendVenue": lambda given: _send_venue(stand_in, given),
        "editMessageText": lambda given: _edit(stand_in, given, _runs(given)),
        "editMessageReplyMarkup": lambda given: _edit(stand_in, given, None),
        "answerCallbackQuery": lambda given: _answer(stand_in, given),
        "sendChatAction": lambda given: _chat_action(stand_in, given),
        "getMe": lambda given: ME,
        "getFile": _get_file,
        "setMyCommands": lambda given: _set_commands(stand_in, given),
        "setWebhook": lambda given: _set_webhook(stand_in, given),
    }

    @blueprint.before_request
    def only_our_bot() -> Response | None:
        token = str((request.view_args or {}).get("token", ""))
        return None if compare_digest(token.encode(), stand_in.token.encode()) else _refusal(401, "Unauthorized")

    @blueprint.route("/bot<token>/<method>", methods=["GET", "POST"])
    def call(token: str, method: str) -> Response:
        if method not in methods:
            return _refusal(404, "Not Found")
        try:
            return jsonify({"ok": True, "result": methods[method](_given())})
        except RefusedError as refused:
            return _refusal(refused.status, refused.description)
        except (MarkupError, KeyError, TypeError, ValueError) as error:
            return _refusal(400, f"Bad Request: {error}")

    @blueprint.get("/file/bot<token>/<path:path>")
    def file(token: str, path: str) -> Response:
        for known in FILES.values():
            if known.path == path:
                return Response(known.content, mimetype="application/octet-stream")
        return _refusal(404, "Not Found")

    return blueprint


def _send_message(stand_in: TelegramStandIn, given: Json) -> Json:
    chat_id, runs = _chat(given), _runs(given)
    made = stand_in.chats.add(chat_id, Origin.HANDRAIL, runs=runs, buttons=_buttons(given))
    _put_keys(stand_in, chat_id, given)
    return stand_in.as_json(chat_id, made)


def _send_venue(stand_in: TelegramStandIn, given: Json) -> Json:
    chat_id = _chat(given)
    place = Place(given["title"], float(given["latitude"]), float(given["longitude"]), given["address"])
    made = stand_in.chats.add(chat_id, Origin.HANDRAIL, place=place, buttons=_buttons(given))
    _put_keys(stand_in, chat_id, given)
    return stand_in.as_json(chat_id, made)


def _edit(stand_in: TelegramStandIn, given: Json, runs: tuple[Run, ...] | None) -> Json:
    """runs: None where only the buttons change."""
    chat_id, buttons = _chat(given), _buttons(given)

    def edited(message: Message) -> Message:
        if message.origin is not Origin.HANDRAIL:
            raise RefusedError(400, "Bad Request: message can't be edited")
        after = replace(message, runs=message.runs if runs is None else runs, buttons=buttons)
        if after == message:
            raise RefusedError(400, f"Bad Request: {NOT_MODIFIED}")
        return after

    message = stand_in.chats.edit(chat_id, int(given["message_id"]), edited)
    if message is None:
        raise RefusedError(400, "Bad Request: message to edit not found")
    return stand_in.as_json(chat_id, message)


def _answer(stand_in: TelegramStandIn, given: Json) -> bool:
    if not stand_in.answer(given["callback_query_id"], given.get("text") or ""):
        raise RefusedError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    return True


def _chat_action(stand_in: TelegramStandIn, given: Json) -> bool:
    stand_in.chats.types(_chat(given))
    return True


def _get_file(given: Json) -> Json:
    try:
        file = FILES[Shared(given["file_id"])]
    except (KeyError, ValueError):
        raise RefusedError(400, "Bad Request: wrong file_id or the file is temporarily unavailable") from None
    told = {"file_id": given["file_id"], "file_unique_id": given["file_id"]}
    return told | {"file_size": len(file.content), "file_path": file.path}


def _set_commands(stand_in: TelegramStandIn, given: Json) -> bool:
    commands = tuple((command["command"], command["description"]) for command in given["commands"])
    stand_in.commands[given.get("language_code") or ""] = commands
    return True


def _set_webhook(stand_in: TelegramStandIn, given: Json) -> bool:
    stand_in.webhook = Webhook(given["url"], given.get("secret_token") or "")
    return True


def _chat(given: Json) -> int:
    # One that nobody has opened is found too: Handrail remembers what was said before the demo was started again.
    chat_id = int(given["chat_id"])
    if phone_of(chat_id) is None:
        raise RefusedError(400, "Bad Request: chat not found")
    return chat_id


def _runs(given: Json) -> tuple[Run, ...]:
    if given.get("parse_mode") != "HTML":
        raise RefusedError(400, "Bad Request: this stand-in reads HTML only")
    return read_html(given.get("text") or "")


def _buttons(given: Json) -> tuple[Button, ...]:
    rows = (given.get("reply_markup") or {}).get("inline_keyboard", ())
    return tuple(Button(button["text"], button["callback_data"]) for row in rows for button in row)


def _put_keys(stand_in: TelegramStandIn, chat_id: int, given: Json) -> None:
    markup = given.get("reply_markup") or {}
    if "keyboard" in markup:
        stand_in.chats.put_keys(chat_id, tuple(_key(key) for row in markup["keyboard"] for key in row))
    elif markup.get("remove_keyboard"):
        stand_in.chats.put_keys(chat_id, ())


def _key(key: Json) -> Key:
    asks = "location" if key.get("request_location") else "contact" if key.get("request_contact") else ""
    return Key(key["text"], asks)


def _given() -> Json:
    """What came with the request. The library writes what is nested as JSON into the fields of a form."""
    nested = ("reply_markup", "commands", "allowed_updates")
    return {name: json.loads(value) if name in nested else value for name, value in request.values.items()}


def _refusal(status: int, description: str) -> Response:
    return make_response(jsonify({"ok": False, "error_code": status, "description": description}), status)
