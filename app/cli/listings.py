"""The coordinator's command that keeps the directory fresh."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from app.cli.community import directory
from app.cli.settings import ready_database, service_config
from app.wiring import build_sealer
from core.assistant.providers import Asking, ask_providers, left_today, plan
from core.directory.freshness.due import Chosen, due_count
from core.helpdesk.desk import Desk


@directory.command("verify")
@click.option("--source", help="Only listings of this source.")
@click.option("--need", help="Only listings for this need, by its code.")
@click.option("--older-than-months", type=click.IntRange(0, 1200), default=11, show_default=True)
@click.option("--limit", type=click.IntRange(min=1), help="Ask about at most so many; the day's limit holds besides.")
@click.option("--dry-run", is_flag=True, help="Say who would be asked; ask nobody.")
def directory_verify(
    source: str | None, need: str | None, older_than_months: int, limit: int | None, dry_run: bool
) -> None:
    """Ask providers whether their listings are still right: by e-mail, by text, or by a volunteer's call."""
    config, now = service_config(), datetime.now(UTC)
    database = ready_database(config)
    asking = Asking.of(config, Desk.of(config, build_sealer(config)))
    chosen, today = Chosen(source, need, older_than_months), now.astimezone(config.timezone).date()
    with database.read() as session:
        found = due_count(session, chosen, now, today)
        left = left_today(session, asking, now)
    most = min(left, limit or left)
    with database.read() if dry_run else database.write() as session:
        made = plan(session, asking, chosen, now, most)
        if not dry_run:
            ask_providers(session, asking, made, now)
    said = ", ".join(f"{way}: {count}" for way, count in made.counts.items())
    click.echo(f"{found} listings to ask about. {'Would be asked' if dry_run else 'Asked'} now: {made.asked} ({said}).")
    if made.later or made.unreachable:
        click.echo(f"Left for later: {len(made.later)}. No way to reach: {len(made.unreachable)}.")
    if found > made.asked == most:
        click.echo(f"The limit of today leaves {left}: run it again tomorrow.")
