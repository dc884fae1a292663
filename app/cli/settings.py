"""How commands come by their settings and their database."""

from __future__ import annotations

import os

import click

from app.wiring import check_wiring
from core.config import Config, check_for_service
from core.db.engine import Database
from core.db.migrate import is_current
from core.directory.index import INDEX, keep_index_in


def service_config() -> Config:
    """The settings of a real deployment. Raises ConfigError for what is missing or wrong."""
    config = Config.from_env(os.environ)
    check_for_service(config)
    check_wiring(config)
    return config


def ready_database(config: Config) -> Database:
    """The database, with the tables this code needs. Ends the command with a sentence otherwise."""
    database = Database(config.database_url)
    if not is_current(database):
        raise click.ClickException("The database is not up to date. Run: handrail db upgrade")
    keep_index_in(database.engine, config.data_dir / INDEX)
    return database
