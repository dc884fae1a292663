"""Finds the pairs and keeps them for a coordinator; what is clear beyond doubt may be merged at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import DuplicatePair, Service
from core.db.models.sources import PairState
from core.directory.duplicates.blocking import Pair, pairs_to_compare
from core.directory.duplicates.likeness import Likeness, likeness
from core.directory.duplicates.listings import load_listings
from core.directory.merged import FIELDS
from core.directory.operations import MergeRefused, merge

SHOWN = 0.3
"""From this score on a pair is shown to a coordinator."""
AUTOMATIC = 0.95
"""From this score on a pair may be merged without anybody's look; docs/measurements.md tells how many are right."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class FoundPairs:
    """What a search for duplicates did: pairs compared, new ones shown to people, merged at once."""

    compared: int
    shown: int
    merged: int


def find_duplicates(
    session: Session, *, now: datetime, automatic: bool = False, progress: Progress | None = None
) -> FoundPairs:
    """Look for listings that may be one service. Pairs that were decided on, or stand there already, stay as they are.

    automatic: merge what is clear beyond doubt. progress: told (done, of all) from time to time.
    """
    listings = {listing.id: listing for listing in load_listings(session)}
    pairs = session.execute(sa.select(DuplicatePair.left_id, DuplicatePair.right_id))
    known = {(left, right) for left, right in pairs}
    compared = sorted(pairs_to_compare([*listings.values()]))
    shown = merged = 0
    for done, (left, right) in enumerate(compared, start=1):
        if progress and done % 1_000 == 0:
            progress(done, len(compared))
        if (left, right) in known:
            continue
        found = likeness(listings[left], listings[right])
        if found.score < SHOWN:
            continue
        pair = _kept(session, (left, right), found, now)
        if automatic and found.score >= AUTOMATIC and _merged(session, pair, now):
            merged += 1
        else:
            shown += 1
    if progress and compared:
        progress(len(compared), len(compared))
    session.flush()
    return FoundPairs(len(compared), shown, merged)


def _kept(session: Session, ids: Pair, found: Likeness, now: datetime) -> DuplicatePair:
    evidence = {kind.value: round(value, 3) for kind, value in found.evidence.items()}
    pair = DuplicatePair(
        left_id=ids[0], right_id=ids[1], score=found.score, evidence=evidence, state=PairState.OPEN, found_at=now
    )
    session.add(pair)
    return pair


def _merged(session: Session, pair: DuplicatePair, now: datetime) -> bool:
    """Merge a clear pair into the listing that was checked last, or else the longer told one; False where one of the
    two went into another listing meanwhile."""
    ids = pair.left_id, pair.right_id
    services = session.scalars(sa.select(Service).where(Service.id.in_(ids))).all()
    old, new = sorted(services, key=_told)
    try:
        merge(session, old.id, new.id, now=now)
    except MergeRefused:
        return False
    pair.state, pair.decided_at = PairState.SAME, now
    return True


def _told(service: Service) -> tuple[date, int, str]:
    known = sum(getattr(service, field) is not None for field in FIELDS)
    return service.assured_date or date.min, known, str(service.id)
