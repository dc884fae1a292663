"""Questions about the directory as a whole, and who sees to a report. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import (
    Organization,
    Place,
    ResponsibleBody,
    Service,
    Source,
    Translation,
)
from core.directory.candidates import ACTIVE
from core.directory.names import plain_name
from core.directory.offers import organization_name
from core.messages import Translated
from intents.normalise import has_han, normalise

EVERYWHERE_ELSE = "*"
_SHORTEST_WORD = 3


@dataclass(frozen=True, slots=True)
class DirectoryWords:
    """What understanding needs of the directory: words of names, and names of places, both normalised."""

    words: frozenset[str]
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class ResponsibleName:
    """Who sees to a report, and the service that it is, if it is listed."""

    organization: Translated
    service_id: UUID | None


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How many services a source has in the directory, and how many of them were checked."""

    source: str
    services: int
    checked: int


def vocabulary(session: Session) -> DirectoryWords:
    """The words of all names, so that they aren't taken for misspellings of something else; and the places."""
    names = [*session.scalars(sa.select(Service.name)), *session.scalars(sa.select(Organization.name))]
    names += session.scalars(sa.select(Translation.text).where(Translation.field == "name"))
    words = {word for name in names for word in normalise(name).split()
             if len(word) >= _SHORTEST_WORD and not has_han(word)}  # fmt: skip
    places: set[str] = set()
    for name, others in session.execute(sa.select(Place.name, Place.other_names)):
        places.update(normalise(spelling) for spelling in (name, *others))
    return DirectoryWords(frozenset(words), frozenset(places - {""}))


def responsible_body(session: Session, need_code: str, area: str | None) -> ResponsibleName | None:
    """Who sees to a report in `area` (a neighbourhood's name): its own body, or else the one for everywhere else."""
    rows = session.execute(
        sa.select(ResponsibleBody, Organization)
        .join(Organization, Organization.id == ResponsibleBody.organization_id)
        .where(ResponsibleBody.need_code == need_code)
    )
    bodies = {plain_name(body.area) or EVERYWHERE_ELSE: (body, organization) for body, organization in rows}
    found = bodies.get(plain_name(area or "")) or bodies.get(EVERYWHERE_ELSE)
    if found is None:
        return None
    body, organization = found
    return ResponsibleName(organization_name(session, organization), body.service_id)


def counts_by_source(session: Session) -> tuple[SourceCount, ...]:
    """Active services of each source, by its name."""
    rows = session.execute(
        sa.select(Source.name, sa.func.count(Service.id), sa.func.count(Service.assured_date))
        .join(Service, Service.source_id == Source.id)
        .where(ACTIVE)
        .group_by(Source.name)
        .order_by(Source.name)
    )
    return tuple(SourceCount(*row) for row in rows)
