"""An outbox over each database, with a fake provider behind it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from core.contacts import contact_point
from core.db.engine import Database
from core.db.models.outgoing import OutgoingMessage, Purpose
from core.db.sealing import Sealer
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Reply, Say, Words
from core.outbox.delivery import Deliverer
from core.outbox.operations import Post, post
from tests.conftest import SETTINGS
from tests.fakes import FakeProvider, StandingClock

ROSE = "+12025550181"
PostText = Callable[..., uuid.UUID]


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(SETTINGS["HANDRAIL_DATA_KEY"])


@pytest.fixture
def provider() -> FakeProvider:
    facts = {"community": "Handrail", "emergency": "911", "crisis": "988"}
    return FakeProvider(Phrasebook(("en",), {}, country="US", facts=facts))


@pytest.fixture
def failed() -> list[uuid.UUID]:
    """The messages of which the help desk was told that they failed for good."""
    return []


@pytest.fixture
def deliverer(
    database: Database, provider: FakeProvider, sealer: Sealer, clock: StandingClock, failed: list[uuid.UUID]
) -> Deliverer:
    return Deliverer(
        database,
        {Channel.SMS: provider},
        sealer,
        clock,
        ZoneInfo("America/New_York"),
        on_failure=lambda _session, message_id, _now: failed.append(message_id),
    )


@pytest.fixture
def post_text(database: Database, sealer: Sealer, clock: StandingClock) -> PostText:
    """Puts one text for Rose into the outbox and gives its id."""

    def put(text: str = "Hello Rose.", purpose: Purpose = Purpose.ANSWER, key: str = "") -> uuid.UUID:
        with database.write() as session:
            contact = contact_point(session, sealer, Channel.SMS, ROSE, clock.now())
            reply = Reply((Say("volunteer.text", {"text": Words(text)}),), "en")
            message = Post(contact.id, Channel.SMS, reply, purpose, key or uuid.uuid4().hex)
            posted = post(session, message, clock.now())
        assert posted
        return posted

    return put


@pytest.fixture
def message(database: Database) -> Callable[[uuid.UUID], OutgoingMessage]:
    def read(message_id: uuid.UUID) -> OutgoingMessage:
        with database.read() as session:
            return session.get_one(OutgoingMessage, message_id)

    return read
