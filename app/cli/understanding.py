"""handrail understand: what a message means to the machine."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

import click

from app.wiring import build_model
from core.config import Config
from intents.understand import understand
from intents.understanding import Understanding


@click.command("understand")
@click.argument("text", required=False)
@click.option("--lang", help="The language the resident used before (en, zh, es).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a message.")
@click.option("--build", is_flag=True, help="Only train the model where it is missing.")
def understand_command(text: str | None, lang: str | None, as_json: bool, build: bool) -> None:
    """Say what TEXT means; without TEXT, one message a line on standard input."""
    model = build_model(Config.from_env(os.environ))
    if build:
        return
    for line in _piped() if text is None else [text]:
        meant = understand(line.encode("utf-8", "replace").decode(), model, language=lang)
        if as_json or text is None:
            click.echo(json.dumps(meant.to_json(), ensure_ascii=False))
        else:
            click.echo(_in_words(meant))


def _piped() -> Iterator[str]:
    """The lines of standard input. Bytes that are no UTF-8 become a mark: one bad line must not end the run."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _in_words(meant: Understanding) -> str:
    rows = [f"language    {meant.language}", f"act         {meant.act} ({meant.confidence:.2f})"]
    if meant.urgent:
        rows.append(f"EMERGENCY   {meant.urgent}")
    rows += [
        f"{'need' if n.wanted else 'perhaps'}        "[:12] + f"{n.code} ({n.confidence:.2f})" for n in meant.needs
    ]
    return "\n".join(rows)
