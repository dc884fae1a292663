"""A Bot API server on loopback, for the real library to run against: keeps what a bot sends, hands out what residents
write, is as strict as Telegram where that matters, and fails as told. After core.telegram.org/bots/api, version 9.
"""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request
from telegram.constants import FileSizeLimit
from werkzeug.serving import make_server

from tests.bot.residents import BOT, SENT_AT, Json, Resident
from tests.bot.strictness import Refused, as_read, keyboard, shown

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
_NESTED = ("reply_markup", "allowed_updates", "commands", "scope", "link_preview_options", "entities")


@dataclass
class Trouble:
    """What happens to one request instead of the usual.

    `after`: Telegram does as it is asked all the same, and only its answer is lost. `cut`: the connection is closed
    without one. `slow`: seconds until it comes. `body`: an answer that is not the API's, such as a proxy's page.
    """

    status: int = 0
    description: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    after: bool = False
    cut: bool = False
    slow: float = 0
    body: str = ""


BLOCKED = Trouble(403, "Forbidden: bot was blocked by the user")
GONE = Trouble(403, "Forbidden: user is deactivated")
BAD_GATEWAY = Trouble(502, "Bad Gateway")


def too_many(seconds: int) -> Trouble:
    """The answer to a bot that sends too fast."""
    return Trouble(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


@dataclass
class Call:
    """One request of the bot: the method and what came with it, JSON already read."""

    method: str
    params: Json


@dataclass
class FakeTelegram:
    """The server. `url` is what HANDRAIL_TELEGRAM_API_BASE is set to."""

    token: str = TOKEN
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    messages: dict[tuple[int, int], Json] = field(default_factory=dict)
    """By chat and message id: what stands in the chat, as edited."""
    markup: dict[tuple[int, int], Json] = field(default_factory=dict)
    """The keyboard that came with a message; inline or not."""
    chats: set[int] = field(default_factory=set)
    """Who has ever written to the bot: it can't begin."""
    blocked: set[int] = field(default_factory=set)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """By file id: path and content."""
    queries: set[str] = field(default_factory=set)
    """Presses that wait for an answer."""
    webhook: Json | None = None
    pending: list[Json] = field(default_factory=list)
    """Updates that nobody has confirmed yet."""
    next_update: int = 700_000_001
    next_message: int = 1
    _troubles: dict[str, deque[Trouble]] = field(default_factory=lambda: defaultdict(deque))
    _news: threading.Condition = field(default_factory=threading.Condition)
    _poll: int = 0

    # --- what a test does ---

    def will(self, method: str, *troubles: Trouble) -> None:
        """The next requests of `method` meet these, one each."""
        self._troubles[method].extend(troubles)

    def feed(self, kind: str, content: Json) -> Json:
        """Something happens: gives the update, which waits to be fetched (or see `push`)."""
        with self._news:
            update = {"update_id": self.next_update, kind: content}
            self.next_update += 1
            self.pending.append(update)
            self._news.notify_all()
        return update

    def push(self) -> list[int]:
        """Post all that waits to the webhook, as Telegram does; what isn't answered by 2xx waits on. Gives statuses."""
        assert self.webhook, "no webhook is set"
        statuses = []
        for update in list(self.pending):
            headers = {"Content-Type": "application/json"}
            if self.webhook.get("secret_token"):
                headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook["secret_token"]
            posted = urllib.request.Request(self.webhook["url"], json.dumps(update).encode(), headers)
            try:
                with urllib.request.urlopen(posted, timeout=10) as answer:
                    statuses.append(answer.status)
                self.pending.remove(update)
            except urllib.error.HTTPError as error:
                statuses.append(error.code)
        return statuses

    def resident(self, chat_id: int, name: str = "Rosa", language: str | None = "es") -> Resident:
        """Someone with Telegram on their phone."""
        self.chats.add(chat_id)
        return Resident(self, chat_id, name, language)

    def called(self, method: str) -> list[Json]:
        """What came with each request of `method`."""
        return [call.params for call in self.calls if call.method == method]

    def texts(self, chat_id: int) -> list[str]:
        """What the bot has written in a chat, as it is read there, oldest first."""
        ours = sorted((k, m) for k, m in self.messages.items() if k[0] == chat_id and m["from"]["is_bot"])
        return [m.get("text") or m.get("venue", {}).get("title", "") for _, m in ours]

    def buttons(self, chat_id: int) -> list[list[Json]]:
        """The inline keyboard of the latest message in a chat that has one, row by row."""
        with_keys = [
            m["reply_markup"] for k, m in sorted(self.messages.items()) if k[0] == chat_id and "reply_markup" in m
        ]
        return with_keys[-1]["inline_keyboard"] if with_keys else []

    def message(self, sender: Json, chat: Json, **content: Any) -> Json:
        """A new message in `chat`, kept."""
        with self._news:
            made = {"message_id": self.next_message, "from": sender, "chat": chat, "date": SENT_AT, **content}
            self.next_message += 1
            self.messages[chat["id"], made["message_id"]] = made
        return made

    # --- what the bot asks for ---

    def answer(self, method: str, params: Json) -> Any:
        """The result of one request. Raises Refused."""
        self.calls.append(Call(method, params))
        known: dict[str, Callable[[Json], Any]] = {
            "getMe": lambda _: BOT | {"can_join_groups": True, "can_read_all_group_messages": False},
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "sendMessage": self._send_message,
            "sendVenue": self._send_venue,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "answerCallbackQuery": self._answer_query,
            "sendChatAction": lambda params: bool(self._chat(params)),
            "setMyCommands": lambda _: True,
            "getFile": self._get_file,
        }
        if method not in known:
            raise Refused(404, "Not Found")
        return known[method](params)

    def _get_updates(self, params: Json) -> list[Json]:
        if self.webhook:
            why = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise Refused(409, f"Conflict: {why}")
        offset, until = int(params.get("offset", 0)), time.monotonic() + int(params.get("timeout", 0))
        with self._news:
            self._poll += 1
            mine = self._poll
            self._news.notify_all()
            self.pending = [u for u in self.pending if u["update_id"] >= offset]  # an offset confirms all before it
            while not self.pending and time.monotonic() < until and mine == self._poll:
                self._news.wait(until - time.monotonic())
            if mine != self._poll:
                why = "terminated by other getUpdates request; make sure that only one bot instance is running"
                raise Refused(409, f"Conflict: {why}")
            return self.pending[: int(params.get("limit", 100))]

    def _set_webhook(self, params: Json) -> bool:
        self.webhook = params
        return True

    def _delete_webhook(self, params: Json) -> bool:
        self.webhook = None
        return True

    def _webhook_info(self, params: Json) -> Json:
        url = self.webhook["url"] if self.webhook else ""
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(self.pending)}

    def _chat(self, params: Json) -> Json:
        chat_id = int(params["chat_id"])
        if chat_id in self.blocked:
            raise Refused(BLOCKED.status, BLOCKED.description)
        if chat_id not in self.chats:
            raise Refused(400, "Bad Request: chat not found")
        return {"id": chat_id, "type": "private" if chat_id > 0 else "group", "first_name": "Rosa"}

    def _send_message(self, params: Json) -> Json:
        chat = self._chat(params)
        text, keys = as_read(params), keyboard(params)
        made = self.message(BOT, chat, text=text, **shown(keys))
        self.markup[chat["id"], made["message_id"]] = keys
        return made

    def _send_venue(self, params: Json) -> Json:
        where = {"latitude": float(params["latitude"]), "longitude": float(params["longitude"])}
        venue = {"location": where, "title": params["title"], "address": params["address"]}
        if not params["title"] or not params["address"]:
            raise Refused(400, "Bad Request: venue title and address must be non-empty")
        return self.message(BOT, self._chat(params), venue=venue, location=where, **shown(keyboard(params)))

    def _ours(self, params: Json) -> Json:
        chat = self._chat(params)
        found = self.messages.get((chat["id"], int(params["message_id"])))
        if not found or found["from"] != BOT:
            raise Refused(400, "Bad Request: message to edit not found")
        return found

    def _edit_text(self, params: Json) -> Json:
        found, text, keys = self._ours(params), as_read(params), shown(keyboard(params))
        if found.get("text") == text and found.get("reply_markup") == keys.get("reply_markup"):
            raise Refused(400, "Bad Request: message is not modified: specified new message content and reply markup "
                               "are exactly the same as a current content and reply markup of the message")  # fmt: skip
        found.pop("reply_markup", None)
        found.update(text=text, edit_date=SENT_AT, **keys)
        return found

    def _edit_markup(self, params: Json) -> Json:
        found = self._ours(params)
        found.pop("reply_markup", None)
        found.update(shown(keyboard(params)))
        return found

    def _answer_query(self, params: Json) -> bool:
        if params["callback_query_id"] not in self.queries:
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.queries.remove(params["callback_query_id"])
        return True

    def _get_file(self, params: Json) -> Json:
        if params["file_id"] not in self.files:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        path, content = self.files[params["file_id"]]
        if len(content) > FileSizeLimit.FILESIZE_DOWNLOAD:
            raise Refused(400, "Bad Request: file is too big")
        return {"file_id": params["file_id"], "file_unique_id": "AgAD", "file_size": len(content), "file_path": path}

    # --- the wire ---

    def handle(self, token: str, method: str) -> Response:
        """One request over HTTP."""
        trouble = self._troubles[method].popleft() if self._troubles[method] else None
        if token != self.token:
            return _refusal(Refused(401, "Unauthorized"))
        try:
            lost = trouble and (trouble.status or trouble.cut or trouble.body) and not trouble.after
            result = None if lost else self.answer(method, _params())
        except Refused as refused:
            return _refusal(refused)
        if trouble:
            if lost:
                self.calls.append(Call(method, _params()))
            time.sleep(trouble.slow)
            if trouble.cut:
                request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            if trouble.body:
                return Response(trouble.body, trouble.status or 200)
            if trouble.status:
                return _refusal(Refused(trouble.status, trouble.description, **trouble.parameters))
        return Response(json.dumps({"ok": True, "result": result}), mimetype="application/json")

    def download(self, token: str, path: str) -> Response:
        """A file, as its bytes."""
        found = [content for known, content in self.files.values() if known == path]
        return (
            Response(found[0], mimetype="application/octet-stream")
            if found and token == self.token
            else _refusal(Refused(404, "Not Found"))
        )


@contextmanager
def running(telegram: FakeTelegram) -> Iterator[FakeTelegram]:
    """Serve it on loopback, in threads."""
    app = Flask(__name__)
    app.add_url_rule("/bot<token>/<method>", view_func=telegram.handle, methods=["GET", "POST"])
    app.add_url_rule("/file/bot<token>/<path:path>", view_func=telegram.download)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    telegram.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield telegram
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _params() -> Json:
    given = dict(request.get_json()) if request.is_json else dict(request.values)
    return {name: json.loads(v) if name in _NESTED and isinstance(v, str) else v for name, v in given.items()}


def _refusal(refused: Refused) -> Response:
    body: Json = {"ok": False, "error_code": refused.status, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return Response(json.dumps(body), refused.status, mimetype="application/json")
