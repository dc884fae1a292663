"""Sends texts through Twilio, and asks Twilio about one after a cut connection."""

from __future__ import annotations

from datetime import timedelta

from carrier.account import MOST_LOOKED_AT, NEVER_LEFT, Account
from core.config import Config
from core.i18n.phrasebook import Phrasebook
from core.outbox.sender import Blame, DeliveryError, Envelope
from sms.errors import refusal
from sms.render import RenderError, render
from sms.webhook import STATUS

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
TRIAL_PREFIX = "Sent from your Twilio trial account - "
"""What Twilio puts before the words of an account that is not paid for yet."""
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
        self._twilio = Account(config, refusal, connect_seconds=connect_seconds, read_seconds=read_seconds)

    def send(self, envelope: Envelope) -> str:
        """Give the message to Twilio; gives its SID. Raises DeliveryError."""
        body = self._body(envelope)
        return self._twilio.sid_of(
            lambda twilio: twilio.messages.create(
                to=envelope.address,
                from_=self._config.twilio_from,
                body=body,
                status_callback=self._config.public_url + STATUS,
            )
        )

    def find_sent(self, envelope: Envelope) -> str | None:
        """The SID of the text that Twilio took from us with these words since `envelope.created_at`."""
        body = self._body(envelope)
        # Not narrowed by date_sent: a message still in Twilio's queue has none yet.
        sent = self._twilio.ask(
            lambda twilio: twilio.messages.list(
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
