"""Commands of the coordinator: the directory and the volunteers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from app.cli.reading_needs import need_reader
from app.cli.settings import ready_database
from app.demo import SAMPLE, SAMPLE_SOURCE
from core.config import Config
from core.db.models.volunteer import Role
from core.directory.exporting import export_path
from core.directory.find import Offer, find_by_text
from core.directory.importing import ImportFailed, Progress, import_path, load_mapping
from core.directory.places import resolve_place
from core.directory.validating import validate_path
from core.helpdesk.volunteers import VolunteerError, add_volunteer, all_volunteers, disable_volunteer


@click.group()
def directory() -> None:
    """The directory of services: import, export, validate, find."""


@directory.command("import")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--sample", is_flag=True, help="The built-in sample community.")
@click.option("--source", "source_name", help="Name of the source; the file's name if not given.")
@click.option("--mapping", help="A mapping file, or the name of a built-in one, for flat CSV.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--shrunk-ok", is_flag=True, help="Take a feed in which more than half of the source is missing.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def directory_import(
    path: Path | None,
    sample: bool,
    source_name: str | None,
    mapping: str | None,
    dry_run: bool,
    shrunk_ok: bool,
    as_json: bool,
) -> None:
    """Take in PATH, a file, folder, .zip or .gz: HSDS (JSON, tabular, 1.1), Ohana CSV, or your own with a mapping.

    Good records together, bad ones quarantined. Ends with 1 where nothing could be read and so nothing was changed.
    """
    if sample == (path is not None):
        raise click.UsageError("Give either PATH or --sample.")
    config = Config.from_env(os.environ)
    database = ready_database(config)
    chosen = path or SAMPLE
    try:
        with _progress_bar() as progress:
            report = import_path(
                database,
                chosen,
                source_name=source_name or (SAMPLE_SOURCE if sample else chosen.stem),
                mapping=load_mapping(mapping) if mapping else None,
                now=datetime.now(UTC),
                country=config.country,
                dry_run=dry_run,
                shrunk_ok=shrunk_ok,
                progress=progress,
                read_needs=need_reader(config),
            )
    except ImportFailed as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(report.to_json(), ensure_ascii=False) if as_json else report.text())


@contextmanager
def _progress_bar() -> Iterator[Progress | None]:
    """A bar on the terminal for imports that take a while; on anything else than a terminal nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label="Importing", file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress


@directory.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--tabular", is_flag=True, help="PATH becomes a folder with the CSV files of the HSDS package.")
def directory_export(path: Path, tabular: bool) -> None:
    """Write the directory to PATH: a .json file (HSDS), a .zip file (HSDS tabular package), or a folder with
    translations, places and bodies beside the services."""
    database = ready_database(Config.from_env(os.environ))
    with database.read() as session:
        count = export_path(session, path, tabular=tabular)
    click.echo(f"{count} services written to {path}.")


@directory.command("validate")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--mapping", help="A mapping file, or the name of a built-in one, for flat CSV.")
def directory_validate(path: Path, mapping: str | None) -> None:
    """Check PATH without touching the database."""
    try:
        report = validate_path(path, mapping=load_mapping(mapping) if mapping else None)
    except ImportFailed as error:
        raise click.ClickException(str(error)) from None
    click.echo(report.text())
    if report.quarantined:
        raise SystemExit(1)


@directory.command("find")
@click.argument("text")
@click.option("--near", help="A street, area, postcode or landmark.")
@click.option("--at", "at_text", help="Local date and time, such as 2026-11-23T15:00; now if not given.")
@click.option("--lang", default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def directory_find(text: str, near: str | None, at_text: str | None, lang: str, as_json: bool) -> None:
    """Find services by name, misspelt or not."""
    config = Config.from_env(os.environ)
    database = ready_database(config)
    try:
        at = datetime.fromisoformat(at_text) if at_text else datetime.now(config.timezone)
    except ValueError:
        raise click.BadParameter("must look like 2026-11-23T15:00", param_hint="--at") from None
    with database.read() as session:
        place = resolve_place(session, near) if near else None
        at = at if at.tzinfo else at.replace(tzinfo=config.timezone)
        offers = find_by_text(session, text, near=place, at=at, language=lang)
    if as_json:
        click.echo(json.dumps([_offer_json(offer) for offer in offers], ensure_ascii=False))
    else:
        click.echo("\n".join(_offer_line(offer, lang) for offer in offers) or "Nothing found.")


def _offer_json(offer: Offer) -> dict[str, object]:
    return {
        "id": str(offer.service_id),
        "name": offer.name.original,
        "organization": offer.organization.original,
        "phone": offer.phone.number if offer.phone else None,
        "distance_km": round(offer.distance_km, 2) if offer.distance_km is not None else None,
        "reasons": [f"{reason.code}: {reason.value}" if reason.value else str(reason.code) for reason in offer.reasons],
    }


def _offer_line(offer: Offer, language: str) -> str:
    name = offer.name.by_language.get(language, offer.name.original)
    phone = offer.phone.number if offer.phone else "no phone known"
    return f"{name} ({offer.organization.original}), {phone}"


@click.group()
def volunteers() -> None:
    """People who answer in the console."""


@volunteers.command("add")
@click.argument("username")
@click.option("--name", default="", help="As residents' helpers see it.")
@click.option("--coordinator", is_flag=True, help="May see the overview too.")
@click.password_option(help="At least 10 characters.")
def volunteers_add(username: str, name: str, coordinator: bool, password: str) -> None:
    """Add USERNAME; the password is asked for."""
    database = ready_database(Config.from_env(os.environ))
    role = Role.COORDINATOR if coordinator else Role.VOLUNTEER
    try:
        with database.write() as session:
            add_volunteer(session, username, name, password, role, datetime.now(UTC))
    except VolunteerError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{username} can log in now.")


@volunteers.command("list")
def volunteers_list() -> None:
    """Everyone, with their role."""
    database = ready_database(Config.from_env(os.environ))
    with database.read() as session:
        for volunteer in all_volunteers(session):
            ended = "  (disabled)" if volunteer.disabled_at else ""
            click.echo(f"{volunteer.username:20} {volunteer.role:12} {volunteer.name}{ended}")


@volunteers.command("disable")
@click.argument("username")
def volunteers_disable(username: str) -> None:
    """End USERNAME's log-ins, now and for good."""
    database = ready_database(Config.from_env(os.environ))
    try:
        with database.write() as session:
            disable_volunteer(session, username, datetime.now(UTC))
    except VolunteerError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{username} can no longer log in.")
