"""The page of a provider: whoever has the link from our e-mail looks through one listing and presses one button.

It lies outside /console/ because nobody logs in: the link itself is the key. It was sent to the provider's own address,
is good for one question about one listing, and for one answer. Mail programs follow links to look for harm, so looking
changes nothing. There is no cookie, so another site has nothing to press our buttons with.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from console.deps import deps, texts
from console.forms import LONGEST_WORDS, Errors, written
from console.listing_words import facts_of
from console.page_headers import protected
from core.assistant.providers import find_question
from core.db.models import Verification
from core.db.models.freshness import Verified
from core.directory.freshness.operations import Answer, take_answer
from core.directory.freshness.told import Told, told
from core.outbox.operations import mark_stopped

provider_blueprint = Blueprint("provider", __name__, url_prefix="/listing", template_folder="templates")
NO_MORE = "no_more"
ANSWERS = (Verified.RIGHT, Verified.CHANGED, Verified.CLOSED)
provider_blueprint.after_request(protected)


@provider_blueprint.get("/<token>")
def show(token: str) -> Response:
    """What we tell people about the listing."""
    return _page(token)


@provider_blueprint.post("/<token>")
def answer(token: str) -> Response:
    """The provider's answer; or that they don't want to be asked."""
    said, words = written(request.form, "answer"), written(request.form, "text")
    if said == Verified.CHANGED and not 0 < len(words) <= LONGEST_WORDS:
        return _page(token, {"text": "error.words.long" if words else "error.changed.empty"}, words)
    if said not in (*ANSWERS, NO_MORE):
        return _page(token)
    now = deps().clock.now()
    today = now.astimezone(deps().config.timezone).date()
    with deps().database.write() as session:
        question = find_question(session, deps().sealer, token)
        holds = question is not None and question.expires_at > now
        if question and holds and said == NO_MORE and question.contact_point_id:
            mark_stopped(session, question.contact_point_id, now)
        elif question and holds and said != NO_MORE:
            take_answer(session, question.id, Answer(Verified(said), words), now, today)
    return _page(token, no_more=holds and said == NO_MORE)


def _page(token: str, errors: Errors | None = None, typed: str = "", *, no_more: bool = False) -> Response:
    now = deps().clock.now()
    with deps().database.read() as session:
        question = find_question(session, deps().sealer, token)
        local = now.astimezone(deps().config.timezone)
        listing = told(session, question.service_id, local) if question else None
    standing = _standing(question, listing, no_more, question is not None and question.expires_at <= now)
    picked, offered = request.values.get("language", ""), texts().languages
    words = texts().of(picked if picked in offered else request.accept_languages.best_match(offered))
    body = render_template(
        "console/provider.html",
        t=words.t,
        words=words,
        languages=offered,
        community=deps().config.community_name,
        standing=standing,
        listing=listing,
        facts=facts_of(listing, words, deps().config.country) if listing else (),
        errors=errors or {},
        typed=typed,
        longest=LONGEST_WORDS,
    )
    status = 404 if standing in ("unknown", "expired") else 400 if errors else 200
    return Response(body, status, mimetype="text/html")


def _standing(question: Verification | None, listing: Told | None, no_more: bool, expired: bool) -> str:
    """What the page is about: "asked", an answer's code, "no_more", "expired", "unknown"."""
    if question is None or listing is None:
        return "unknown"
    if no_more:
        return NO_MORE
    if question.state in ANSWERS:
        return question.state.value
    return "expired" if expired else "asked"
