"""Places calls through Twilio, and asks Twilio about one after a cut connection. What is said in a call is fetched
by Twilio once somebody has picked up: see voice/webhook.py.
"""

from __future__ import annotations

from urllib.parse import urlencode

from carrier.account import MOST_LOOKED_AT, NEVER_LEFT, Account
from core.config import Config
from core.db.models.outgoing import Purpose
from core.outbox.sender import Blame, DeliveryError, Envelope
from voice.errors import refusal
from voice.render import RING
from voice.webhook import OUTBOUND, PREFIX, STATUS

HTTP_SECONDS = 7.0
"""To connect, and again to read: with both, a question takes less than the 15 s that the outbox allows for."""
RING_SECONDS = 25
"""Five rings. Most mailboxes take over after that."""


class VoiceSender:
    """The outbox's Sender for calls. Safe to use from several threads."""

    def __init__(self, config: Config, *, http_seconds: float = HTTP_SECONDS) -> None:
        self._config = config
        self._twilio = Account(config, refusal, connect_seconds=http_seconds, read_seconds=http_seconds)

    def send(self, envelope: Envelope) -> str:
        """Have Twilio call them; gives the call's SID. Raises DeliveryError."""
        if not envelope.address.startswith("+"):
            raise DeliveryError("withheld", retryable=False, blame=Blame.CONTACT)
        ours = self._config.public_url + PREFIX
        for_volunteer = envelope.purpose is Purpose.CONNECT
        # A volunteer's mailbox presses no key. Listening for it would cost them seconds of silence.
        listens = {} if for_volunteer else {"machine_detection": "Enable"}
        step = RING if for_volunteer else OUTBOUND
        return self._twilio.sid_of(
            lambda twilio: twilio.calls.create(
                to=envelope.address,
                from_=self._config.twilio_from,
                url=f"{ours}/{step}?{urlencode({'message': envelope.message_id})}",
                status_callback=f"{ours}/{STATUS}",
                status_callback_event=["completed"],  # the end, whatever came of it
                timeout=RING_SECONDS,
                **listens,
            )
        )

    def find_sent(self, envelope: Envelope) -> str | None:
        """The SID of our latest call to that number since `envelope.created_at`.

        Twilio doesn't tell what a call was about, so of two messages to one number at once the second may be taken for
        sent. A person hears of it: nobody answers its question.
        """
        # Not narrowed by start time: a call that still waits to be placed has none yet.
        placed = self._twilio.ask(
            lambda twilio: twilio.calls.list(
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
