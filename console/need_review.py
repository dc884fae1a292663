"""Needs that services may meet by their words, not surely: a coordinator takes them, names another, or none."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import Errors, written
from console.needs import need_groups
from console.people import coordinators_only, me
from core.directory.needs.operations import refuse_proposal, take_proposal
from core.directory.needs.queries import PAGE_ROWS, waiting_proposals

TAKE, OTHER, NONE = "take", "other", "none"
"""What the pressed button says."""


@blueprint.get("/needs/")
@coordinators_only
def need_review() -> Response:
    """What waits, surest first."""
    return _list_page({}, None)


@blueprint.post("/needs/<uuid:proposal_id>")
@coordinators_only
def decide_need(proposal_id: UUID) -> Response:
    """The service meets the need that was proposed, or another one that was picked, or not this one."""
    now, who = deps().clock.now(), me().volunteer_id
    verdict = written(request.form, "verdict")
    if verdict == NONE:
        with deps().database.write() as session:
            done = refuse_proposal(session, proposal_id, who, now)
        return _done("done.need_refused" if done else "done.decided_before")
    code = written(request.form, "proposed" if verdict == TAKE else "need")
    if code not in deps().catalogue.needs:
        return _list_page({"need": "error.need.unknown"}, proposal_id)
    with deps().database.write() as session:
        done = take_proposal(session, proposal_id, code, who, now)
    return _done("done.need_taken" if done else "done.decided_before")


def _list_page(errors: Errors, wrong_id: UUID | None) -> Response:
    with deps().database.read() as session:
        page = waiting_proposals(session, request.args.get("page", 1, int))
    if wrong_id and wrong_id not in {item.id for item in page.items}:
        return _done("done.decided_before")  # by another coordinator
    body = render_template(
        "console/need_review.html",
        page=page,
        first=(page.number - 1) * PAGE_ROWS + 1,
        groups=need_groups(),
        errors=errors,
        wrong_id=wrong_id,
    )
    return Response(body, 400 if errors else 200, mimetype="text/html")


def _done(key: str) -> Response:
    flash(wording().t(key))
    return redirect(url_for("console.need_review", page=request.args.get("page", 1, int)), 303)
