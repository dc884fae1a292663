"""Finding a service for somebody: by need or by words, near a place, with the reasons for each answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import render_template, request
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import LONGEST_LINE, Errors, Form, written
from console.needs import need_groups
from console.reasons import reason_words
from core.directory.find import Offer, Person, Query, find, find_by_text
from core.directory.places import PlaceRef, resolve_place
from core.i18n.phrasebook import spoken_number

MOST_OFFERS = 10
OLDEST = 120


@dataclass(frozen=True, slots=True)
class FindForm:
    """What is looked for, as it was typed; the same names as its fields."""

    need: str
    words: str
    place: str
    at: str
    language: str
    age: str
    stays_in: bool

    @classmethod
    def read(cls, form: Form, usual_language: str) -> FindForm:
        """The form as it was sent."""
        told = {name: written(form, name)[:LONGEST_LINE] for name in ("need", "words", "place", "at", "age")}
        return cls(**told, language=written(form, "language") or usual_language, stays_in="stays_in" in form)

    @property
    def asks(self) -> bool:
        """Whether anything is looked for yet."""
        return bool(self.need or self.words)

    def moment(self, zone: ZoneInfo, now: datetime) -> datetime | None:
        """The local time asked about, now where none is told; None where it can't be read."""
        if not self.at:
            return now.astimezone(zone)
        try:
            return datetime.fromisoformat(self.at).replace(tzinfo=zone)
        except ValueError:
            return None

    def person(self) -> Person | None:
        """Who it is for; None where the age can't be."""
        if self.age and not (self.age.isascii() and self.age.isdigit() and int(self.age) <= OLDEST):
            return None
        return Person(age=int(self.age) if self.age else None, can_travel=False if self.stays_in else None)


@blueprint.get("/find")
def find_service() -> Response:
    """The form, and up to ten services with the reasons for each."""
    config = deps().config
    form = FindForm.read(request.args, wording().language)
    errors: Errors = {}
    at, person = form.moment(config.timezone, deps().clock.now()), form.person()
    if at is None:
        errors["at"] = "error.find_at.wrong"
    if person is None:
        errors["age"] = "error.find_age.wrong"
    if form.need and form.need not in deps().catalogue.needs:
        errors["need"] = "error.need.unknown"
    offers: tuple[Offer, ...] = ()
    near: PlaceRef | None = None
    if form.asks and at and person and not errors:
        with deps().database.read() as session:
            near = resolve_place(session, form.place) if form.place else None
            if form.place and near is None:
                errors["place"] = "error.find_place.unknown"
            elif form.need:
                query = Query(form.need, near, at, form.language, limit=MOST_OFFERS, words=form.words, person=person)
                offers = find(session, query).offers
            else:
                offers = find_by_text(
                    session, form.words, near=near, at=at, language=form.language, limit=MOST_OFFERS
                )  # fmt: skip
    body = render_template(
        "console/find.html",
        form=form,
        errors=errors,
        offers=offers,
        near=near,
        groups=need_groups(),
        resident_languages=config.languages,
        reason_words=lambda reason: reason_words(reason, wording()),
        spoken=lambda number: spoken_number(number, config.country),
    )
    return Response(body, 400 if errors else 200, mimetype="text/html")
