"""The review list: a coordinator says what words mean that we did not understand, or took for something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import Errors, written
from console.needs import need_groups
from console.people import coordinators_only, me
from core.db.models.review import Cause, Verdict
from core.review.deidentify import LONGEST
from core.review.operations import KEPT_ONCE_DECIDED, NO_NEED, WAITS_AT_MOST, approve, discard
from core.review.queries import PAGE_ROWS, learning, waiting


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that was sent and must be mended: whose it is, and what stood in it."""

    item_id: UUID
    text: str
    label: str


@blueprint.get("/review/")
@coordinators_only
def review() -> Response:
    """What waits, oldest first."""
    return _list_page({}, None)


@blueprint.post("/review/<uuid:item_id>")
@coordinators_only
def decide(item_id: UUID) -> Response:
    """Approve the words, as they were left, for the next retraining; or discard them."""
    now, who = deps().clock.now(), me().volunteer_id
    if written(request.form, "verdict") == Verdict.DISCARDED:
        with deps().database.write() as session:
            done = discard(session, item_id, who, now)
        return _done("done.discarded" if done else "done.decided_before")
    text, label = " ".join(written(request.form, "text").split()), written(request.form, "label")
    errors = _errors(text, label)
    if errors:
        return _list_page(errors, Typed(item_id, text, label))
    with deps().database.write() as session:
        done = approve(session, item_id, text, label, who, now)
    return _done("done.approved" if done else "done.decided_before")


def _errors(text: str, label: str) -> Errors:
    wrong: Errors = {}
    if not any(c.isalpha() for c in text):
        wrong["text"] = "error.review_text.empty"
    elif len(text) > LONGEST:
        wrong["text"] = "error.review_text.long"
    if label != NO_NEED and label not in deps().catalogue.needs:
        wrong["label"] = "error.label.empty"
    return wrong


def _list_page(errors: Errors, typed: Typed | None) -> Response:
    filters = _filters()
    with deps().database.read() as session:
        page = waiting(
            session,
            language=filters.get("language"),
            cause=Cause(filters["cause"]) if "cause" in filters else None,
            number=request.args.get("page", 1, int),
        )
        stand = learning(session)
    if typed and typed.item_id not in {item.id for item in page.items}:
        return _done("done.decided_before")  # by another coordinator, or its time has run out
    body = render_template(
        "console/review.html",
        page=page,
        first=(page.number - 1) * PAGE_ROWS + 1,
        stand=stand,
        filters=filters,
        causes=tuple(Cause),
        groups=need_groups(),
        no_need=NO_NEED,
        longest=LONGEST,
        waits_days=WAITS_AT_MOST.days,
        kept_days=KEPT_ONCE_DECIDED.days,
        errors=errors,
        typed=typed,
    )
    return Response(body, 400 if errors else 200, mimetype="text/html")


def _filters() -> dict[str, str]:
    """The filters of this page's address that mean something."""
    offered = {"language": deps().config.languages, "cause": tuple(Cause)}
    return {name: value for name, values in offered.items() if (value := request.args.get(name, "")) in values}


def _done(key: str) -> Response:
    flash(wording().t(key))
    back: dict[str, Any] = {**_filters(), "page": request.args.get("page", 1, int)}
    return redirect(url_for("console.review", **back), 303)
