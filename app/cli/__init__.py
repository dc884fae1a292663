"""The command `handrail`: one group, its commands in modules by subject."""

from __future__ import annotations

import logging
import sys

import click

from app.cli import areas, duplicates, listings, needs  # noqa: F401  (add to the commands of the directory)
from app.cli.community import directory, volunteers
from app.cli.operation import bot, db, doctor, keys, serve, worker
from app.cli.showing import demo, talk
from app.cli.understanding import understand_command
from core.config import ConfigError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="handrail")
def handrail() -> None:
    """Community services by text, call or chat, with a person behind every answer."""


for command in (demo, serve, worker, bot, db, directory, understand_command, talk, volunteers, doctor, keys):
    handrail.add_command(command)


def main() -> None:
    """Run the command; a wrong setting ends in one plain sentence."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        handrail.main(standalone_mode=False)
    except ConfigError as error:
        sys.exit(f"handrail: {error}")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
