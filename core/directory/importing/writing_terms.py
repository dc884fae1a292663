"""Terms of the sources' taxonomies into the database, each once, whatever number of records bears it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Taxonomy, TaxonomyTerm
from core.directory.importing.gathering import Accepted, AcceptedPlace
from core.directory.importing.reading import RawRecord
from core.directory.importing.report import Repair

_CHUNK = 500
_POINTS_AT: dict[str, type[Taxonomy | TaxonomyTerm]] = {"taxonomy_id": Taxonomy, "parent_id": TaxonomyTerm}


class TermWriter:
    """Writes the terms of one import, some records at a time. What another source has told stays as that source told
    it. A term's parent and taxonomy may come later than the term itself, so those links are set at the end."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._written: set[UUID] = set()
        self._links: dict[UUID, tuple[RawRecord, dict[str, UUID]]] = {}

    def write(self, records: Iterable[Accepted | AcceptedPlace]) -> None:
        """Write the terms and taxonomies of `records`. To be called before the records themselves are written."""
        terms: dict[UUID, tuple[RawRecord, TaxonomyTerm]] = {}
        taxonomies: dict[UUID, Taxonomy] = {}
        for record in records:
            for taxonomy in record.prepared.taxonomies:
                taxonomies.setdefault(taxonomy.id, taxonomy)
            for term in record.prepared.terms:
                terms.setdefault(term.id, (record.raw, term))
        self._upsert(Taxonomy, [_values(row) for i, row in taxonomies.items() if i not in self._written])
        new = {i: both for i, both in terms.items() if i not in self._written}
        ours = self._upsert(TaxonomyTerm, [_values(row) | dict.fromkeys(_POINTS_AT) for _, row in new.values()])
        for i in ours:
            raw, row = new[i]
            self._links[i] = raw, {name: link for name in _POINTS_AT if (link := getattr(row, name))}
        self._written |= terms.keys() | taxonomies.keys()

    def finish(self) -> list[Repair]:
        """Set the links of all terms. Those that name nothing known are left out, and told."""
        repairs: list[Repair] = []
        for name, model in _POINTS_AT.items():
            told = [(i, raw, links[name]) for i, (raw, links) in self._links.items() if name in links]
            known = self._known(model, {target for _, _, target in told})
            rows = [{"id": i, name: target} for i, _, target in told if target in known and target != i]
            if rows:
                self._session.execute(sa.update(TaxonomyTerm), rows)
            repairs += [
                Repair(raw.file, raw.row, f"taxonomy_term.{name}", "names nothing that is known, left out")
                for i, raw, target in told
                if target not in known or target == i
            ]
        return repairs

    def _upsert(self, model: type[Taxonomy | TaxonomyTerm], rows: Sequence[dict[str, Any]]) -> list[UUID]:
        """Write `rows`, but for those of another source. Gives the ids of those written."""
        owners = self._known(model, [row["id"] for row in rows])
        new = [row for row in rows if row["id"] not in owners]
        old = [row for row in rows if owners.get(row["id"]) == row["source_id"]]
        if new:
            self._session.execute(sa.insert(model), new)
        if old:
            self._session.execute(sa.update(model), old)
        return [row["id"] for row in (*new, *old)]

    def _known(self, model: type[Taxonomy | TaxonomyTerm], ids: Collection[UUID]) -> dict[UUID, UUID]:
        """{id: source id} of those of `ids` that are there."""
        wanted, found = [*ids], dict[UUID, UUID]()
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            rows = self._session.execute(sa.select(model.id, model.source_id).where(model.id.in_(chunk)))
            found.update(rows.all())
        return found


def _values(row: Taxonomy | TaxonomyTerm) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
