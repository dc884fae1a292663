"""What leaves: once, with a status, whatever the provider does."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.db.models.contact_point import ContactPoint
from core.db.models.outgoing import Delivery, DeliveryReport, OutgoingMessage, Purpose
from core.messages import Channel
from core.outbox.delivery import LEASE, Deliverer
from core.outbox.operations import REPORT_LIFETIME, forget_old_reports, record_status
from core.outbox.quiet_hours import may_start_at
from core.outbox.sender import Blame, DeliveryError
from tests.fakes import FakeProvider, StandingClock
from tests.outbox.conftest import ROSE, PostText

Read = Callable[[uuid.UUID], OutgoingMessage]


def network_down(*, uncertain: bool = False) -> DeliveryError:
    return DeliveryError("timeout", retryable=True, blame=Blame.NETWORK, uncertain=uncertain)


def test_a_posted_text_reaches_the_phone(deliverer: Deliverer, provider: FakeProvider, post_text: PostText) -> None:
    post_text("Lunch is at noon.")
    assert deliverer.deliver_due() == 1
    assert provider.to(ROSE) == ["Lunch is at noon."]
    assert deliverer.deliver_due() == 0


def test_the_same_key_twice_is_one_message(
    database: Database, deliverer: Deliverer, provider: FakeProvider, post_text: PostText
) -> None:
    post_text(key="double-click")
    with pytest.raises(AssertionError):
        post_text(key="double-click")
    deliverer.deliver_due()
    assert len(provider.taken) == 1


def test_a_provider_that_is_down_for_an_hour_loses_nothing(
    deliverer: Deliverer, provider: FakeProvider, post_text: PostText, message: Read, clock: StandingClock
) -> None:
    sent = post_text()
    for _ in range(12):
        provider.failures = [network_down()]
        deliverer.deliver_due()
        clock.forward(timedelta(minutes=5))
    provider.failures = []
    clock.forward(timedelta(minutes=15))
    deliverer.deliver_due()
    assert len(provider.taken) == 1
    assert message(sent).status is Delivery.SENT


def test_cut_off_while_sending_asks_before_sending_again(
    deliverer: Deliverer, provider: FakeProvider, post_text: PostText, message: Read, clock: StandingClock
) -> None:
    sent = post_text()
    provider.known[str(sent)] = "SM" + "9" * 32  # the provider took it, but its answer never arrived
    provider.failures = [network_down(uncertain=True)]
    deliverer.deliver_due()
    assert message(sent).status is Delivery.UNKNOWN

    clock.forward(timedelta(minutes=1))
    deliverer.deliver_due()

    assert provider.taken == []
    assert message(sent).provider_id == "SM" + "9" * 32
    assert message(sent).status is Delivery.SENT


def test_a_sender_that_died_is_followed_up(
    database: Database,
    deliverer: Deliverer,
    provider: FakeProvider,
    post_text: PostText,
    message: Read,
    clock: StandingClock,
) -> None:
    sent = post_text()
    with database.write() as session:  # claimed, and then the power went
        session.execute(sa.update(OutgoingMessage).values(status=Delivery.SENDING, next_attempt_at=clock.now() + LEASE))
    deliverer.deliver_due()
    assert provider.taken == []

    clock.forward(LEASE)
    deliverer.deliver_due()

    assert len(provider.taken) == 1
    assert message(sent).status is Delivery.SENT


def test_a_number_that_cannot_get_texts_is_told_to_the_help_desk_once(
    deliverer: Deliverer, provider: FakeProvider, post_text: PostText, message: Read, failed: list[uuid.UUID]
) -> None:
    sent = post_text()
    provider.failures = [DeliveryError("30006", retryable=False, blame=Blame.CONTACT)]
    deliverer.deliver_due()
    deliverer.deliver_due()
    assert failed == [sent]
    assert (message(sent).status, message(sent).error_code) == (Delivery.FAILED, "30006")


def test_the_providers_own_opt_out_is_honoured(
    database: Database, deliverer: Deliverer, provider: FakeProvider, post_text: PostText, message: Read
) -> None:
    provider.failures = [DeliveryError("21610", retryable=False, blame=Blame.CONTACT, opted_out=True)]
    post_text()
    deliverer.deliver_due()
    later = post_text("Are you there?")
    deliverer.deliver_due()

    with database.read() as session:
        assert session.scalar(sa.select(ContactPoint.stopped_at)) is not None
    assert message(later).error_code == "stopped"
    assert provider.taken == []


@pytest.mark.parametrize(
    ("purpose", "leaves"),
    [
        (Purpose.ANSWER, False),
        (Purpose.VOLUNTEER, False),
        (Purpose.STARTED, False),
        (Purpose.CONSENT, True),
        (Purpose.EMERGENCY, True),
    ],
)
def test_after_stop_only_consent_and_danger_are_answered(
    database: Database,
    deliverer: Deliverer,
    provider: FakeProvider,
    post_text: PostText,
    clock: StandingClock,
    purpose: Purpose,
    leaves: bool,
) -> None:
    post_text(purpose=purpose)  # queued before the STOP commits
    with database.write() as session:
        session.execute(sa.update(ContactPoint).values(stopped_at=clock.now()))
    deliverer.deliver_due()
    assert bool(provider.taken) is leaves


def test_what_expired_is_not_sent_but_told(
    deliverer: Deliverer, provider: FakeProvider, post_text: PostText, failed: list[uuid.UUID], clock: StandingClock
) -> None:
    sent = post_text(purpose=Purpose.EMERGENCY)
    clock.forward(timedelta(hours=2))
    deliverer.deliver_due()
    assert provider.taken == []
    assert failed == [sent]


def test_what_we_start_waits_for_the_morning(
    deliverer: Deliverer, provider: FakeProvider, post_text: PostText, clock: StandingClock
) -> None:
    clock.at = datetime(2026, 11, 23, 22, 30, tzinfo=ZoneInfo("America/New_York"))
    post_text(purpose=Purpose.STARTED)
    post_text("An answer may go at any time.")
    deliverer.deliver_due()
    assert [m.text for m in provider.taken] == ["An answer may go at any time."]

    clock.at = datetime(2026, 11, 24, 8, 0, tzinfo=ZoneInfo("America/New_York"))
    deliverer.deliver_due()
    assert len(provider.taken) == 2


def test_the_night_ends_on_days_that_are_short_or_long() -> None:
    zone = ZoneInfo("America/New_York")
    for night in (datetime(2026, 3, 7, 23, 0, tzinfo=zone), datetime(2026, 10, 31, 23, 0, tzinfo=zone)):
        morning = may_start_at(night, zone).astimezone(zone)
        assert (morning.hour, morning.minute) == (8, 0)
        assert morning.date() == night.date() + timedelta(days=1)


@pytest.mark.parametrize("order", [("sent", "delivered"), ("delivered", "sent"), ("delivered", "failed", "sent")])
def test_statuses_in_any_order_end_the_same(
    database: Database,
    deliverer: Deliverer,
    provider: FakeProvider,
    post_text: PostText,
    message: Read,
    clock: StandingClock,
    order: tuple[str, ...],
) -> None:
    sent = post_text()
    deliverer.deliver_due()
    provider_id = provider.known[str(sent)]
    for status in order:
        with database.write() as session:
            record_status(session, Channel.SMS, provider_id, Delivery(status), None, clock.now())
    assert message(sent).status is Delivery.DELIVERED


def test_a_report_that_is_quicker_than_our_own_note_is_not_lost(
    database: Database,
    deliverer: Deliverer,
    provider: FakeProvider,
    post_text: PostText,
    message: Read,
    failed: list[uuid.UUID],
    clock: StandingClock,
) -> None:
    sent = post_text()
    with database.write() as session:
        early = f"SM{1:032d}"  # the id that the provider is about to give
        record_status(session, Channel.SMS, early, Delivery.FAILED, "30003", clock.now())
    deliverer.deliver_due()
    assert (message(sent).status, message(sent).error_code) == (Delivery.FAILED, "30003")
    assert failed == [sent]


def test_reports_on_other_systems_messages_are_forgotten(database: Database, clock: StandingClock) -> None:
    with database.write() as session:
        record_status(session, Channel.SMS, "SMsomeone-elses", Delivery.SENT, None, clock.now())
        forget_old_reports(session, clock.now() + REPORT_LIFETIME * 2)
    with database.read() as session:
        assert session.scalars(sa.select(DeliveryReport)).all() == []


def test_many_deliverers_send_each_message_once(
    deliverer: Deliverer, provider: FakeProvider, post_text: PostText
) -> None:
    for number in range(30):
        post_text(f"Message {number}")

    def work() -> None:
        while deliverer.deliver_due():
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(m.text for m in provider.taken) == sorted(f"Message {n}" for n in range(30))
