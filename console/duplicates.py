"""Two listings that may be one service: side by side, made one field by field, or kept apart; and undone."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.people import coordinators_only, me
from core.directory.duplicates import find_duplicates
from core.directory.duplicates.queries import merged_listings, open_pairs, pair_page, waiting_pairs
from core.directory.merged import CHOOSABLE
from core.directory.operations import MergeRefused, keep_apart, merge_pair, unmerge

MOST_ROWS = 50


@blueprint.get("/duplicates/")
@coordinators_only
def duplicates() -> str:
    """The pairs that wait, and what was merged."""
    with deps().database.read() as session:
        return render_template(
            "console/duplicates.html",
            pairs=open_pairs(session, MOST_ROWS),
            waiting=waiting_pairs(session),
            merged=merged_listings(session, MOST_ROWS),
        )


@blueprint.post("/duplicates/look")
@coordinators_only
def look_for_duplicates() -> Response:
    """Compare all listings now."""
    with deps().database.write() as session:
        found = find_duplicates(session, now=deps().clock.now())
    return _done("done.duplicates", count=found.shown)


@blueprint.get("/duplicates/<uuid:pair_id>")
@coordinators_only
def duplicate_pair(pair_id: UUID) -> str:
    """Two listings, field by field."""
    with deps().database.read() as session:
        page = pair_page(session, pair_id)
    if page is None:
        abort(404)
    return render_template("console/duplicate_pair.html", page=page)


@blueprint.post("/duplicates/<uuid:pair_id>")
@coordinators_only
def decide_pair(pair_id: UUID) -> Response:
    """One service or two."""
    now, who = deps().clock.now(), me().volunteer_id
    with deps().database.write() as session:
        if request.form.get("verdict") == "two":
            return _done("done.kept_apart" if keep_apart(session, pair_id, by=who, now=now) else "done.decided_before")
        keep = _service_id("keep")
        choices = {field: _service_id(field) for field in CHOOSABLE if request.form.get(field)}
        try:
            done = merge_pair(session, pair_id, keep, by=who, now=now, choices=choices)
        except MergeRefused:
            raise BadRequest from None
    return _done("done.merged" if done else "done.decided_before")


@blueprint.post("/duplicates/merged/<uuid:old_id>/undo")
@coordinators_only
def undo_merge(old_id: UUID) -> Response:
    """Two again, as they were."""
    with deps().database.write() as session:
        done = unmerge(session, old_id, now=deps().clock.now())
    return _done("done.unmerged" if done else "done.decided_before")


def _service_id(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise BadRequest from None


def _done(key: str, **values: object) -> Response:
    flash(wording().t(key, **values))
    return redirect(url_for("console.duplicates"), 303)
