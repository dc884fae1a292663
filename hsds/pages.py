"""The addresses below /hsds/, as HSDS names them. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session

from core.clock import Clock
from core.config import Config
from core.db.engine import Database
from core.db.models import Service, TaxonomyTerm
from core.directory import exporting
from core.directory.candidates import followed
from hsds.answers import Record, lines, one, page, problem
from hsds.parameters import FILTERS, PAGING, Parameters, Refused

VERSION = "3.2"
PROFILE = "https://docs.openreferral.org/en/latest/hsds/"
"""Plain HSDS; what Handrail adds stands in taxonomies of its own."""

Select = Callable[[Session], Sequence[UUID]]
Load = Callable[[Session, Sequence[UUID]], list[Record]]


class Pages:
    """The directory of one house, page by page."""

    def __init__(self, config: Config, database: Database, clock: Clock) -> None:
        self._config = config
        self._database = database
        self._clock = clock

    def add_to(self, blueprint: Blueprint) -> None:
        """Put every address into `blueprint`."""
        for rule, view in (
            ("/", self.about),
            ("/openapi.json", self.openapi),
            ("/services", self.services),
            ("/services/<service_id>", self.service),
            ("/organizations", self.organizations),
            ("/organizations/<organization_id>", self.organization),
            ("/service_at_locations", self.service_at_locations),
            ("/service_at_locations/<place_id>", self.service_at_location),
            ("/taxonomies", self.taxonomies),
            ("/taxonomies/<taxonomy_id>", self.taxonomy),
            ("/taxonomy_terms", self.taxonomy_terms),
            ("/taxonomy_terms/<term_id>", self.taxonomy_term),
        ):
            blueprint.add_url_rule(rule, view.__name__, view)

    def about(self) -> Response:
        """What this interface is."""
        _asked(frozenset())
        address = f"{self._config.public_url}{url_for('hsds.openapi')}"
        return one({"version": VERSION, "profile": PROFILE, "openapi_url": address})

    def openapi(self) -> Response:
        """The description of this interface for machines."""
        _asked(frozenset())
        text = (files("hsds") / "openapi.json").read_text("utf-8")
        return Response(text, mimetype="application/json", headers={"Cache-Control": "public, max-age=3600"})

    def services(self) -> Response:
        """Services by any of the filters; `full` with everything in them, `minimal` their ids and dates."""
        asked = _asked(PAGING | FILTERS | {"full", "minimal"})
        wanted, full = asked.wanted(self._clock.now()), asked.flag("full")
        load: Load = _minimal if asked.flag("minimal") else _loading(exporting.service_page, full=full)
        return self._list(asked, lambda session: exporting.select_services(session, wanted), load)

    def service(self, service_id: str) -> Response:
        """One service, whole; one that was merged into another leads there."""
        _asked(frozenset())
        wanted = _id(service_id)
        with self._database.read() as session:
            seen_as = followed(session, [wanted])[wanted]
            record = exporting.service_full(session, seen_as)
        if record and seen_as != wanted:
            return Response(status=301, headers={"Location": url_for("hsds.service", service_id=seen_as)})
        return _one_or_none(record)

    def organizations(self) -> Response:
        """Organizations by name, or by what their services are."""
        asked = _asked(PAGING | {"search", "taxonomy_term_id", "taxonomy_id", "full", "full_service"})
        wanted = asked.wanted(self._clock.now())
        services = asked.flag("full_service")
        load = _loading(exporting.organization_page, full=asked.flag("full") or services, services=services)
        return self._list(asked, lambda session: exporting.select_organizations(session, wanted), load)

    def organization(self, organization_id: str) -> Response:
        """One organization, with its services unless full_service=false."""
        asked = _asked({"full_service"})
        services = asked.flag("full_service", default=True)
        return self._one(
            organization_id, lambda session, i: exporting.organization_full(session, i, services=services)
        )  # fmt: skip

    def service_at_locations(self) -> Response:
        """Places at which services are given."""
        asked = _asked(PAGING | FILTERS | {"full"})
        wanted = asked.wanted(self._clock.now())
        load = _loading(exporting.service_at_location_page, full=asked.flag("full"))
        return self._list(asked, lambda session: exporting.select_service_at_locations(session, wanted), load)

    def service_at_location(self, place_id: str) -> Response:
        """One place at which a service is given."""
        _asked(frozenset())
        return self._one(place_id, exporting.service_at_location_full)

    def taxonomies(self) -> Response:
        """All classifications in use."""
        asked = _asked(PAGING | {"search"})
        search = asked.text("search")
        return self._list(
            asked, lambda s: _holding(search, exporting.taxonomy_page(s, exporting.taxonomy_ids(s))),
            exporting.taxonomy_page,
        )  # fmt: skip

    def taxonomy(self, taxonomy_id: str) -> Response:
        """One classification."""
        _asked(frozenset())
        return self._one(taxonomy_id, exporting.taxonomy)

    def taxonomy_terms(self) -> Response:
        """The terms of the classifications in use."""
        asked = _asked(PAGING | {"search", "taxonomy_id", "top_only", "parent_id"})
        search, parent, top = asked.text("search"), asked.id("parent_id"), asked.flag("top_only")
        taxonomy_id = asked.id("taxonomy_id")

        def select(session: Session) -> Sequence[UUID]:
            ids = exporting.taxonomy_term_ids(session, taxonomy_id)
            if parent or top:
                parents = dict(session.execute(sa.select(TaxonomyTerm.id, TaxonomyTerm.parent_id)).all())
                ids = [i for i in ids if (parents.get(i) == parent if parent else parents.get(i) is None)]
            return _holding(search, exporting.taxonomy_term_page(session, ids)) if search else ids

        return self._list(asked, select, exporting.taxonomy_term_page)

    def taxonomy_term(self, term_id: str) -> Response:
        """One term."""
        _asked(frozenset())
        return self._one(term_id, exporting.taxonomy_term)

    def _list(self, asked: Parameters, select: Select, load: Load) -> Response:
        paging = asked.paging()
        with self._database.read() as session:
            ids = select(session)
            if not paging.lines:
                return page(ids, paging, lambda some: load(session, some))
        return lines(ids, lambda some: self._loaded(load, some))

    def _loaded(self, load: Load, ids: Sequence[UUID]) -> list[Record]:
        """Read by itself: lines go out long after the address was looked up."""
        with self._database.read() as session:
            return load(session, ids)

    def _one(self, text: str, load: Callable[[Session, UUID], Record | None]) -> Response:
        with self._database.read() as session:
            return _one_or_none(load(session, _id(text)))


def _asked(known: frozenset[str] | set[str]) -> Parameters:
    return Parameters(request.args.to_dict(flat=False), known)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("id", "must be a UUID.") from None


def _one_or_none(record: Record | None) -> Response:
    return one(record) if record else problem(404, "Not found", "There is nothing of that id.")


def _loading(load: Callable[..., list[Record]], **how: Any) -> Load:
    return lambda session, ids: load(session, ids, **how)


def _minimal(session: Session, ids: Sequence[UUID]) -> list[Record]:
    rows = dict(session.execute(sa.select(Service.id, Service.last_modified).where(Service.id.in_(ids))).all())
    return [{"id": str(i)} | ({"last_modified": at.isoformat()} if (at := rows.get(i)) else {}) for i in ids]


def _holding(search: str | None, records: Sequence[Record]) -> list[UUID]:
    """The ids of the records whose name or description holds the text."""
    text = (search or "").casefold()
    return [UUID(r["id"]) for r in records if text in f"{r.get('name', '')}\n{r.get('description', '')}".casefold()]
