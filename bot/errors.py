"""What a failure of the Bot API means for a message: core.telegram.org/bots/api#making-requests, and the errors that
python-telegram-bot makes of the answers.
"""

from __future__ import annotations

from datetime import timedelta

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from core.outbox.sender import Blame, DeliveryError

LEFT = ("bot was blocked by the user", "user is deactivated")
"""They want nothing more from the bot, or have no account any more: the contact point is stopped."""
NO_SUCH_CHAT = ("chat not found", "user not found", "peer_id_invalid", "chat_id is empty", "have no rights to send")
_NEVER_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def refusal(error: TelegramError) -> DeliveryError:
    """`error` of sending as ours. Its text may hold words of the message, so only its kind is kept."""
    said = error.message.casefold()
    match error:
        case RetryAfter():
            return DeliveryError("telegram-429", retryable=True, blame=Blame.NETWORK, retry_after=_seconds(error))
        case Forbidden() if any(words in said for words in LEFT):
            return DeliveryError("telegram-blocked", retryable=False, blame=Blame.CONTACT, opted_out=True)
        case Forbidden():
            return DeliveryError("telegram-403", retryable=False, blame=Blame.CONTACT)
        case InvalidToken():
            return DeliveryError("telegram-token", retryable=False, blame=Blame.OPERATOR)
        case ChatMigrated():
            return DeliveryError("telegram-no-chat", retryable=False, blame=Blame.CONTACT)
        case BadRequest() if any(words in said for words in NO_SUCH_CHAT):
            return DeliveryError("telegram-no-chat", retryable=False, blame=Blame.CONTACT)
        case BadRequest():
            return DeliveryError("telegram-400", retryable=False, blame=Blame.OPERATOR)
        case NetworkError() if isinstance(error.__cause__, _NEVER_ARRIVED):
            return DeliveryError("telegram-away", retryable=True, blame=Blame.NETWORK)
        case _:  # 5xx, a time-out, a cut, an answer that is no JSON: it may have been taken
            return DeliveryError("telegram-unsure", retryable=True, blame=Blame.NETWORK, uncertain=True)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
