"""What a volunteer does with a request: claim, reply, call, note, correct its need, release, hand over, close."""

from __future__ import annotations

import uuid
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import LONGEST_REPLY, LONGEST_WORDS, form_key, text_error, written
from console.people import me
from console.problems import refused
from console.request_page import request_title, request_url, request_view, seen
from core.conversation.situation import TOPIC_KEPT_BACK
from core.db.models.help_request import Outcome, Reason, Status, Urgency
from core.db.models.review import Cause
from core.helpdesk import calling, operations
from core.helpdesk.one_request import RequestPage, chat_with
from core.helpdesk.one_request import request_page as page_of
from core.helpdesk.operations import Refused
from core.helpdesk.volunteers import active_volunteers
from core.review.operations import Heard, keep


@blueprint.post("/requests/<uuid:request_id>/claim")
def claim(request_id: UUID) -> Response:
    """Take it; who comes second is told who has it."""
    if _page(request_id).row.status is Status.RESOLVED:
        return refused(Refused("resolved"), request_url(request_id))
    with deps().database.write() as session:
        claim = operations.claim(session, deps().desk, request_id, me().volunteer_id, deps().clock.now())
    if not claim.won:
        code = "held_by_other" if claim.holder else "resolved"
        return refused(Refused(code), url_for("console.queue"), claim.holder)
    return _done("done.claimed", request_url(request_id))


@blueprint.post("/requests/<uuid:request_id>/reply")
def reply(request_id: UUID) -> Response:
    """Answer the resident through their own channel."""
    if not_mine := _not_mine(_page(request_id)):
        return not_mine
    text, key = written(request.form, "text"), form_key(request.form)
    errors = text_error(text, LONGEST_REPLY)
    if errors:
        return request_view(request_id, errors=errors, form="reply", text=text, keys=(key, uuid.uuid4()))
    try:
        with deps().database.write() as session:
            operations.reply(session, request_id, me().volunteer_id, text, str(key), deps().clock.now())
    except Refused as error:
        return _refused(error, request_id)
    deps().nudge()
    return _done("done.replied", request_url(request_id, "latest"))


@blueprint.post("/requests/<uuid:request_id>/typing")
def typing(request_id: UUID) -> Response:
    """The page tells that its volunteer writes an answer: the resident's chat shows so. Nothing is noted of it."""
    if not_mine := _not_mine(_page(request_id)):
        return not_mine
    chats = deps().chats
    with deps().database.read() as session:
        chat = chat_with(session, deps().sealer, request_id)
    if chats and chat:
        chats.show_typing(chat)
    return Response(status=204)


@blueprint.post("/requests/<uuid:request_id>/call")
def call(request_id: UUID) -> Response:
    """Ring the volunteer's own telephone, to be connected with the resident."""
    if not_mine := _not_mine(_page(request_id)):
        return not_mine
    key = form_key(request.form)
    try:
        with deps().database.write() as session:
            calling.call(session, deps().desk, request_id, me().volunteer_id, str(key), deps().clock.now())
    except Refused as error:
        return _refused(error, request_id)
    deps().nudge()
    return _done("done.called", request_url(request_id))


@blueprint.post("/requests/<uuid:request_id>/note")
def note(request_id: UUID) -> Response:
    """Write something down for the team."""
    if not_mine := _not_mine(_page(request_id)):
        return not_mine
    text, key = written(request.form, "text"), form_key(request.form)
    errors = text_error(text, LONGEST_WORDS)
    if errors:
        return request_view(request_id, errors=errors, form="note", text=text, keys=(uuid.uuid4(), key))
    try:
        with deps().database.write() as session:
            operations.add_note(session, request_id, me().volunteer_id, text, key, deps().clock.now())
    except Refused as error:
        return _refused(error, request_id)
    return _done("done.noted", request_url(request_id, "latest"))


@blueprint.post("/requests/<uuid:request_id>/need")
def correct_need(request_id: UUID) -> Response:
    """Say what it is really about; where the machine got it wrong, its words go to the review list."""
    if not_mine := _not_mine(_page(request_id)):
        return not_mine
    need = written(request.form, "need") or None
    if need and need not in deps().catalogue.needs:
        return request_view(request_id, errors={"need": "error.need.unknown"}, form="need")
    heard, private = _heard(request_id, need), need in TOPIC_KEPT_BACK
    now = deps().clock.now()
    try:
        with deps().database.write() as session:
            corrected = operations.correct_need(session, request_id, me().volunteer_id, need, now, private=private)
            if corrected and heard:
                keep(session, heard, now)
    except Refused as error:
        return _refused(error, request_id)
    return _done("done.need_corrected", request_url(request_id))


@blueprint.post("/requests/<uuid:request_id>/release")
def release(request_id: UUID) -> Response:
    """Give it back to the queue; anyone can claim it again."""
    try:
        with deps().database.write() as session:
            operations.release(session, deps().desk, request_id, me().volunteer_id, deps().clock.now())
    except Refused as error:
        if _page(request_id).row.status is not Status.OPEN:  # a second click finds it in the queue already
            return _refused(error, request_id)
    return _done("done.released", url_for("console.queue"))


@blueprint.route("/requests/<uuid:request_id>/hand-over", methods=["GET", "POST"])
def hand_over(request_id: UUID) -> Response:
    """Pick a volunteer, and give it to them."""
    page = _page(request_id)
    to = written(request.form, "to")
    if to and page.row.holder_id and to == str(page.row.holder_id):
        return redirect(url_for("console.queue"), 303)  # a second click
    if not_mine := _not_mine(page):
        return not_mine
    with deps().database.read() as session:
        others = {str(v.id): v.name for v in active_volunteers(session) if v.id != me().volunteer_id}
    if request.method == "GET":
        return _form_page("console/hand_over.html", page, {}, others=others)
    if to not in others:
        return _form_page("console/hand_over.html", page, {"to": "error.to.empty"}, others=others)
    try:
        with deps().database.write() as session:
            operations.hand_over(session, deps().desk, request_id, me().volunteer_id, UUID(to), deps().clock.now())
    except Refused as error:
        return _refused(error, request_id)
    return _done("done.handed_over", url_for("console.queue"), name=others[to])


@blueprint.route("/requests/<uuid:request_id>/close", methods=["GET", "POST"])
def close(request_id: UUID) -> Response:
    """Say how it ended; the page tells beforehand what happens then."""
    page = _page(request_id)
    if page.row.status is Status.RESOLVED and page.row.holder_id == me().volunteer_id:
        return redirect(request_url(request_id), 303)  # a second click
    if not_mine := _not_mine(page):
        return not_mine
    if request.method == "GET":
        return _form_page("console/close.html", page, {}, outcomes=tuple(Outcome))
    try:
        outcome = Outcome(written(request.form, "outcome"))
    except ValueError:
        return _form_page("console/close.html", page, {"outcome": "error.outcome.empty"}, outcomes=tuple(Outcome))
    try:
        with deps().database.write() as session:
            operations.close(session, deps().desk, request_id, me().volunteer_id, outcome, deps().clock.now())
    except Refused as error:
        return _refused(error, request_id)
    return _done("done.closed", request_url(request_id))


def _page(request_id: UUID) -> RequestPage:
    with deps().database.read() as session:
        page = page_of(session, deps().sealer, request_id, revealed=False)
    if page is None:
        abort(404)
    return page


def _not_mine(page: RequestPage) -> Response | None:
    """The page that says why this volunteer can't work on the request; None where they hold it."""
    if page.row.status is Status.RESOLVED:
        return refused(Refused("resolved"), request_url(page.row.id))
    if page.row.holder_id != me().volunteer_id:
        return refused(Refused("held_by_other"), request_url(page.row.id), page.row.holder)
    return None


def _heard(request_id: UUID, need: str | None) -> Heard | None:
    """What the correction teaches; None where the words are private, speak of danger, or are a volunteer's own."""
    page = seen(request_id)
    if page is None or page.private or not page.words:
        return None
    row = page.row
    grave = row.urgency is Urgency.EMERGENCY or not TOPIC_KEPT_BACK.isdisjoint({row.need_code, need})
    if grave or row.reason is Reason.TAKEN_DOWN:
        return None
    words = deps().for_review(page.words, row.language)  # before the transaction: understanding takes its time
    return Heard(words, row.language, Cause.CORRECTED, row.need_code, need) if words else None


def _refused(error: Refused, request_id: UUID) -> Response:
    return refused(error, request_url(request_id), _page(request_id).row.holder)


def _done(key: str, target: str, **values: str) -> Response:
    flash(wording().t(key, **values))
    return redirect(target, 303)


def _form_page(template: str, page: RequestPage, errors: dict[str, str], **values: object) -> Response:
    body = render_template(
        template, page=page, row=page.row, request_title=request_title(page), errors=errors, desk=deps().desk, **values
    )
    return Response(body, 400 if errors else 200, mimetype="text/html")
