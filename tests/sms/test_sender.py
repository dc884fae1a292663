"""Texts on their way out, over real HTTP to the stand-in for Twilio on loopback."""

from __future__ import annotations

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask, Response, make_response, request

from app.simulator import Courier, Network, TwilioStandIn, stand_in_app
from core.db.models.outgoing import Purpose
from core.messages import Reply, Say, Words
from core.outbox.sender import Blame, DeliveryError, Envelope
from sms.errors import known_errors, refusal
from sms.sender import SmsSender

ROSE = "+12025550181"


class Clock:
    """Stands still until it is moved."""

    def __init__(self, moment):
        self.moment = moment

    def now(self):
        return self.moment


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def network(clock):
    return Network(clock)


@pytest.fixture
def stand_in(config, network) -> Iterator[Flask]:
    settings = config()
    courier = Courier(settings.twilio_auth_token, pause_seconds=0)
    account = TwilioStandIn(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        number=settings.twilio_from,
        inbound_url="http://127.0.0.1:9/sms/inbound",
        network=network,
        courier=courier,
    )
    yield stand_in_app(account)
    courier.settle()


@pytest.fixture
def sender_to(config, phrasebook) -> Callable[..., SmsSender]:
    def to(address: str, **changed) -> SmsSender:
        settings = config(twilio_api_base=address, public_url="http://127.0.0.1:9", **changed)
        return SmsSender(settings, phrasebook, connect_seconds=0.5, read_seconds=0.5)

    return to


@pytest.fixture
def letter(now) -> Callable[..., Envelope]:
    def write(words: str = "The club meets on Tuesday.", to: str = ROSE) -> Envelope:
        said = Reply((Say("volunteer.text", {"text": Words(words)}),), "en")
        return Envelope(uuid.uuid4(), to, said, now, Purpose.VOLUNTEER)

    return write


def refused(sender: SmsSender, envelope: Envelope) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        sender.send(envelope)
    assert ROSE not in str(raised.value)
    return raised.value


def test_a_text_arrives_and_its_id_is_given_back(stand_in, network, serve, sender_to, letter):
    sid = sender_to(serve(stand_in)).send(letter())
    (text,) = network.thread(ROSE)
    assert (text.sid, text.body) == (sid, "The club meets on Tuesday.")


def test_twilio_is_told_where_to_report(stand_in, serve, sender_to, letter):
    asked = []
    stand_in.before_request(lambda: asked.append(dict(request.form)))
    sender_to(serve(stand_in)).send(letter())
    assert asked[0]["StatusCallback"] == "http://127.0.0.1:9/sms/status"
    assert asked[0]["From"] == "+12025550100"


def test_someone_who_opted_out_is_known_as_such(stand_in, network, serve, sender_to, letter):
    network.from_phone(ROSE, "STOP")
    error = refused(sender_to(serve(stand_in)), letter())
    assert (error.code, error.opted_out, error.retryable, error.blame) == ("21610", True, False, Blame.CONTACT)
    network.from_phone(ROSE, "START")
    assert sender_to(serve(stand_in)).send(letter())


def test_a_wrong_token_is_for_the_operator(stand_in, serve, sender_to, letter):
    error = refused(sender_to(serve(stand_in), twilio_auth_token="wrong"), letter())
    assert (error.code, error.retryable, error.blame) == ("20003", False, Blame.OPERATOR)


def test_a_number_that_is_none(stand_in, serve, sender_to, letter):
    error = refused(sender_to(serve(stand_in)), letter(to="+1"))
    assert (error.code, error.retryable, error.blame) == ("21211", False, Blame.CONTACT)


def test_too_many_at_once_waits_as_long_as_it_is_told(stand_in, network, serve, sender_to, letter):
    stand_in.before_request(lambda: Response("{}", 429, {"Retry-After": "7"}))
    error = refused(sender_to(serve(stand_in)), letter())
    assert (error.code, error.retryable, error.uncertain, error.retry_after) == ("20429", True, False, 7)


@pytest.mark.parametrize(("status", "uncertain"), [(500, True), (502, True), (503, False), (504, True)])
def test_a_fault_of_twilios_is_tried_again(stand_in, serve, sender_to, letter, status, uncertain):
    stand_in.before_request(lambda: Response("<h1>Oops</h1>", status))
    error = refused(sender_to(serve(stand_in)), letter())
    assert (error.retryable, error.uncertain, error.blame) == (True, uncertain, Blame.NETWORK)


def test_nobody_at_home_took_nothing(sender_to, letter):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    error = refused(sender_to(f"http://127.0.0.1:{port}"), letter())
    assert (error.code, error.retryable, error.uncertain) == ("connection", True, False)


class TestCutOff:
    """Twilio may have the text although we never heard so."""

    def test_an_answer_that_comes_too_late(self, stand_in, network, serve, sender_to, letter):
        released = threading.Event()

        @stand_in.after_request
        def dawdle(response: Response) -> Response:
            released.wait(5)
            return response

        sender, envelope = sender_to(serve(stand_in)), letter()
        error = refused(sender, envelope)
        released.set()
        assert (error.code, error.retryable, error.uncertain) == ("timeout", True, True)
        assert sender.find_sent(envelope) == network.thread(ROSE)[0].sid

    def test_a_connection_reset_after_the_question(self, sender_to, letter):
        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=_take_and_hang_up, args=(server,), daemon=True).start()
            error = refused(sender_to(f"http://127.0.0.1:{server.getsockname()[1]}"), letter())
        assert (error.code, error.retryable, error.uncertain) == ("connection", True, True)

    def test_an_answer_that_nobody_can_read(self, stand_in, serve, sender_to, letter):
        stand_in.before_request(lambda: make_response("<html>", 201))
        assert refused(sender_to(serve(stand_in)), letter()).uncertain

    def test_a_text_that_was_never_taken(self, stand_in, network, serve, sender_to, letter):
        network.to_phone(ROSE, "something else")
        network.to_phone("+12025550182", "The club meets on Tuesday.")
        assert sender_to(serve(stand_in)).find_sent(letter()) is None

    def test_the_same_words_of_yesterday_do_not_count(self, stand_in, network, clock, now, serve, sender_to, letter):
        clock.moment = now - timedelta(days=1)
        network.to_phone(ROSE, "The club meets on Tuesday.")
        assert sender_to(serve(stand_in)).find_sent(letter()) is None

    def test_what_the_resident_wrote_does_not_count(self, stand_in, network, serve, sender_to, letter):
        network.from_phone(ROSE, "The club meets on Tuesday.")
        assert sender_to(serve(stand_in)).find_sent(letter()) is None

    def test_twilio_away_can_not_tell(self, stand_in, serve, sender_to, letter):
        stand_in.before_request(lambda: Response("{}", 503))
        with pytest.raises(DeliveryError) as raised:
            sender_to(serve(stand_in)).find_sent(letter())
        assert raised.value.retryable


def test_words_that_can_not_be_sent_are_ours_to_mend(sender_to, letter):
    error = refused(sender_to("http://127.0.0.1:9"), letter("x" * 1_601))
    assert (error.code, error.retryable, error.blame) == ("unrenderable", False, Blame.OPERATOR)


def test_no_number_is_written_into_a_log(stand_in, network, serve, sender_to, letter, caplog):
    caplog.set_level("INFO")
    sender = sender_to(serve(stand_in))
    sender.send(letter())
    sender.find_sent(letter())
    network.from_phone(ROSE, "STOP")
    refused(sender, letter())
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("werkzeug")]
    assert not [line for line in ours if "555" in line or "Tuesday" in line]


class TestTable:
    """errors.toml."""

    def test_what_must_never_be_tried_again(self):
        never = {"21610", "21211", "21612", "21614", "30005", "30006", "20003", "21408", "21606", "21617", "30007"}
        assert not [code for code in never | {"30034", "63016"} if known_errors()[code].retryable]

    def test_what_is_tried_again(self):
        assert all(known_errors()[c].retryable for c in ("20429", "30001", "30003", "30008", "30022", "30023"))

    def test_only_stop_means_opted_out(self):
        assert [code for code, known in known_errors().items() if known.opted_out] == ["21610"]

    @pytest.mark.parametrize(
        ("status", "retryable", "blame"),
        [
            (400, False, Blame.OPERATOR),
            (403, False, Blame.OPERATOR),
            (408, True, Blame.NETWORK),
            (599, True, Blame.NETWORK),
        ],
    )
    def test_a_code_that_is_not_in_it_is_judged_by_the_http_status(self, status, retryable, blame):
        error = refusal(99999, status)
        assert (error.code, error.retryable, error.blame) == ("99999", retryable, blame)


def _take_and_hang_up(server: socket.socket) -> None:
    connection, _ = server.accept()
    connection.recv(65_536)
    connection.close()
