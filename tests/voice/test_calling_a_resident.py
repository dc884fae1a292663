"""A volunteer calls a resident from the console: their own telephone rings first, and a key connects the two."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from app.wiring import House
from app.worker import Worker
from core.config import Config
from core.db.models.conversation import InboundMessage
from core.db.models.help_request import HelpRequest, HelpRequestEvent, Outcome
from core.db.models.outgoing import Delivery, OutgoingMessage, Purpose
from core.db.models.volunteer import Role
from core.helpdesk import calling, operations, overview, volunteers
from core.helpdesk.events import EventKind
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel
from core.outbox.sender import Blame, DeliveryError, Envelope, Sender
from tests.conftest import SETTINGS
from tests.fakes import FakeProviders, StandingClock
from tests.voice.conftest import ROSE, MakeCall
from tests.voice.leg import BrokenCall, Ended
from tests.voice.player import Call

VERA = "+12025550171"
OURS = SETTINGS["HANDRAIL_TWILIO_FROM"]


@dataclass
class Exchange:
    """The way out for calls: keeps what was asked, refuses as told."""

    rung: list[tuple[Envelope, str]] = field(default_factory=list)
    refuses: DeliveryError | None = None

    def send(self, envelope: Envelope) -> str:
        if self.refuses:
            raise self.refuses
        self.rung.append((envelope, f"CA{uuid.uuid4().hex}"))
        return self.rung[-1][1]

    def find_sent(self, envelope: Envelope) -> str | None:
        return None


class WithTelephones(FakeProviders):
    """The same providers, and a telephone exchange."""

    def __init__(self) -> None:
        super().__init__()
        self.exchange = Exchange()

    def __call__(self, config: Config, phrasebook: Phrasebook) -> Mapping[Channel, Sender]:
        return {**super().__call__(config, phrasebook), Channel.VOICE: self.exchange}


@pytest.fixture
def providers() -> WithTelephones:
    return WithTelephones()


@dataclass
class Desk:
    """Vera at the help desk, who holds Rose's request."""

    house: House
    exchange: Exchange
    client: FlaskClient
    clock: StandingClock
    vera: uuid.UUID
    request: HelpRequest

    def calls(self) -> None:
        """She presses the button, and the worker goes round."""
        with self.house.database.write() as session:
            calling.call(session, self.house.desk, self.request.id, self.vera, uuid.uuid4().hex, self.clock.now())
        Worker(self.house).run_once()

    def rings(self) -> Call:
        """Her own telephone, on its way."""
        envelope, sid = self.exchange.rung[-1]
        assert envelope.address == VERA
        call = Call(self.client, VERA)
        call.sid = sid
        return call

    @property
    def path(self) -> str:
        return f"/voice/ring?message={self.exchange.rung[-1][0].message_id}"

    def picks_up(self) -> Call:
        self.calls()
        return self.rings().pick_up(self.path)

    def does(self, deed: str) -> None:
        """Something happens to the request before she presses the key."""
        with self.house.database.write() as session:
            now = self.clock.now()
            match deed:
                case "given back":
                    operations.release(session, self.house.desk, self.request.id, self.vera, now)
                case "closed":
                    operations.close(session, self.house.desk, self.request.id, self.vera, Outcome.GOT_HELP, now)
                case "not safe":
                    session.execute(sa.text("UPDATE contact_point SET safe_to_call = false"))

    @property
    def outcomes(self) -> list[str]:
        with self.house.database.read() as session:
            rows = session.query(HelpRequestEvent).filter_by(kind=EventKind.CALL_ENDED.value)
            return [row.data["outcome"] for row in rows]

    @property
    def message(self) -> OutgoingMessage:
        with self.house.database.read() as session:
            return session.query(OutgoingMessage).filter_by(purpose=Purpose.CONNECT).one()


@pytest.fixture
def language() -> str:
    """Vera's."""
    return "en"


@pytest.fixture
def desk(
    house: House, providers: WithTelephones, client: FlaskClient, call: MakeCall, clock: StandingClock, language: str
) -> Desk:
    call().press("1").press("0").hang_up()
    with house.database.write() as session:
        now = clock.now()
        vera = volunteers.add_volunteer(session, "vera", "Vera", "a-long-password", Role.VOLUNTEER, now, language)
        volunteers.set_phone(session, house.sealer, vera, VERA)
        request = session.query(HelpRequest).one()
        operations.claim(session, house.desk, request.id, vera, now)
    return Desk(house, providers.exchange, client, clock, vera, request)


def dial(call: Call) -> ET.Element:
    verb = ET.fromstring(call.twiml).find("Dial")
    assert verb is not None
    return verb


class TestConnected:
    """She picks up and presses 1."""

    @pytest.mark.parametrize(
        ("language", "heard"),
        [
            ("en", "Someone waits for your call. To talk with them, press 1."),
            ("es", "Alguien espera que usted llame. Para hablar con esa persona, marque 1."),
            ("zh", "有居民在等您的电话。想接通，请按1。"),
        ],
    )
    def test_she_hears_in_her_language_what_it_is_about_and_the_key(self, desk: Desk, heard: str) -> None:
        ringing = desk.picks_up()
        assert ringing.said.endswith(heard)
        assert ringing.waiting == "Gather"
        assert ROSE not in ringing.twiml

    def test_the_resident_sees_our_number(self, desk: Desk) -> None:
        talking = desk.picks_up().press("1")
        verb = dial(talking)
        assert verb.findtext("Number") == ROSE
        assert verb.get("callerId") == OURS
        assert VERA not in talking.twiml
        assert verb.get("timeout") == "25"
        assert verb.get("answerOnBridge") == "true"

    def test_they_spoke(self, desk: Desk) -> None:
        talking = desk.picks_up().press("1")
        assert talking.duty_answers()
        assert talking.said == "Goodbye, and take care."
        assert desk.outcomes == ["spoke"]
        assert desk.message.status is Delivery.DELIVERED

    def test_she_hangs_up_first_and_it_counts_all_the_same(self, desk: Desk) -> None:
        desk.picks_up().press("1").duty_answers(caller_hangs_up=True)
        assert desk.outcomes == ["spoke"]

    @pytest.mark.parametrize("status", ["no-answer", "busy", "failed"])
    def test_nobody_there_is_said(self, desk: Desk, status: str) -> None:
        talking = desk.picks_up().press("1").duty_does_not_answer(status)
        assert talking.said == "No one picked up the phone.\nGoodbye, and take care."
        assert talking.ended is Ended.BY_HANDRAIL
        assert desk.outcomes == ["no_answer"]

    def test_she_gives_up_while_it_rings(self, desk: Desk) -> None:
        desk.picks_up().press("1").hang_up()
        assert desk.outcomes == ["no_answer"]

    def test_it_is_nothing_that_a_resident_said(self, desk: Desk) -> None:
        with desk.house.database.read() as session:
            before = session.query(InboundMessage).count()
        desk.picks_up().press("1").duty_answers()
        with desk.house.database.read() as session:
            assert session.query(InboundMessage).count() == before
            assert session.query(HelpRequest).count() == 1

    def test_each_post_may_come_twice(self, desk: Desk) -> None:
        talking = desk.picks_up()
        talking.repeat_last_post()
        talking.press("1")
        talking.repeat_last_post()
        talking.duty_answers()
        for post in talking.posts[-2:]:  # the outcome, and the end of the call
            desk.client.post(post.url.removeprefix(SETTINGS["HANDRAIL_PUBLIC_URL"]), data=post.form,
                             headers=signed(post.url, post.form))  # fmt: skip
        assert desk.outcomes == ["spoke"]


class TestNotTaken:
    """Without the key nothing rings at the resident's."""

    @pytest.mark.parametrize("key", ["2", "0", "#"])
    def test_another_key(self, desk: Desk, key: str) -> None:
        ringing = desk.picks_up().press(key)
        assert ringing.ended is Ended.BY_HANDRAIL
        assert "<Dial" not in ringing.twiml
        assert desk.outcomes == ["not_taken"]
        assert desk.message.status is Delivery.FAILED

    def test_a_mailbox_presses_none(self, desk: Desk) -> None:
        ringing = desk.picks_up().stay_silent()
        assert ringing.ended is Ended.BY_HANDRAIL
        assert desk.outcomes == ["not_taken"]

    def test_a_word_is_no_key(self, desk: Desk) -> None:
        assert desk.picks_up().say("one").ended is Ended.BY_HANDRAIL
        assert desk.outcomes == ["not_taken"]

    def test_she_hangs_up_instead(self, desk: Desk) -> None:
        desk.picks_up().hang_up()
        assert desk.outcomes == ["not_taken"]

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [("no-answer", "not_taken"), ("busy", "not_taken"), ("canceled", "not_taken"), ("failed", "not_placed")],
    )
    def test_her_telephone_is_not_picked_up(self, desk: Desk, status: str, outcome: str) -> None:
        desk.calls()
        desk.rings().not_picked_up(status)
        assert desk.outcomes == [outcome]

    def test_a_call_that_could_not_be_placed_is_said(self, desk: Desk) -> None:
        desk.exchange.refuses = DeliveryError("21211", retryable=False, blame=Blame.CONTACT)
        desk.calls()
        assert desk.outcomes == ["not_placed"]

    def test_a_call_that_comes_too_late_is_not_placed(self, desk: Desk) -> None:
        desk.exchange.refuses = DeliveryError("connection", retryable=True, blame=Blame.NETWORK)
        desk.calls()
        desk.exchange.refuses = None
        desk.clock.forward(timedelta(minutes=6))
        Worker(desk.house).run_once()
        assert desk.outcomes == ["not_placed"]
        assert not desk.exchange.rung

    def test_no_message_to_a_resident_has_failed(self, desk: Desk) -> None:
        desk.picks_up().stay_silent()
        with desk.house.database.read() as session:
            assert overview.overview(session, desk.house.desk, desk.vera, desk.clock.now()).failed == 0
            assert session.query(HelpRequest).count() == 1
            assert not session.query(HelpRequestEvent).filter_by(kind=EventKind.NOT_DELIVERED.value).count()

    @pytest.mark.parametrize("deed", ["given back", "closed", "not safe"])
    def test_what_happened_meanwhile_counts(self, desk: Desk, deed: str) -> None:
        ringing = desk.picks_up()
        desk.does(deed)
        ringing.press("1")
        assert "<Dial" not in ringing.twiml
        assert ringing.said.startswith("We did not call.")
        assert desk.outcomes == ["not_placed"]


class TestGuarded:
    """Only Twilio, and only about calls that we placed."""

    @pytest.mark.parametrize("step", ["ring", "connect", "connected"])
    def test_without_a_signature_nothing_is_told(self, desk: Desk, step: str) -> None:
        desk.calls()
        path = desk.path.replace("/ring", f"/{step}")
        answer = desk.client.post(path, data={"CallSid": "CA1", "Digits": "1"})
        assert answer.status_code == 403
        assert ROSE not in answer.text
        assert desk.outcomes == []

    @pytest.mark.parametrize("step", ["ring", "connect", "connected"])
    @pytest.mark.parametrize("query", ["", "?message=7"])
    def test_no_message_named_is_400(self, desk: Desk, step: str, query: str) -> None:
        with pytest.raises(BrokenCall, match="400"):
            Call(desk.client, VERA).pick_up(f"/voice/{step}{query}")

    @pytest.mark.parametrize("step", ["ring", "connect", "connected"])
    def test_no_call_named_is_400(self, desk: Desk, step: str) -> None:
        desk.calls()
        url = SETTINGS["HANDRAIL_PUBLIC_URL"] + desk.path.replace("/ring", f"/{step}")
        answer = desk.client.post(desk.path.replace("/ring", f"/{step}"), data={}, headers=signed(url, {}))
        assert answer.status_code == 400

    def test_a_message_of_another_sort_connects_with_nobody(self, desk: Desk) -> None:
        with desk.house.database.write() as session:
            operations.reply(session, desk.request.id, desk.vera, "Tomorrow at 9.", "k", desk.clock.now())
        with desk.house.database.read() as session:
            other = session.query(OutgoingMessage).filter_by(purpose=Purpose.VOLUNTEER).one()
        call = Call(desk.client, VERA).pick_up(f"/voice/ring?message={other.id}").press("1")
        assert "<Dial" not in call.twiml
        assert desk.outcomes == []

    def test_no_number_is_written_into_a_log(self, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("DEBUG")
        desk.picks_up().press("1").duty_does_not_answer()
        assert not [record for record in caplog.records if "2025550" in record.getMessage()]


def signed(url: str, form: dict[str, str]) -> dict[str, str]:
    token = SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"]
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}
