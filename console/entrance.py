"""Logging in and out, and the language of the pages."""

from __future__ import annotations

import math
from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps, texts
from console.forms import safe_next, written
from console.people import Person, me, somebody
from core.helpdesk.volunteers import (
    begin_session,
    begin_try,
    end_session,
    logged_in,
    password_fits,
    password_hash_of,
    set_language,
)


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Response:
    """The log-in page. A wrong password and an unknown name look, and take, the same."""
    if somebody():
        return redirect(url_for("console.queue"))
    if request.method == "GET":
        return _login_page({}, 200)
    username, password = written(request.form, "username"), request.form.get("password", "")
    if not username or not password:
        missing = {name: f"error.{name}.empty" for name in ("username", "password") if not request.form.get(name)}
        return _login_page(missing or {"username": "error.username.empty"}, 400)
    now = deps().clock.now()
    with deps().database.write() as session:
        wait_until = begin_try(session, username, now)
    if wait_until:
        return _wait(wait_until - now)
    with deps().database.read() as session:
        volunteer_id, password_hash = password_hash_of(session, username)
    # Outside any transaction: checking takes tens of milliseconds by design.
    if not password_fits(password_hash, password) or volunteer_id is None:
        return _login_page({"username": "error.login.wrong"}, 401)
    with deps().database.write() as session:
        session_id = begin_session(session, volunteer_id, username, now)
        who = logged_in(session, session_id, now)
    if who is None:
        return _login_page({"username": "error.login.wrong"}, 401)
    cookie.clear()
    login_user(Person(who))
    return redirect(safe_next(request.form.get("next", "")) or url_for("console.queue"), 303)


@blueprint.post("/logout")
def logout() -> Response:
    """End the session here and in the database, so that no copy of the cookie works."""
    with deps().database.write() as session:
        end_session(session, me().session_id, deps().clock.now())
    logout_user()
    cookie.clear()
    return redirect(url_for("console.login"), 303)


@blueprint.post("/language")
def language() -> Response:
    """The volunteer's own language, from now on."""
    wanted = written(request.form, "language")
    if wanted in texts().languages:
        with deps().database.write() as session:
            set_language(session, me().volunteer_id, wanted)
    return redirect(safe_next(request.form.get("next", "")) or url_for("console.queue"), 303)


def _login_page(errors: dict[str, str], status: int, wait: str = "") -> Response:
    body = render_template(
        "console/login.html",
        errors=errors,
        wait=wait,
        username=written(request.form, "username"),
        next=safe_next(request.values.get("next", "")) or "",
    )
    return Response(body, status, mimetype="text/html")


def _wait(left: timedelta) -> Response:
    seconds = max(1, math.ceil(left.total_seconds()))
    response = _login_page({"username": "error.login.wait"}, 429, wording().duration(timedelta(seconds=seconds)))
    response.headers["Retry-After"] = str(seconds)
    return response
