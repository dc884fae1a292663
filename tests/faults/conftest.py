"""A house whose provider keeps its book on paper, so that it outlives every process; and what residents see of it."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from app.web import create_app
from app.wiring import House
from app.worker import Worker
from core.config import Config
from core.contacts import find_contact_point
from core.db.models.conversation import Conversation, InboundMessage, Question
from core.db.models.help_request import HelpRequest
from core.db.models.outgoing import Delivery, OutgoingMessage
from core.db.models.volunteer import Role
from core.helpdesk import volunteers
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, ContactKind, Inbound
from core.outbox.sender import Envelope, Sender
from sms.render import render
from tests.conftest import SETTINGS
from tests.fakes import StandingClock
from tests.faults.dying import Steps

_ids = itertools.count(1)
NUMBERS = [f"+1{area}55501{line:02d}" for area in (202, 303, 404) for line in range(90)]
"""Residents' numbers; 555-0198 and 555-0199 are the duty contact's and our own."""


@dataclass(frozen=True)
class Page:
    """One text in the provider's book."""

    message: str
    address: str
    text: str


class Book:
    """A Sender that writes down what it takes. Being asked and having taken are steps at which we may die."""

    def __init__(self, file: Path, steps: Steps) -> None:
        self._file = file
        self._steps = steps
        self.before_taking: Callable[[], None] = lambda: None
        """What happens elsewhere between our call and the provider's taking it."""
        self._phrasebook: Phrasebook | None = None
        file.touch()

    def __call__(self, config: Config, phrasebook: Phrasebook) -> Mapping[Channel, Sender]:
        self._phrasebook = phrasebook
        return {Channel.SMS: self, Channel.EMAIL: self}

    def send(self, envelope: Envelope) -> str:
        assert self._phrasebook
        self._steps.reach()
        self.before_taking()
        page = (str(envelope.message_id), envelope.address, render(envelope.reply, self._phrasebook))
        with self._file.open("a", encoding="utf-8") as book:
            book.write(json.dumps(page) + "\n")
        self._steps.reach()
        return f"SM{envelope.message_id.hex}"

    def find_sent(self, envelope: Envelope) -> str | None:
        self._steps.reach()
        known = any(page.message == str(envelope.message_id) for page in self.pages())
        return f"SM{envelope.message_id.hex}" if known else None

    def pages(self) -> list[Page]:
        return [Page(*json.loads(line)) for line in self._file.read_text("utf-8").splitlines()]

    def to(self, number: str) -> list[str]:
        """The texts that reached `number`, oldest first."""
        return [page.text for page in self.pages() if page.address == number]


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def providers(tmp_path: Path, steps: Steps) -> Book:
    return Book(tmp_path / "provider.jsonl", steps)


@pytest.fixture
def book(providers: Book, house: House) -> Book:
    return providers


@pytest.fixture
def worker(house: House) -> Worker:
    return Worker(house)


@pytest.fixture
def work(worker: Worker) -> Callable[[], None]:
    """Does all that is due now; a worker that never comes to an end fails."""

    def until_idle() -> None:
        for _ in range(300):
            if not worker.run_once():
                return
        raise AssertionError("the worker finds no end")

    return until_idle


Text = Callable[[str, str], Inbound]


@pytest.fixture
def text(clock: StandingClock) -> Text:
    """A text message as it comes in; each with an id of its own."""
    return lambda number, words: Inbound(Channel.SMS, number, f"SM{next(_ids):032d}", clock.now(), text=words)


Post = Callable[..., TestResponse]


@pytest.fixture
def client(house: House) -> FlaskClient:
    return create_app(house).test_client()


@pytest.fixture
def post(client: FlaskClient) -> Post:
    """Posts a text to the webhook as the provider does, signed."""

    def send(number: str, words: str, message_id: str = "") -> TestResponse:
        form = {
            "MessageSid": message_id or f"SM{next(_ids):032d}",
            "From": number,
            "To": SETTINGS["HANDRAIL_TWILIO_FROM"],
            "Body": words,
        }
        url = SETTINGS["HANDRAIL_PUBLIC_URL"] + "/sms/inbound"
        signature = RequestValidator(SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"]).compute_signature(url, form)
        return client.post("/sms/inbound", data=form, headers={"X-Twilio-Signature": signature})

    return send


@dataclass(frozen=True)
class Known:
    """What the house has written down of one phone."""

    inbound: list[InboundMessage]
    talks: list[Conversation]
    requests: list[HelpRequest]
    outgoing: list[OutgoingMessage]
    open_questions: list[Question]

    @property
    def unfinished(self) -> list[Delivery]:
        done = (Delivery.SENT, Delivery.DELIVERED, Delivery.FAILED)
        return [message.status for message in self.outgoing if message.status not in done]


Recall = Callable[[str], Known]


@pytest.fixture
def known(house: House, clock: StandingClock) -> Recall:
    def recall(number: str) -> Known:
        with house.database.read() as session:
            contact = find_contact_point(session, house.sealer, ContactKind.PHONE, number)
            assert contact
            talks = session.scalars(sa.select(Conversation).where(Conversation.contact_point_id == contact.id)).all()
            ids = [talk.id for talk in talks]
            inbound = sa.select(InboundMessage).where(InboundMessage.contact_point_id == contact.id)
            requests = sa.select(HelpRequest).where(HelpRequest.conversation_id.in_(ids))
            outgoing = sa.select(OutgoingMessage).where(OutgoingMessage.contact_point_id == contact.id)
            questions = sa.select(Question).where(
                Question.conversation_id.in_(ids),
                Question.answered_at.is_(None),
                Question.superseded_at.is_(None),
                Question.expires_at > clock.now(),
            )
            return Known(
                list(session.scalars(inbound.order_by(InboundMessage.received_at))),
                list(talks),
                list(session.scalars(requests.order_by(HelpRequest.created_at))),
                list(session.scalars(outgoing.order_by(OutgoingMessage.created_at))),
                list(session.scalars(questions)),
            )

    return recall


AddVolunteer = Callable[[str], uuid.UUID]


@pytest.fixture
def volunteer(house: House) -> AddVolunteer:
    """A volunteer by name; gives the id."""

    def add(name: str) -> uuid.UUID:
        with house.database.write() as session:
            now = house.clock.now()
            return volunteers.add_volunteer(session, name.lower(), name, "a-long-password", Role.VOLUNTEER, now)

    return add
