"""The port to a provider. app/ wires one Sender a channel; the outbox knows nothing else of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.db.models.outgoing import Purpose
from core.messages import Reply


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message on its way: to whom, what, why. `created_at` bounds the search for it after a cut connection."""

    message_id: uuid.UUID
    address: str
    reply: Reply
    created_at: datetime
    purpose: Purpose


class Blame(StrEnum):
    """Whose matter a failed delivery is: the contact's (wrong number), the operator's (alarm!), the network's."""

    CONTACT = "contact"
    OPERATOR = "operator"
    NETWORK = "network"


class DeliveryError(Exception):
    """The provider did not take the message, or we can't tell whether it did (`uncertain`).

    `retry_after` is in seconds, where the provider named one.
    """

    def __init__(
        self,
        code: str,
        *,
        retryable: bool,
        blame: Blame,
        opted_out: bool = False,
        uncertain: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.retryable = retryable
        self.blame = blame
        self.opted_out = opted_out
        self.uncertain = uncertain
        self.retry_after = retry_after


class Sender(Protocol):
    """Renders and sends for one channel."""

    def send(self, envelope: Envelope) -> str:
        """Hand the message to the provider; gives the provider's id. Raises DeliveryError."""

    def find_sent(self, envelope: Envelope) -> str | None:
        """The provider's id where it took the message after all, None where it surely did not.
        Raises DeliveryError where that can't be told."""
