"""What every page is framed by: its language, who is logged in, whether messages go out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request, url_for

from console.deps import blueprint, deps, texts
from console.people import somebody
from console.texts import Wording
from core.db.models.volunteer import Role
from core.review.queries import waiting_count
from core.timers import last_heartbeat

WORKER_LATE = timedelta(minutes=2)
"""The worker that sends messages says that it is alive far more often than this."""


def wording() -> Wording:
    """The words of this page: the volunteer's language; before the log-in the one picked, else the browser's."""
    who = somebody()
    if who:
        return texts().of(who.language)
    picked = request.args.get("language", "")
    offered = texts().languages
    return texts().of(picked if picked in offered else request.accept_languages.best_match(offered))


@blueprint.context_processor
def chrome() -> dict[str, Any]:
    """Names that every template may use."""
    words, who = wording(), somebody()
    coordinates = who is not None and who.role is Role.COORDINATOR
    return {
        "t": words.t,
        "words": words,
        "who": who,
        "is_coordinator": coordinates,
        "to_review": _to_review() if coordinates else 0,
        "languages": texts().languages,
        "community": deps().config.community_name,
        "now": deps().clock.now(),
        "worker_late": who is not None and _worker_late(),
        "here": request.path if request.method == "GET" else url_for("console.queue"),
    }


def _to_review() -> int:
    with deps().database.read() as session:
        return waiting_count(session)


def _worker_late() -> bool:
    with deps().database.read() as session:
        seen = last_heartbeat(session, "worker")
    return seen is None or deps().clock.now() - seen > WORKER_LATE
