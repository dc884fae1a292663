"""The contract of all channels: accepted or refused, stored or not, answered or silent for a listed reason."""

from __future__ import annotations

import logging
import threading

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.web import create_app
from app.wiring import House
from core.db.models.conversation import InboundMessage
from core.db.models.help_request import HelpRequest, Reason
from core.db.models.outgoing import OutgoingMessage
from core.messages import reply_from_json
from tests.contract.conftest import Wire

ANY_TEXT = {
    "valid": "wot day dus the lunch club meat",
    "empty": "",
    "blank": " \n\t ",
    "too long": "please " * 300,
    "emoji": "🍲🏠🙏🏽",
    "NUL": "i need\x00 a doctor",
    "controls": "\x01\x02\x1b[31m doctor \u202e",
    "10,000 characters": "ayuda " * 1_666,
    "markup": "<script>alert(1)</script> & <Response><Say>x</Say></Response>",
    "braces": "{name} {0} %s {community.__class__}",
    "one digit": "7",
    "arabic": "أحتاج إلى طبيب",
}


def rows(house: House, table: type[object]) -> int:
    with house.database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.mark.parametrize("text", ANY_TEXT.values(), ids=ANY_TEXT.keys())
def test_any_text_is_stored_and_answered(wire: Wire, client: FlaskClient, house: House, text: str) -> None:
    answer = wire.post(client, wire.payload(text))
    assert answer.status_code == 200
    assert wire.answers(house, [answer])
    with house.database.read() as session:
        assert session.scalars(sa.select(InboundMessage.parked)).all() == [False] * wire.keeps(text)


def test_a_request_without_a_good_signature_is_refused_and_nothing_kept(
    wire: Wire, client: FlaskClient, house: House
) -> None:
    assert wire.post(client, wire.payload("hello"), signed=False).status_code == 403
    assert wire.post_bare(client, wire.payload("hello")).status_code == 403
    assert rows(house, InboundMessage) == rows(house, OutgoingMessage) == 0


def test_an_unknown_payload_is_refused(wire: Wire, client: FlaskClient, house: House) -> None:
    assert wire.post(client, {"What": "is this"}).status_code == 400
    assert rows(house, InboundMessage) == 0


def test_a_repeat_does_nothing_twice(wire: Wire, client: FlaskClient, house: House) -> None:
    payload = wire.payload("0")
    posted = [wire.post(client, payload) for _ in range(3)]
    assert [answer.status_code for answer in posted] == [200] * 3
    assert rows(house, InboundMessage) == rows(house, HelpRequest) == 1
    assert len(wire.answers(house, posted)) == 1


def test_eight_repeats_at_once_do_nothing_twice(wire: Wire, house: House) -> None:
    payload = wire.payload("0")
    app = create_app(house)
    posted: list[TestResponse] = []

    def post() -> None:
        posted.append(wire.post(app.test_client(), payload))

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in posted] == [200] * 8
    assert rows(house, InboundMessage) == rows(house, HelpRequest) == 1
    assert len(wire.answers(house, posted)) == 1


def test_a_burst_from_one_phone_is_taken_in_whole(wire: Wire, house: House) -> None:
    app = create_app(house)
    texts = ["hello", "i need a doctor", "0", "lunch club", "1", "2"]

    def post(text: str) -> None:
        wire.post(app.test_client(), wire.payload(text))

    threads = [threading.Thread(target=post, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with house.database.read() as session:
        kept = session.scalars(sa.select(InboundMessage)).all()
    assert sorted(message.text for message in kept) == sorted(texts)
    assert not [message for message in kept if message.parked]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec=None), max_size=400))
def test_no_text_at_all_breaks_it_or_meets_silence(wire: Wire, client: FlaskClient, house: House, text: str) -> None:
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    payload = wire.payload(text, "5550185")
    answer = wire.post(client, payload)
    assert answer.status_code == 200
    with house.database.read() as session:
        kept = sa.select(InboundMessage).where(InboundMessage.provider_id == wire.provider_id(payload))
        stored = session.scalars(kept).all()
    assert [message.parked for message in stored] == [False] * wire.keeps(text)
    replies = [reply_from_json(message.reply) for message in stored]
    assert all(reply.say or reply.silence for reply in replies)
    assert stored or wire.answers(house, [answer])


def test_a_message_that_breaks_the_machine_is_handed_to_people(
    wire: Wire, client: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.assistant.thinking.decide", _broken)
    assert wire.post(client, wire.payload("i need a doctor")).status_code == 200
    with house.database.read() as session:
        request = session.scalars(sa.select(HelpRequest)).one()
        stored = session.scalars(sa.select(InboundMessage)).one()
    assert request.reason is Reason.PARKED
    assert request.words == "i need a doctor"
    assert stored.parked
    assert reply_from_json(stored.reply).say[0].key == "error.parked"


def test_a_database_that_is_away_is_never_answered_with_success(wire: Wire, client: FlaskClient, house: House) -> None:
    with house.database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE inbound_message RENAME TO inbound_message_away"))
    assert wire.post(client, wire.payload("i need a doctor")).status_code == 503


def test_the_log_holds_no_words_and_no_numbers(
    wire: Wire,
    client: FlaskClient,
    house: House,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "canary-7391"
    wire.post(client, wire.payload(f"{secret} i need a doctor"))
    house.deliverer.deliver_due()
    monkeypatch.setattr("core.assistant.thinking.decide", _broken)
    wire.post(client, wire.payload(f"{secret} again"))
    wire.post(client, wire.payload(secret), signed=False)
    assert secret not in caplog.text
    assert "5550181" not in caplog.text


def _broken(_situation: object) -> None:
    raise ValueError("canary-7391 +12025550181")
