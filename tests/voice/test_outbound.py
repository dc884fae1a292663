"""Calls that Handrail places: what is heard when somebody picks up, and what comes of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from app.web import create_app
from app.wiring import House
from app.worker import Worker
from core.config import Config
from core.conversation.state import QuestionKind
from core.db.models.conversation import InboundMessage, Question
from core.db.models.help_request import FollowUp, FollowUpAnswer, HelpRequest, Outcome, Reason, Status
from core.db.models.outgoing import Delivery, OutgoingMessage
from core.db.models.volunteer import Role
from core.helpdesk import operations, volunteers
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel
from core.outbox.sender import Envelope, Sender
from tests.conftest import SETTINGS
from tests.fakes import FakeProviders, StandingClock
from tests.voice.leg import Ended
from tests.voice.player import Call

ROSE = "+12025550181"
QUESTION = "Did you get it?"


@dataclass
class Lines:
    """The telephone network as a Sender: keeps which calls were asked for."""

    asked: list[Envelope] = field(default_factory=list)
    sids: list[str] = field(default_factory=list)

    def send(self, envelope: Envelope) -> str:
        self.asked.append(envelope)
        self.sids.append(f"CA{uuid.uuid4().hex}")
        return self.sids[-1]

    def find_sent(self, envelope: Envelope) -> str | None:
        return None


class WithCalls(FakeProviders):
    """The same providers, and telephone lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = Lines()

    def __call__(self, config: Config, phrasebook: Phrasebook) -> Mapping[Channel, Sender]:
        return {**super().__call__(config, phrasebook), Channel.VOICE: self.lines}


@pytest.fixture
def providers() -> WithCalls:
    return WithCalls()


@pytest.fixture
def worker(house: House) -> Worker:
    return Worker(house)


@dataclass
class Town:
    """Rose with her telephone, Vera at the help desk, and time."""

    house: House
    lines: Lines
    worker: Worker
    clock: StandingClock
    vera: uuid.UUID

    def __post_init__(self) -> None:
        self.client = create_app(self.house).test_client()

    def rose_calls(self, number: str = ROSE) -> Call:
        return Call(self.client, number).dial()

    def helped(self) -> HelpRequest:
        """Rose asks for a person over the telephone, and Vera closes her request as done."""
        self.rose_calls().press("1").press("0").press("1")
        (request,) = self.requests()
        self.claim(request)
        with self.house.database.write() as session:
            now = self.clock.now()
            operations.close(session, self.house.desk, request.id, self.vera, Outcome.GOT_HELP, now)
        return request

    def claim(self, request: HelpRequest) -> None:
        with self.house.database.write() as session:
            operations.claim(session, self.house.desk, request.id, self.vera, self.clock.now())

    def writes(self, request: HelpRequest, text: str) -> None:
        self.claim(request)
        with self.house.database.write() as session:
            operations.reply(session, request.id, self.vera, text, uuid.uuid4().hex, self.clock.now())
        self.settle()

    def time_passes(self, **by: float) -> None:
        self.clock.forward(timedelta(**by))
        self.settle()

    def settle(self) -> None:
        while self.worker.run_once():
            pass

    def rings(self) -> tuple[Call, str]:
        """The latest call that Handrail asked for, on its way, and the address that says it."""
        call = Call(self.client, self.lines.asked[-1].address)
        call.sid = self.lines.sids[-1]
        return call, f"/voice/outbound?message={self.lines.asked[-1].message_id}"

    def picks_up(self, answered_by: str = "human") -> Call:
        call, path = self.rings()
        return call.pick_up(path, answered_by)

    def requests(self) -> list[HelpRequest]:
        with self.house.database.read() as session:
            return list(session.query(HelpRequest).order_by(HelpRequest.created_at))

    def message(self) -> OutgoingMessage:
        with self.house.database.read() as session:
            return session.get_one(OutgoingMessage, self.lines.asked[-1].message_id)

    def follow_up(self) -> FollowUpAnswer | None:
        with self.house.database.read() as session:
            return session.query(FollowUp).one().answer

    def told(self, request: HelpRequest) -> list[str]:
        """What Rose said that a volunteer finds at her request."""
        with self.house.database.read() as session:
            rows = session.query(InboundMessage.text).filter(InboundMessage.help_request_id == request.id)
            return [row.text for row in rows]

    def open_questions(self) -> list[str]:
        """Kinds of the questions whose answers we await."""
        with self.house.database.read() as session:
            rows = session.query(Question.kind).filter(Question.answered_at.is_(None), Question.superseded_at.is_(None))
            return [row.kind for row in rows]

    def heard(self, sid: str) -> list[str]:
        """Ids of what we noted as said or done in this call."""
        with self.house.database.read() as session:
            rows = session.query(InboundMessage.provider_id).filter(InboundMessage.provider_id.startswith(sid))
            return sorted(row.provider_id.removeprefix(sid) for row in rows)


@pytest.fixture
def town_hall(house: House, providers: WithCalls, worker: Worker, clock: StandingClock) -> Town:
    with house.database.write() as session:
        vera = volunteers.add_volunteer(session, "vera", "Vera", "a-long-password", Role.VOLUNTEER, clock.now())
    return Town(house, providers.lines, worker, clock, vera)


@pytest.fixture
def asked(town_hall: Town) -> Town:
    """Three days after her request was closed, Rose's phone rings."""
    town_hall.helped()
    town_hall.time_passes(days=3)
    assert [envelope.address for envelope in town_hall.lines.asked] == [ROSE]
    return town_hall


class TestDidYouGetTheHelp:
    """The follow-up of a request that came by telephone is a call."""

    def test_who_we_are_comes_first_and_no_need_is_named(self, asked):
        call = asked.picks_up()
        assert call.said.startswith("Hello, this is Handrail.")
        assert QUESTION in call.said
        assert "press 1" in call.said
        assert "press 0" in call.said
        assert asked.message().status is Delivery.DELIVERED
        assert call.repeat_last_post() == call.twiml

    @pytest.mark.parametrize("answer", ["key", "speech"])
    def test_yes(self, asked, answer):
        call = asked.picks_up()
        _answer(call, answer, "1", "Yes, I did, thank you")
        call.hang_up()
        assert asked.follow_up() is FollowUpAnswer.YES
        assert [r.status for r in asked.requests()] == [Status.RESOLVED]
        assert asked.heard(call.sid) == ["-1", "-end"]

    @pytest.mark.parametrize("answer", ["key", "speech"])
    def test_no_puts_the_request_back(self, asked, answer):
        call = asked.picks_up()
        _answer(call, answer, "3", "No, nobody came")
        assert asked.follow_up() is FollowUpAnswer.NO
        assert [r.status for r in asked.requests()] == [Status.OPEN]

    def test_partly_asks_on_in_the_same_call(self, asked):
        call = asked.picks_up().press("2")
        assert call.waiting == "Gather"
        call.press("1")
        assert asked.follow_up() is FollowUpAnswer.PARTLY
        assert [r.status for r in asked.requests()] == [Status.OPEN]

    def test_zero_is_a_person(self, asked):
        asked.picks_up().press("0")
        assert [r for r in asked.requests() if r.status is Status.OPEN]

    def test_star_says_it_again(self, asked):
        call = asked.picks_up()
        first = call.said
        assert call.press("*").said == first
        call.press("1")
        assert asked.follow_up() is FollowUpAnswer.YES

    def test_silence_is_asked_again_and_then_wished_well(self, asked):
        call = asked.picks_up()
        assert QUESTION in call.stay_silent().said
        call.stay_silent()
        assert call.waiting == "Gather"
        call.stay_silent()
        assert (call.ended, call.said) == (Ended.BY_HANDRAIL, "Goodbye, and take care.")
        assert [r.status for r in asked.requests()] == [Status.RESOLVED]
        assert asked.heard(call.sid) == []

    def test_an_answer_after_a_silence_counts(self, asked):
        asked.picks_up().stay_silent().press("1")
        assert asked.follow_up() is FollowUpAnswer.YES

    def test_hung_up_without_a_word_brings_a_person_after_our_patience(self, asked):
        asked.picks_up().hang_up()
        assert asked.message().status is Delivery.DELIVERED
        assert [r.status for r in asked.requests()] == [Status.RESOLVED]
        asked.time_passes(days=2)
        assert [r.status for r in asked.requests()] == [Status.OPEN]

    @pytest.mark.parametrize("who", ["machine_start", "machine_end_beep", "fax"])
    def test_a_machine_learns_nothing_and_a_person_calls_instead(self, asked, who):
        call = asked.picks_up(who)
        assert call.said == "This is Handrail. We will try again later. Goodbye."
        assert call.ended is Ended.BY_HANDRAIL
        assert (asked.message().status, asked.message().error_code) == (Delivery.FAILED, "machine")
        assert [r.status for r in asked.requests()] == [Status.OPEN]

    def test_who_or_what_picked_up_is_unknown_counts_as_a_person(self, asked):
        assert QUESTION in asked.picks_up("unknown").said

    @pytest.mark.parametrize("state", ["busy", "no-answer", "failed", "canceled"])
    def test_nobody_picks_up(self, asked, state):
        call, _ = asked.rings()
        call.not_picked_up(state)
        assert (asked.message().status, asked.message().error_code) == (Delivery.FAILED, state)
        assert [r.status for r in asked.requests()] == [Status.OPEN]
        assert asked.heard(call.sid) == []

    def test_picked_up_and_put_down_before_a_word_was_said(self, asked):
        call, _ = asked.rings()
        call.not_picked_up("completed")
        assert (asked.message().status, asked.message().error_code) == (Delivery.FAILED, "not-heard")

    def test_never_by_night(self, town_hall):
        town_hall.time_passes(hours=12.5)  # half past ten in the evening
        town_hall.helped()
        town_hall.time_passes(days=3)
        assert not town_hall.lines.asked
        town_hall.time_passes(hours=9)
        town_hall.time_passes(hours=1)  # half past eight
        assert len(town_hall.lines.asked) == 1

    def test_slowly_for_who_asked_for_that(self, town_hall):
        town_hall.rose_calls().press("1").say("Please speak more slowly").hang_up()
        town_hall.rose_calls().press("0")
        town_hall.writes(town_hall.requests()[-1], "The van comes at nine.")
        call = town_hall.picks_up()
        assert all(line.slow for line in call.prompt)
        assert call.gather.get("timeout") == "60"


@pytest.mark.parametrize("what_happens", ["busy", "mailbox"])
def test_her_own_call_goes_on_while_ours_does_not_get_through(asked, what_happens):
    rose = asked.rose_calls().say("I need a hot meal")
    open_before = asked.open_questions()
    assert open_before == [QuestionKind.PLACE]
    if what_happens == "busy":
        asked.rings()[0].not_picked_up("busy")
    else:
        asked.picks_up("machine_start")
    assert asked.open_questions() == open_before
    assert Reason.HUNG_UP not in [r.reason for r in asked.requests()]
    assert rose.say("Riverside").waiting == "Gather"


class TestVolunteersAnswer:
    """What a volunteer writes to a resident who called is said to them."""

    def test_it_is_said_and_what_they_say_back_reaches_the_volunteer(self, town_hall):
        town_hall.rose_calls().press("1").press("0")
        (request,) = town_hall.requests()
        town_hall.writes(request, "The van comes at nine.")
        call = town_hall.picks_up()
        assert "The van comes at nine." in call.said
        assert call.said.startswith("Hello, this is Handrail.")
        call.say("Good, I will be at home then")
        assert "Good, I will be at home then" in town_hall.told(request)

    def test_silence_after_it_is_a_goodbye(self, town_hall):
        town_hall.rose_calls().press("1").press("0")
        (request,) = town_hall.requests()
        town_hall.writes(request, "The van comes at nine.")
        call = town_hall.picks_up().stay_silent()
        assert call.ended is Ended.BY_HANDRAIL
        assert len(town_hall.requests()) == 1

    def test_a_mailbox_hears_none_of_it(self, town_hall):
        town_hall.rose_calls().press("1").press("0")
        (request,) = town_hall.requests()
        town_hall.writes(request, "The van comes at nine.")
        assert "van" not in town_hall.picks_up("machine_start").twiml
        assert town_hall.message().status is Delivery.FAILED


class TestAddress:
    """/voice/outbound is for Twilio, about a message that is a call."""

    @staticmethod
    def post(town_hall: Town, query: str, *, signed: bool = True) -> Any:
        form = {"CallSid": "CA" + "1" * 32, "To": ROSE, "Direction": "outbound-api", "AnsweredBy": "human"}
        url = SETTINGS["HANDRAIL_PUBLIC_URL"] + "/voice/outbound" + query
        signature = RequestValidator(SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"]).compute_signature(url, form)
        headers = {"X-Twilio-Signature": signature if signed else "no"}
        return town_hall.client.post("/voice/outbound" + query, data=form, headers=headers)

    def test_nobody_else_may_listen(self, asked):
        query = f"?message={asked.lines.asked[-1].message_id}"
        assert self.post(asked, query, signed=False).status_code == 403

    @pytest.mark.parametrize("query", ["", "?message=", "?message=17"])
    def test_no_message(self, town_hall, query):
        assert self.post(town_hall, query).status_code == 400

    def test_a_message_that_is_not_there(self, town_hall):
        answer = self.post(town_hall, f"?message={uuid.uuid4()}")
        assert "Goodbye" in answer.text
        assert "<Hangup" in answer.text

    def test_a_text_is_not_read_out(self, asked):
        with asked.house.database.write() as session:
            session.get_one(OutgoingMessage, asked.lines.asked[-1].message_id).channel = Channel.SMS
        assert QUESTION not in self.post(asked, f"?message={asked.lines.asked[-1].message_id}").text


def _answer(call: Call, how: str, key: str, words: str) -> None:
    if how == "key":
        call.press(key)
    else:
        call.say(words)
