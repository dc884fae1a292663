"""What the telephone is given by app/."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from core.clock import Clock
from core.db.models.outgoing import Delivery
from core.helpdesk.events import CallOutcome
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Inbound, Reply


@dataclass(frozen=True, slots=True)
class VoiceDeps:
    """What the telephone needs of the house. recall: the Reply that a message got before, None for a new one.
    outgoing: what a message of the outbox says; None for one that is no call. record_status: how far the message of a
    call got, by its CallSid. number_to_connect: of the resident whom the volunteer rung by that message calls; None
    where they may not any more. call_ended: what came of it. phrasebook: with numbers as they are said. guard: lets
    only Twilio in; aborts the request otherwise.
    """

    receive: Callable[[Inbound], Reply]
    recall: Callable[[Inbound], Reply | None]
    outgoing: Callable[[uuid.UUID], Reply | None]
    record_status: Callable[[Channel, str, Delivery, str | None], None]
    number_to_connect: Callable[[uuid.UUID], str | None]
    call_ended: Callable[[uuid.UUID, CallOutcome], None]
    guard: Callable[[], None]
    phrasebook: Phrasebook
    clock: Clock
    language: str
    duty_phone: str
    caller_id: str
