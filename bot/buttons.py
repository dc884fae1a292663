"""What stands behind a button: the number it answers, bound to its chat and its message, signed and with an end.

The message is the one of the outbox, not of Telegram: whether the question in it is still the open one is asked of
`core.outbox.queries.still_asks`. A person, number 0, is wanted whatever the question was.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LIFETIME = timedelta(days=14)
"""Longer than any question stays open; an older button is answered kindly, and nothing else."""
_ID, _END = 16, 4  # bytes of the message's UUID, and of the end in seconds since 1970
_SIGNATURE = 16  # bytes; half of SHA-256 is beyond guessing, and all of it would not fit beside the rest
_WHOLE = _ID + 1 + _END + _SIGNATURE
"""37 bytes, so 50 characters; Telegram takes 64 (telegram.constants.InlineKeyboardButtonLimit)."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of ours. question: id of the outgoing message that it came with. number: the digit it stands for."""

    number: int
    question: uuid.UUID


def button_key(secret_key: str) -> bytes:
    """The key that buttons are signed with, made of HANDRAIL_SECRET_KEY and fit for nothing else."""
    purpose = b"handrail telegram buttons"
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())


def sign(key: bytes, chat_id: int, question: uuid.UUID, number: int, expires: datetime) -> str:
    """The data of a button; url-safe. number: 0 to 9."""
    told = question.bytes + bytes([number]) + int(expires.timestamp()).to_bytes(_END, "big")
    return base64.urlsafe_b64encode(told + _signature(key, chat_id, told)).decode().rstrip("=")


def read(key: bytes, chat_id: int, data: str, now: datetime) -> Pressed | None:
    """What was pressed; None for data that is forged, of another chat, too old or no button's at all."""
    try:
        whole = base64.b64decode(data + "=" * (-len(data) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    told, signature = whole[:-_SIGNATURE], whole[-_SIGNATURE:]
    if len(whole) != _WHOLE or not hmac.compare_digest(signature, _signature(key, chat_id, told)):
        return None
    if datetime.fromtimestamp(int.from_bytes(told[-_END:], "big"), UTC) <= now:
        return None
    return Pressed(told[_ID], uuid.UUID(bytes=told[:_ID]))


def _signature(key: bytes, chat_id: int, told: bytes) -> bytes:
    return hmac.new(key, f"{chat_id}:".encode() + told, hashlib.sha256).digest()[:_SIGNATURE]
