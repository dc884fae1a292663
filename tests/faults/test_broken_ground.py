"""A full disk, a lost key, a row that makes no sense: the one is refused or put aside, all the others go on."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.wiring import House
from app.worker import Worker
from core.contacts import contact_point, conversation_with
from core.db.engine import Database
from core.db.models.conversation import InboundMessage
from core.db.models.help_request import HelpRequest, Reason
from core.db.models.outgoing import Delivery, OutgoingMessage, Purpose
from core.db.models.timer import TimerKind
from core.db.sealing import Sealer, fresh_key
from core.messages import Channel, Reply, Say, Words
from core.outbox import operations as outbox
from core.outbox.delivery import LEASE
from core.outbox.sender import Blame, DeliveryError, Envelope
from core.timers import set_timer
from tests.fakes import StandingClock
from tests.faults.conftest import NUMBERS, Book, Post, Recall, Text

ROSE, LI = NUMBERS[:2]


@contextmanager
def sqlite_says(database: Database, pragma: str) -> Iterator[None]:
    """Every connection has `pragma` as long as the block lasts."""

    def prepare(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    database.close()
    sa.event.listen(database.engine, "connect", prepare)
    yield
    sa.event.remove(database.engine, "connect", prepare)
    database.close()


@contextmanager
def no_writing(database: Database) -> Iterator[None]:
    """The database can be read, but nothing can be written."""
    if database.sqlite:
        with sqlite_says(database, "query_only = ON"):
            yield
        return
    name = sa.make_url(database.url).database
    for mode in ("on", "off"):
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {mode}')
        database.close()
        if mode == "on":
            yield


def stored(house: House, message_id: str) -> int:
    with house.database.read() as session:
        count = sa.select(sa.func.count()).where(InboundMessage.provider_id == message_id)
        return session.scalar(count) or 0


def test_a_database_that_can_only_be_read_refuses_and_then_goes_on(
    house: House, post: Post, book: Book, known: Recall, work: Callable[[], None]
) -> None:
    message_id = "SM" + "7" * 32
    with no_writing(house.database):
        assert post(ROSE, "I need food", message_id).status_code == 503
        assert stored(house, message_id) == 0
        with pytest.raises(sa.exc.DBAPIError):
            work()  # the worker's loop waits, and looks again
    assert post(ROSE, "I need food", message_id).status_code == 200
    work()
    assert len(known(ROSE).inbound) == 1
    assert len(book.to(ROSE)) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_full_disk_never_says_yes_to_what_is_not_kept(
    house: House, post: Post, book: Book, known: Recall, work: Callable[[], None]
) -> None:
    with house.database.read() as session:
        pages = session.execute(sa.text("PRAGMA page_count")).scalar_one()
    with sqlite_says(house.database, f"max_page_count = {pages + 4}"):
        for n in itertools.count():
            assert n < 200, "the disk is never full"
            message_id = f"SM{n:032d}"
            status = post(NUMBERS[n % 80], "I want to talk to a person, " + "please " * 60, message_id).status_code
            assert (status, stored(house, message_id)) in [(200, 1), (503, 0)]
            if status == 503:
                break
        assert post(ROSE, "hello", "SM" + "8" * 32).status_code in (200, 503)
    assert post(NUMBERS[n % 80], "I want to talk to a person", message_id).status_code == 200
    work()
    for number in NUMBERS[: min(n + 1, 80)]:
        assert known(number).unfinished == []
        assert not any(m.parked for m in known(number).inbound)
        assert book.to(number)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_database_that_was_restarted_costs_no_message(
    house: House, post: Post, book: Book, work: Callable[[], None]
) -> None:
    assert post(ROSE, "hello").status_code == 200
    with house.database.read() as session:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
        session.execute(sa.text(others + "current_database()"))
    assert post(ROSE, "I need food").status_code == 200
    work()
    assert len(book.to(ROSE)) == 2


def a_text(words: str = "Lunch is at noon.") -> Reply:
    return Reply((Say("volunteer.text", {"text": Words(words)}),), "en")


@pytest.fixture
def queue(house: House) -> Callable[..., uuid.UUID]:
    """Puts a text for this number into the outbox, sealed by the house's key or another one."""

    def put(number: str, sealer: Sealer | None = None) -> uuid.UUID:
        with house.database.write() as session:
            now = house.clock.now()
            contact = contact_point(session, sealer or house.sealer, Channel.SMS, number, now)
            talk = conversation_with(session, contact, Channel.SMS, now)
            message = outbox.Post(contact.id, Channel.SMS, a_text(), Purpose.ANSWER, uuid.uuid4().hex, talk.id)
            posted = outbox.post(session, message, now)
        assert posted
        return posted

    return put


def message(house: House, message_id: uuid.UUID) -> OutgoingMessage:
    with house.database.read() as session:
        return session.get_one(OutgoingMessage, message_id)


def test_an_address_whose_key_is_lost_fails_alone_and_is_put_before_a_person(
    house: House, queue: Callable[..., uuid.UUID], book: Book, work: Callable[[], None]
) -> None:
    lost = queue(ROSE, Sealer(fresh_key().replace("1:", "2:")))
    torn = queue(LI)
    with house.database.write() as session:
        contact_id = session.get_one(OutgoingMessage, torn).contact_point_id
        session.execute(
            sa.text("UPDATE contact_point SET address_sealed = :half WHERE id = :id").bindparams(
                sa.bindparam("id", contact_id, sa.Uuid()), half=b"\x00\x01\x02"
            )
        )
    others = NUMBERS[2:8]
    for number in others:
        queue(number)
    work()
    assert (message(house, lost).status, message(house, lost).error_code) == (Delivery.FAILED, "unsealable")
    assert message(house, torn).status is Delivery.FAILED
    assert sorted(page.address for page in book.pages()) == sorted(others)
    with house.database.read() as session:
        reasons = session.scalars(sa.select(HelpRequest.reason)).all()
    assert reasons == [Reason.UNDELIVERED] * 2


def test_a_text_that_makes_no_sense_fails_alone(
    house: House, queue: Callable[..., uuid.UUID], book: Book, work: Callable[[], None]
) -> None:
    """Written by a newer version, say, while both were running."""
    odd, unsendable = queue(ROSE), queue(LI)
    with house.database.write() as session:
        session.get_one(OutgoingMessage, odd).reply = {"language": "en", "song": "la la la"}
        session.get_one(OutgoingMessage, unsendable).channel = Channel.TELEGRAM
    for number in NUMBERS[2:8]:
        queue(number)
    Worker(house).run_once()
    work()
    assert message(house, odd).status is Delivery.FAILED
    assert message(house, unsendable).status is Delivery.QUEUED  # until it expires, and a person is told
    assert len(book.pages()) == 6


def test_a_timer_that_fails_keeps_no_other_from_firing(
    house: House, text: Text, book: Book, known: Recall, clock: StandingClock, work: Callable[[], None]
) -> None:
    house.assistant.receive(text(ROSE, "I want to talk to a person"))
    work()
    with house.database.write() as session:
        for _ in range(30):
            set_timer(session, TimerKind.LONG_WAIT, uuid.uuid4(), clock.now())  # of a request that is gone
    clock.forward(house.desk.long_wait)
    told = len(book.pages())
    for _ in range(5):
        Worker(house).run_once()
    assert len(book.pages()) == told + 1
    assert known(ROSE).requests[0].reference in book.pages()[-1].text


def test_pictures_that_are_slow_to_fetch_do_not_hold_up_an_alarm(
    house: House, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[uuid.UUID] = []

    def fetch(_house: House, media_id: uuid.UUID) -> bool:
        fetched.append(media_id)
        return True

    monkeypatch.setattr("app.worker.fetch_media", fetch)
    with house.database.write() as session:
        for _ in range(5):
            set_timer(session, TimerKind.FETCH_MEDIA, uuid.uuid4(), clock.now())
    Worker(house).run_once()
    assert len(fetched) == 1
    for _ in range(4):
        Worker(house).run_once()
    assert len(set(fetched)) == 5


class Cut:
    """A provider whose answer never comes back: did it take the text? It says so when asked, if `took`."""

    def __init__(self, took: bool) -> None:
        self.took = took
        self.sent = 0

    def send(self, envelope: Envelope) -> str:
        self.sent += 1
        raise DeliveryError("timeout", retryable=True, blame=Blame.NETWORK, uncertain=True)

    def find_sent(self, envelope: Envelope) -> str | None:
        return "SM" + "5" * 32 if self.took else None


@pytest.mark.parametrize("took", [True, False])
def test_what_expired_while_nobody_knew_is_asked_about_but_not_sent(
    house: House,
    queue: Callable[..., uuid.UUID],
    clock: StandingClock,
    work: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    took: bool,
) -> None:
    provider = Cut(took)
    monkeypatch.setattr(house.deliverer, "_senders", {Channel.SMS: provider})
    sent = queue(ROSE)
    work()
    assert message(house, sent).status is Delivery.UNKNOWN
    clock.forward(timedelta(hours=13))
    work()
    assert provider.sent == 1
    assert message(house, sent).status is (Delivery.SENT if took else Delivery.FAILED)


def test_an_error_of_a_sender_that_was_given_up_changes_nothing(
    house: House, queue: Callable[..., uuid.UUID], book: Book, clock: StandingClock
) -> None:
    sent = queue(ROSE)

    def hang() -> None:
        book.before_taking = lambda: None
        clock.forward(LEASE)
        Worker(house).run_once()  # another worker asks, and sends it
        raise DeliveryError("connection", retryable=True, blame=Blame.NETWORK)

    book.before_taking = hang
    Worker(house).run_once()
    clock.forward(timedelta(hours=1))
    Worker(house).run_once()
    assert len(book.to(ROSE)) == 1
    assert message(house, sent).status is Delivery.SENT


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_report_and_our_own_note_that_pass_each_other_meet_in_the_end(
    house: House, queue: Callable[..., uuid.UUID], clock: StandingClock
) -> None:
    sent = queue(ROSE)
    provider_id = f"SM{sent.hex}"
    with house.database.write() as reporting:
        outbox.record_status(reporting, Channel.SMS, provider_id, Delivery.FAILED, "30003", clock.now())
        Worker(house).run_once()  # notes the id, and can't see the report yet
    assert message(house, sent).status is Delivery.SENT
    clock.forward(timedelta(minutes=1))
    Worker(house).run_once()
    assert message(house, sent).status is Delivery.FAILED
    with house.database.read() as session:
        assert session.scalars(sa.select(HelpRequest.reason)).all() == [Reason.UNDELIVERED]


def test_two_texts_to_one_dead_number_are_one_matter(house: House, queue: Callable[..., uuid.UUID]) -> None:
    sent = [queue(ROSE), queue(ROSE)]
    Worker(house).run_once()
    start = threading.Barrier(2)

    def report(message_id: uuid.UUID) -> None:
        start.wait(5)
        house.record_status(Channel.SMS, f"SM{message_id.hex}", Delivery.FAILED, "30005")

    threads = [threading.Thread(target=report, args=(message_id,)) for message_id in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    with house.database.read() as session:
        assert session.scalars(sa.select(HelpRequest.reason)).all() == [Reason.UNDELIVERED]
