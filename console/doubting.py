"""A volunteer says what is wrong with a listing that their request was about."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, request
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import LONGEST_LINE, Errors, written
from console.people import me
from console.request_page import WRONG, mentioned, request_url, request_view, seen
from core.db.models.freshness import DoubtKind
from core.directory.freshness.operations import Found, doubt


@blueprint.post("/requests/<uuid:request_id>/doubt")
def doubt_listing(request_id: UUID) -> Response:
    """From now on the listing stands lower, and its provider is asked first."""
    page = seen(request_id)
    if page is None or page.row.holder_id != me().volunteer_id:
        abort(404)
    kind, note = written(request.form, "doubt_kind"), written(request.form, "doubt_note")
    with deps().database.read() as session:
        services = {str(service.id): service for service in mentioned(session, page)}
    service = services.get(written(request.form, "doubt_service"))
    errors: Errors = {}
    if service is None:
        errors["doubt_service"] = "error.doubt_service.empty"
    if kind not in WRONG:
        errors["doubt_kind"] = "error.doubt_kind.empty"
    if len(note) > LONGEST_LINE:
        errors["doubt_note"] = "error.line.long"
    if errors or service is None:
        return request_view(request_id, errors=errors, form="doubt", text=note)
    number = service.number if kind == DoubtKind.NUMBER_DEAD else None
    found = Found(DoubtKind(kind), request_id, me().volunteer_id, number, note)
    with deps().database.write() as session:
        done = doubt(session, service.id, found, deps().clock.now())
    flash(wording().t("done.doubted" if done else "done.doubted_before"))
    return redirect(request_url(request_id), 303)
