"""What an import did, and the two ways in which it says no: to one record, or to all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

MOST_TOLD = 200
"""Lines of one kind in the report for people; the JSON has them all."""

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much: records, each counted when it is read and when it is dealt with."""


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
class Repair:
    """Something put right, or left out of a record that was taken."""

    file: str
    row: int
    field: str
    what: str


@dataclass(frozen=True, slots=True)
class KeptByHand:
    """A field that a person has changed and the source has changed since: what the person wrote holds."""

    entity: str
    entity_id: str
    field: str
    source_says: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was done with each record of `source`.

    taken: new or changed services. unchanged: services already known just so. repaired: services of which something
    was put right (markup taken out, a scheme added ...). beside: rows of the side files that were new or changed.
    withdrawn: services that two feeds in a row did not give any more. returned: withdrawn ones that are back.
    missing_needs: what became of services that came without needs (core.directory.needs).
    """

    source: str
    taken: int
    unchanged: int
    repaired: int
    quarantined: tuple[QuarantinedRecord, ...]
    beside: tuple[tuple[str, int], ...] = ()
    dry_run: bool = False
    form: str = ""
    repairs: tuple[Repair, ...] = ()
    withdrawn: int = 0
    returned: int = 0
    kept_by_hand: tuple[KeptByHand, ...] = ()
    missing_needs: tuple[tuple[str, int], ...] = ()

    def text(self) -> str:
        """The report for a person to read: totals, then a line for each thing, at most `MOST_TOLD` of a kind."""
        return "\n".join(self._lines())

    def to_json(self) -> dict[str, object]:
        """The same as JSON-ready values, with nothing left out."""
        return {**asdict(self), "beside": dict(self.beside), "missing_needs": dict(self.missing_needs)}

    def _lines(self) -> Iterator[str]:
        head = f"{self.source}: {self.taken} taken, {self.unchanged} unchanged, {self.repaired} repaired"
        yield f"{head}, {len(self.quarantined)} quarantined." + (" Nothing was written." if self.dry_run else "")
        if self.form:
            yield f"Read as {self.form}."
        if self.withdrawn or self.returned or self.kept_by_hand:
            yield (f"{self.withdrawn} withdrawn, {self.returned} returned, "
                   f"{len(self.kept_by_hand)} fields kept as changed by hand.")  # fmt: skip
        if any(count for _, count in self.beside):
            yield "Also " + ", ".join(f"{count} {what}" for what, count in self.beside if count) + "."
        if self.missing_needs:
            yield "Came without needs: " + ", ".join(f"{count} {what}" for what, count in self.missing_needs) + "."
        reasons = Counter(q.reason for q in self.quarantined)
        if len(reasons) < len(self.quarantined):
            yield "Quarantined: " + "; ".join(f"{count} × {reason}" for reason, count in reasons.most_common(20)) + "."
        yield from _told([f"{q.file} row {q.row}, {q.field}: {q.reason}" for q in self.quarantined])
        if self.repairs:
            yield "Put right:"
            yield from _told([f"{r.file} row {r.row}, {r.field}: {r.what}" for r in self.repairs])
        if self.kept_by_hand:
            yield "Changed by hand, and by the source since:"
            yield from _told([f'{k.entity} {k.entity_id}, {k.field}: the source says "{k.source_says}"'
                              for k in self.kept_by_hand])  # fmt: skip


def _told(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:MOST_TOLD])
    if len(lines) > MOST_TOLD:
        yield f"  ... and {len(lines) - MOST_TOLD:,} more (all of them with --json)"
