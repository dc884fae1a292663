"""Names of service areas that no known place and no scheme explains: nobody can tell who is served there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Service, ServiceArea
from core.directory.areas import Area, is_explained
from core.directory.candidates import ACTIVE
from core.directory.geography import load_geography
from core.directory.names import plain_name


@dataclass(frozen=True, slots=True)
class UnexplainedArea:
    """An area as its services call it; "" where they give it no name. Services by name."""

    name: str
    services: tuple[str, ...]


def unexplained_areas(session: Session) -> tuple[UnexplainedArea, ...]:
    """The areas of active services of which can't be told who lives there, those of the most services first."""
    geography = load_geography(session)
    columns = (ServiceArea.name, ServiceArea.extent, ServiceArea.extent_type, Service.name)
    rows = session.execute(sa.select(*columns).join(Service, Service.id == ServiceArea.service_id).where(ACTIVE))
    spelt: dict[str, str] = {}
    services: dict[str, set[str]] = defaultdict(set)
    explained: dict[Area, bool] = {}
    for name, extent, extent_type, service in rows:
        area = Area(name, extent, extent_type)
        if area not in explained:
            explained[area] = is_explained(area, geography)
        if not explained[area]:
            key = plain_name(name or "")
            spelt[key] = min(spelt.get(key, name or ""), name or "")
            services[key].add(service)
    found = [UnexplainedArea(spelt[key], tuple(sorted(names))) for key, names in services.items()]
    return tuple(sorted(found, key=lambda area: (-len(area.services), area.name)))
