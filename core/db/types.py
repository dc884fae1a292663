"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa


class UtcDateTime(sa.TypeDecorator[datetime]):
    """Aware moments, stored and returned in UTC. SQLite drops zones, so naive UTC is what it keeps."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse naive moments: which zone they mean can't be known."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: pass an aware one")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """The moment in UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def coded(enum: type[StrEnum]) -> sa.Enum:
    """A column of `enum`'s values, kept as text without a database type, so that adding a value is no migration."""
    return sa.Enum(enum, native_enum=False, create_constraint=False, length=32, values_callable=_values)


def _values(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


Json = sa.JSON().with_variant(sa.JSON(none_as_null=True), "sqlite")
"""Structured values that are only read whole. Nothing is ever searched inside."""

JsonValue = dict[str, Any]
