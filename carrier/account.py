"""Our account at Twilio: its client, how long we wait for it, and what a cut connection means.

The channels say what to ask for, and what Twilio's error codes mean for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from core.config import Config
from core.outbox.sender import Blame, DeliveryError

MOST_LOOKED_AT = 100
"""Messages or calls to one number that a sender looks through for one that may have been taken, newest first."""
NEVER_LEFT = ("failed", "canceled")
"""Twilio's states of a message or call that reached nobody's telephone."""

Refusal = Callable[[int | str | None, int], DeliveryError]
"""What Twilio's error code and the HTTP status mean for a channel."""


class Account:
    """Asks Twilio with our log-in. Safe to use from several threads."""

    def __init__(self, config: Config, refusal: Refusal, *, connect_seconds: float, read_seconds: float) -> None:
        self._config = config
        self._refusal = refusal
        # A server in place of Twilio stands near by, where a proxy for the wide world can't reach it.
        self._http = _Http((connect_seconds, read_seconds), use_proxies=not config.twilio_api_base)

    def sid_of(self, create: Callable[[Any], Any]) -> str:
        """The SID of what `create` makes with Twilio's client. Raises DeliveryError."""
        sid = self.ask(lambda twilio: create(twilio).sid)
        if not isinstance(sid, str) or not sid:
            raise DeliveryError("no-sid", retryable=True, blame=Blame.NETWORK, uncertain=True)
        return sid

    def ask(self, question: Callable[[Any], Any]) -> Any:
        """What `question` brings from Twilio's client. Raises DeliveryError."""
        from twilio.base.exceptions import TwilioException

        try:
            return question(self._client)
        except requests.RequestException as error:
            raise _cut_off(error) from None
        except TwilioException as error:  # its text holds the telephone number: only the code goes on
            raise self._refusal(getattr(error, "code", None), getattr(error, "status", 500)) from None
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
