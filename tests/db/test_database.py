"""The ground everything stands on: sealed addresses, one writer, migrations that fit the models."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from core.contacts import contact_point, find_contact_point
from core.db.base import Base
from core.db.engine import Database
from core.db.migrate import is_current
from core.db.models.contact_point import ContactPoint
from core.db.models.volunteer import LoginAttempt
from core.db.sealing import Sealer, SealError, fresh_key
from core.messages import Channel, ContactKind

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NUMBER = "+12025550181"


def test_the_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    assert is_current(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_the_database_holds_no_readable_number(database: Database) -> None:
    sealer = Sealer(fresh_key())
    with database.write() as session:
        contact_point(session, sealer, Channel.SMS, NUMBER, NOW)
    with database.read() as session:
        row = session.scalars(sa.select(ContactPoint)).one()
    assert NUMBER.encode() not in row.address_sealed
    assert NUMBER[2:] not in row.address_key
    assert sealer.open(row.kind, row.address_key, row.address_sealed) == NUMBER


def test_a_new_key_finds_and_opens_what_the_old_one_sealed(database: Database) -> None:
    old = fresh_key()
    with database.write() as session:
        before = contact_point(session, Sealer(old), Channel.SMS, NUMBER, NOW).id
    both = Sealer(old + "," + fresh_key().replace("1:", "2:"))
    with database.write() as session:
        found = find_contact_point(session, both, ContactKind.PHONE, NUMBER)
        assert found
        assert found.id == before
        assert both.open(found.kind, found.address_key, found.address_sealed) == NUMBER


def test_a_sealed_address_moved_to_another_row_does_not_open() -> None:
    sealer = Sealer(fresh_key())
    sealed = sealer.seal("phone", NUMBER)
    with pytest.raises(SealError):
        sealer.open("phone", sealer.key("phone", "+12025550182"), sealed)


def test_two_hundred_increments_at_once_are_two_hundred(database: Database) -> None:
    with database.write() as session:
        session.add(LoginAttempt(username="vera", failures=0, next_allowed_at=NOW))

    def increment() -> None:
        for _ in range(25):
            with database.write() as session:
                row = session.get_one(LoginAttempt, "vera", with_for_update=True)
                row.failures += 1

    threads = [threading.Thread(target=increment) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.get_one(LoginAttempt, "vera").failures == 200


def test_what_raises_inside_a_transaction_leaves_nothing(database: Database) -> None:
    def fail_after_writing() -> None:
        with database.write() as session:
            contact_point(session, Sealer(fresh_key()), Channel.SMS, NUMBER, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ContactPoint)) == 0


def test_moments_keep_their_zone(database: Database) -> None:
    with database.write() as session:
        session.add(LoginAttempt(username="vera", failures=0, next_allowed_at=NOW))
    with database.read() as session:
        assert session.get_one(LoginAttempt, "vera").next_allowed_at == NOW


def test_sqlite_is_set_up_to_lose_nothing(database: Database) -> None:
    if not database.sqlite:
        return
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
