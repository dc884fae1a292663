"""Sends texts through Twilio, and asks Twilio about one after a cut connection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from core.config import Config
from core.i18n.phrasebook import Phrasebook
from core.outbox.sender import Blame, DeliveryError, Envelope
from sms.errors import refusal
from sms.render import RenderError, render
from sms.webhook import STATUS

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
MOST_LOOKED_AT = 100
"""Messages to one number that `find_sent` looks through, newest first."""
TRIAL_PREFIX = "Sent from your Twilio trial account - "
"""What Twilio puts before the words of an account that is not paid for yet."""
NEVER_LEFT = ("failed", "canceled")
CLOCKS_DIFFER = timedelta(minutes=1)
"""Twilio's clock against ours. The same words to the same person within a minute count as the same message:
then at worst a word-for-word repetition is not sent."""


class SmsSender:
    """The outbox's Sender for texts. Safe to use from several threads."""

    def __init__(
        self,
        config: Config,
        phrasebook: Phrasebook,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._config = config
        self._phrasebook = phrasebook
        # A server in place of Twilio stands near by, where a proxy for the wide world can't reach it.
        self._http = _Http((connect_seconds, read_seconds), use_proxies=not config.twilio_api_base)

    def send(self, envelope: Envelope) -> str:
        """Give the message to Twilio; gives its SID. Raises DeliveryError."""
        body = self._body(envelope)
        sid = self._call(
            lambda messages: (
                messages.create(
                    to=envelope.address,
                    from_=self._config.twilio_from,
                    body=body,
                    status_callback=self._config.public_url + STATUS,
                ).sid
            )
        )
        if not isinstance(sid, str) or not sid:
            raise DeliveryError("no-sid", retryable=True, blame=Blame.NETWORK, uncertain=True)
        return sid

    def find_sent(self, envelope: Envelope) -> str | None:
        """The SID of the text that Twilio took from us with these words since `envelope.created_at`."""
        body = self._body(envelope)
        # Not narrowed by date_sent: a message still in Twilio's queue has none yet.
        sent = self._call(
            lambda messages: messages.list(
                to=envelope.address,
                from_=self._config.twilio_from,
                limit=MOST_LOOKED_AT,
                page_size=MOST_LOOKED_AT,
            )
        )
        since = envelope.created_at - CLOCKS_DIFFER
        recent = [m for m in sent if m.date_created is None or m.date_created >= since]
        for message in recent:
            if message.body in (body, TRIAL_PREFIX + body) and message.status not in NEVER_LEFT:
                return str(message.sid)
        if len(recent) == MOST_LOOKED_AT:
            raise DeliveryError("not-found-yet", retryable=True, blame=Blame.NETWORK, uncertain=True)
        return None

    def _body(self, envelope: Envelope) -> str:
        try:
            return render(envelope.reply, self._phrasebook)
        except RenderError:
            raise DeliveryError("unrenderable", retryable=False, blame=Blame.OPERATOR) from None

    def _call(self, ask: Any) -> Any:
        from twilio.base.exceptions import TwilioException

        try:
            return ask(self._client.messages)
        except requests.RequestException as error:
            raise _cut_off(error) from None
        except TwilioException as error:  # its text holds the telephone number: only the code goes on
            raise refusal(getattr(error, "code", None), getattr(error, "status", 500)) from None
        except ValueError:
            raise DeliveryError("unreadable", retryable=True, blame=Blame.NETWORK, uncertain=True) from None

    @cached_property
    def _client(self) -> Any:
        from twilio.rest import Client  # 0.3 s and 20 MB that `handrail --help` has no use for

        client = Client(self._config.twilio_account_sid, self._config.twilio_auth_token, http_client=self._http)
        if self._config.twilio_api_base:
            client.api.base_url = self._config.twilio_api_base
        return client


class _Http:
    """What Twilio's client needs to speak HTTP. Its own waits for ever and logs addresses."""

    is_async = False

    def __init__(self, timeout: tuple[float, float], *, use_proxies: bool) -> None:
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = use_proxies

    def request(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_unused: object,
    ) -> requests.Response:
        """One request, no redirects; a 429 becomes a DeliveryError here, where its Retry-After is at hand."""
        response = self._session.request(
            method,
            uri,
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=self._timeout,
            allow_redirects=False,
        )
        if response.status_code == 429:
            wait = _seconds(response.headers.get("Retry-After", ""))
            raise DeliveryError("20429", retryable=True, blame=Blame.NETWORK, retry_after=wait)
        return response


def _seconds(said: str) -> float | None:
    return float(said) if said.isascii() and said.isdigit() and len(said) < 6 else None


def _cut_off(error: requests.RequestException) -> DeliveryError:
    """A connection that was never made took nothing; one that broke off later may have."""
    inner = error.args[0] if error.args else None
    reason = inner.reason if isinstance(inner, MaxRetryError) else inner
    never_made = isinstance(reason, NewConnectionError | ConnectTimeoutError)
    code = "timeout" if isinstance(error, requests.Timeout) else "connection"
    return DeliveryError(code, retryable=True, blame=Blame.NETWORK, uncertain=not never_made)
