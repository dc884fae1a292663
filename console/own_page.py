"""A volunteer's own page: the telephone that rings when they call a resident, and the chat that tells what waits."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import safe_next, written
from console.people import me
from core.helpdesk.notices import fresh_code, offer_code, switch_off, told_since
from core.helpdesk.volunteers import phone_of, set_phone
from core.i18n.phrasebook import spoken_number
from core.phone_numbers import number_to_call


@blueprint.route("/me", methods=["GET", "POST"])
def own_page() -> Response:
    """The volunteer's own number, which they can change or take away."""
    country, target = deps().config.country, safe_next(request.values.get("next", "")) or ""
    if request.method == "GET":
        return _page(_phone(), target, {})
    typed = written(request.form, "phone")
    number = number_to_call(typed, country)
    if typed and number is None:
        return _page(typed, target, {"phone": "error.own_phone.wrong"})
    with deps().database.write() as session:
        set_phone(session, deps().sealer, me().volunteer_id, number)
    flash(wording().t("done.phone_kept" if number else "done.phone_gone"))
    return redirect(target or url_for("console.own_page"), 303)


@blueprint.post("/me/telegram")
def telegram_code() -> Response:
    """Show a code which makes the chat that it is sent from theirs. Shown once: nobody can look it up again."""
    if deps().chats is None:
        return redirect(url_for("console.own_page"), 303)
    code = fresh_code()
    with deps().database.write() as session:
        offer_code(session, deps().sealer, me().volunteer_id, code, deps().clock.now())
    return _page(_phone(), "", {}, code=code)


@blueprint.post("/me/telegram/off")
def telegram_off() -> Response:
    """They want to be told no more."""
    with deps().database.write() as session:
        switch_off(session, me().volunteer_id, deps().clock.now())
    flash(wording().t("done.telegram_off"))
    return redirect(url_for("console.own_page"), 303)


def _phone() -> str:
    with deps().database.read() as session:
        known = phone_of(session, deps().sealer, me().volunteer_id)
    return spoken_number(known, deps().config.country) if known else ""


def _page(phone: str, target: str, errors: dict[str, str], code: str = "") -> Response:
    chats = deps().chats
    with deps().database.read() as session:
        since = told_since(session, me().volunteer_id)
    body = render_template(
        "console/own_page.html",
        phone=phone,
        next=target,
        errors=errors,
        has_bot=chats is not None,
        since=since,
        code=code,
        bot=chats.bot_name() if chats and code else "",
    )
    return Response(body, 400 if errors else 200, mimetype="text/html")
