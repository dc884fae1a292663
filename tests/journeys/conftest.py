"""Residents with a phone: each journey is played through the core's front door and through the real SMS webhook."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from app.web import create_app
from app.wiring import House
from app.worker import Worker
from core.db.models.volunteer import Role
from core.helpdesk import operations, queries, volunteers
from core.helpdesk.queries import Shelf
from core.messages import Channel, Inbound
from tests.conftest import SETTINGS
from tests.fakes import FakeProviders, StandingClock

Send = Callable[[str, str], None]
_sids = itertools.count(1)


@dataclass
class Phone:
    """An old phone: `text` sends a message and gives the answers that came back."""

    number: str
    send: Send
    providers: FakeProviders
    worker: Worker

    def text(self, body: str) -> str:
        before = len(self.inbox)
        self.send(self.number, body)
        self.worker.run_once()
        return "\n".join(self.inbox[before:])

    @property
    def inbox(self) -> list[str]:
        """Every text that reached this phone."""
        assert self.providers.sms
        return self.providers.sms.to(self.number)


@pytest.fixture
def worker(house: House) -> Worker:
    return Worker(house)


@pytest.fixture(params=["sqlite-core", "sqlite-webhook", "postgresql-webhook"])
def way(request: pytest.FixtureRequest) -> str:
    """Both ways in on SQLite; on PostgreSQL the one that residents use."""
    return str(request.param)


@pytest.fixture
def engine(way: str) -> str:
    return way.split("-", maxsplit=1)[0]


@pytest.fixture
def send(way: str, house: House, clock: StandingClock) -> Send:
    if way.endswith("core"):
        return lambda number, body: _through_the_core(house, clock, number, body)
    client = create_app(house).test_client()
    return lambda number, body: _through_the_webhook(client, number, body)


def _through_the_core(house: House, clock: StandingClock, number: str, body: str) -> None:
    house.assistant.receive(Inbound(Channel.SMS, number, f"SM{next(_sids):032d}", clock.now(), text=body))


def _through_the_webhook(client: FlaskClient, number: str, body: str) -> None:
    form = {"MessageSid": f"SM{next(_sids):032d}", "From": number, "To": "+12025550199", "Body": body}
    url = SETTINGS["HANDRAIL_PUBLIC_URL"] + "/sms/inbound"
    signature = RequestValidator(SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"]).compute_signature(url, form)
    answer = client.post("/sms/inbound", data=form, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 200


@pytest.fixture
def phone(send: Send, providers: FakeProviders, worker: Worker) -> Callable[[str], Phone]:
    """Gives a resident's phone by its last four digits."""
    return lambda ending: Phone(f"+1202555{ending}", send, providers, worker)


@pytest.fixture
def rose(phone: Callable[[str], Phone]) -> Phone:
    return phone("0181")


@dataclass
class Desk:
    """The help desk as a volunteer meets it."""

    house: House
    worker: Worker
    volunteer_id: uuid.UUID

    def waiting(self) -> list[queries.QueueRow]:
        with self.house.database.read() as session:
            return queries.queue(session, Shelf.WAITING, self.volunteer_id)

    def claim(self, row: queries.QueueRow) -> operations.Claim:
        with self.house.database.write() as session:
            return operations.claim(session, self.house.desk, row.id, self.volunteer_id, self.house.clock.now())

    def reply(self, row: queries.QueueRow, text: str, key: str = "") -> None:
        with self.house.database.write() as session:
            now = self.house.clock.now()
            operations.reply(session, row.id, self.volunteer_id, text, key or uuid.uuid4().hex, now)
        self.worker.run_once()

    def close(self, row: queries.QueueRow, outcome: operations.Outcome) -> None:
        with self.house.database.write() as session:
            now = self.house.clock.now()
            operations.close(session, self.house.desk, row.id, self.volunteer_id, outcome, now)

    def page(self, row: queries.QueueRow) -> queries.RequestPage:
        with self.house.database.read() as session:
            page = queries.request_page(session, self.house.sealer, row.id, revealed=True)
        assert page
        return page


@pytest.fixture
def desk(house: House, worker: Worker) -> Desk:
    with house.database.write() as session:
        now = house.clock.now()
        vera = volunteers.add_volunteer(session, "vera", "Vera", "a-long-password", Role.VOLUNTEER, now)
    return Desk(house, worker, vera)


@pytest.fixture
def time_passes(clock: StandingClock, worker: Worker) -> Callable[[timedelta], None]:
    """Moves the clock, an hour at a time, and lets the worker do what is due."""

    def passes(by: timedelta) -> None:
        while by > timedelta(0):
            step = min(by, timedelta(hours=1))
            clock.forward(step)
            by -= step
            while worker.run_once():
                pass

    return passes
