"""Run by Alembic, always over a connection that core.db.migrate hands in."""

from __future__ import annotations

from typing import Literal

from alembic import context
from sqlalchemy import Connection

import core.db.models  # noqa: F401  (fills the metadata)
from core.db.base import Base
from core.db.types import UtcDateTime


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write UtcDateTime as what the database sees, so that a migration never depends on today's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run(connection: Connection) -> None:
    """Run the migrations; in batches, since SQLite can't alter a table in place."""
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=render_item
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
