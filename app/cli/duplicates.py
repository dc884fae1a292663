"""The command that looks for services that are listed twice."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime

import click

from app.cli.community import directory
from app.cli.settings import ready_database
from core.config import Config
from core.directory.duplicates import find_duplicates


@directory.command("duplicates")
@click.option("--automatic", is_flag=True, help="Merge at once what is clear beyond doubt.")
@click.option("--json", "as_json", is_flag=True, help="The counts as JSON.")
def directory_duplicates(automatic: bool, as_json: bool) -> None:
    """Compare all listings; pairs that may be one service wait in the console for a coordinator."""
    database = ready_database(Config.from_env(os.environ))
    with (
        click.progressbar(length=1, label="Comparing", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar,
        database.write() as session,
    ):

        def progress(done: int, of_all: int) -> None:
            bar.length = of_all
            bar.update(done - bar.pos)

        found = find_duplicates(session, now=datetime.now(UTC), automatic=automatic, progress=progress)
    if as_json:
        click.echo(json.dumps({"compared": found.compared, "shown": found.shown, "merged": found.merged}))
    else:
        click.echo(f"{found.compared} pairs compared, {found.shown} new to decide on, {found.merged} merged at once.")
