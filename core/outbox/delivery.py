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
"""A row still `sending` after this belongs to a sender that died, or is too slow to be waited for."""
SLOWEST_SEND = timedelta(seconds=30)
"""Asking the provider and sending take at most 15 s each. With less than this left of its lease, a send is not begun:
another worker might take the message over in the middle of it."""
BACK_OFF = [timedelta(seconds=s) for s in (5, 15, 60, 300, 900)]
"""Waits between attempts; the last one repeats until the message expires."""
_DANGER_FIRST = sa.case((OutgoingMessage.purpose.in_([Purpose.EMERGENCY, Purpose.DUTY]), 0), else_=1)
WE_BEGIN = (Purpose.STARTED, Purpose.VERIFY)
PASS_AFTER_STOP = (Purpose.CONSENT, Purpose.EMERGENCY, Purpose.DUTY, Purpose.CONNECT)

FailureHook = Callable[[Session, uuid.UUID, datetime], None]
"""Told in the recording transaction that a message failed for good, so that a person sees it."""


@dataclass(frozen=True, slots=True)
class _Claimed:
    envelope: Envelope
    channel: Channel
    contact_point_id: uuid.UUID
    attempts: int
    """Grows with every claim, so it says whether the row is still ours."""
    was_unknown: bool
    until: datetime
    """End of the lease."""
    expires_at: datetime


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
        """Send up to a batch of due messages; gives how many were looked at."""
        looked_at, claimed = self._claim()
        for message in claimed:
            if self._may_begin(message):
                self._deliver(message)
        return looked_at

    def _claim(self) -> tuple[int, list[_Claimed]]:
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
            claimed = [c for message, contact in rows if (c := self._claim_row(session, message, contact, now))]
        return len(rows), claimed

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
        if message.purpose in WE_BEGIN and (later := may_start_at(now, self._zone)) > now:
            message.next_attempt_at = later
            return None
        try:
            address = self._sealer.open(contact.kind, contact.address_key, contact.address_sealed)
            reply = reply_from_json(message.reply)
            envelope = Envelope(message.id, address, reply, message.created_at, message.purpose)
        except Exception as error:  # one row that can't be read must not keep back all the others
            log_failure(log, f"message {message.id} can't be read", error)
            self._fail(session, message, "unsealable" if isinstance(error, SealError) else "unreadable", now)
            return None
        was_unknown = message.status is Delivery.UNKNOWN
        message.status = Delivery.SENDING
        message.next_attempt_at = until = now + LEASE
        message.attempts += 1
        return _Claimed(envelope, message.channel, contact.id, message.attempts, was_unknown, until, message.expires_at)

    def _may_begin(self, claimed: _Claimed) -> bool:
        """A last look before the network: those before it in the batch may have taken a minute."""
        now = self._clock.now()
        if now + SLOWEST_SEND > claimed.until:
            return False  # once its lease is over it is asked about, and sent
        with self._database.read() as session:
            contact = session.get_one(ContactPoint, claimed.contact_point_id)
            purpose = session.get_one(OutgoingMessage, claimed.envelope.message_id).purpose
        refused = _silenced(purpose, contact)
        if refused:
            self._record_error(claimed, DeliveryError(refused, retryable=False, blame=Blame.CONTACT))
        return not refused

    def _deliver(self, claimed: _Claimed) -> None:
        try:
            sender = self._senders[claimed.channel]
            provider_id = sender.find_sent(claimed.envelope) if claimed.was_unknown else None
            if provider_id is None and claimed.expires_at <= self._clock.now():
                raise DeliveryError("expired", retryable=False, blame=Blame.NETWORK)
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
            message = session.get_one(OutgoingMessage, claimed.envelope.message_id, with_for_update=True)
            if error.opted_out:
                mark_stopped(session, claimed.contact_point_id, now)
            if message.status is not Delivery.SENDING or message.attempts != claimed.attempts:
                pass  # we were so slow that it was taken over: what becomes of it is not ours to say
            elif error.uncertain or error.retryable:
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
    """Why this message may no longer go out."""
    if silenced := _silenced(message.purpose, contact):
        return silenced
    if message.expires_at <= now and message.status is not Delivery.UNKNOWN:
        return "expired"
    if message.expires_at + timedelta(days=1) <= now:
        return "never_known"
    return None


def _silenced(purpose: Purpose, contact: ContactPoint) -> str | None:
    """Whether the contact wants or gets silence; opt-out is looked at here."""
    if contact.stopped_at and purpose not in PASS_AFTER_STOP:
        return "stopped"
    return "blocked" if contact.blocked_at else None
