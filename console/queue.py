"""The lists: who waits, what is mine, what others hold, what is closed, and how my own have ended."""

from __future__ import annotations

from flask import jsonify, render_template, request
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.people import me
from core.db.models.help_request import Urgency
from core.helpdesk.endings import endings_of
from core.helpdesk.queries import Shelf, shelf_counts
from core.helpdesk.queries import queue as rows_of


@blueprint.get("/")
def queue() -> str:
    """One shelf of the queue; emergencies first, then by waiting time."""
    try:
        shelf = Shelf(request.args.get("shelf", Shelf.WAITING))
    except ValueError:
        shelf = Shelf.WAITING
    with deps().database.read() as session:
        rows = rows_of(session, shelf, me().volunteer_id)
        counts = shelf_counts(session, me().volunteer_id)
    return render_template("console/queue.html", shelf=shelf, shelves=tuple(Shelf), rows=rows, counts=counts)


@blueprint.get("/arrivals")
def arrivals() -> Response:
    """How many wait now, as a number and as a sentence; the queue page asks for it now and then."""
    with deps().database.read() as session:
        rows = rows_of(session, Shelf.WAITING, me().volunteer_id)
        waiting = shelf_counts(session, me().volunteer_id)[Shelf.WAITING]
    emergencies = sum(row.urgency is Urgency.EMERGENCY for row in rows)
    key = "arrivals.emergency" if emergencies else "arrivals.waiting"
    said = wording().t(key, waiting=waiting, emergencies=emergencies)
    return jsonify(waiting=waiting, emergencies=emergencies, said=said)


@blueprint.get("/ended")
def ended() -> str:
    """How the requests that I closed have ended."""
    with deps().database.read() as session:
        endings = endings_of(session, me().volunteer_id)
    return render_template("console/ended.html", endings=endings)
