"""One help request: what everybody may see, and after claiming the whole conversation."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import abort, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console.chrome import wording
from console.deps import blueprint, deps
from console.forms import LONGEST_REPLY, Errors
from console.needs import need_groups
from console.people import me
from console.transcript import transcript
from core.db.models.freshness import DoubtKind
from core.db.models.help_request import HelpRequest, Status
from core.directory.doubted import doubted
from core.directory.find import service_offer
from core.helpdesk.calling import careful, may_ring, why_not
from core.helpdesk.one_request import RequestPage
from core.helpdesk.one_request import request_page as page_of
from core.helpdesk.reveal import record_reveal, was_revealed
from core.helpdesk.volunteers import all_volunteers
from core.i18n.phrasebook import spoken_number
from core.messages import Channel, ContactKind

WRONG = (DoubtKind.NUMBER_DEAD, DoubtKind.CLOSED, DoubtKind.MOVED, DoubtKind.WRONG_HOURS, DoubtKind.OTHER)
"""What a volunteer can find wrong with a listing; the other kinds come of asking providers."""


@dataclass(frozen=True, slots=True)
class ShownService:
    """A service of the directory; `number` to dial, `phone` to read."""

    id: UUID
    name: str
    organization: str
    number: str | None
    phone: str | None
    extension: str
    doubt: DoubtKind | None
    """What somebody has found wrong with it last."""


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A phone or a chat of the same person; `number` to dial, `phone` to read, None of a chat."""

    kind: ContactKind
    number: str | None
    phone: str | None
    may_call: bool


@blueprint.get("/requests/<uuid:request_id>")
def show_request(request_id: UUID) -> Response:
    """The request's page."""
    return request_view(request_id)


def request_view(
    request_id: UUID,
    *,
    errors: Errors | None = None,
    form: str = "",
    text: str = "",
    keys: tuple[UUID, UUID] | None = None,
) -> Response:
    """The page; with `errors` in its `form` ("reply", "note" or "need"), whose `text` and keys are kept."""
    page = seen(request_id)
    if page is None:
        abort(404)
    mine = page.row.holder_id == me().volunteer_id
    with deps().database.read() as session:
        tried = _services(session, [UUID(text) for text in page.tried])
        doubtable = mentioned(session, page)
        referrals = _services(session, page.referrals)
        people = {str(v.id): v.name for v in all_volunteers(session)}
        no_call = _no_call(session, request_id) if mine else None
    private, emergency_kind = page.private, page.row.emergency_kind
    reply_key, note_key = keys or (uuid.uuid4(), uuid.uuid4())
    body = render_template(
        "console/request.html",
        page=page,
        row=page.row,
        mine=mine,
        working=mine and page.row.status is not Status.RESOLVED,
        title=request_title(page),
        lines=transcript(page.lines, deps().phrasebook),
        tried=tried,
        referrals=referrals,
        people=people,
        groups=need_groups(),
        phone=_phone(page),
        linked=_linked(page),
        writes_in_chat=page.row.channel is Channel.TELEGRAM and deps().chats is not None,
        careful=careful(private=private, emergency_kind=emergency_kind),
        may_call=may_ring(private=private, emergency_kind=emergency_kind, safe_to_call=page.safe_to_call),
        no_call=no_call,
        call_key=uuid.uuid4(),
        errors=errors or {},
        wrong_form=form,
        text=text,
        reply_key=reply_key,
        note_key=note_key,
        longest=LONGEST_REPLY,
        wrong_with=WRONG,
        doubtable=doubtable,
    )
    return Response(body, 400 if errors else 200, mimetype="text/html")


def request_title(page: RequestPage) -> str:
    """What the page is called."""
    return wording().t("request.title", reference=page.row.reference)


def request_url(request_id: UUID, anchor: str | None = None) -> str:
    """Where the request's page is."""
    return url_for("console.show_request", request_id=request_id, _anchor=anchor)


def seen(request_id: UUID) -> RequestPage | None:
    """The request; with words and number for its holder, once it is logged that they were shown."""
    volunteer_id = me().volunteer_id
    with deps().database.read() as session:
        logged = was_revealed(session, request_id, volunteer_id)
        page = page_of(session, deps().sealer, request_id, revealed=logged)
    if logged or page is None or page.row.holder_id != volunteer_id:
        return page
    with deps().database.write() as session:
        holds = record_reveal(session, request_id, volunteer_id, deps().clock.now())
    with deps().database.read() as session:
        return page_of(session, deps().sealer, request_id, revealed=holds)


def mentioned(session: Session, page: RequestPage) -> list[ShownService]:
    """The services that the resident was told of, or agreed to be referred to, each once."""
    services = _services(session, [*page.referrals, *(UUID(text) for text in page.tried)])
    return list({service.id: service for service in services}.values())


def _no_call(session: Session, request_id: UUID) -> str | None:
    request = session.get_one(HelpRequest, request_id)
    return why_not(session, deps().sealer, request, me().volunteer_id)


def _phone(page: RequestPage) -> str | None:
    """The resident's number as people write it; None where it isn't revealed or there is none."""
    if page.address is None or page.row.channel is None or page.number_withheld:
        return None
    is_phone = ContactKind.of(page.row.channel) is ContactKind.PHONE
    return spoken_number(page.address, deps().config.country) if is_phone else None


def _linked(page: RequestPage) -> list[ShownLink]:
    """Where else they are reached, as people write it."""
    private, emergency_kind = page.private, page.row.emergency_kind
    return [
        ShownLink(
            kind=other.kind,
            number=other.number,
            phone=spoken_number(other.number, deps().config.country) if other.number else None,
            may_call=may_ring(private=private, emergency_kind=emergency_kind, safe_to_call=other.safe_to_call),
        )
        for other in page.linked
    ]


def _services(session: Session, ids: Sequence[UUID]) -> list[ShownService]:
    """The services that are still in the directory, by what they were merged into."""
    language, country = wording().language, deps().config.country
    at = deps().clock.now().astimezone(deps().config.timezone)
    offers = [offer for service_id in ids if (offer := service_offer(session, service_id, at=at))]
    doubts = doubted(session, [offer.service_id for offer in offers])
    return [
        ShownService(
            id=offer.service_id,
            name=offer.name.by_language.get(language, offer.name.original),
            organization=offer.organization.by_language.get(language, offer.organization.original),
            number=offer.phone.number if offer.phone else None,
            phone=spoken_number(offer.phone.number, country) if offer.phone else None,
            extension=offer.phone.extension if offer.phone else "",
            doubt=doubts.get(offer.service_id),
        )
        for offer in offers
    ]
