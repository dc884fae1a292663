"""A volunteer's own page: the telephone that rings when they call a resident."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import safe_next, written
from console.people import me
from core.helpdesk.volunteers import phone_of, set_phone
from core.i18n.phrasebook import spoken_number
from core.phone_numbers import number_to_call


@blueprint.route("/me", methods=["GET", "POST"])
def own_page() -> Response:
    """The volunteer's own number, which they can change or take away."""
    country, target = deps().config.country, safe_next(request.values.get("next", "")) or ""
    if request.method == "GET":
        with deps().database.read() as session:
            known = phone_of(session, deps().sealer, me().volunteer_id)
        return _page(spoken_number(known, country) if known else "", target, {})
    typed = written(request.form, "phone")
    number = number_to_call(typed, country)
    if typed and number is None:
        return _page(typed, target, {"phone": "error.own_phone.wrong"})
    with deps().database.write() as session:
        set_phone(session, deps().sealer, me().volunteer_id, number)
    flash(wording().t("done.phone_kept" if number else "done.phone_gone"))
    return redirect(target or url_for("console.own_page"), 303)


def _page(phone: str, target: str, errors: dict[str, str]) -> Response:
    body = render_template("console/own_page.html", phone=phone, next=target, errors=errors)
    return Response(body, 400 if errors else 200, mimetype="text/html")
