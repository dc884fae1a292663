"""When something can't be done: one plain page that says what, and what to do now."""

from __future__ import annotations

import logging

from flask import render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response

from console.deps import blueprint, texts
from core.helpdesk.operations import Refused

log = logging.getLogger(__name__)


def problem(code: str, status: int, *, typed: str = "", back: str | None = None, **values: str) -> Response:
    """The page for `code`. `typed`: the volunteer's own words, given back so that they aren't lost."""
    body = render_template(
        "console/problem.html",
        code=code,
        values=values,
        typed=typed,
        back=back or url_for("console.queue"),
    )
    return Response(body, status, mimetype="text/html")


def lost_session(typed: str) -> Response:
    """The log-in ran out while something was being written."""
    return problem("lost_session", 401, typed=typed, back=url_for("console.login"))


def refused(error: Refused, back: str, holder: str | None = None) -> Response:
    """Somebody else holds the request, it is closed, or there is no way to write to the resident."""
    if error.code == "not_found":
        raise NotFound
    code = "held_by_nobody" if error.code == "held_by_other" and not holder else error.code
    return problem(code, 409, typed=request.form.get("text", ""), back=back, holder=holder or "")


@blueprint.errorhandler(CSRFError)
def old_page(_error: CSRFError) -> Response:
    """The form was made for another session."""
    return problem("old_page", 400, typed=request.form.get("text", ""))


@blueprint.errorhandler(HTTPException)
def not_possible(error: HTTPException) -> Response:
    """Everything else that a page refuses."""
    return problem("not_found" if error.code == 404 else "wrong_request", error.code or 400)


@blueprint.errorhandler(Exception)
def broken(error: Exception) -> Response:
    """Something nobody expected. Logged without its message, which may hold a resident's words."""
    log.error("unexpected: %s", type(error).__name__)
    try:
        return problem("broken", 500)
    except Exception:  # the frame of the page needs the database too
        said = texts().of(request.accept_languages.best_match(texts().languages)).t("problem.broken")
        return Response(said, 500, mimetype="text/plain")


@blueprint.get("/<path:_anything>")
def no_such_page(_anything: str) -> Response:
    """An address below the console that means nothing."""
    raise NotFound
