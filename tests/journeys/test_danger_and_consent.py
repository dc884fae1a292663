"""Danger first, and STOP means stop; in three languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.wiring import House
from app.worker import Worker
from core.db.models.contact_point import ContactPoint
from core.db.models.help_request import Outcome, Reason, Urgency
from core.messages import Channel, Inbound, OptOut, Silence
from core.outbox.sender import Blame, DeliveryError
from tests.fakes import FakeProviders, StandingClock
from tests.journeys.conftest import Desk, Phone, in_writing

Passes = Callable[[timedelta], None]

DANGER = [
    ("i have bad chest pain and cant breathe", "medical", "Call 911 now."),
    ("help my kitchen is on fire", "fire", "call 911"),
    ("i can smell gas in the house", "gas", "Call 911 from outside."),
    ("i want to kill myself", "self_harm", "988"),
    ("me duele mucho el pecho y no puedo respirar", "medical", "Llame ya al 911."),
    ("huele a gas en mi casa", "gas", "desde fuera"),
    ("我胸口很痛，喘不过气", "medical", "911"),
    ("家里着火了", "fire", "911"),
    ("我不想活了", "self_harm", "988"),
]


@pytest.mark.parametrize(("words", "kind", "answer"), DANGER)
def test_danger_gets_the_number_and_a_person_at_once(
    phone: Callable[[str], Phone], desk: Desk, providers: FakeProviders, words: str, kind: str, answer: str
) -> None:
    resident = phone("0182")
    said = resident.text(words)

    assert answer in said
    assert "911" in said.split("\n")[0]
    (waiting,) = desk.waiting()
    assert (waiting.urgency, waiting.emergency_kind) == (Urgency.EMERGENCY, kind)
    assert providers.sms
    (page,) = providers.sms.to("+12025550198")
    assert waiting.reference in page
    assert words not in page


def test_in_danger_one_message_one_more_and_then_only_people(rose: Phone, desk: Desk, time_passes: Passes) -> None:
    rose.text("my husband has collapsed and is not breathing")
    before = len(rose.inbox)
    time_passes(timedelta(minutes=6))
    assert len(rose.inbox) == before + 1
    assert "911" in rose.inbox[-1]
    time_passes(timedelta(hours=3))
    assert len(rose.inbox) == before + 1


def test_to_someone_in_fear_of_violence_nothing_more_is_sent(rose: Phone, time_passes: Passes) -> None:
    rose.text("he is hitting me now please help")
    before = len(rose.inbox)
    time_passes(timedelta(hours=3))
    assert len(rose.inbox) == before


def test_emergencies_stand_above_everything_else(phone: Callable[[str], Phone], desk: Desk) -> None:
    phone("0181").text("0")
    phone("0182").text("help my kitchen is on fire")
    assert [row.urgency for row in desk.waiting()] == [Urgency.EMERGENCY, Urgency.NORMAL]


def test_words_that_only_look_like_danger_do_not_trigger(rose: Phone, desk: Desk) -> None:
    for words in ("i could kill for a coffee", "my feet are killing me", "is the fire station open to visitors"):
        assert "911 now" not in rose.text(words)
    assert not [row for row in desk.waiting() if row.urgency is Urgency.EMERGENCY]


@in_writing  # STOP ends texts; who calls wants to be heard
@pytest.mark.parametrize(
    ("word", "confirmation", "start", "welcome", "again"),
    [
        ("ALTO", "ya no le escribe", "iniciar", "Qué bueno", "necesito un plomero"),
        ("停止", "不会再给您发短信", "开始", "欢迎回来", "我想找人修水管"),
        (
            "please stop texting me",
            "You will get no more texts",
            "please start texting me again",
            "Welcome back",
            "i need a plumber",
        ),
    ],
)
def test_stop_and_start_in_three_languages(
    phone: Callable[[str], Phone], word: str, confirmation: str, start: str, welcome: str, again: str
) -> None:
    resident = phone("0183")
    assert confirmation in resident.text(word)
    assert resident.text(again) == ""
    assert resident.text("?") == ""
    assert welcome in resident.text(start)
    assert resident.text(again) != ""


def test_where_the_provider_answers_stop_itself_we_do_not_answer_twice(
    house: House, clock: StandingClock, providers: FakeProviders
) -> None:
    """Twilio answers STOP by itself and still posts it."""
    stop = Inbound(Channel.SMS, "+12025550181", "SM-stop", clock.now(), text="STOP", opt_out=OptOut.STOP)
    assert house.assistant.receive(stop).silence is Silence.PROVIDER_ANSWERED
    Worker(house).run_once()
    assert providers.sms
    assert providers.sms.taken == []
    with house.database.read() as session:
        assert session.scalar(sa.select(ContactPoint.stopped_at)) is not None


def test_danger_is_answered_even_after_stop(rose: Phone, desk: Desk) -> None:
    rose.text("alto")
    assert "911" in rose.text("i smell gas")
    assert desk.waiting()[0].urgency is Urgency.EMERGENCY


@in_writing
def test_who_writes_after_stop_is_seen_by_a_person(rose: Phone, desk: Desk) -> None:
    rose.text("alto")
    rose.text("i have no food left")
    (waiting,) = desk.waiting()
    assert waiting.reason is Reason.WROTE_AFTER_STOP


@in_writing  # in a call it is answered on the spot
def test_where_even_the_answer_to_danger_is_refused_the_duty_contact_is_told(
    rose: Phone, providers: FakeProviders
) -> None:
    rose.text("alto")
    assert providers.sms
    rose.provider.refused[rose.number] = DeliveryError("21610", retryable=False, blame=Blame.CONTACT, opted_out=True)
    rose.text("i smell gas")
    rose.worker.run_once()
    assert any("did not arrive" in text for text in providers.sms.to("+12025550198"))


def test_sentences_that_contain_stop_are_not_stop(rose: Phone, house: House) -> None:
    for words in ("where is the bus stop", "my tap wont stop dripping", "the bus does not stop here any more"):
        rose.text(words)
    with house.database.read() as session:
        assert session.scalar(sa.select(ContactPoint.stopped_at)) is None


def test_help_says_who_we_are(rose: Phone) -> None:
    assert "Somos Handrail." in rose.text("ayuda")


def test_abuse_is_not_named_before_the_phone_is_known_to_be_private(
    rose: Phone, desk: Desk, time_passes: Passes
) -> None:
    first = rose.text("my husband controls me and sometimes he hits me")
    for word in ("abuse", "safe", "violence", "shelter", "husband"):
        assert word not in first.casefold()
    assert "Are you the only one who reads this phone?" in first or "911" in first


def test_a_phone_that_others_read_hears_no_more_of_it(rose: Phone) -> None:
    rose.text("i am scared of my partner he controls everything i do")
    answer = rose.text("no")
    assert "We say no more here." in answer
    assert rose.text("hello").count("Hello, this is Handrail.") == 1


def test_a_matter_kept_back_is_never_followed_up(rose: Phone, desk: Desk, time_passes: Passes) -> None:
    rose.text("i am scared of my partner he controls everything i do")
    rose.text("0")
    waiting = next(row for row in desk.waiting() if row.need_code == "safety.abuse")
    assert desk.page(waiting).private
    desk.claim(waiting)
    desk.close(waiting, Outcome.GOT_HELP)
    before = len(rose.inbox)
    time_passes(timedelta(days=6))
    assert len(rose.inbox) == before
