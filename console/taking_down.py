"""Taking a request down for someone: a visitor, a caller, a paper note."""

from __future__ import annotations

import random

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import Errors, NewRequestForm
from console.needs import need_groups
from console.people import me
from console.request_page import request_url
from core.helpdesk.opening import take_down


@blueprint.route("/requests/new", methods=["GET", "POST"])
def new_request() -> Response:
    """The form, and what it makes."""
    if request.method == "GET":
        return _form_page(NewRequestForm.empty(wording().language), {})
    form = NewRequestForm.read(request.form)
    config = deps().config
    errors = form.errors(config.country, deps().catalogue.needs, config.languages)
    if errors:
        return _form_page(form, errors)
    with deps().database.write() as session:
        taken = take_down(
            session,
            deps().desk,
            form.taken_down(config.country),
            me().volunteer_id,
            random.SystemRandom(),
            deps().clock.now(),
        )
    flash(wording().t("done.taken_down", reference=taken.reference))
    return redirect(request_url(taken.id), 303)


def _form_page(form: NewRequestForm, errors: Errors) -> Response:
    body = render_template(
        "console/new_request.html",
        form=form,
        errors=errors,
        groups=need_groups(),
        resident_languages=deps().config.languages,
    )
    return Response(body, 400 if errors else 200, mimetype="text/html")
