"""Who the help is for, as far as they told: whom a service is for, and whether it comes to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Location, Service, ServiceAtLocation
from core.directory.candidates import Candidate
from core.directory.offers import Reason, ReasonCode

_COMES_TO_YOU = re.compile(
    r"\b(home[- ]?deliver\w*|deliver\w* to (your|the) (home|door)|to your door|at home|in your (own )?home|home visits?"
    r"|homebound|housebound|homecare|home care|by (phone|telephone)|meals on wheels|visiting"
    r"|a domicilio|en (su|la) casa|por tel[eé]fono|visitas?)\b|上门|送货|送餐|到府|居家|电话",
    re.IGNORECASE,
)
"""How listings say that nobody has to go anywhere."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of the person; None is unknown, and shuts nobody out. age: in years."""

    age: int | None = None
    can_travel: bool | None = None

    def told_more(self, later: Person) -> Person:
        """The person after more was told; what was told later counts."""
        age = self.age if later.age is None else later.age
        return Person(age, self.can_travel if later.can_travel is None else later.can_travel)


NOBODY_KNOWN = Person()


def eligible(session: Session, candidates: Sequence[Candidate], person: Person) -> list[Candidate]:
    """Those of `candidates` that are for someone like `person`, or may be, with the reasons for it.

    Only the ages that a listing gives as numbers shut anyone out: what it says in words is for a person to read.
    """
    if person == NOBODY_KNOWN or not candidates:
        return list(candidates)
    ids = [candidate.id for candidate in candidates]
    columns = (Service.id, Service.minimum_age, Service.maximum_age, Service.name, Service.description)
    told = {row[0]: row[1:] for row in session.execute(sa.select(*columns).where(Service.id.in_(ids)))}
    coming = _coming(session, ids) if person.can_travel is False else frozenset[UUID]()
    fitting = []
    for candidate in candidates:
        least, most, name, description = told[candidate.id]
        if person.age is not None and not (least or 0) <= person.age <= (most or person.age):
            continue
        reasons = list(candidate.reasons)
        if person.age is not None and (least or most):
            reasons.append(Reason(ReasonCode.FITS_AGE, _ages(least, most)))
        if candidate.id in coming or (person.can_travel is False and _comes(name, description)):
            reasons.append(Reason(ReasonCode.COMES_TO_THEM, ""))
        fitting.append(replace(candidate, reasons=tuple(reasons)))
    return fitting


def _coming(session: Session, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Services that are nowhere in particular: given by telephone, or at people's homes."""
    columns = (ServiceAtLocation.service_id, Location.location_type)
    rows = session.execute(sa.select(*columns).join(Location).where(ServiceAtLocation.service_id.in_(ids)))
    kinds: dict[UUID, set[str | None]] = defaultdict(set)
    for service_id, kind in rows:
        kinds[service_id].add(kind)
    return frozenset(i for i in ids if kinds[i] <= {"virtual"})


def _comes(name: str, description: str | None) -> bool:
    return bool(_COMES_TO_YOU.search(f"{name}. {description or ''}"))


def _ages(least: int | None, most: int | None) -> str:
    """ "60+", "0-18": the same in every language."""
    return f"{least or 0}-{most}" if most else f"{least}+"
