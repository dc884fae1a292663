"""The command that finds the needs of services which came without any."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import click

from app.cli.community import directory
from app.cli.reading_needs import need_reader
from app.cli.settings import ready_database
from core.config import Config
from core.directory.needs import find_missing_needs


@directory.command("needs")
@click.option("--dry-run", is_flag=True, help="Say what would be found; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON, service by service.")
def directory_needs(dry_run: bool, as_json: bool) -> None:
    """Find what services are for that came without needs: by their terms, by their words; in doubt people are asked."""
    config = Config.from_env(os.environ)
    report = find_missing_needs(ready_database(config), need_reader(config), now=datetime.now(UTC), dry_run=dry_run)
    click.echo(json.dumps(report.to_json(), ensure_ascii=False) if as_json else report.text())
