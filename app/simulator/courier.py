"""Carries what happens on the simulated networks to Handrail's webhooks over HTTP, in the background."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock
from typing import Any

import requests
from twilio.request_validator import RequestValidator

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = (5.0, 15.0)
"""To connect, and to answer: what Twilio allows a webhook."""
TRIES = 4
PAUSE_SECONDS = 0.3
"""How long a text is under way, and how long we wait before trying again."""


class Courier:
    """Posts as Twilio and Telegram do. `pause_seconds` makes the network as slow as a real one; tests pass 0."""

    def __init__(self, auth_token: str, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._validator = RequestValidator(auth_token)
        self._pause_seconds = pause_seconds
        self._session = requests.Session()
        # A proxy for the wide world would not find this machine.
        self._session.trust_env = False
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="simulator")
        self._lock = Lock()
        self._under_way: set[Future[None]] = set()

    def later(self, errand: Callable[[], None]) -> None:
        """Do `errand` in the background."""
        future = self._pool.submit(errand)
        with self._lock:
            self._under_way.add(future)
        future.add_done_callback(self._done)

    def settle(self, timeout_seconds: float = 10) -> None:
        """Wait until nothing is under way. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            with self._lock:
                under_way = set(self._under_way)
            if not under_way:
                return
            if wait(under_way, max(0.0, deadline - time.monotonic())).not_done:
                raise TimeoutError("the simulated network is still busy")

    def pause(self) -> None:
        """The time a text is under way."""
        time.sleep(self._pause_seconds)

    def post(self, url: str, form: Mapping[str, str]) -> bool:
        """Post `form`, signed, to `url`; a 503 is tried again. Gives whether it was taken."""
        return self.ask(url, form) is not None

    def ask(self, url: str, form: Mapping[str, str]) -> str | None:
        """The same; gives what was answered, None where it was not taken."""
        return self._carry(url, {"X-Twilio-Signature": self._validator.compute_signature(url, form)}, form=form)

    def post_json(self, url: str, payload: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
        """Post `payload` as JSON, with what proves whose it is in `headers`; tried again and told as `post` does."""
        return self._carry(url, headers, payload=payload) is not None

    def _carry(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        form: Mapping[str, str] | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> str | None:
        for attempt in range(TRIES):
            if attempt:
                self.pause()
            try:
                answer = self._session.post(
                    url, data=form, json=payload, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
                )
            except requests.RequestException as error:
                log.warning("the simulator could not reach a webhook: %s", type(error).__name__)
                continue
            if answer.ok:
                answer.encoding = "utf-8"  # as XML is where it doesn't say
                return str(answer.text)
            log.warning("a webhook answered the simulator with %s", answer.status_code)
            if answer.status_code != 503:
                return None
        return None

    def _done(self, future: Future[None]) -> None:
        with self._lock:
            self._under_way.discard(future)
        if error := future.exception():
            log.error("an errand of the simulator failed: %s", type(error).__name__)
