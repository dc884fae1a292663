"""Commands of the maintainer: serve, worker, bot, db, doctor, keys."""

from __future__ import annotations

import json
import os
import secrets
import signal
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import click
import sqlalchemy as sa

from app.bot import run_bot, why_not_alone
from app.cli.settings import ready_database, service_config
from app.web import problems
from app.wiring import build_house, build_model
from app.worker import Worker
from core.config import Config
from core.db.engine import Database
from core.db.migrate import is_current, upgrade
from core.db.models.directory import Service
from core.db.models.volunteer import Volunteer
from core.db.sealing import fresh_key


@click.command()
def serve() -> None:
    """Serve webhooks and console; on SQLite the worker runs inside."""
    config = service_config()
    ready_database(config).close()
    build_model(config)  # once, here: not in every web process at the same time
    from app.server import run_server

    run_server(config, "app.server:application")


@click.command()
def worker() -> None:
    """Send what is due and do what time brings (PostgreSQL; SQLite has it inside `serve`)."""
    config = service_config()
    if config.sqlite:
        raise click.ClickException("On SQLite `handrail serve` does this already: one process writes, not two.")
    ready_database(config).close()
    running = Worker(build_house(config))
    signal.signal(signal.SIGTERM, lambda *_: running.stop())
    running.run()


@click.command()
def bot() -> None:
    """Fetch what residents write in Telegram (PostgreSQL; SQLite has it inside `serve`)."""
    config = service_config()
    refusal = why_not_alone(config)
    if refusal:
        raise click.ClickException(refusal)
    ready_database(config).close()
    run_bot(build_house(config))


@click.group()
def db() -> None:
    """The database: upgrade and backup."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables up to date."""
    database = Database(Config.from_env(os.environ).database_url)
    upgrade(database)
    click.echo("The database is up to date.")


@db.command("backup")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def db_backup(target: Path) -> None:
    """Write a consistent copy to TARGET while everything runs."""
    config = Config.from_env(os.environ)
    if target.exists():
        raise click.ClickException(f"{target} exists already; a backup never overwrites one.")
    if config.sqlite:
        _copy_sqlite(sa.make_url(config.database_url).database or "", target)
    else:
        url = sa.make_url(config.database_url)
        plain = url.set(drivername="postgresql", password=None).render_as_string()
        password = {"PGPASSWORD": str(url.password)} if url.password else {}  # not on the command line: `ps` shows it
        try:
            subprocess.run(  # noqa: S603  (fixed words and our own settings)
                ["pg_dump", "--format=custom", f"--file={target}", plain],  # noqa: S607
                check=True,
                env={**os.environ, **password},
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise click.ClickException(f"pg_dump did not finish: {type(error).__name__}.") from None
    click.echo(f"Backed up to {target}. Keep HANDRAIL_DATA_KEY apart from it: without the key no number can be read.")


def _copy_sqlite(source: str, target: Path) -> None:
    if not Path(source).exists():
        raise click.ClickException(f"There is no database at {source}.")
    with sqlite3.connect(source) as live, sqlite3.connect(target) as copy:
        live.backup(copy)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def doctor(as_json: bool) -> None:
    """Look for what would keep residents from being answered."""
    config = service_config()
    database = Database(config.database_url)
    found = ["the database is not up to date: run handrail db upgrade"] if not is_current(database) else []
    if not found:
        with database.read() as session:
            if not session.scalar(sa.select(sa.func.count()).select_from(Service)):
                found.append("the directory is empty: run handrail directory import")
            if not session.scalar(sa.select(sa.func.count()).select_from(Volunteer)):
                found.append("nobody can answer: run handrail volunteers add")
        found += problems(database, datetime.now(UTC))
    if not config.duty_contact:
        found.append("nobody is told of emergencies: set HANDRAIL_DUTY_CONTACT")
    if not config.public_url.startswith("https://"):
        found.append("HANDRAIL_PUBLIC_URL is not https: providers' signatures and log-ins are not safe")
    facts = {"emergency_number": config.emergency_number, "crisis_line": config.crisis_line, "problems": found}
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        click.echo(
            f"Emergency number {config.emergency_number}, crisis line {config.crisis_line}: check them by calling."
        )
        click.echo("\n".join(f"- {problem}" for problem in found) or "All is well.")
    if found:
        raise SystemExit(1)


@click.command()
def keys() -> None:
    """Print fresh secrets for a deployment."""
    click.echo(f"HANDRAIL_SECRET_KEY={secrets.token_urlsafe(48)}")
    click.echo(f"HANDRAIL_DATA_KEY={fresh_key()}")
