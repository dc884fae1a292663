"""E-mail to the duty contact, sent to a real SMTP server on loopback."""

from __future__ import annotations

import email
import socket
import uuid
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from core.config import Config, ConfigError
from core.db.models.outgoing import Purpose
from core.i18n.phrasebook import Phrasebook
from core.messages import Choice, Expects, Reply, Say, Silence, Words
from core.outbox.sender import Blame, DeliveryError, Envelope
from mail.render import render
from mail.sender import MailSender
from mail.server import MailServer, parse_smtp_url

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ALARM = Reply((Say("duty.emergency", {"reference": Words("4711")}), Say("thanks.welcome")), "en")


class Postbox:
    """An SMTP server's memory; `answers` says what it replies to RCPT and DATA."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers = {"RCPT": "250 OK", "DATA": "250 OK"}

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 aiosmtpd's name
        if self.answers["RCPT"].startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answers["RCPT"]

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 aiosmtpd's name
        if self.answers["DATA"].startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return self.answers["DATA"]


@pytest.fixture
def postbox():
    return Postbox()


@pytest.fixture
def port(postbox):
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    server = Controller(postbox, hostname="127.0.0.1", port=number)
    server.start()
    yield number
    server.stop()


@pytest.fixture(scope="module")
def phrasebook():
    facts = {"community": "Riverside", "emergency": "911", "crisis": "988"}
    return Phrasebook(("en", "zh", "es"), {}, country="US", facts=facts)


def sender(smtp_url: str, phrasebook: Phrasebook) -> MailSender:
    given = {
        "HANDRAIL_SMTP_URL": smtp_url,
        "HANDRAIL_MAIL_FROM": "Riverside <help@riverside.example>",
        "HANDRAIL_COMMUNITY_NAME": "Riverside",
    }
    return MailSender(Config.from_env(given), phrasebook, timeout_seconds=2)


def envelope(reply: Reply = ALARM) -> Envelope:
    return Envelope(uuid.UUID(int=7), "duty@riverside.example", reply, NOW, Purpose.DUTY)


def refused(post: MailSender, letter: Envelope) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        post.send(letter)
    assert "duty@" not in str(raised.value)
    return raised.value


def test_the_duty_contact_reads_what_happened(postbox, port, phrasebook):
    message_id = sender(f"smtp://127.0.0.1:{port}", phrasebook).send(envelope())
    (mail,) = postbox.mails
    assert mail["Subject"].startswith("Riverside: EMERGENCY, request 4711.")
    assert mail["To"] == "duty@riverside.example"
    assert mail["From"] == "Riverside <help@riverside.example>"
    assert mail["Message-ID"] == message_id == f"<{uuid.UUID(int=7)}@riverside.example>"
    assert (
        mail.get_content().splitlines()
        == (
            "EMERGENCY, request 4711. A resident may be in danger. Please open the console.\n\n"
            "You are welcome. Write to us any time.\n"
        ).splitlines()
    )


def test_a_second_attempt_is_recognisable_and_allowed(postbox, port, phrasebook):
    post = sender(f"smtp://127.0.0.1:{port}", phrasebook)
    first, found, second = post.send(envelope()), post.find_sent(envelope()), post.send(envelope())
    assert (first, found) == (second, None)
    assert len({mail["Message-ID"] for mail in postbox.mails}) == 1


def test_other_scripts_arrive_whole(postbox, port, phrasebook):
    words = Reply((Say("volunteer.text", {"text": Words("李先生 – mañana\r\nBcc: everyone@example.org")}),), "zh")
    sender(f"smtp://127.0.0.1:{port}", phrasebook).send(envelope(words))
    (mail,) = postbox.mails
    assert mail["Subject"] == "Riverside: 李先生 – mañana Bcc: everyone@example.org"
    assert mail["Bcc"] is None
    assert "李先生" in mail.get_content()


@pytest.mark.parametrize(
    ("stage", "answer", "code", "retryable", "blame"),
    [
        ("RCPT", "550 no such person", "smtp-550", False, Blame.CONTACT),
        ("RCPT", "450 mailbox is busy", "smtp-450", True, Blame.NETWORK),
        ("DATA", "554 we think it is spam", "smtp-554", False, Blame.OPERATOR),
        ("DATA", "451 try later", "smtp-451", True, Blame.NETWORK),
    ],
)
def test_a_refusal_says_whose_matter_it_is(postbox, port, phrasebook, stage, answer, code, retryable, blame):
    postbox.answers[stage] = answer
    error = refused(sender(f"smtp://127.0.0.1:{port}", phrasebook), envelope())
    assert (error.code, error.retryable, error.blame, error.uncertain) == (code, retryable, blame, False)


def test_nobody_at_home_is_tried_again(phrasebook):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    error = refused(sender(f"smtp://127.0.0.1:{port}", phrasebook), envelope())
    assert (error.code, error.retryable, error.blame) == ("smtp-connection", True, Blame.NETWORK)


def test_a_server_that_never_speaks_is_given_up(phrasebook):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        post = MailSender(
            Config.from_env({"HANDRAIL_SMTP_URL": f"smtp://127.0.0.1:{mute.getsockname()[1]}"}),
            phrasebook,
            timeout_seconds=0.2,
        )
        error = refused(post, envelope())
    assert (error.code, error.retryable) == ("smtp-connection", True)


def test_a_password_is_never_sent_in_the_clear(postbox, port, phrasebook):
    error = refused(sender(f"smtp://help:secret@127.0.0.1:{port}", phrasebook), envelope())
    assert (error.code, error.blame) == ("smtp-no-tls", Blame.OPERATOR)
    assert postbox.mails == []


def test_without_a_mail_server_the_operator_hears_of_it(phrasebook):
    error = refused(MailSender(Config.from_env({}), phrasebook), envelope())
    assert (error.code, error.retryable, error.blame) == ("smtp-unset", False, Blame.OPERATOR)


def test_a_reply_without_words_is_not_sent(port, phrasebook):
    error = refused(sender(f"smtp://127.0.0.1:{port}", phrasebook), envelope(Reply.none(Silence.STOPPED, "en")))
    assert (error.code, error.retryable) == ("unrenderable", False)


def test_a_subject_is_one_short_line_and_choices_are_left_out(phrasebook):
    long = Reply(
        (Say("volunteer.text", {"text": Words("one two " * 40)}),), "en", Expects((Choice(1, Say("choice.yes")),), True)
    )
    mail = render(long, phrasebook, "Riverside")
    assert len(mail.subject) <= 78
    assert mail.subject.endswith("…")
    assert "yes" not in mail.body
    assert "0:" not in mail.body


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, False)),
        ("smtps://mail.example.org", MailServer("mail.example.org", 465, True)),
        ("smtp://u%40x:p%2Fw@mail:25", MailServer("mail", 25, False, "u@x", "p/w")),
        ("smtp://[::1]:2525", MailServer("::1", 2525, False)),
    ],
)
def test_the_mail_server_is_read_from_one_address(url, server):
    assert parse_smtp_url(url) == server


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://mail", "smtp://", "smtp://m:notaport", "smtp://m/x", "smtp://[::1"]
)
def test_an_address_that_can_not_be_meant_is_refused_in_one_sentence(url):
    with pytest.raises(ConfigError, match=r"^HANDRAIL_SMTP_URL must look like .*\.$"):
        parse_smtp_url(url)
