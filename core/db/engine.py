"""One engine per process, and the two ways to use it: `read()` and `write()`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

BUSY_TIMEOUT_MS = 8_000
"""How long SQLite waits for another process (a backup, a CLI command); threads of one process queue on a lock."""


class Database:
    """The database behind `url`. Only the places listed in docs/architecture.md call `write`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.engine = (
            _sqlite_engine(url)
            if self.sqlite
            else sa.create_engine(url, pool_size=16, pool_pre_ping=True, hide_parameters=True)
        )
        self._reading = sessionmaker(self.engine, expire_on_commit=False)
        self._writing = sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)
        # SQLite has one writer. Waiting in its busy handler costs five times the p99 of waiting on a lock.
        self._one_writer = threading.Lock() if self.sqlite else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent state and is rolled back at the end."""
        with self._reading() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction: committed at the end of the block, rolled back if it raises."""
        with self._one_writer, self._writing() as session, session.begin():
            yield session

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def gave_way(error: Exception) -> bool:
    """Whether PostgreSQL gave up this transaction for the sake of another: nothing is wrong, it can be done again."""
    states = ("40P01", "40001")  # deadlock_detected, serialization_failure
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in states


def _sqlite_engine(url: str) -> sa.Engine:
    path = sa.make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url, connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself: _begin_sqlite does
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # NORMAL can lose the last commits when the power goes
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # Deferred transactions that read first lose updates silently on SQLite: writers take the lock at once.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
