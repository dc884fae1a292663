"""One listing: what we say of it, its log, changing it; a new one; and changes that wait for another's approval."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.edit_words import field_in_words, read_as, status_in_words, value_in_words
from console.forms import LONGEST_LINE, Errors, written
from console.listing_words import facts_of
from console.needs import need_groups
from console.people import coordinators_only, me
from core.directory.editing.form import UNTOUCHED, Reading, read_form, rows_of, seen_of
from core.directory.editing.operations import (
    Decided,
    Editor,
    add_by_hand,
    bring_back,
    checked_today,
    publish,
    refuse,
    save,
    undo,
)
from core.directory.editing.queries import (
    Listing,
    load_listing,
    log_of,
    open_notes,
    waiting_edit_count,
    waiting_edits,
)
from core.directory.editing.slots import NEW_NEEDS, Slot, SlotKind
from core.directory.freshness.told import told
from core.directory.standard import ENUMS

LOOK = "look"
"""What the button says that only shows how hours are read."""
_SPARE_ROWS = 2
_DECIDED = {
    Decided.DONE: "done.edit_published",
    Decided.OWN: "done.edit_own",
    Decided.GONE: "done.decided_before",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A slot as the form shows it. conflict: what holds now, where somebody
    else has changed it too. read: how the hours of each row are understood."""

    slot: Slot
    rows: list[dict[str, str]]
    conflict: tuple[str, ...] | None
    read: list[tuple[str, ...] | None]


@blueprint.get("/listings/<uuid:service_id>")
@coordinators_only
def show_listing(service_id: UUID) -> str:
    """What people are told of it, and the log of its changes."""
    config, words = deps().config, wording()
    local = deps().clock.now().astimezone(config.timezone)
    with deps().database.read() as session:
        listing = _there(session, service_id)
        said = told(session, service_id, local)
        return render_template(
            "console/listing.html",
            listing=listing,
            facts=facts_of(said, words, config.country) if said else (),
            log=log_of(session, listing),
            waiting=waiting_edit_count(session, service_id),
            **_words_of_values(),
        )


@blueprint.route("/listings/<uuid:service_id>/edit", methods=["GET", "POST"])
@coordinators_only
def edit_listing(service_id: UUID) -> Response:
    """GET: the form. POST: publish or propose what was changed, or say what is wrong with it."""
    if request.method == "GET" or request.form.get("verdict") == LOOK:
        with deps().database.read() as session:
            listing = _there(session, service_id)
            return _form_page(session, listing, _read(listing) if request.method == "POST" else UNTOUCHED, 200)
    with deps().database.write() as session:
        listing = _there(session, service_id, lock=True)
        reading, who = _read(listing), _editor()
        if reading.errors or reading.conflicts:
            return _form_page(session, listing, reading, 400 if reading.errors else 409)
        changes = [*reading.changes]
        if "checked" in request.form:
            changes.append(checked_today(service_id, who.now.astimezone(deps().config.timezone).date()))
        save(session, service_id, changes, who)
    if not changes:
        return _done("done.edit_nothing", service_id)
    return _done("done.edit_proposed" if who.approval else "done.edit_saved", service_id)


@blueprint.post("/listings/<uuid:service_id>/back")
@coordinators_only
def bring_listing_back(service_id: UUID) -> Response:
    """People are told of it again."""
    with deps().database.write() as session:
        listing, who = _there(session, service_id), _editor()
        if listing.ended:
            bring_back(session, service_id, who)
    return _done("done.edit_proposed" if who.approval else "done.brought_back", service_id)


@blueprint.route("/listings/new", methods=["GET", "POST"])
@coordinators_only
def new_listing() -> Response:
    """A listing that no source has: its name and whose it is; the rest is filled in on its own form."""
    name, organization = written(request.form, "name"), written(request.form, "organization")
    errors: Errors = {}
    if request.method == "POST":
        for field, text in (("name", name), ("organization", organization)):
            if not 0 < len(text) <= LONGEST_LINE:
                errors[field] = "error.field.long" if text else "error.field.empty"
        if not errors:
            with deps().database.write() as session:
                service_id = add_by_hand(session, name, organization, _editor())
            return redirect(url_for("console.edit_listing", service_id=service_id), 303)
    body = render_template("console/new_listing.html", name=name, organization=organization, errors=errors)
    return Response(body, 400 if errors else 200, mimetype="text/html")


@blueprint.get("/edits/")
@coordinators_only
def edits() -> str:
    """What waits for approval."""
    with deps().database.read() as session:
        sets = waiting_edits(session)
    return render_template("console/edits.html", sets=sets, me_id=me().volunteer_id, **_words_of_values())


@blueprint.post("/edits/<uuid:edit_id>")
@coordinators_only
def decide_edit(edit_id: UUID) -> Response:
    """Publish or refuse what was changed in one go; or undo one published change."""
    verdict = written(request.form, "verdict")
    with deps().database.write() as session:
        if verdict == "publish":
            key = _DECIDED[publish(session, edit_id, _editor())]
        elif verdict == "refuse":
            done = refuse(session, edit_id, _editor()) is Decided.DONE
            key = "done.edit_refused" if done else "done.decided_before"
        elif verdict == "undo":
            key = "done.edit_undone" if undo(session, edit_id, _editor()) else "done.decided_before"
        else:
            abort(400)
    listing_id = request.form.get("listing", type=UUID)
    if listing_id:
        return _done(key, listing_id)
    flash(wording().t(key))
    return redirect(url_for("console.edits"), 303)


def _form_page(session: Session, listing: Listing, reading: Reading, status: int) -> Response:
    groups = [(group, [_shown(slot, reading) for slot in group.slots]) for group in listing.groups]
    body = render_template(
        "console/edit_listing.html",
        listing=listing,
        groups=groups,
        seen=seen_of(listing, reading, request.form),
        errors=reading.errors,
        conflicts=reading.conflicts,
        notes=open_notes(session, listing.id),
        checked="checked" in request.form,
        approval=deps().config.edits_need_approval,
        statuses=ENUMS["service", "status"],
        needs=need_groups(),
        new_needs=NEW_NEEDS,
        kinds=SlotKind,
        **_words_of_values(),
    )
    return Response(body, status, mimetype="text/html")


def _shown(slot: Slot, reading: Reading) -> Shown:
    rows = rows_of(slot, reading, request.form)
    if slot.kind in (SlotKind.PHONES, SlotKind.HOURS):
        rows = [*rows, *({"id": ""} for _ in range(_SPARE_ROWS - _blank_at_end(rows)))]
    now = value_in_words(slot.spot.field, slot.value, wording()) if slot.key in reading.conflicts else None
    read = [read_as(row.get("hours", ""), wording()) for row in rows] if slot.kind is SlotKind.HOURS else []
    return Shown(slot, rows, now, read)


def _blank_at_end(rows: list[dict[str, str]]) -> int:
    return len(list(takewhile(lambda row: not any(row.values()), reversed(rows))))


def _read(listing: Listing) -> Reading:
    return read_form(listing, request.form, deps().config.country, deps().catalogue.needs.keys())


def _there(session: Session, service_id: UUID, *, lock: bool = False) -> Listing:
    listing = load_listing(session, service_id, deps().config.country, lock=lock)
    if listing is None:
        abort(404)
    return listing


def _editor() -> Editor:
    config = deps().config
    return Editor(me().volunteer_id, deps().clock.now(), config.edits_need_approval, config.country)


def _words_of_values() -> dict[str, object]:
    words = wording()
    return {
        "in_words": lambda field, value: value_in_words(field, value, words),
        "field_name": lambda field: field_in_words(field, words),
        "status_name": lambda status: status_in_words(status, words),
    }


def _done(key: str, service_id: UUID) -> Response:
    flash(wording().t(key))
    return redirect(url_for("console.show_listing", service_id=service_id), 303)
