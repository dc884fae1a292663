"""Delivery: claim (short transaction) ▸ network (none) ▸ record (short transaction)."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.clock import Clock
from core.db.engine import Database
from core.db.models.contact_point import ContactPoint
from core.db.models.outgoing import Delivery, OutgoingMessage, Purpose
from core.db.sealing import Sealer, SealError
from core.failures import log_failure
from core.messages import Channel, reply_from_json
from core.outbox.operations import mark_stopped, record_sent
from core.outbox.quiet_hours import may_start_at
from core.outbox.sender import Blame, DeliveryError, Envelope, Sender

log = logging.getLogger(__name__)

BATCH = 4
LEASE = timedelta(seconds=90)
"""A send takes at most 15 s, a batch a minute: a row still `sending` after this belongs to a sender that died."""
BACK_OFF = [timedelta(seconds=s) for s in (5, 15, 60, 300, 900)]
"""Waits between attempts; the last one repeats until the message expires."""
_DANGER_FIRST = sa.case((OutgoingMessage.purpose.in_([Purpose.EMERGENCY, Purpose.DUTY]), 0), else_=1)
PASS_AFTER_STOP = (Purpose.CONSENT, Purpose.EMERGENCY, Purpose.DUTY)

FailureHook = Callable[[Session, uuid.UUID, datetime], None]
"""Told in the recording transaction that a message failed for good, so that a person sees it."""


@dataclass(frozen=True, slots=True)
class _Claimed:
    envelope: Envelope
    channel: Channel
    contact_point_id: uuid.UUID
    attempts: int
    was_unknown: bool


class Deliverer:
    """Sends what is due. Any number of them may run; a row is claimed by one."""

    def __init__(
        self,
        database: Database,
        senders: Mapping[Channel, Sender],
        sealer: Sealer,
        clock: Clock,
        zone: ZoneInfo,
        on_failure: FailureHook,
    ) -> None:
        self._database = database
        self._senders = senders
        self._sealer = sealer
        self._clock = clock
        self._zone = zone
        self._on_failure = on_failure

    def deliver_due(self) -> int:
        """Send up to a batch of due messages; gives how many were tried."""
        claimed = self._claim()
        for message in claimed:
            self._deliver(message)
        return len(claimed)

    def _claim(self) -> list[_Claimed]:
        now = self._clock.now()
        with self._database.write() as session:
            self._presume_dead(session, now)
            rows = session.execute(
                sa.select(OutgoingMessage, ContactPoint)
                .join(ContactPoint, ContactPoint.id == OutgoingMessage.contact_point_id)
                .where(
                    OutgoingMessage.status.in_([Delivery.QUEUED, Delivery.UNKNOWN]),
                    OutgoingMessage.next_attempt_at <= now,
                )
                .order_by(_DANGER_FIRST, OutgoingMessage.next_attempt_at, OutgoingMessage.created_at)
                .limit(BATCH)
                .with_for_update(skip_locked=True, of=OutgoingMessage)
            ).all()
            return [c for message, contact in rows if (c := self._claim_row(session, message, contact, now))]

    def _presume_dead(self, session: Session, now: datetime) -> None:
        session.execute(
            sa.update(OutgoingMessage)
            .where(OutgoingMessage.status == Delivery.SENDING, OutgoingMessage.next_attempt_at <= now)
            .values(status=Delivery.UNKNOWN)
        )

    def _claim_row(
        self, session: Session, message: OutgoingMessage, contact: ContactPoint, now: datetime
    ) -> _Claimed | None:
        refused = _refusal(message, contact, now)
        if refused:
            self._fail(session, message, refused, now)
            return None
        if message.purpose is Purpose.STARTED and (later := may_start_at(now, self._zone)) > now:
            message.next_attempt_at = later
            return None
        try:
            address = self._sealer.open(contact.kind, contact.address_key, contact.address_sealed)
        except SealError:
            log.error("message %s has an address that no key opens", message.id)
            self._fail(session, message, "unsealable", now)
            return None
        was_unknown = message.status is Delivery.UNKNOWN
        message.status = Delivery.SENDING
        message.next_attempt_at = now + LEASE
        message.attempts += 1
        envelope = Envelope(message.id, address, reply_from_json(message.reply), message.created_at)
        return _Claimed(envelope, message.channel, contact.id, message.attempts, was_unknown)

    def _deliver(self, claimed: _Claimed) -> None:
        sender = self._senders[claimed.channel]
        try:
            provider_id = sender.find_sent(claimed.envelope) if claimed.was_unknown else None
            provider_id = provider_id or sender.send(claimed.envelope)
        except DeliveryError as error:
            self._record_error(claimed, error)
        except Exception as error:  # a broken renderer or library must not stop the others
            log_failure(log, f"message {claimed.envelope.message_id} could not be sent", error)
            self._record_error(claimed, DeliveryError("internal", retryable=True, blame=Blame.OPERATOR))
        else:
            self._record_sent(claimed, provider_id)

    def _record_sent(self, claimed: _Claimed, provider_id: str) -> None:
        now = self._clock.now()
        with self._database.write() as session:
            failed = record_sent(session, claimed.envelope.message_id, claimed.channel, provider_id, now)
            if failed:
                self._on_failure(session, failed, now)

    def _record_error(self, claimed: _Claimed, error: DeliveryError) -> None:
        now = self._clock.now()
        if error.blame is Blame.OPERATOR:
            log.error("delivery refused with code %s: this is ours to mend", error.code)
        with self._database.write() as session:
            message = session.get_one(OutgoingMessage, claimed.envelope.message_id)
            if error.opted_out:
                mark_stopped(session, claimed.contact_point_id, now)
            if error.uncertain or error.retryable:
                wait = BACK_OFF[min(claimed.attempts, len(BACK_OFF)) - 1]
                message.status = Delivery.UNKNOWN if error.uncertain or claimed.was_unknown else Delivery.QUEUED
                message.next_attempt_at = now + max(wait, timedelta(seconds=error.retry_after or 0))
                message.error_code = error.code
            else:
                self._fail(session, message, error.code, now)

    def _fail(self, session: Session, message: OutgoingMessage, code: str, now: datetime) -> None:
        message.status = Delivery.FAILED
        message.error_code = code
        session.flush()
        self._on_failure(session, message.id, now)


def _refusal(message: OutgoingMessage, contact: ContactPoint, now: datetime) -> str | None:
    """Why this message may no longer go out; opt-out is looked at here, so nothing leaves after a STOP commits."""
    if contact.stopped_at and message.purpose not in PASS_AFTER_STOP:
        return "stopped"
    if contact.blocked_at:
        return "blocked"
    if message.expires_at <= now and message.status is not Delivery.UNKNOWN:
        return "expired"
    if message.expires_at + timedelta(days=1) <= now:
        return "never_known"
    return None
