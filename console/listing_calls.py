"""Providers whom a volunteer rings up, to ask whether what we tell people of them is still right."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import LONGEST_WORDS, Errors, written
from console.listing_words import facts_of
from console.people import me
from core.db.models import Verification
from core.db.models.freshness import AskedBy, Verified
from core.directory.freshness.operations import Answer, take_answer
from core.directory.freshness.told import Call, calls
from core.i18n.phrasebook import spoken_number

HEARD = (Verified.RIGHT, Verified.CHANGED, Verified.CLOSED, Verified.NO_ANSWER)
"""What can come of a call, in the order of the buttons."""


@blueprint.get("/listings/calls")
def listing_calls() -> Response:
    """Whom to ring, and what to read to them."""
    return _page({}, None, "")


@blueprint.post("/listings/calls/<uuid:question_id>")
def call_made(question_id: UUID) -> Response:
    """What came of one call."""
    with deps().database.read() as session:
        question = session.get(Verification, question_id)
    if question is None or question.asked_by is not AskedBy.PHONE:
        abort(404)
    heard = next((code for code in HEARD if code == written(request.form, "heard")), None)
    if heard is None:
        abort(400)
    words = written(request.form, "text")
    if heard is Verified.CHANGED and not 0 < len(words) <= LONGEST_WORDS:
        return _page({"text": "error.words.long" if words else "error.changed.empty"}, question_id, words)
    now = deps().clock.now()
    today = now.astimezone(deps().config.timezone).date()
    with deps().database.write() as session:
        done = take_answer(session, question_id, Answer(heard, words, me().volunteer_id), now, today)
    flash(wording().t("done.call_noted" if done else "done.call_noted_before"))
    return redirect(url_for("console.listing_calls"), 303)


def _page(errors: Errors, wrong: UUID | None, typed: str) -> Response:
    with deps().database.read() as session:
        tasks = _tasks(session)
    body = render_template(
        "console/listing_calls.html",
        tasks=[(task, facts_of(task.told, wording(), deps().config.country)) for task in tasks],
        heard=HEARD,
        errors=errors,
        wrong=wrong,
        typed=typed,
        longest=LONGEST_WORDS,
        number=lambda number: spoken_number(number, deps().config.country),
    )
    return Response(body, 400 if errors else 200, mimetype="text/html")


def _tasks(session: Session) -> tuple[Call, ...]:
    local = deps().clock.now().astimezone(deps().config.timezone)
    midnight = datetime.combine(local.date(), time(), deps().config.timezone)
    return calls(session, local, midnight, local)
