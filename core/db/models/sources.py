"""Where directory data came from, what was refused, what was translated, what was merged; places and duties."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Keyed
from core.db.types import Json, coded


class Source(Keyed):
    """A provider of directory data, by the name given at import."""

    __tablename__ = "source"

    name: Mapped[str] = mapped_column(sa.String(128), unique=True)
    license: Mapped[str | None]
    redistributable: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class SourceRecord(Keyed):
    """One record as the source gave it, unchanged, and what it became."""

    __tablename__ = "source_record"
    __table_args__ = (sa.UniqueConstraint("source_id", "entity", "own_id"),)

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"))
    entity: Mapped[str] = mapped_column(sa.String(32))
    own_id: Mapped[str] = mapped_column(sa.String(255))
    entity_id: Mapped[uuid.UUID] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    raw: Mapped[dict[str, Any]] = mapped_column(Json)
    seen_at: Mapped[datetime]
    missed: Mapped[int] = mapped_column(default=0)
    """How many feeds in a row came without it."""


class ImportRun(Keyed):
    """One import that was carried out."""

    __tablename__ = "import_run"

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"))
    at: Mapped[datetime]
    taken: Mapped[int]
    unchanged: Mapped[int]
    quarantined: Mapped[int]


class QuarantinedRow(Keyed):
    """A record that could not be taken: where it stands and what is wrong with it."""

    __tablename__ = "quarantined_row"

    import_run_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("import_run.id"), index=True)
    file: Mapped[str]
    row: Mapped[int]
    field: Mapped[str]
    reason: Mapped[str]
    raw: Mapped[dict[str, Any]] = mapped_column(Json)


class ListingChange(Base):
    """Something of a service changed: what follows the directory (the search index) reads it anew."""

    __tablename__ = "listing_change"
    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    service_id: Mapped[uuid.UUID]
    at: Mapped[datetime]


class PairState(StrEnum):
    """What was decided of two listings that look like one."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"


class DuplicatePair(Keyed):
    """Two listings that may be one service, with what speaks for it. `left_id` is the smaller id."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (sa.UniqueConstraint("left_id", "right_id"),)

    left_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"))
    right_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("service.id"), index=True)
    score: Mapped[float]
    evidence: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[PairState] = mapped_column(coded(PairState), default=PairState.OPEN, index=True)
    found_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))


class Redirect(Keyed):
    """`old_id` was merged into `new_id`. Deleting the row undoes the merge. `by`: who did it; null: the machine."""

    __tablename__ = "redirect"

    entity: Mapped[str] = mapped_column(sa.String(32))
    old_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    new_id: Mapped[uuid.UUID] = mapped_column(index=True)
    at: Mapped[datetime]
    by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    choices: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """{field or list: id of the service whose value is told}, where it isn't `new_id`'s own."""


class Translation(Keyed):
    """One field's text in another language, where that text is from ("imported" or "human"), and who has read it."""

    __tablename__ = "translation"
    __table_args__ = (sa.UniqueConstraint("entity_id", "field", "language"),)

    entity: Mapped[str] = mapped_column(sa.String(32))
    entity_id: Mapped[uuid.UUID]
    field: Mapped[str] = mapped_column(sa.String(32))
    language: Mapped[str] = mapped_column(sa.String(35))
    text: Mapped[str]
    origin: Mapped[str] = mapped_column(sa.String(16))
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("volunteer.id"))
    translated_from: Mapped[str | None]
    """The original as the one who wrote or read this saw it: where it says something else by now, it is asked again."""


class Place(Keyed):
    """A named place of the community: a neighbourhood, street, postcode or landmark, for "near the old mill"."""

    __tablename__ = "place"

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"), index=True)
    name: Mapped[str]
    other_names: Mapped[list[str]] = mapped_column(sa.JSON)
    kind: Mapped[str] = mapped_column(sa.String(16))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    area: Mapped[str | None]
    """The neighbourhood it lies in."""
    postcode: Mapped[str | None] = mapped_column(sa.String(16), index=True)


class AreaOfScheme(Keyed):
    """One area of one way to divide the community: wards, grid squares, health districts. Several schemes lie side by
    side. `geometry` is GeoJSON (WGS 84); `postcodes` lists what belongs to it where it has no geometry."""

    __tablename__ = "area_of_scheme"
    __table_args__ = (sa.UniqueConstraint("scheme", "name"),)

    source_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source.id"), index=True)
    scheme: Mapped[str] = mapped_column(sa.String(64))
    name: Mapped[str]
    code: Mapped[str | None] = mapped_column(sa.String(64))
    geometry: Mapped[dict[str, Any] | None] = mapped_column(Json)
    postcodes: Mapped[list[str] | None] = mapped_column(Json)


class ResponsibleBody(Keyed):
    """Who sees to a kind of report in an area; area "*" is everywhere else."""

    __tablename__ = "responsible_body"
    __table_args__ = (sa.UniqueConstraint("need_code", "area"),)

    need_code: Mapped[str] = mapped_column(sa.String(64))
    area: Mapped[str]
    organization_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organization.id"))
    service_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("service.id"))
