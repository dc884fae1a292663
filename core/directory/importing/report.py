"""What an import did, and the two ways in which it says no: to one record, or to all of it."""

from __future__ import annotations

from dataclasses import dataclass


class ImportFailed(Exception):
    """Nothing was changed; the message is one plain sentence that says why."""


class Refused(Exception):
    """One record can't be taken: `field` is where ("schedules[0].opens_at"), `reason` what is wrong with it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """A record left out. `row` is the line in a CSV or line-by-line JSON file, else the record's place, from 1."""

    file: str
    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was done with each record of `source`.

    taken: new or changed services. unchanged: services already known just so. repaired: services of which something
    was put right (markup taken out, a scheme added ...). beside: rows of the side files that were new or changed.
    """

    source: str
    taken: int
    unchanged: int
    repaired: int
    quarantined: tuple[QuarantinedRecord, ...]
    beside: tuple[tuple[str, int], ...] = ()
    dry_run: bool = False

    def text(self) -> str:
        """The report for a person to read, one quarantined record a line."""
        head = f"{self.source}: {self.taken} taken, {self.unchanged} unchanged, {self.repaired} repaired"
        lines = [f"{head}, {len(self.quarantined)} quarantined." + (" Nothing was written." if self.dry_run else "")]
        if any(count for _, count in self.beside):
            lines.append("Also " + ", ".join(f"{count} {what}" for what, count in self.beside if count) + ".")
        lines += [f"  {q.file} row {q.row}, {q.field}: {q.reason}" for q in self.quarantined]
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """The same as JSON-ready values."""
        return {
            "source": self.source,
            "taken": self.taken,
            "unchanged": self.unchanged,
            "repaired": self.repaired,
            "quarantined": [
                {"file": q.file, "row": q.row, "field": q.field, "reason": q.reason} for q in self.quarantined
            ],
            "beside": dict(self.beside),
            "dry_run": self.dry_run,
        }
