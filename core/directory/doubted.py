"""What is in doubt of some listings, for those who put them before residents. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Doubt
from core.db.models.freshness import DoubtKind


def doubted(session: Session, ids: Collection[UUID]) -> dict[UUID, DoubtKind]:
    """{service: what was found wrong with it last}, of those of `ids` that are in doubt."""
    columns = (Doubt.service_id, Doubt.kind)
    rows = sa.select(*columns).where(Doubt.service_id.in_(ids), Doubt.settled_at.is_(None)).order_by(Doubt.at)
    return dict(session.execute(rows).all())


def dead_numbers(session: Session, ids: Collection[UUID]) -> frozenset[tuple[UUID, str | None]]:
    """(service, number in E.164) for each number of the services `ids` that somebody has found dead."""
    columns = (Doubt.service_id, Doubt.number)
    still_dead = (Doubt.service_id.in_(ids), Doubt.number.is_not(None), Doubt.settled_at.is_(None))
    return frozenset((row[0], row[1]) for row in session.execute(sa.select(*columns).where(*still_dead)))
