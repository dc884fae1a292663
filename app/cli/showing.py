"""Commands that show Handrail at work: demo and talk."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Mapping

import click
from twilio.request_validator import RequestValidator

from app.cli.settings import service_config
from app.demo import DATA_DIR, demo_settings, prepare_demo, welcome
from app.simulator.calls import KEYS, Call, Exchange, Post
from app.simulator.twiml import Speaker
from app.wiring import House, build_house, build_model
from core.config import Config
from core.db.engine import Database
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Inbound, clean_text
from core.outbox.sender import Envelope, Sender

PHONE, CHAT = "+12025550190", "100000001"
"""Whose they are where nobody says."""


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Interface and port.")
def demo(bind: str) -> None:
    """Everything on one machine: sample community, demo log-ins, phone simulator, worker inside."""
    os.environ.update(demo_settings(os.environ, bind))
    config = service_config()
    database = Database(config.database_url)
    prepare_demo(database, config)
    database.close()
    click.echo("Getting ready. The first time takes a little longer: Handrail learns its catalogue.")
    build_model(config)
    click.echo(welcome(config))
    from app.server import run_server

    run_server(config, "app.server:demo_application")


@click.command()
@click.option("--channel", type=click.Choice(["sms", "voice", "telegram"]), default="sms", show_default=True)
@click.option("--from", "address", help="Whose phone it is, or in Telegram the number of the chat.")
def talk(channel: str, address: str | None) -> None:
    """Talk to Handrail in the terminal, through the real core and renderer. Nothing is kept."""
    with tempfile.TemporaryDirectory(prefix="handrail-talk-") as folder:
        settings = demo_settings({**os.environ, "HANDRAIL_DATA_DIR": folder}, "127.0.0.1:8000")
        config = Config.from_env({**os.environ, **settings, "HANDRAIL_DATABASE_URL": ""})
        database = Database(config.database_url)
        prepare_demo(database, config, quick=True)
        database.close()
        kept = Config.from_env({**os.environ, "HANDRAIL_DATA_DIR": os.environ.get("HANDRAIL_DATA_DIR", DATA_DIR)})
        house = build_house(config, senders=_to_the_terminal, model=build_model(kept))
        match Channel(channel):
            case Channel.VOICE:
                _call(house, address or PHONE)
            case Channel.TELEGRAM:
                _chat(house, address or CHAT)
            case other:
                _talk(house, other, address or PHONE)


def _talk(house: House, channel: Channel, address: str) -> None:
    click.echo("You are on an old phone. Write a message; an empty line ends the talk.")
    while text := _typed():
        _receive(house, Inbound(channel, address, str(uuid.uuid4()), house.clock.now(), text=clean_text(text)))


def _chat(house: House, address: str) -> None:
    from app.cli.chatting import HELP, inbound_of  # late: Telegram's library, which the others do without

    if not address.isdigit():
        raise click.ClickException("A chat in Telegram has a number, such as 100000001.")
    click.echo(HELP)
    count = 0
    while text := _typed():
        count += 1
        inbound = inbound_of(house, int(address), count, text)
        if inbound:
            _receive(house, inbound)


def _typed() -> str:
    return str(click.prompt(">", default="", show_default=False, prompt_suffix=" ")).strip()


def _receive(house: House, inbound: Inbound) -> None:
    reply = house.assistant.receive(inbound)
    if reply.silence:
        click.echo(f"  (no answer: {reply.silence})")
    _deliver(house)


def _call(house: House, address: str) -> None:
    exchange = Exchange.of(house.config, _posts_within(house))
    click.echo("You are on the telephone. Press a key (0 to 9, *, #) or write what you say; - says nothing.")
    click.echo("An empty line hangs up.")
    call, shown = exchange.dial(address), 0
    while True:
        for caption in call.captions[shown - call.forgotten :]:
            if caption.speaker is not Speaker.RESIDENT:
                click.echo(f"  {caption.language:<5} | {caption.text}")
        shown = call.forgotten + len(call.captions)
        _deliver(house)
        if call.waits is None:
            return
        call = _deed(exchange, call, _typed())


def _deed(exchange: Exchange, call: Call, typed: str) -> Call:
    if not typed:
        return exchange.hang_up(call)
    if typed == "-":
        return exchange.stay_silent(call)
    return exchange.press(call, typed) if typed in KEYS else exchange.say(call, typed)


def _posts_within(house: House) -> Post:
    """Posts signed forms to the web application without a network between."""
    from app.web import create_app  # late: the whole web application, which the other commands do without

    client, validator = create_app(house).test_client(), RequestValidator(house.config.twilio_auth_token)

    def post(url: str, form: Mapping[str, str]) -> str | None:
        headers = {"X-Twilio-Signature": validator.compute_signature(url, form)}
        answer = client.post(url.removeprefix(house.config.public_url), data=form, headers=headers)
        return answer.text if answer.status_code < 400 else None

    return post


def _deliver(house: House) -> None:
    while house.deliverer.deliver_due():
        pass


def _to_the_terminal(config: Config, phrasebook: Phrasebook) -> Mapping[Channel, Sender]:
    from app.cli.chatting import ChatInTerminal

    texts = {channel: _Terminal(phrasebook) for channel in (Channel.SMS, Channel.EMAIL)}
    return {**texts, Channel.TELEGRAM: ChatInTerminal(phrasebook)}


class _Terminal:
    """A Sender that prints what a phone would show."""

    def __init__(self, phrasebook: Phrasebook) -> None:
        self._phrasebook = phrasebook

    def send(self, envelope: Envelope) -> str:
        from sms.render import render
        from sms.segments import measure

        text = render(envelope.reply, self._phrasebook)
        size = measure(text)
        click.echo(f"  to {envelope.address}, {size.segments} segment(s), {size.encoding}:")
        click.echo("\n".join(f"  | {line}" for line in text.splitlines()))
        return str(envelope.message_id)

    def find_sent(self, envelope: Envelope) -> str | None:
        return None
