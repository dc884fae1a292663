"""Commands for the map behind the directory: areas of several schemes, and a gazetteer."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from app.cli.community import directory
from app.cli.settings import ready_database
from core.config import Config
from core.directory.geography import load_geography
from core.directory.importing import ImportFailed
from core.directory.importing.areas import read_areas, take_in_areas
from core.directory.importing.places import take_in_places
from core.directory.schemes import faults

SHOWN = 20


@directory.command("areas")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--scheme", required=True, help='What this division is called, such as "wards".')
@click.option("--name-property", help="The GeoJSON property that names an area; name, label or code if not given.")
def directory_areas(path: Path, scheme: str, name_property: str | None) -> None:
    """Take in PATH, a GeoJSON or CSV file of areas, as the whole of one scheme; say what overlaps or is left out."""
    database = ready_database(Config.from_env(os.environ))
    try:
        areas = read_areas(path, name_property)
    except ImportFailed as error:
        raise click.ClickException(str(error)) from None
    with database.write() as session:
        count = take_in_areas(session, scheme, areas, source_name=f"areas: {scheme}", now=datetime.now(UTC))
    click.echo(f"{scheme}: {count} areas.")
    with database.read() as session:
        geography = load_geography(session)
    for found in faults(geography.schemes, geography.gazetteer):
        if found.scheme == scheme:
            lines = [f"{one} and {other} overlap ({share:.0%} of the smaller)" for one, other, share in found.overlaps]
            _echo_some(lines + [f"{place} lies in no area" for place in found.uncovered])


@directory.command("places")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--source", "source_name", help="Name of the source; the file's name if not given.")
def directory_places(path: Path, source_name: str | None) -> None:
    """Take in PATH, a gazetteer: a file in the form of places.csv, or a GeoNames country file (.txt)."""
    database = ready_database(Config.from_env(os.environ))
    try:
        with database.write() as session:
            report = take_in_places(session, path, source_name=source_name or path.stem, now=datetime.now(UTC))
    except ImportFailed as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{dict(report.beside)['places']} places new or changed, {len(report.quarantined)} quarantined.")
    _echo_some([f"{q.file} row {q.row}, {q.field}: {q.reason}" for q in report.quarantined])


def _echo_some(lines: list[str]) -> None:
    for line in lines[:SHOWN]:
        click.echo(f"  {line}")
    if len(lines) > SHOWN:
        click.echo(f"  and {len(lines) - SHOWN} more")
