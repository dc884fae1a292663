"""Telegram posts to us: with the secret, or in vain."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.bot import begin_beside_the_web
from app.web import create_app
from app.wiring import House
from bot.client import Client
from bot.poller import Poller
from bot.webhook import HEADER, LARGEST_BODY, REGISTER_AGAIN_SECONDS, WEBHOOK, register
from core.config import Config
from tests.bot.conftest import Kept
from tests.bot.fake_telegram import BAD_GATEWAY, FakeTelegram
from tests.bot.residents import Json, Resident

SECRET = "a-secret-for-tests_0123456789"
Post = Callable[..., TestResponse]


@pytest.fixture
def settings(settings: dict[str, str]) -> dict[str, str]:
    return {**settings, "HANDRAIL_TELEGRAM_WEBHOOK_SECRET": SECRET}


@pytest.fixture
def web(house: House) -> FlaskClient:
    return create_app(house).test_client()


@pytest.fixture
def post(web: FlaskClient) -> Post:
    def send(update: Json, **headers: str) -> TestResponse:
        return web.post(WEBHOOK, json=update, headers=headers or {HEADER: SECRET})

    return send


def test_telegram_itself_reaches_us(
    rosa: Resident,
    our_client: Client,
    house: House,
    telegram: FakeTelegram,
    kept: Kept,
    serve: Callable[[Flask], str],
) -> None:
    """As in the world: our address is registered, and posted to over HTTP with the secret that we gave."""
    address = serve(create_app(house))
    config = Config.from_env({"HANDRAIL_PUBLIC_URL": address, "HANDRAIL_TELEGRAM_WEBHOOK_SECRET": SECRET})
    register(our_client, config)
    rosa.writes("i need a doctor")
    rosa.writes("near mill street")
    assert telegram.push() == [200, 200]
    assert [message.text for message in kept()] == ["i need a doctor", "near mill street"]
    while house.deliverer.deliver_due():
        pass
    assert len(telegram.called("sendMessage")) == 2


@pytest.mark.parametrize("given", ["", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), "é" * 20])
def test_without_the_secret_nothing_comes_in(rosa: Resident, post: Post, kept: Kept, given: str) -> None:
    header = {HEADER: given.encode().decode("latin-1")} if given else {"X-Other": "x"}
    assert post(rosa.writes("hello"), **header).status_code == 403
    assert kept() == []


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'{"What": "is this"}', b"\xff\xfe", b'"' + b"x" * 99])
def test_what_is_no_update_is_refused(web: FlaskClient, kept: Kept, body: bytes) -> None:
    answer = web.post(WEBHOOK, data=body, headers={HEADER: SECRET, "Content-Type": "application/json"})
    assert answer.status_code == 400
    assert kept() == []


def test_too_much_is_refused(web: FlaskClient, kept: Kept) -> None:
    answer = web.post(WEBHOOK, data=b" " * (LARGEST_BODY + 1), headers={HEADER: SECRET})
    assert answer.status_code == 413


def test_the_longest_message_that_quotes_the_longest_message_comes_in(
    rosa: Resident, post: Post, kept: Kept, telegram: FakeTelegram
) -> None:
    quoted = telegram.message(rosa.user, rosa.chat, text="\U0001f372" * 2_048)
    marks = [{"type": "bold", "offset": n * 2, "length": 1} for n in range(100)]
    assert post(rosa.sends(text="\U0001f372" * 2_048, entities=marks, reply_to_message=quoted)).status_code == 200
    assert len(kept()) == 1


def test_200_is_said_after_the_commit_and_else_not(rosa: Resident, post: Post, house: House, kept: Kept) -> None:
    update = rosa.writes("i need a doctor")
    _rename(house, "inbound_message", "inbound_message_away")
    assert post(update).status_code == 503
    _rename(house, "inbound_message_away", "inbound_message")
    assert post(update).status_code == 200
    assert len(kept()) == 1


def test_an_update_is_handled_once_whichever_ways_it_comes(
    rosa: Resident, post: Post, poller: Poller, kept: Kept
) -> None:
    update = rosa.writes("0")
    assert [post(update).status_code for _ in range(2)] == [200, 200]
    poller.poll()
    assert post(copy.deepcopy(update)).status_code == 200
    assert len(kept()) == 1


def test_a_press_is_answered_by_webhook_too(
    rosa: Resident, post: Post, house: House, telegram: FakeTelegram, kept: Kept
) -> None:
    post(rosa.writes("is there a lunch club near mill street"))
    while house.deliverer.deliver_due():
        pass
    assert post(rosa.presses("1:")).status_code == 200
    assert [message.text for message in kept()][-1] == "1"
    assert telegram.queries == set()


def test_our_address_is_given_until_telegram_takes_it(
    our_client: Client, house: House, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.will("setWebhook", BAD_GATEWAY, BAD_GATEWAY)
    waited: list[float] = []
    register(our_client, house.config, waited.append)
    assert waited == [REGISTER_AGAIN_SECONDS] * 2
    (given,) = telegram.called("setWebhook")[2:]
    assert given["url"] == "https://handrail.example/telegram/webhook"
    assert given["secret_token"] == SECRET
    assert int(given["max_connections"]) == 1, "one after the other, in the order in which they were sent"
    assert {"message", "edited_message", "callback_query", "my_chat_member"} <= set(given["allowed_updates"])
    assert SECRET not in caplog.text


@pytest.mark.parametrize("name", ["HANDRAIL_TELEGRAM_WEBHOOK_SECRET", "HANDRAIL_TELEGRAM_TOKEN"])
def test_without_the_setting_there_is_no_such_address(
    settings: dict[str, str], house: House, name: str, rosa: Resident
) -> None:
    gone = {"telegram_webhook_secret": ""} if "SECRET" in name else {}
    without = replace(house, config=replace(house.config, **gone), telegram=house.telegram if gone else None)
    answer = create_app(without).test_client().post(WEBHOOK, json=rosa.writes("hello"), headers={HEADER: SECRET})
    assert answer.status_code == 404


def test_the_web_process_registers_itself_and_its_menu(house: House, telegram: FakeTelegram) -> None:
    before = set(threading.enumerate())
    begin_beside_the_web(house)
    for thread in set(threading.enumerate()) - before:
        if thread.name == "handrail-telegram-webhook":
            thread.join(5)
    assert telegram.webhook
    assert len(telegram.called("setMyCommands")) == 4


def _rename(house: House, old: str, new: str) -> None:
    with house.database.engine.begin() as connection:
        connection.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))
