"""What a filled-in form changes of a listing: only what was touched, and never over what another has changed since."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.directory.editing.operations import Change
from core.directory.editing.queries import Listing
from core.directory.editing.slots import Slot, Typed, Wrong, digest
from core.directory.importing.values import same

SEEN = "seen"
"""The input that tells what the form showed when it was opened."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A form as it was read. errors: {input: key of the text that says why}. conflicts: keys of the slots that were
    changed here and, since the form was opened, by somebody else. touched: keys of all that was changed here."""

    changes: tuple[Change, ...]
    errors: Mapping[str, str]
    conflicts: frozenset[str]
    touched: frozenset[str]


UNTOUCHED = Reading((), {}, frozenset(), frozenset())
"""A form that was just opened."""


def read_form(listing: Listing, form: Typed, country: str, needs: Collection[str]) -> Reading:
    """Compare what was typed with what was shown, and that with what holds now. needs: the codes that there are."""
    seen = _seen(form)
    changes: list[Change] = []
    errors: dict[str, str] = {}
    conflicts: set[str] = set()
    touched: set[str] = set()
    for slot in listing.slots:
        if slot.key not in seen or digest(slot.typed(form)) == seen[slot.key]:
            continue
        touched.add(slot.key)
        try:
            value = slot.read(form, country, needs)
        except Wrong as wrong:
            errors |= wrong.errors
            continue
        if same(value, slot.value):
            continue
        if digest(slot.rows()) != seen[slot.key]:
            conflicts.add(slot.key)
        changes.append(Change(slot.spot, value))
    errors |= _ages(listing, changes)
    return Reading(tuple(changes), errors, frozenset(conflicts), frozenset(touched))


def seen_of(listing: Listing, reading: Reading, form: Typed) -> str:
    """What the form says that it shows. A conflict is shown with what holds now, so the next try is meant."""
    before = _seen(form)
    kept = reading.touched - reading.conflicts
    return " ".join(f"{slot.key}={before[slot.key] if slot.key in kept else digest(slot.rows())}"
                    for slot in listing.slots)  # fmt: skip


def rows_of(slot: Slot, reading: Reading, form: Typed) -> list[dict[str, str]]:
    """What stands in the form: what was typed where something was changed, else what holds now."""
    return slot.all_typed(form) if slot.key in reading.touched else slot.rows()


def _seen(form: Typed) -> dict[str, str]:
    pairs = (word.partition("=") for word in form.get(SEEN, "").split())
    return {key: told for key, _, told in pairs}


def _ages(listing: Listing, changes: Collection[Change]) -> dict[str, str]:
    ages = {slot.spot: slot.value for slot in listing.slots if slot.key in ("minimum_age", "maximum_age")}
    new = {change.spot: change.value for change in changes if change.spot in ages}
    least, most = ((ages | new)[spot] for spot in ages)
    return {"maximum_age": "error.field.ages"} if new and None not in (least, most) and least > most else {}
