"""Places calls through Twilio, and asks Twilio about one after a cut connection. What is said in a call is fetched
by Twilio once somebody has picked up: see voice/webhook.py.
"""

from __future__ import annotations

import logging
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from core.config import Config
from core.outbox.sender import Blame, DeliveryError, Envelope
from voice.errors import refusal
from voice.webhook import OUTBOUND, PREFIX, STATUS

HTTP_SECONDS = 7.0
"""To connect, and again to read: with both, a question takes less than the 15 s that the outbox allows for."""
RING_SECONDS = 25
"""Five rings. Most mailboxes take over after that."""
MOST_LOOKED_AT = 100
"""Calls to one number that `find_sent` looks through, newest first."""
NEVER_LEFT = ("failed", "canceled")


class VoiceSender:
    """The outbox's Sender for calls. Safe to use from several threads."""

    def __init__(self, config: Config, *, http_seconds: float = HTTP_SECONDS) -> None:
        self._config = config
        self._http_seconds = http_seconds

    def send(self, envelope: Envelope) -> str:
        """Have Twilio call them; gives the call's SID. Raises DeliveryError."""
        if not envelope.address.startswith("+"):
            raise DeliveryError("withheld", retryable=False, blame=Blame.CONTACT)
        ours = self._config.public_url + PREFIX
        sid = self._ask(
            lambda calls: (
                calls.create(
                    to=envelope.address,
                    from_=self._config.twilio_from,
                    url=f"{ours}/{OUTBOUND}?{urlencode({'message': envelope.message_id})}",
                    status_callback=f"{ours}/{STATUS}",
                    status_callback_event=["completed"],  # the end, whatever came of it
                    machine_detection="Enable",
                    timeout=RING_SECONDS,
                ).sid
            )
        )
        if not isinstance(sid, str) or not sid:
            raise DeliveryError("no-sid", retryable=True, blame=Blame.NETWORK, uncertain=True)
        return sid

    def find_sent(self, envelope: Envelope) -> str | None:
        """The SID of our latest call to that number since `envelope.created_at`.

        Twilio doesn't tell what a call was about, so of two messages to one number at once the second may be taken for
        sent. A person hears of it: nobody answers its question.
        """
        # Not narrowed by start time: a call that still waits to be placed has none yet.
        placed = self._ask(
            lambda calls: calls.list(
                to=envelope.address,
                from_=self._config.twilio_from,
                limit=MOST_LOOKED_AT,
                page_size=MOST_LOOKED_AT,
            )
        )
        since = envelope.created_at.replace(microsecond=0)  # Twilio's times are whole seconds
        for call in placed:
            recent = call.date_created is None or call.date_created >= since
            if recent and call.status not in NEVER_LEFT:
                return str(call.sid)
        return None

    def _ask(self, question: Any) -> Any:
        from twilio.base.exceptions import TwilioException

        try:
            return question(self._client.calls)
        except requests.RequestException as error:
            raise _cut_off(error) from None
        except TwilioException as error:  # its text holds the telephone number: only the code goes on
            raise refusal(getattr(error, "code", None), getattr(error, "status", 500)) from None
        except ValueError:
            raise DeliveryError("unreadable", retryable=True, blame=Blame.NETWORK, uncertain=True) from None

    @cached_property
    def _client(self) -> Any:
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        # Twilio's own client logs addresses and form fields: it gets a logger that nobody hears.
        silent = logging.Logger("voice.twilio", logging.CRITICAL + 1)
        http = TwilioHttpClient(timeout=self._http_seconds, logger=silent)
        client = Client(self._config.twilio_account_sid, self._config.twilio_auth_token, http_client=http)
        if self._config.twilio_api_base:
            client.api.base_url = self._config.twilio_api_base
            if http.session:  # that server stands near by, where a proxy for the wide world can't reach it
                http.session.trust_env = False
        return client


def _cut_off(error: requests.RequestException) -> DeliveryError:
    """A connection that was never made took nothing; one that broke off later may have."""
    inner = error.args[0] if error.args else None
    reason = inner.reason if isinstance(inner, MaxRetryError) else inner
    never_made = isinstance(reason, NewConnectionError | ConnectTimeoutError)
    code = "timeout" if isinstance(error, requests.Timeout) else "connection"
    return DeliveryError(code, retryable=True, blame=Blame.NETWORK, uncertain=not never_made)
