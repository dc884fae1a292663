"""Commands that show Handrail at work: demo and talk."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Mapping

import click

from app.cli.settings import service_config
from app.demo import DATA_DIR, demo_settings, prepare_demo, welcome
from app.wiring import House, build_house, build_model
from core.config import Config
from core.db.engine import Database
from core.i18n.phrasebook import Phrasebook
from core.messages import Channel, Inbound, clean_text
from core.outbox.sender import Envelope, Sender


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
@click.option("--channel", type=click.Choice(["sms"]), default="sms", show_default=True)
@click.option("--from", "address", default="+12025550190", show_default=True, help="Whose phone it is.")
def talk(channel: str, address: str) -> None:
    """Talk to Handrail in the terminal, through the real core and renderer. Nothing is kept."""
    with tempfile.TemporaryDirectory(prefix="handrail-talk-") as folder:
        settings = demo_settings({**os.environ, "HANDRAIL_DATA_DIR": folder}, "127.0.0.1:8000")
        config = Config.from_env({**os.environ, **settings, "HANDRAIL_DATABASE_URL": ""})
        database = Database(config.database_url)
        prepare_demo(database, config, quick=True)
        database.close()
        kept = Config.from_env({**os.environ, "HANDRAIL_DATA_DIR": os.environ.get("HANDRAIL_DATA_DIR", DATA_DIR)})
        house = build_house(config, senders=_to_the_terminal, model=build_model(kept))
        _talk(house, Channel(channel), address)


def _talk(house: House, channel: Channel, address: str) -> None:
    click.echo("You are on an old phone. Write a message; an empty line ends the talk.")
    while text := click.prompt(">", default="", show_default=False, prompt_suffix=" ").strip():
        inbound = Inbound(channel, address, str(uuid.uuid4()), house.clock.now(), text=clean_text(text))
        reply = house.assistant.receive(inbound)
        if reply.silence:
            click.echo(f"  (no answer: {reply.silence})")
        while house.deliverer.deliver_due():
            pass


def _to_the_terminal(config: Config, phrasebook: Phrasebook) -> Mapping[Channel, Sender]:
    return {channel: _Terminal(phrasebook) for channel in (Channel.SMS, Channel.EMAIL)}


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
