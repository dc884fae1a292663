"""What a coordinator looks at for five minutes a day: what is asked for, what isn't met, who waits, what is stale.

Reads only.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models.directory import Service
from core.db.models.help_request import HelpRequest, Status, UnmetCause, UnmetNeed, Urgency
from core.db.models.outgoing import Delivery, OutgoingMessage, Purpose
from core.directory.offers import FRESH
from core.helpdesk.desk import Desk
from core.helpdesk.opening import EMERGENCY_PATIENCE
from core.helpdesk.queries import QueueRow, Shelf, queue

UNMET_SPAN = timedelta(days=30)
FAILED_SPAN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NeedCount:
    """How many requests about a need (None: none was understood) are not closed."""

    need_code: str | None
    count: int


@dataclass(frozen=True, slots=True)
class UnmetCount:
    """How often the directory had nothing for a need, for one cause."""

    need_code: str
    cause: UnmetCause
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of one moment. `stale` listings were checked once, but long ago; `unchecked` never."""

    open_by_need: tuple[NeedCount, ...]
    unmet: tuple[UnmetCount, ...]
    too_long: tuple[QueueRow, ...]
    listings: int
    stale: int
    unchecked: int
    failed: int


def overview(session: Session, desk: Desk, volunteer_id: uuid.UUID, now: datetime) -> Overview:
    """All figures as of `now`."""
    waiting = queue(session, Shelf.WAITING, volunteer_id)
    oldest_good = (now - FRESH).astimezone(desk.zone).date()
    return Overview(
        open_by_need=_open_by_need(session),
        unmet=_unmet(session, now - UNMET_SPAN),
        too_long=tuple(row for row in waiting if _waits_too_long(row, desk, now)),
        listings=_services(session),
        stale=_services(session, Service.assured_date < oldest_good),
        unchecked=_services(session, Service.assured_date.is_(None)),
        failed=_failed(session, now - FAILED_SPAN),
    )


def _waits_too_long(row: QueueRow, desk: Desk, now: datetime) -> bool:
    if row.urgency is Urgency.EMERGENCY:
        return row.waiting_since + EMERGENCY_PATIENCE < now
    return desk.answer_by(row.waiting_since) < now


def _open_by_need(session: Session) -> tuple[NeedCount, ...]:
    count = sa.func.count()
    rows = session.execute(
        sa.select(HelpRequest.need_code, count)
        .where(HelpRequest.status != Status.RESOLVED)
        .group_by(HelpRequest.need_code)
        .order_by(count.desc(), HelpRequest.need_code)
    )
    return tuple(NeedCount(code, number) for code, number in rows)


def _unmet(session: Session, since: datetime) -> tuple[UnmetCount, ...]:
    count = sa.func.count()
    rows = session.execute(
        sa.select(UnmetNeed.need_code, UnmetNeed.cause, count)
        .where(UnmetNeed.at >= since)
        .group_by(UnmetNeed.need_code, UnmetNeed.cause)
        .order_by(count.desc(), UnmetNeed.need_code)
    )
    return tuple(UnmetCount(code, cause, number) for code, cause, number in rows)


def _services(session: Session, *where: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Service).where(*where)) or 0


def _failed(session: Session, since: datetime) -> int:
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(OutgoingMessage)
            .where(
                OutgoingMessage.status == Delivery.FAILED,
                OutgoingMessage.created_at >= since,
                OutgoingMessage.purpose != Purpose.CONNECT,  # a volunteer who did not pick up has missed no message
            )
        )
        or 0
    )
