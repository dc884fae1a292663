"""Services without needs, and what waits for a coordinator. Reads only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import (
    Attribute,
    ListingChange,
    ListingEdit,
    NeedProposal,
    Organization,
    Redirect,
    Service,
    ServiceNeed,
    TaxonomyTerm,
)
from core.db.models.freshness import NEEDS_FIELD, EditState
from core.directory.candidates import ACTIVE
from core.directory.needs.reading import Described, Term

PAGE_ROWS = 20

_NOT_MERGED = Service.id.not_in(sa.select(Redirect.old_id).where(Redirect.entity == "service"))
_PUBLISHED = ListingEdit.state == EditState.PUBLISHED
"""Where a coordinator has said that it meets no need, it is left at that."""
_WAITING = sa.and_(NeedProposal.taken.is_(None), ACTIVE, _NOT_MERGED)


@dataclass(frozen=True, slots=True)
class WaitingProposal:
    """A need that a service may meet. `words`: what was read."""

    id: UUID
    service: str
    organization: str
    need_code: str
    confidence: float
    words: str


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """One page of what waits, surest first. `count` and `pages` are of all."""

    items: tuple[WaitingProposal, ...]
    count: int
    number: int
    pages: int


def services_without_needs(session: Session, changed_since: datetime | None = None) -> list[Described]:
    """Active services that have no need and that no coordinator was ever asked about, in the order of ids."""
    query = sa.select(Service.id, Service.name, Service.description).where(
        ACTIVE,
        _NOT_MERGED,
        ~sa.exists().where(ServiceNeed.service_id == Service.id),
        ~sa.exists().where(NeedProposal.service_id == Service.id),
        ~sa.exists().where(ListingEdit.entity_id == Service.id, ListingEdit.field == NEEDS_FIELD, _PUBLISHED),
    )
    if changed_since:
        changed = sa.select(ListingChange.service_id).where(ListingChange.at >= changed_since)
        query = query.where(Service.id.in_(changed))
    rows = session.execute(query.order_by(Service.id)).all()
    terms = _terms(session) if rows else {}
    return [Described(own, name, description or "", terms.get(own, ())) for own, name, description in rows]


def _terms(session: Session) -> dict[UUID, tuple[Term, ...]]:
    borne = defaultdict[UUID, list[Term]](list)
    rows = session.execute(
        sa.select(Attribute.link_id, TaxonomyTerm.taxonomy, TaxonomyTerm.code, TaxonomyTerm.name)
        .join(TaxonomyTerm, TaxonomyTerm.id == Attribute.taxonomy_term_id)
        .where(Attribute.link_entity == "service", ~sa.exists().where(ServiceNeed.service_id == Attribute.link_id))
        .order_by(Attribute.link_id, TaxonomyTerm.name, TaxonomyTerm.id)
    )
    for service_id, taxonomy, code, name in rows:
        borne[service_id].append(Term(taxonomy, code, name))
    return {service_id: tuple(terms) for service_id, terms in borne.items()}


def waiting_proposals(session: Session, number: int = 1) -> ProposalPage:
    """Page `number`, or the nearest there is."""
    count = waiting_proposal_count(session)
    pages = max(1, -(-count // PAGE_ROWS))
    number = min(max(1, number), pages)
    rows = session.execute(
        sa.select(NeedProposal, Service.name, Organization.name)
        .join(Service, Service.id == NeedProposal.service_id)
        .join(Organization, Organization.id == Service.organization_id)
        .where(_WAITING)
        .order_by(NeedProposal.confidence.desc(), Service.name, NeedProposal.id)
        .offset((number - 1) * PAGE_ROWS)
        .limit(PAGE_ROWS)
    )
    items = tuple(
        WaitingProposal(row.id, service, organization, row.need_code, row.confidence, row.words)
        for row, service, organization in rows
    )
    return ProposalPage(items, count, number, pages)


def waiting_proposal_count(session: Session) -> int:
    """How many wait, in all."""
    query = sa.select(sa.func.count()).select_from(NeedProposal).join(Service, Service.id == NeedProposal.service_id)
    return session.scalar(query.where(_WAITING)) or 0
