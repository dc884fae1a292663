"""Directory texts in the community's languages: a coordinator writes what is missing, and reads what came in."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import Errors, written
from console.people import coordinators_only, me
from core.directory.translations import PAGE_ROWS, TextKey, mark_right, save_translation, waiting_texts

LONGEST = 2_000
"""Characters of a translation; descriptions in open directories rarely have more."""
RIGHT = "right"
"""What the button "This one is right" says."""


@blueprint.get("/translations/")
@coordinators_only
def translations() -> Response:
    """Texts that wait in one language, those that residents meet most often first."""
    offered = _offered()
    picked = request.args.get("language", "")
    return _list_page(picked if picked in offered else next(iter(offered), ""), {}, None)


@blueprint.post("/translations/<language>/<entity>/<uuid:entity_id>/<field>")
@coordinators_only
def translate(language: str, entity: str, entity_id: UUID, field: str) -> Response:
    """Save what was written, or that the text which is there is right."""
    key = TextKey(entity, entity_id, field)
    if language not in _offered() or not key.is_told:
        abort(404)
    now, who = deps().clock.now(), me().volunteer_id
    seen = written(request.form, "original")
    if written(request.form, "verdict") == RIGHT:
        present = written(request.form, "present")
        with deps().database.write() as session:
            done = mark_right(session, key, language, present, seen=seen, by=who, now=now)
        return _done("done.translation_right" if done else "done.decided_before", language)
    text = " ".join(written(request.form, "text").split())
    if not text or len(text) > LONGEST:
        return _list_page(language, {"text": "error.translation.long" if text else "error.text.empty"}, key)
    with deps().database.write() as session:
        done = save_translation(session, key, language, text, seen=seen, by=who, now=now)
    return _done("done.translation_saved" if done else "done.decided_before", language)


def _offered() -> tuple[str, ...]:
    """The languages to translate into: sources are taken to be written in the community's first one."""
    return deps().config.languages[1:]


def _list_page(language: str, errors: Errors, wrong: TextKey | None) -> Response:
    with deps().database.read() as session:
        page = waiting_texts(session, language, request.args.get("page", 1, int))
    if wrong and wrong not in {item.key for item in page.items}:
        return _done("done.decided_before", language)  # by another coordinator
    body = render_template(
        "console/translations.html",
        page=page,
        first=(page.number - 1) * PAGE_ROWS + 1,
        language=language,
        offered=_offered(),
        written_in=deps().config.languages[0],
        longest=LONGEST,
        errors=errors,
        wrong=wrong,
        typed=written(request.form, "text"),
    )
    return Response(body, 400 if errors else 200, mimetype="text/html")


def _done(key: str, language: str) -> Response:
    flash(wording().t(key))
    return redirect(url_for("console.translations", language=language, page=request.args.get("page", 1, int)), 303)
