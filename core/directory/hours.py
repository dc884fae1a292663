"""The hours of services and of their places, as rows: of some fifty services, so no objects are made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Schedule
from core.directory.opening import Hours

# Not "where service_id is null": SQLite would take the index for that, and read the hours of all places there are.
_SCHEDULES = sa.select(
    Schedule.service_id, Schedule.location_id, *(getattr(Schedule, name) for name in Hours._fields)
).where(
    Schedule.service_id.in_(sa.bindparam("services", expanding=True))
    | Schedule.location_id.in_(sa.bindparam("locations", expanding=True))
)


@dataclass(frozen=True, slots=True)
class KnownHours:
    """Hours of some services by service, with the location they hold for (None: all), and by location."""

    of_services: dict[UUID, list[tuple[UUID | None, Hours]]]
    of_places: dict[UUID, list[Hours]]

    def at(self, service_id: UUID, location_id: UUID | None) -> tuple[Hours, ...]:
        """What holds for a service at one location: its own hours, or else the location's."""
        own = [hours for where, hours in self.of_services.get(service_id, ()) if where in (None, location_id)]
        return tuple(own or (self.of_places.get(location_id, ()) if location_id else ()))


def load_hours(session: Session, services: Collection[UUID], locations: Collection[UUID]) -> KnownHours:
    """The hours of `services`, and those that `locations` have for all that is there."""
    found = KnownHours({}, {})
    rows: Iterable[Any] = session.execute(_SCHEDULES, {"services": list(services), "locations": list(locations)})
    for service_id, location_id, *hours in rows:
        if service_id is None:
            found.of_places.setdefault(location_id, []).append(Hours(*hours))
        else:
            found.of_services.setdefault(service_id, []).append((location_id, Hours(*hours)))
    return found
