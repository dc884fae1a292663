"""Who hangs up before a word is called back once, where the community wants that: a missed call costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.wiring import House
from app.worker import Worker
from core.contacts import find_contact_point, resident_named
from core.db.models.contact_point import ContactPoint
from core.db.models.help_request import HelpRequest, Status
from core.db.models.outgoing import OutgoingMessage
from core.messages import Channel, ContactKind, Inbound
from tests.fakes import StandingClock
from tests.voice.conftest import GERMAN_LANDLINE, ROSE, UK_LANDLINE, Kept, MakeCall
from tests.voice.leg import Ended
from tests.voice.player import Call
from tests.voice.test_outbound import Lines, WithCalls

TWO_MINUTES = timedelta(minutes=2)
HELLO = "Hello, this is Handrail. You called us."
MACHINE = "This is Handrail. We will try again later. Goodbye."


@pytest.fixture
def settings(settings: dict[str, str]) -> dict[str, str]:
    return {**settings, "HANDRAIL_CALL_BACK_MISSED": "on"}


@pytest.fixture
def providers() -> WithCalls:
    return WithCalls()


@dataclass(frozen=True)
class CallsBack:
    """What we place once some time is over, and who picks up."""

    house: House
    clock: StandingClock
    lines: Lines
    client: FlaskClient

    def after(self, wait: timedelta = TWO_MINUTES) -> int:
        """How many calls we have placed by then."""
        self.clock.forward(wait)
        worker = Worker(self.house)
        while worker.run_once():
            pass
        return len(self.lines.asked)

    def rings(self) -> Call:
        """The latest of them."""
        call = Call(self.client, self.lines.asked[-1].address)
        call.sid = self.lines.sids[-1]
        return call

    def picked_up(self, answered_by: str = "human") -> Call:
        """By them, or by their machine."""
        return self.rings().pick_up(f"/voice/outbound?message={self.lines.asked[-1].message_id}", answered_by)


@pytest.fixture
def calls_back(house: House, clock: StandingClock, providers: WithCalls, client: FlaskClient) -> CallsBack:
    return CallsBack(house, clock, providers.lines, client)


class TestCalledBack:
    """Once, soon, and then it is a call like any other."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def engine(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    def test_within_two_minutes_and_it_goes_on_as_if_they_had_called(
        self, call: MakeCall, calls_back: CallsBack, kept: Kept
    ) -> None:
        call().hang_up()
        assert calls_back.after() == 1
        ours = calls_back.picked_up()
        assert ours.said.splitlines()[:2] == [HELLO, "For a person, press 0."]
        assert "In danger? Hang up and call 9 1 1." in ours.said
        assert {line.language for line in ours.prompt} == {"en-US", "cmn-CN", "es-US"}
        assert ours.press("3").say("necesito comida caliente").said.startswith("¿Dónde está usted?")
        ours.hang_up()
        assert (kept.request.need_code, kept.request.language) == ("food.meals", "es")

    def test_a_status_that_comes_twice_is_one_call_back(self, call: MakeCall, calls_back: CallsBack) -> None:
        missed = call()
        missed.hang_up()
        missed.repeat_last_post()
        assert calls_back.after() == 1
        missed.repeat_last_post()
        assert calls_back.after(timedelta(hours=3)) == 1


def test_who_stays_silent_and_hangs_up_is_called_back_too(call: MakeCall, calls_back: CallsBack) -> None:
    call().stay_silent().stay_silent().hang_up()
    assert calls_back.after() == 1


def test_who_is_known_hears_that_they_called(call: MakeCall, calls_back: CallsBack) -> None:
    call().press("3").hang_up()
    call().hang_up()
    assert calls_back.after() == 1
    lines = calls_back.picked_up().said.splitlines()
    assert lines[0] == "Hola, somos Handrail. Usted nos llamó."
    assert lines[2] == "Diga con sus palabras qué necesita."


def test_nobody_is_called_at_once_for_they_may_be_dialling_again(call: MakeCall, calls_back: CallsBack) -> None:
    call().hang_up()
    assert calls_back.after(timedelta(seconds=30)) == 0


def test_at_night_it_waits_for_the_morning(call: MakeCall, calls_back: CallsBack, clock: StandingClock) -> None:
    clock.forward(timedelta(hours=12))  # 22:00
    call().hang_up()
    assert calls_back.after(timedelta(hours=2)) == 0
    assert calls_back.after(timedelta(hours=7, minutes=30)) == 0
    assert calls_back.after(timedelta(hours=1)) == 1


@pytest.mark.parametrize("by", ["call", "text"])
def test_who_reaches_us_meanwhile_is_not_called(
    call: MakeCall, calls_back: CallsBack, house: House, clock: StandingClock, by: str
) -> None:
    call().hang_up()
    if by == "call":
        call().press("1").say("hot meal near mill street").hang_up()
    else:
        house.assistant.receive(Inbound(Channel.SMS, ROSE, "SM1", clock.now(), text="hot meal near mill street"))
    assert calls_back.after() == 0


def test_who_calls_twice_and_hangs_up_twice_is_called_once(call: MakeCall, calls_back: CallsBack) -> None:
    call().hang_up()
    call().hang_up()
    assert calls_back.after() == 1


def test_not_twice_a_day(call: MakeCall, calls_back: CallsBack) -> None:
    call().hang_up()
    assert calls_back.after() == 1
    call().hang_up()
    assert calls_back.after() == 1
    calls_back.after(timedelta(hours=24))
    call().hang_up()
    assert calls_back.after() == 2


def test_a_machine_hears_nothing_of_it_and_nobody_is_told(call: MakeCall, calls_back: CallsBack, kept: Kept) -> None:
    call().hang_up()
    assert calls_back.after() == 1
    machine = calls_back.picked_up("machine_start")
    assert machine.said == MACHINE
    assert machine.ended is Ended.BY_HANDRAIL
    calls_back.after()
    assert kept.requests == []


def test_nobody_picks_up_and_that_is_all(call: MakeCall, calls_back: CallsBack, kept: Kept) -> None:
    call().hang_up()
    assert calls_back.after() == 1
    calls_back.rings().not_picked_up()
    assert calls_back.after(timedelta(hours=3)) == 1
    assert kept.requests == []


def test_who_hangs_up_on_our_call_is_left_in_peace(call: MakeCall, calls_back: CallsBack) -> None:
    call().hang_up()
    assert calls_back.after() == 1
    ours = calls_back.picked_up()
    ours.repeat_last_post()
    ours.hang_up()
    assert calls_back.after(timedelta(hours=25)) == 1


@pytest.mark.parametrize("key", ["1", "0", "*"])
def test_who_pressed_a_key_was_answered(call: MakeCall, calls_back: CallsBack, key: str) -> None:
    answered = call().press(key)
    if key == "*":
        answered.press("1")
    answered.hang_up()
    assert calls_back.after() == 0


class TestNotCalled:
    """Where a call could cost, harm or annoy."""

    @pytest.mark.parametrize(
        "number",
        [
            "anonymous",
            "+266696687",
            UK_LANDLINE,
            GERMAN_LANDLINE,
            "+14165550123",
            "+19005550100",
            "+18005550100",
            "+1911555",
        ],
        ids=["withheld", "spelt", "British", "German", "Canadian", "premium", "toll-free", "short"],
    )
    def test_numbers(self, call: MakeCall, calls_back: CallsBack, number: str) -> None:
        call(number).hang_up()
        assert calls_back.after() == 0

    def test_who_asked_us_to_stop(self, call: MakeCall, calls_back: CallsBack, kept: Kept) -> None:
        self._known(call, kept, stopped_at=calls_back.clock.now())
        call().hang_up()
        assert calls_back.after() == 0
        with kept.house.database.read() as session:
            assert session.scalars(sa.select(OutgoingMessage)).all() == []

    def test_who_asks_us_to_stop_before_it_is_placed(self, call: MakeCall, calls_back: CallsBack, kept: Kept) -> None:
        call().hang_up()
        self._known(call, kept, stopped_at=calls_back.clock.now(), again=False)
        assert calls_back.after() == 0

    def test_whom_the_desk_blocked(self, call: MakeCall, calls_back: CallsBack, kept: Kept) -> None:
        self._known(call, kept, blocked_at=calls_back.clock.now())
        call().hang_up()
        assert calls_back.after() == 0

    def test_a_phone_that_others_answer(self, call: MakeCall, calls_back: CallsBack, kept: Kept) -> None:
        self._known(call, kept, safe_to_call=False)
        call().hang_up()
        assert calls_back.after() == 0

    def test_a_phone_that_is_shared(self, call: MakeCall, calls_back: CallsBack, house: House) -> None:
        call().press("1").hang_up()
        with house.database.write() as session:
            contact = find_contact_point(session, house.sealer, ContactKind.PHONE, ROSE)
            assert contact
            for name in ("Rose", "Tom"):
                resident_named(session, contact, name, calls_back.clock.now())
        call().hang_up()
        assert calls_back.after() == 0

    @pytest.mark.parametrize("words", ["my husband hits me every day", "he is hitting me now please help"])
    @pytest.mark.parametrize("closed", [False, True])
    def test_after_anything_private_or_violent(
        self, call: MakeCall, calls_back: CallsBack, kept: Kept, words: str, closed: bool
    ) -> None:
        call().press("1").say(words).hang_up()
        if closed:
            with kept.house.database.write() as session:
                session.execute(sa.update(HelpRequest).values(status=Status.RESOLVED))
        assert kept.request.private
        call().hang_up()
        assert calls_back.after() == 0

    def test_in_danger_people_are_at_it_already(self, call: MakeCall, calls_back: CallsBack) -> None:
        call().press("1").say("my kitchen is on fire").hang_up()
        calls_back.after(timedelta(minutes=10))
        before = calls_back.after(timedelta(0))
        call().hang_up()
        assert calls_back.after() == before

    def _known(self, call: MakeCall, kept: Kept, *, again: bool = True, **what: object) -> None:
        if again:
            call().press("1").hang_up()
        with kept.house.database.write() as session:
            session.execute(sa.update(ContactPoint).values(**what))


class TestOff:
    """As it comes."""

    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in settings.items() if name != "HANDRAIL_CALL_BACK_MISSED"}

    def test_nobody_is_called(self, call: MakeCall, calls_back: CallsBack, kept: Kept) -> None:
        call().hang_up()
        assert calls_back.after(timedelta(days=1)) == 0
        assert kept.requests == []
