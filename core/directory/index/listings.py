"""What the index knows of a service, read from the database in few queries for many services."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import (
    Address,
    Language,
    Location,
    Organization,
    Redirect,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceNeed,
    Translation,
)
from core.directory.candidates import ACTIVE, followed
from core.directory.judging import language_tag
from core.directory.names import initials, joined, plain, plain_name

AT_A_TIME = 1_000
"""Services read together."""
DESCRIPTION_READ = 200
"""Characters of a description; what a service is stands in its first sentence."""
MOST_POSTCODES = 100
MOST_AREAS = 20
"""Names of areas by which a service can be found in words."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Listing:
    """An active service with all that was merged into it. Names and words are in the form of `plain`.

    points: degrees (WGS 84). areas: names and postcodes of where people must live.
    """

    id: UUID
    names: frozenset[str]
    organizations: frozenset[str]
    words: frozenset[str]
    needs: frozenset[str]
    languages: frozenset[str]
    areas: frozenset[str]
    points: frozenset[tuple[float, float]]
    assured: date | None


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the tables that a listing is made of, by the service they belong to (names: by what bears them)."""

    needs: dict[UUID, list[Any]]
    languages: dict[UUID, list[Any]]
    areas: dict[UUID, list[Any]]
    places: dict[UUID, list[Any]]
    translations: dict[UUID, list[Any]]


def all_listings(session: Session) -> Iterator[Listing]:
    """Every listing there is, `AT_A_TIME` at a time in memory."""
    merged = sa.select(Redirect.old_id).where(Redirect.entity == "service")
    ids = sa.select(Service.id).where(ACTIVE, Service.id.not_in(merged)).order_by(Service.id).limit(AT_A_TIME)
    found = session.scalars(ids).all()
    while found:
        yield from _listings(session, found)
        found = session.scalars(ids.where(Service.id > found[-1])).all()


def listings_of(session: Session, ids: Sequence[UUID]) -> Iterator[Listing]:
    """The listings as which the services `ids` are seen now; none for those that are closed or gone."""
    for start in range(0, len(ids), AT_A_TIME):
        finals = set(followed(session, ids[start : start + AT_A_TIME]).values())
        yield from _listings(
            session, session.scalars(sa.select(Service.id).where(ACTIVE, Service.id.in_(finals))).all()
        )


def _listings(session: Session, ids: Collection[UUID]) -> Iterator[Listing]:
    members = _members(session, ids)
    columns = (
        Service.id, Service.organization_id, Service.name, Service.alternate_name, Service.description,
        Service.eligibility_description, Service.assured_date,
        Organization.name.label("run_by"), Organization.alternate_name.label("also"),
    )  # fmt: skip
    everyone = [i for together in members.values() for i in together]
    services = {row.id: row for row in session.execute(
        sa.select(*columns).join(Organization).where(Service.id.in_(everyone))
    )}  # fmt: skip
    rows = _rows(session, everyone, {row.organization_id for row in services.values()})
    for i in ids:
        yield _listing(i, [services[m] for m in members[i] if m in services], rows)


def _listing(listing_id: UUID, members: Sequence[Any], rows: _Rows) -> Listing:
    """One of `members`, the others of which were merged into it. What is told of it may be any of theirs."""
    named = [*members, *(t for m in members for t in rows.translations[m.id])]
    run_by = [text for m in members for text in (m.run_by, m.also) if text]
    run_by += [t.name for m in members for t in rows.translations[m.organization_id]]
    places = [place for m in members for place in rows.places[m.id]]
    told = [text[:DESCRIPTION_READ] for m in members for text in (m.description, m.eligibility_description) if text]
    told += [row.name for m in members for row in rows.areas[m.id] if row.name][:MOST_AREAS]
    where = [text for place in places for text in (place.name, place.city, place.region, place.address_1) if text]
    needs = frozenset(row.need_code for m in members for row in rows.needs[m.id])
    spellings = [text for row in named for text in (row.name, getattr(row, "alternate_name", None)) if text]
    return Listing(
        id=listing_id,
        names=frozenset(map(plain_name, spellings)) - {""},
        organizations=frozenset(map(plain_name, run_by)) - {""},
        words=frozenset(plain(" ".join([*told, *where, *needs])).split())
        | {pair for text in where for pair in joined(plain_name(text))}
        | {short for text in (*spellings, *run_by, *where) for short in initials(text)},
        needs=needs,
        languages=frozenset(language_tag(row.code, row.name) for m in members for row in rows.languages[m.id]),
        areas=frozenset(area for m in members for row in rows.areas[m.id] for area in _areas(row)),
        points=frozenset((place.latitude, place.longitude) for place in places if _known(place)),
        assured=max((m.assured_date for m in members if m.assured_date), default=None),
    )


def _known(place: Any) -> bool:
    return place.latitude is not None and place.longitude is not None


def _areas(row: Any) -> set[str]:
    """The area's name, and the postcodes of an extent that lists them."""
    parts = re.split(r"[,;|\n]", row.extent[:2_000])[:MOST_POSTCODES] if row.extent else []
    postcodes = {plain_name(part) for part in parts if any(c.isdigit() for c in part) and "{" not in part}
    return ({plain_name(row.name)} if row.name else set()) | postcodes - {""}


def _members(session: Session, ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """{listing: itself and all that was merged into it, straight or by steps}"""
    members = {i: [i] for i in ids}
    owner = {i: i for i in ids}
    frontier = list(ids)
    while frontier:
        rows = session.execute(
            sa.select(Redirect.old_id, Redirect.new_id).where(
                Redirect.entity == "service", Redirect.new_id.in_(frontier)
            )
        )
        frontier = []
        for old, new in rows:
            if old not in owner:
                owner[old] = owner[new]
                members[owner[new]].append(old)
                frontier.append(old)
    return members


def _rows(session: Session, services: Collection[UUID], organizations: Collection[UUID]) -> _Rows:
    def by_first(statement: sa.Select[*tuple[Any, ...]]) -> dict[UUID, list[Any]]:
        found: dict[UUID, list[Any]] = defaultdict(list)
        for row in session.execute(statement):
            found[row[0]].append(row)
        return found

    return _Rows(
        needs=by_first(
            sa.select(ServiceNeed.service_id, ServiceNeed.need_code).where(ServiceNeed.service_id.in_(services))
        ),
        languages=by_first(
            sa.select(Language.service_id, Language.code, Language.name).where(Language.service_id.in_(services))
        ),
        areas=by_first(
            sa.select(ServiceArea.service_id, ServiceArea.name, ServiceArea.extent)
            .where(ServiceArea.service_id.in_(services))
        ),
        places=by_first(
            sa.select(ServiceAtLocation.service_id, Location.latitude, Location.longitude,
                      Location.name, Address.city, Address.region, Address.address_1)
            .join(Location, Location.id == ServiceAtLocation.location_id)
            .outerjoin(Address, Address.location_id == Location.id)
            .where(ServiceAtLocation.service_id.in_(services))
        ),
        translations=by_first(
            sa.select(Translation.entity_id, Translation.text.label("name"))
            .where(Translation.field == "name", Translation.entity_id.in_([*services, *organizations]))
        ),
    )  # fmt: skip
