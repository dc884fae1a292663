"""Services of which nobody says what they are for: read, and given their needs or put before a coordinator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.db.engine import Database
from core.directory.needs.operations import give_needs
from core.directory.needs.queries import services_without_needs
from core.directory.needs.reading import Described, Found, Origin, ReadNeeds, find_needs

BATCH = 500
"""Services read between two commits, some seconds each; what a broken run has done stays done."""


@dataclass(frozen=True, slots=True)
class NeedsReport:
    """What became of services without needs: how many have some now, by their terms or their words; for how many a
    coordinator is asked; of how many nothing is known. found: {service: what was found}."""

    found: Mapping[UUID, Found]
    names: Mapping[UUID, str]
    dry_run: bool = False

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """(what became of them, how many services)"""
        taken = [found for found in self.found.values() if found.needs]
        asked = sum(bool(found.proposals) for found in self.found.values())
        by_terms = sum(found.origin is Origin.TERMS for found in taken)
        return (
            ("found by their terms", by_terms),
            ("found by their words", len(taken) - by_terms),
            ("put before a coordinator", asked),
            ("not known", len(self.found) - len(taken) - asked),
        )

    def text(self) -> str:
        """The report for a person to read."""
        counts = ", ".join(f"{count} {what}" for what, count in self.counts)
        return f"{len(self.found)} services without needs: {counts}." + (" Nothing was written." * self.dry_run)

    def to_json(self) -> dict[str, object]:
        """The same as JSON-ready values, service by service."""
        services = [
            {
                "id": str(service_id),
                "name": self.names[service_id],
                "needs": [*found.needs],
                "origin": str(found.origin) if found.needs else None,
                "proposals": [{"need": p.need_code, "confidence": round(p.confidence, 3)} for p in found.proposals],
            }
            for service_id, found in self.found.items()
        ]
        return {"counts": dict(self.counts), "services": services, "dry_run": self.dry_run}


def find_missing_needs(
    database: Database,
    read: ReadNeeds | None,
    *,
    now: datetime,
    changed_since: datetime | None = None,
    dry_run: bool = False,
) -> NeedsReport:
    """Find the needs of services that have none and that no coordinator was asked about.

    read: None leaves all but known terms for later. changed_since: only what changed then or after. A batch of
    services is read without a transaction, for reading takes long, then written in one.
    """
    with database.read() as session:
        waiting = services_without_needs(session, changed_since)
    found: dict[UUID, Found] = {}
    for start in range(0, len(waiting), BATCH):
        batch = {said.service_id: find_needs(said, read) for said in waiting[start : start + BATCH]}
        if not dry_run and any(one.needs or one.proposals for one in batch.values()):
            with database.write() as session:
                give_needs(session, batch, now)
        found |= batch
    return NeedsReport(found, _names(waiting), dry_run)


def _names(services: list[Described]) -> dict[UUID, str]:
    return {service.service_id: service.name for service in services}
