"""What is in doubt of some listings, for those who put them before residents. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Doubt
from core.db.models.freshness import DoubtKind

_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_DOUBTED = (
    sa.select(Doubt.service_id, Doubt.kind)
    .where(Doubt.service_id.in_(_IDS), Doubt.settled_at.is_(None))
    .order_by(Doubt.at)
)
_DEAD = sa.select(Doubt.service_id, Doubt.number).where(
    Doubt.service_id.in_(_IDS), Doubt.number.is_not(None), Doubt.settled_at.is_(None)
)


def doubted(session: Session, ids: Collection[UUID]) -> dict[UUID, DoubtKind]:
    """{service: what was found wrong with it last}, of those of `ids` that are in doubt."""
    return dict(session.execute(_DOUBTED, {"ids": list(ids)}).all())


def dead_numbers(session: Session, ids: Collection[UUID]) -> frozenset[tuple[UUID, str | None]]:
    """(service, number in E.164) for each number of the services `ids` that somebody has found dead."""
    return frozenset((row[0], row[1]) for row in session.execute(_DEAD, {"ids": list(ids)}))
