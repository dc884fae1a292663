"""handrail understand: what a message means to the machine, why, and teaching it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from app.cli.settings import ready_database
from app.wiring import build_catalogue, build_model, model_folder
from core.config import Config
from core.review.operations import mark_taken
from core.review.queries import approved
from intents.building import load_or_train
from intents.catalogue import CatalogueError
from intents.encoder import Depth, load_encoder
from intents.explaining import explain
from intents.model import Model
from intents.teaching import Lesson, read_lessons, teach, write_lessons
from intents.understand import understand
from intents.understanding import Understanding


class _MessageOrCommand(click.Group):
    """A group whose first word may also be a message: `understand "i need a ramp"` beside `understand retrain`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Options of the message come before or after it, so only a command's name makes this a command.
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args.insert(0, "say")
        return super().parse_args(ctx, args)


@click.group("understand", cls=_MessageOrCommand)
def understand_command() -> None:
    """What a message means to the machine: `understand [--explain] [--json] [--lang es] [TEXT]`; and `retrain`."""


@understand_command.command("say", hidden=True)
@click.argument("text", required=False)
@click.option("--lang", help="The language the resident used before (en, zh, es).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a message.")
@click.option("--explain", "explained", is_flag=True, help="Repair, scores, rules and thresholds as well.")
@click.option("--build", is_flag=True, help="Only train the model where it is missing.")
def say(text: str | None, lang: str | None, as_json: bool, explained: bool, build: bool) -> None:
    """Say what TEXT means; without TEXT, one message a line on standard input."""
    model = build_model(Config.from_env(os.environ))
    if build:
        return
    for line in _piped() if text is None else [text]:
        message = line.encode("utf-8", "replace").decode()
        click.echo(_answer(message, model, lang, as_json=as_json or (text is None and not explained), why=explained))


def _answer(message: str, model: Model, lang: str | None, *, as_json: bool, why: bool) -> str:
    if why:
        explanation = explain(message, model, language=lang)
        return json.dumps(explanation.to_json(), ensure_ascii=False) if as_json else explanation.to_text()
    meant = understand(message, model, language=lang)
    return json.dumps(meant.to_json(), ensure_ascii=False) if as_json else _in_words(meant)


@understand_command.command()
@click.option("--dry-run", is_flag=True, help="Show the figures; take nothing.")
def retrain(dry_run: bool) -> None:
    """Learn what coordinators approved on the review list; a worse model is not taken."""
    config = Config.from_env(os.environ)
    database = ready_database(config)
    with database.read() as session:
        waiting = approved(session)
    if not waiting:
        click.echo("Nothing approved is waiting.")
        return
    lessons = [Lesson(row.text.replace("…", " ").strip(), row.language, row.label) for row in waiting]
    folder = model_folder(config)
    try:
        known = read_lessons(folder)
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(lessons)} approved. Training without and with them; this takes a minute.")
    from intents.retraining import compare  # the build step's libraries: not needed to understand a message

    catalogue = build_catalogue(config)
    comparison = compare(teach(catalogue, known), lessons, load_encoder(Depth(config.understanding)))
    click.echo(comparison.to_text())
    click.echo(f"Of the new ones the model before had {comparison.known_before} of {comparison.lessons} right.")
    worse = comparison.worse()
    if worse:
        raise click.ClickException("The new model is worse and was not taken:\n  " + "\n  ".join(worse))
    if dry_run:
        return
    taught = tuple(sorted({*known, *lessons}))
    load_or_train(teach(catalogue, taught), folder, Depth(config.understanding))
    write_lessons(folder, taught)
    with database.write() as session:
        mark_taken(session, [row.id for row in waiting], datetime.now(UTC))
    click.echo("Taken. Restart Handrail to use the new model.")


def _piped() -> Iterator[str]:
    """The lines of standard input. Bytes that are no UTF-8 become a mark: one bad line must not end the run."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _in_words(meant: Understanding) -> str:
    rows = [f"language    {meant.language}", f"act         {meant.act} ({meant.confidence:.2f})"]
    if meant.urgent:
        rows.append(f"EMERGENCY   {meant.urgent}")
    rows += [
        f"{'need' if n.wanted else 'also' if n.also else 'perhaps'}        "[:12] + f"{n.code} ({n.confidence:.2f})"
        for n in meant.needs
    ]
    return "\n".join(rows)
