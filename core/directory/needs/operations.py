"""Needs given to services by what they say of themselves, and a coordinator's decisions. Never commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import NeedProposal, ServiceNeed
from core.directory.changes import note_changes
from core.directory.identity import child_id
from core.directory.needs.reading import Found, Origin


def give_needs(session: Session, found: Mapping[UUID, Found], now: datetime) -> None:
    """Write what was found. A service that has needs or proposals by now keeps those and gets nothing."""
    ids = [*found]
    settled = {
        service_id
        for model in (ServiceNeed, NeedProposal)
        for service_id in session.scalars(sa.select(model.service_id).where(model.service_id.in_(ids)))
    }
    left = {service_id: one for service_id, one in found.items() if service_id not in settled}
    for service_id, one in left.items():
        session.add_all(_need(service_id, code, one.origin) for code in one.needs)
        session.add_all(
            NeedProposal(service_id=service_id, need_code=p.need_code, confidence=p.confidence, words=p.words)
            for p in one.proposals
        )
    session.flush()
    note_changes(session, [service_id for service_id, one in left.items() if one.needs], now)


def take_proposal(session: Session, proposal_id: UUID, need_code: str, volunteer_id: UUID, now: datetime) -> bool:
    """The service meets `need_code`: the need that was proposed, or another that the coordinator named instead.

    False where the proposal is gone or decided.
    """
    proposal = _waiting(session, proposal_id)
    if proposal is None:
        return False
    _decide(proposal, proposal.need_code == need_code, volunteer_id, now)
    # What was named instead may have been proposed as well: it is decided with it.
    session.execute(
        sa.update(NeedProposal)
        .where(
            NeedProposal.service_id == proposal.service_id,
            NeedProposal.need_code == need_code,
            NeedProposal.taken.is_(None),
        )
        .values(taken=True, decided_at=now, decided_by=volunteer_id)
    )
    known = session.scalar(
        sa.select(ServiceNeed).where(ServiceNeed.service_id == proposal.service_id, ServiceNeed.need_code == need_code)
    )
    if known:
        known.origin = Origin.HUMAN
    else:
        session.add(_need(proposal.service_id, need_code, Origin.HUMAN))
    session.flush()
    note_changes(session, [proposal.service_id], now)
    return True


def refuse_proposal(session: Session, proposal_id: UUID, volunteer_id: UUID, now: datetime) -> bool:
    """The service doesn't meet it. False where the proposal is gone or decided."""
    proposal = _waiting(session, proposal_id)
    if proposal is None:
        return False
    _decide(proposal, False, volunteer_id, now)
    return True


def _need(service_id: UUID, code: str, origin: Origin) -> ServiceNeed:
    own = child_id(service_id, f"need of ours:{code}")
    return ServiceNeed(id=own, service_id=service_id, need_code=code, origin=origin)


def _waiting(session: Session, proposal_id: UUID) -> NeedProposal | None:
    return session.scalar(
        sa.select(NeedProposal).where(NeedProposal.id == proposal_id, NeedProposal.taken.is_(None)).with_for_update()
    )


def _decide(proposal: NeedProposal, taken: bool, volunteer_id: UUID, now: datetime) -> None:
    proposal.taken, proposal.decided_at, proposal.decided_by = taken, now, volunteer_id
