"""Attributes of services, organizations and places: our own terms, and those of the source's taxonomies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.db.models import Attribute, ServiceNeed, Taxonomy, TaxonomyTerm
from core.directory.identity import ASSUMED, NEEDS, ORGANIZATION_KINDS, child_id, entity_id
from core.directory.importing.carrying import Carrier, taxonomy_of
from core.directory.importing.cleaning import Fields
from core.directory.importing.report import Refused

_OURS = (NEEDS, ORGANIZATION_KINDS, ASSUMED)
_NEED_CODE = re.compile("[a-z][a-z0-9_]{0,30}[.][a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the attributes of a record bring: terms and taxonomies by id, the first mention of each."""

    terms: dict[UUID, TaxonomyTerm]
    taxonomies: dict[UUID, Taxonomy]


@dataclass(frozen=True, slots=True)
class TermReader:
    """Reads attributes. A term without id has one made of the source, its taxonomy and its code or name."""

    carrier: Carrier
    found: Terms

    def attributes(
        self, fields: Fields, entity: str, own: UUID
    ) -> tuple[list[Attribute], dict[str, list[dict[str, Any]]]]:
        """(rows, what is to be carried: attributes whose term isn't given with them)."""
        rows: list[Attribute] = []
        carried: list[dict[str, Any]] = []
        for index, item in enumerate(fields.each("attributes")):
            if taxonomy_of(item) in _OURS:
                continue
            attribute_id = self.carrier.id_of(item, "attribute", own, f"attribute:{index}")
            term_id = self._term(item)
            if term_id is None:
                carried.append(self.carrier.whole(item, "attribute", attribute_id))
                continue
            rest = self.carrier.rest(item, "attribute", Attribute, attribute_id, ("taxonomy_term", "link_entity"))
            rows.append(
                Attribute(id=attribute_id, link_entity=entity, link_id=own, taxonomy_term_id=term_id, carried=rest)
            )
        return rows, {"attributes": carried} if carried else {}

    def _term(self, attribute: Fields) -> UUID | None:
        term = attribute.child("taxonomy_term")
        name = term and (term.text("name") or term.text("code"))
        if term is None or name is None:
            return None
        source = self.carrier.source_id
        taxonomy, code = term.text("taxonomy", 128), term.text("code", 128)
        own = self.carrier.id_of(term, "taxonomy_term", source, f"taxonomy_term:{taxonomy or ''}:{code or name}")
        if own not in self.found.terms:
            parent = term.own_id("parent_id")
            self.found.terms[own] = TaxonomyTerm(
                id=own, source_id=source, taxonomy_id=self._taxonomy(term), taxonomy=taxonomy, code=code, name=name,
                description=term.text("description"),
                parent_id=entity_id(source, "taxonomy_term", parent) if parent else None,
                carried=self.carrier.rest(term, "taxonomy_term", TaxonomyTerm, own, ("taxonomy_detail",)),
            )  # fmt: skip
        return own

    def _taxonomy(self, term: Fields) -> UUID | None:
        source, detail = self.carrier.source_id, term.child("taxonomy_detail")
        name = detail and detail.text("name")
        if detail is None or name is None:
            own_id = term.own_id("taxonomy_id")
            return entity_id(source, "taxonomy", own_id) if own_id else None
        own = self.carrier.id_of(detail, "taxonomy", source, f"taxonomy:{name}")
        self.found.taxonomies.setdefault(
            own,
            Taxonomy(
                id=own, source_id=source, name=name, description=detail.text("description"), uri=detail.url("uri"),
                version=detail.text("version"), carried=self.carrier.rest(detail, "taxonomy", Taxonomy, own),
            ),
        )  # fmt: skip
        return own


def terms_in(fields: Fields, taxonomy: str) -> Iterator[tuple[Fields, str]]:
    """(attribute, code) of the attributes that stand in `taxonomy`."""
    for attribute in fields.each("attributes"):
        term = attribute.child("taxonomy_term")
        if term and term.text("taxonomy") == taxonomy:
            yield attribute, term.required_text("code")


def needs_in(fields: Fields, service_id: UUID, origin: str, carrier: Carrier) -> Iterator[ServiceNeed]:
    """The needs that a service says it meets. Raises Refused for what is no need code."""
    seen: set[str] = set()
    for index, (attribute, code) in enumerate(terms_in(fields, NEEDS)):
        if not _NEED_CODE.fullmatch(code):
            raise Refused(attribute.path("taxonomy_term.code"), "must be a need code such as food.meals")
        if code not in seen:
            seen.add(code)
            own_id = attribute.own_id()
            own = entity_id(carrier.source_id, "need", own_id) if own_id else child_id(service_id, f"need:{index}")
            yield ServiceNeed(id=own, service_id=service_id, need_code=code, origin=origin)
