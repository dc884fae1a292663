"""The coordinator's page of listings: how fresh they are, what is in doubt, and asking providers."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import Errors, written
from console.needs import need_groups
from console.people import coordinators_only, me
from core.assistant.providers import Asking, Plan, ask_providers, left_today, plan, plan_one
from core.db.models import Doubt, Service
from core.db.models.freshness import AskedBy
from core.directory.find import find_by_text
from core.directory.freshness import figures
from core.directory.freshness.due import Chosen, due_count, stalest, these
from core.directory.freshness.operations import hide, settle

MOST_ROWS = 30
OLDEST_MONTHS = 120
_ASKED = {
    AskedBy.EMAIL: "done.asked_by_email",
    AskedBy.SMS: "done.asked_by_sms",
    AskedBy.PHONE: "done.asked_by_phone",
}


@blueprint.get("/listings")
@coordinators_only
def listings() -> str:
    """Shares of assured listings, open doubts, the stalest listings, or those whose name is like `q`."""
    now, zone = deps().clock.now(), deps().config.timezone
    local = now.astimezone(zone)
    asked_for = written(request.args, "q")
    with deps().database.read() as session:
        if asked_for:
            offers = find_by_text(session, asked_for, near=None, at=local, language=wording().language, limit=MOST_ROWS)
            rows = these(session, [offer.service_id for offer in offers], now)
        else:
            rows = stalest(session, now, MOST_ROWS)
        return render_template(
            "console/listings.html",
            q=asked_for,
            rows=rows,
            whole=figures.share(session, local.date()),
            sources=figures.shares_by_source(session, local.date()),
            needs=figures.shares_by_need(session, local.date()),
            doubts=figures.open_doubts(session),
            doubts_waiting=figures.doubts_waiting(session),
            groups=need_groups(),
        )


@blueprint.route("/listings/ask", methods=["GET", "POST"])
@coordinators_only
def ask_many() -> Response:
    """GET: how many would be asked, and how. POST: ask them."""
    chosen, errors = _chosen()
    now, asking = deps().clock.now(), Asking.of(deps().config, deps().desk)
    if request.method == "POST" and not errors:
        with deps().database.write() as session:
            made = plan(session, asking, chosen, now, left_today(session, asking, now))
            ask_providers(session, asking, made, now)
        deps().nudge()
        return _done("done.asked", count=made.asked)
    today = now.astimezone(deps().config.timezone).date()
    with deps().database.read() as session:
        left = left_today(session, asking, now)
        made = plan(session, asking, chosen, now, left) if not errors else Plan()
        body = render_template(
            "console/ask_providers.html",
            chosen=chosen,
            months=written(request.values, "months"),
            errors=errors,
            sources=[share.name for share in figures.shares_by_source(session, today)],
            groups=need_groups(),
            found=due_count(session, chosen, now, today) if not errors else 0,
            made=made,
            left=left,
            per_day=asking.per_day,
            mails=asking.mails,
        )
    return Response(body, 400 if errors else 200, mimetype="text/html")


@blueprint.post("/listings/<uuid:service_id>/ask")
@coordinators_only
def ask_one(service_id: UUID) -> Response:
    """Ask about one listing now."""
    _must_be_there(Service, service_id)
    now, asking = deps().clock.now(), Asking.of(deps().config, deps().desk)
    with deps().database.write() as session:
        made = plan_one(session, asking, service_id, now)
        ask_providers(session, asking, made, now)
    deps().nudge()
    way = next((way for way, count in made.counts.items() if count), None)
    if way:
        return _done(_ASKED[way])
    return _done("done.no_way" if made.unreachable else "done.asked_already")


@blueprint.post("/listings/<uuid:service_id>/hide")
@coordinators_only
def hide_listing(service_id: UUID) -> Response:
    """It has ended: nobody is told of it any more."""
    _must_be_there(Service, service_id)
    with deps().database.write() as session:
        hide(session, service_id, me().volunteer_id, deps().clock.now())
    return _done("done.hidden")


@blueprint.post("/listings/doubts/<uuid:doubt_id>/settle")
@coordinators_only
def settle_doubt(doubt_id: UUID) -> Response:
    """It is right, or was put right."""
    _must_be_there(Doubt, doubt_id)
    with deps().database.write() as session:
        done = settle(session, doubt_id, me().volunteer_id, deps().clock.now())
    return _done("done.settled" if done else "done.settled_before")


def _chosen() -> tuple[Chosen, Errors]:
    """What the form says; a need that is gone from the catalogue counts for none."""
    need, months = written(request.values, "need"), written(request.values, "months")
    usual = Chosen()
    if months and not (months.isascii() and months.isdigit() and int(months) <= OLDEST_MONTHS):
        return usual, {"months": "error.months.wrong"}
    return Chosen(
        source=written(request.values, "source") or None,
        need=need if need in deps().catalogue.needs else None,
        older_than_months=int(months) if months else usual.older_than_months,
    ), {}


def _must_be_there(table: type[Service | Doubt], row_id: UUID) -> None:
    with deps().database.read() as session:
        if session.get(table, row_id) is None:
            abort(404)


def _done(key: str, **values: object) -> Response:
    flash(wording().t(key, **values))
    return redirect(url_for("console.listings"), 303)
