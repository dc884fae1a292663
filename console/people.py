"""Who is looking at the page: log-in sessions, and the guard before every page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from console.deps import blueprint, deps
from console.problems import lost_session
from core.db.models.volunteer import Role
from core.helpdesk.volunteers import LoggedIn, keep_session, logged_in

P = ParamSpec("P")
R = TypeVar("R")

KEEP_EVERY = timedelta(minutes=1)
OPEN_TO_ALL = frozenset({"console.static", "console.login"})
NO_SIGN_OF_LIFE = frozenset({"console.arrivals"})
"""Asked for by the page itself, so it must not keep a session alive that nobody sits at."""

csrf = CSRFProtect()
login_manager = LoginManager()
# "basic" and "strong" tie a session to an address, which changes all day on a volunteer's phone.
login_manager.session_protection = None


@dataclass(frozen=True, slots=True)
class Person:
    """A volunteer as Flask-Login wants one. The cookie carries the session's id, not the volunteer's."""

    who: LoggedIn
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the cookie holds."""
        return str(self.who.session_id)


def load_person(session_id: str) -> Person | None:
    """Who the cookie's session belongs to; None sends them to the log-in."""
    try:
        key = UUID(session_id)
    except ValueError:
        return None
    with deps().database.read() as session:
        who = logged_in(session, key, deps().clock.now())
    return Person(who) if who else None


def me() -> LoggedIn:
    """The volunteer who asks for this page."""
    return cast(Person, current_user).who


def somebody() -> LoggedIn | None:
    """The volunteer who asks for this page, if anyone is logged in."""
    return me() if current_user.is_authenticated else None


@blueprint.before_request
def guard() -> Response | None:
    """Every page but the log-in wants a session; every unsafe request wants its CSRF token."""
    if request.endpoint not in OPEN_TO_ALL:
        if not current_user.is_authenticated:
            return _to_log_in()
        _keep()
    csrf.protect()
    return None


def coordinators_only(view: Callable[P, R]) -> Callable[P, R]:
    """The page does not exist for anybody else."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if me().role is not Role.COORDINATOR:
            abort(404)
        return view(*args, **kwargs)

    return guarded


def _to_log_in() -> Response:
    if request.method == "GET":
        return redirect(url_for("console.login", next=request.path))
    typed = request.form.get("text", "").strip()
    # Words typed for a resident are worth more than a tidy redirect.
    return lost_session(typed) if typed else redirect(url_for("console.login"), 303)


def _keep() -> None:
    now = deps().clock.now()
    if request.endpoint in NO_SIGN_OF_LIFE or now - me().last_seen_at < KEEP_EVERY:
        return
    with deps().database.write() as session:
        keep_session(session, me().session_id, now)
