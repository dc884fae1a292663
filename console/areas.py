"""How the community is divided, what is wrong with it, and which names of areas nobody can place."""

from __future__ import annotations

from flask import render_template

from console.deps import blueprint, deps
from console.people import coordinators_only
from core.directory.geography import load_geography
from core.directory.schemes import faults
from core.directory.unexplained import unexplained_areas

MOST_ROWS = 50


@blueprint.get("/areas")
@coordinators_only
def areas() -> str:
    """Overlaps and holes of each scheme, and the service areas that nothing explains."""
    with deps().database.read() as session:
        geography = load_geography(session)
        return render_template(
            "console/areas.html",
            schemes=faults(geography.schemes, geography.gazetteer),
            unexplained=unexplained_areas(session),
            most=MOST_ROWS,
        )
