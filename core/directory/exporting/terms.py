"""Taxonomies and their terms as HSDS records: those of the sources, and the three of our own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Organization, ServiceNeed, Taxonomy, TaxonomyTerm
from core.directory.exporting.fitting import Record, fitted, term
from core.directory.exporting.given import PASSED_ON
from core.directory.exporting.loading import Around, load_taxonomies
from core.directory.exporting.objects import Telling
from core.directory.identity import ASSUMED, HANDRAIL, NEEDS, ORGANIZATION_KINDS

OURS = {
    NEEDS: "The needs that Handrail understands; a service bears those that it meets.",
    ORGANIZATION_KINDS: "What kind of body an organization is.",
    ASSUMED: "Fields that HSDS demands and nobody told; the value of the attribute is what was really told there.",
}
_FILLED = ("status", "location_type", "address_type")


def taxonomy_ids(session: Session) -> list[UUID]:
    """All taxonomies that may be given, in the order of their ids."""
    theirs = session.scalars(sa.select(Taxonomy.id).where(Taxonomy.source_id.in_(PASSED_ON)))
    return sorted([*theirs, *_own_taxonomies()], key=str)


def taxonomy_page(session: Session, ids: Sequence[UUID]) -> list[Record]:
    """The taxonomies `ids`, in that order."""
    telling = _telling({})
    own = _own_taxonomies()
    theirs = {i: telling.taxonomy(row) for i, row in load_taxonomies(session, ids).items()}
    return _fitted("taxonomy", ids, own | theirs)


def taxonomy(session: Session, taxonomy_id: UUID) -> Record | None:
    """One taxonomy."""
    return next(iter(taxonomy_page(session, [taxonomy_id])), None)


def taxonomy_term_ids(session: Session, taxonomy_id: UUID | None = None) -> list[UUID]:
    """All terms that may be given, or those of one taxonomy, in the order of their ids."""
    theirs = sa.select(TaxonomyTerm.id).where(TaxonomyTerm.source_id.in_(PASSED_ON))
    if taxonomy_id:
        theirs = theirs.where(TaxonomyTerm.taxonomy_id == taxonomy_id)
    own = [i for i, record in _own_terms(session).items()
           if not taxonomy_id or record["taxonomy_detail"]["id"] == str(taxonomy_id)]  # fmt: skip
    return sorted([*session.scalars(theirs), *own], key=str)


def taxonomy_term_page(session: Session, ids: Sequence[UUID]) -> list[Record]:
    """The terms `ids`, in that order, each with its taxonomy where that is known."""
    rows = session.scalars(
        sa.select(TaxonomyTerm).where(TaxonomyTerm.id.in_(ids), TaxonomyTerm.source_id.in_(PASSED_ON))
    ).all()
    telling = _telling(load_taxonomies(session, (row.taxonomy_id for row in rows)))
    return _fitted("taxonomy_term", ids, _own_terms(session) | {row.id: telling.term(row) for row in rows})


def taxonomy_term(session: Session, term_id: UUID) -> Record | None:
    """One term."""
    return next(iter(taxonomy_term_page(session, [term_id])), None)


def own_taxonomy(taxonomy_id: UUID) -> str | None:
    """The name of a taxonomy of our own; None for any other id."""
    record = _own_taxonomies().get(taxonomy_id)
    return str(record["name"]) if record else None


def own_codes(session: Session, term_id: UUID) -> list[tuple[str, str]]:
    """(taxonomy, code) of a term of our own; empty for any other id."""
    record = _own_terms(session).get(term_id)
    return [(str(record["taxonomy"]), str(record["code"]))] if record else []


def _own_taxonomies() -> dict[UUID, Record]:
    ids = {name: uuid.uuid5(HANDRAIL, f"taxonomy:{name}") for name in OURS}
    return {ids[name]: {"id": str(ids[name]), "name": name, "description": said} for name, said in OURS.items()}


def _own_terms(session: Session) -> dict[UUID, Record]:
    """Those in use."""
    needs = session.scalars(sa.select(ServiceNeed.need_code).distinct())
    kinds = session.scalars(sa.select(Organization.kind).where(Organization.kind.is_not(None)).distinct())
    codes: dict[str, Iterable[str | None]] = {NEEDS: needs, ORGANIZATION_KINDS: kinds, ASSUMED: _FILLED}
    taxonomies = {record["name"]: record for record in _own_taxonomies().values()}
    terms = [term(name, code) | {"taxonomy_detail": taxonomies[name]}
             for name, used in codes.items() for code in used if code]  # fmt: skip
    return {UUID(record["id"]): record for record in terms}


def _telling(taxonomies: dict[UUID, Taxonomy]) -> Telling:
    return Telling(Around({}, {}, {}, {}, {}, taxonomies, {}))


def _fitted(kind: str, ids: Sequence[UUID], records: dict[UUID, Record]) -> list[Record]:
    return [whole for i in ids if i in records and (whole := fitted(kind, records[i]))]
