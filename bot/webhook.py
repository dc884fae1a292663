"""The address that Telegram posts updates to, where a secret for it is set."""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Callable

from flask import Blueprint, Response, abort, request
from telegram.error import TelegramError

from bot.client import Client
from bot.handling import Handler
from bot.parse import ParseError, update_in
from core.config import Config

log = logging.getLogger(__name__)

WEBHOOK = "/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST_BODY = 512 * 1024
"""Bytes. A text of 4,096 characters, quoted in its answer, all of it escaped, is below 100,000."""
REGISTER_AGAIN_SECONDS = 60.0


def telegram_blueprint(config: Config, handler: Handler) -> Blueprint:
    """POST /telegram/webhook. 403 without the secret, 400 for what is no update, 413 for too much; whatever the
    handler raises goes up, so that nothing is acknowledged that isn't stored: Telegram then posts it again."""
    blueprint = Blueprint("telegram", __name__)
    secret = config.telegram_webhook_secret.encode()

    @blueprint.before_request
    def only_telegram() -> None:
        request.max_content_length = LARGEST_BODY
        given = request.headers.get(HEADER, "").encode("utf-8", "replace")
        if not secret or not hmac.compare_digest(secret, given):
            abort(403)

    @blueprint.post(WEBHOOK)
    def webhook() -> Response:
        handler.handle(update_in(request.get_json(force=True)))
        return Response(status=200)

    @blueprint.errorhandler(ParseError)
    def malformed(error: ParseError) -> tuple[str, int, dict[str, str]]:
        return f"{error}\n", 400, {"Content-Type": "text/plain; charset=utf-8"}

    return blueprint


def register(client: Client, config: Config, wait: Callable[[float], object] = time.sleep) -> None:
    """Tell Telegram where to post, as often as it takes. wait: lets so many seconds pass between two tries."""
    while True:
        try:
            client.set_webhook(config.public_url + WEBHOOK, config.telegram_webhook_secret)
        except TelegramError as error:
            log.error("Telegram did not take our address, so no message comes in: %s", type(error).__name__)
            wait(REGISTER_AGAIN_SECONDS)
        else:
            return
