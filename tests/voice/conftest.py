"""Residents at the telephone: the real house behind its real webhook, with Twilio's part played by `Call`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.web import create_app
from app.wiring import House
from app.worker import Worker
from core.db.models.contact_point import ContactPoint
from core.db.models.conversation import InboundMedia
from core.db.models.help_request import HelpRequest, Referral
from tests.fakes import FakeProviders, StandingClock
from tests.voice.player import Call

ROSE = "+12025550181"
GERMAN_LANDLINE = "+493023125123"
UK_LANDLINE = "+442079460018"
DUTY_PHONE = "+12025550123"
AT_NIGHT = timedelta(hours=12)
"""From the clock's Monday morning."""
Row = TypeVar("Row")
MakeCall = Callable[..., Call]


class RunningClock(StandingClock):
    """Goes on a little with every look: no two things happen at once in a call."""

    def now(self) -> datetime:
        self.forward(timedelta(milliseconds=50))
        return self.at


@pytest.fixture
def clock() -> RunningClock:
    """A Monday morning in duty hours, going on."""
    return RunningClock()


@pytest.fixture
def engine() -> str:
    """SQLite; a story that must hold on PostgreSQL too says so."""
    return "sqlite"


@pytest.fixture
def client(house: House) -> FlaskClient:
    return create_app(house).test_client()


@pytest.fixture
def call(client: FlaskClient) -> MakeCall:
    """Gives a call that has been dialled and greeted; `caller` is its number."""
    return lambda caller=ROSE: Call(client, caller).dial()


@pytest.fixture
def english(call: MakeCall) -> MakeCall:
    """The same with English chosen: now we ask what they need."""
    return lambda caller=ROSE: call(caller).press("1")


@dataclass(frozen=True)
class Kept:
    """What of the calls stays in the house."""

    house: House
    providers: FakeProviders

    @property
    def requests(self) -> list[HelpRequest]:
        """Every help request, the oldest first."""
        return self._all(sa.select(HelpRequest).order_by(HelpRequest.created_at))

    @property
    def request(self) -> HelpRequest:
        """The only one there is."""
        (request,) = self.requests
        return request

    @property
    def referrals(self) -> list[Referral]:
        """What was passed on to services."""
        return self._all(sa.select(Referral))

    @property
    def recordings(self) -> list[InboundMedia]:
        """What was said after a tone."""
        return self._all(sa.select(InboundMedia))

    @property
    def contacts(self) -> list[ContactPoint]:
        """Everyone who has called."""
        return self._all(sa.select(ContactPoint))

    def texts(self, number: str = ROSE) -> list[str]:
        """The texts that reached `number`, once everything due has been done."""
        worker = Worker(self.house)
        while worker.run_once():
            pass
        assert self.providers.sms
        return self.providers.sms.to(number)

    def _all(self, select: sa.Select[Row]) -> list[Row]:
        with self.house.database.read() as session:
            return list(session.scalars(select))


@pytest.fixture
def kept(house: House, providers: FakeProviders) -> Kept:
    return Kept(house, providers)
