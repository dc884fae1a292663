"""The coordinator's overview."""

from __future__ import annotations

from flask import render_template

from console.deps import blueprint, deps
from console.people import coordinators_only, me
from core.helpdesk.overview import overview as overview_of


@blueprint.get("/overview")
@coordinators_only
def overview() -> str:
    """What is asked for, what isn't met, who waits too long, what is stale, what didn't arrive."""
    with deps().database.read() as session:
        figures = overview_of(session, deps().desk, me().volunteer_id, deps().clock.now())
    return render_template("console/overview.html", figures=figures)
