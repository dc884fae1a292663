"""Puts the open directory into an app: its addresses, its limit, its errors as JSON."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import HTTPException

from core.clock import Clock
from core.config import Config
from core.db.engine import Database
from hsds.answers import problem
from hsds.pages import Pages
from hsds.parameters import Refused

PREFIX = "/hsds"


@dataclass(frozen=True, slots=True)
class OpenDirectory:
    """What the addresses need from the rest of the house."""

    config: Config
    database: Database
    clock: Clock


def register_open_directory(app: Flask, directory: OpenDirectory) -> None:
    """Serve everything below /hsds/ to everyone, `Config.hsds_per_minute` requests a minute for one address."""
    blueprint = Blueprint("hsds", __name__, url_prefix=PREFIX)
    Pages(directory.config, directory.database, directory.clock).add_to(blueprint)
    blueprint.register_error_handler(Refused, _refused)
    blueprint.register_error_handler(HTTPException, _http_error)
    blueprint.after_request(_for_everyone)
    blueprint.before_request(_limited(directory.config.hsds_per_minute))
    app.register_blueprint(blueprint)
    app.register_error_handler(404, _not_found)
    app.register_error_handler(405, _http_error_here)


def _refused(error: Refused) -> Response:
    return problem(400, "Bad request", str(error), parameter=error.parameter)


def _http_error(error: HTTPException) -> Response:
    answer = problem(error.code or 500, error.name, error.description or error.name)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _not_found(error: HTTPException) -> Response | HTTPException:
    """An address that isn't there has no blueprint; below ours it is still answered as JSON."""
    return _for_everyone(_http_error(error)) if request.path.startswith(f"{PREFIX}/") else error


def _http_error_here(error: HTTPException) -> Response | HTTPException:
    return _not_found(error)


def _limited(per_minute: int) -> Callable[[], Response | None]:
    """Refuses who asks too often. Each process counts for itself: this keeps one reader from crowding out residents,
    no more."""
    counted = FixedWindowRateLimiter(MemoryStorage())
    most = RateLimitItemPerMinute(per_minute)

    def check() -> Response | None:
        who = request.remote_addr or ""
        if counted.hit(most, who):
            return None
        answer = problem(429, "Too many requests", f"At most {per_minute} requests a minute. Please wait.")
        wait = counted.get_window_stats(most, who).reset_time - time.time()
        answer.headers["Retry-After"] = str(max(1, math.ceil(wait)))
        return answer

    return check


def _for_everyone(response: Response) -> Response:
    """The directory is open: any page on the web may read it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
