"""What the help desk of this community works by: hours, waits, the duty contact. Numbers come from settings."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.config import Config
from core.db.models.help_request import Urgency
from core.db.sealing import Sealer
from core.hours import WeekHours
from core.messages import Channel

URGENCY_RANK = {Urgency.EMERGENCY: 0, Urgency.SOON: 1, Urgency.NORMAL: 2}
EMERGENCY_AGAIN = timedelta(minutes=5)
"""To someone in danger one message, one more after this, then only people."""
REFERENCE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Desk:
    """The rules the help desk works by."""

    sealer: Sealer
    zone: ZoneInfo
    duty_hours: WeekHours
    duty_contact: tuple[Channel, str] | None
    duty_language: str
    long_wait: timedelta
    claim_idle: timedelta
    followup_delay: timedelta
    followup_patience: timedelta
    public_url: str
    """Where the console is, for those who are told to open it."""

    @classmethod
    def of(cls, config: Config, sealer: Sealer) -> Desk:
        """The desk that `config` describes."""
        contact = config.duty_contact
        channel = Channel.EMAIL if "@" in contact else Channel.SMS
        return cls(
            sealer=sealer,
            zone=config.timezone,
            duty_hours=config.duty_hours,
            duty_contact=(channel, contact) if contact else None,
            duty_language=config.languages[0],
            long_wait=config.long_wait,
            claim_idle=config.claim_idle,
            followup_delay=config.followup_delay,
            followup_patience=config.followup_patience,
            public_url=config.public_url.rstrip("/"),
        )

    def answer_by(self, now: datetime) -> datetime:
        """When someone should have answered what comes in at `now`: a long wait from now, or from the next
        duty hours."""
        local = now.astimezone(self.zone)
        if self.duty_hours.open_until(local):
            return now + self.long_wait
        # Added in UTC: local times take no account of the hour that a change of clocks adds or takes.
        return (self.duty_hours.next_opening(local) or local).astimezone(UTC) + self.long_wait


def fresh_reference(rng: random.Random) -> str:
    """A number to ask by, easy to say and to key; unique once the database has taken it."""
    return str(rng.randrange(10 ** (REFERENCE_DIGITS - 1), 10**REFERENCE_DIGITS))
