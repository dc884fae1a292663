"""Directory texts that residents meet, in the community's languages: which lack one, and a coordinator's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.db.base import Keyed
from core.db.models import CostOption, Organization, Redirect, Referral, Service, ServiceNeed, Translation
from core.directory.candidates import ACTIVE
from core.directory.changes import note_changes
from core.directory.identity import child_id

PAGE_ROWS = 20
HUMAN = "human"
"""Where a translation is from that a person wrote (`Translation.origin`)."""
TOLD: dict[str, tuple[type[Keyed], tuple[str, ...]]] = {
    "service": (Service, ("name", "alert", "description", "eligibility_description", "fees_description")),
    "organization": (Organization, ("name",)),
    "cost_option": (CostOption, ("amount_description",)),
}
"""{entity: its table, and the fields of it that residents are told}, in the order in which they are put before a
coordinator."""
_NOT_MERGED = Service.id.not_in(sa.select(Redirect.old_id).where(Redirect.entity == "service"))


@dataclass(frozen=True, slots=True)
class TextKey:
    """One text of the directory."""

    entity: str
    entity_id: UUID
    field: str

    @property
    def is_told(self) -> bool:
        """Whether residents meet it."""
        return self.entity in TOLD and self.field in TOLD[self.entity][1]


@dataclass(frozen=True, slots=True)
class WaitingText:
    """A text that has no translation, or one that nobody has read since it or the original changed.

    owner: the service or organization that it tells of. present: the translation that is told now. outdated: it was
    read, but the original says something else by now. referrals: how often residents were sent there. others: the text
    in further languages.
    """

    key: TextKey
    owner: str
    original: str
    present: str | None
    outdated: bool
    referrals: int
    others: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """One page of what waits, what residents meet most often first. `count` and `pages` are of all."""

    items: tuple[WaitingText, ...]
    count: int
    number: int
    pages: int


def waiting_texts(session: Session, language: str, number: int = 1) -> WaitingPage:
    """Page `number`, or the nearest there is, of the texts without a translation into `language` that was read.

    Services that residents were sent to come first, then those found for a need. What is withdrawn or merged away does
    not wait.
    """
    waiting = _waiting(language)
    count = session.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0
    pages = max(1, -(-count // PAGE_ROWS))
    number = min(max(1, number), pages)
    order = (waiting.c.referrals.desc(), waiting.c.found.desc(), waiting.c.owner, waiting.c.entity_id, waiting.c.place)
    rows = session.execute(sa.select(waiting).order_by(*order).offset((number - 1) * PAGE_ROWS).limit(PAGE_ROWS)).all()
    others = _others(session, [row.entity_id for row in rows], language)
    items = []
    for row in rows:
        key = TextKey(row.entity, row.entity_id, row.field)
        items.append(
            WaitingText(key, row.owner, row.original, row.present, row.reviewed_at is not None, row.referrals,
                        others.get(key, {}))
        )  # fmt: skip
    return WaitingPage(tuple(items), count, number, pages)


def save_translation(
    session: Session, key: TextKey, language: str, text: str, *, seen: str, by: UUID, now: datetime
) -> bool:
    """What a person wrote: no import changes it again. seen: the original that they had before them. False where there
    is no such text."""
    original = _held_original(session, key)
    if original is None:
        return False
    row = _translation(session, key, language)
    if row is None:
        own = child_id(key.entity_id, f"translation:{key.field}:{language}")
        row = Translation(id=own, entity=key.entity, entity_id=key.entity_id, field=key.field, language=language)
        session.add(row)
    row.text, row.origin = text, HUMAN
    _read(row, original, seen, by, now)
    session.flush()
    note_changes(session, _services_of(session, key), now)
    return True


def mark_right(session: Session, key: TextKey, language: str, text: str, *, seen: str, by: UUID, now: datetime) -> bool:
    """A person has read the translation `text` of the original `seen`, and it is right. False where that is not the
    translation that is there now."""
    original = _held_original(session, key)
    row = _translation(session, key, language)
    if original is None or row is None or not _same_words(row.text, text):
        return False
    _read(row, original, seen, by, now)
    return True


def _held_original(session: Session, key: TextKey) -> str | None:
    """The text itself, kept as it is until this transaction ends, so that two coordinators follow each other."""
    row = session.get(TOLD[key.entity][0], key.entity_id, with_for_update=True)
    return None if row is None else getattr(row, key.field)


def _read(row: Translation, original: str, seen: str, by: UUID, now: datetime) -> None:
    row.reviewed_by, row.reviewed_at = by, now
    # A browser changes line breaks; other words than these are another text, and the translation is asked again.
    row.translated_from = original if _same_words(original, seen) else seen


def _same_words(one: str, other: str) -> bool:
    return one.split() == other.split()


def _waiting(language: str) -> sa.Subquery:
    texts = _texts()
    translated = sa.and_(
        Translation.entity_id == texts.c.entity_id,
        Translation.field == texts.c.field,
        Translation.language == language,
    )
    return (
        sa.select(texts, Translation.text.label("present"), Translation.reviewed_at)
        .outerjoin(Translation, translated)
        .where(
            sa.or_(
                Translation.id.is_(None),
                sa.and_(Translation.origin != HUMAN, Translation.reviewed_at.is_(None)),
                Translation.translated_from != texts.c.original,
            )
        )
        .subquery()
    )


def _texts() -> sa.Subquery:
    """Every text that residents may meet, with how much its service is used."""
    sent = sa.select(Referral.service_id, sa.func.count().label("times")).group_by(Referral.service_id).subquery()
    found = sa.exists().where(ServiceNeed.service_id == Service.id)
    used = (
        sa.select(
            Service.id,
            Service.name,
            Service.organization_id,
            sa.func.coalesce(sent.c.times, 0).label("referrals"),
            sa.case((found, 1), else_=0).label("found"),
        )
        .outerjoin(sent, sent.c.service_id == Service.id)
        .where(ACTIVE, _NOT_MERGED)
        .cte("used")
    )
    heads = (
        sa.select(
            used.c.organization_id.label("id"),
            sa.func.sum(used.c.referrals).label("referrals"),
            sa.func.max(used.c.found).label("found"),
        )
        .group_by(used.c.organization_id)
        .subquery()
    )
    of_services = [_text("service", name, Service.id, used.c.name, used, used.c.id == Service.id)
                   for name in TOLD["service"][1]]  # fmt: skip
    of_heads = _text("organization", "name", Organization.id, Organization.name, heads, heads.c.id == Organization.id)
    of_costs = _text("cost_option", "amount_description", CostOption.id, used.c.name, used,
                     used.c.id == CostOption.service_id)  # fmt: skip
    return sa.union_all(*of_services, of_heads, of_costs).subquery()


def _text(
    entity: str,
    name: str,
    entity_id: sa.ColumnElement[UUID] | InstrumentedAttribute[UUID],
    owner: sa.ColumnElement[str] | InstrumentedAttribute[str],
    used: sa.FromClause,
    theirs: sa.ColumnElement[bool],
) -> sa.Select[Any]:
    """One field of one table. `theirs`: the row of `used` that says how much its service is used."""
    model, fields = TOLD[entity]
    text = model.__table__.columns[name]
    return sa.select(
        sa.literal(entity).label("entity"),
        entity_id.label("entity_id"),
        sa.literal(name).label("field"),
        sa.literal(fields.index(name)).label("place"),
        owner.label("owner"),
        text.label("original"),
        used.c.referrals,
        used.c.found,
    ).where(theirs, text.is_not(None), text != "")


def _others(session: Session, ids: Iterable[UUID], language: str) -> dict[TextKey, dict[str, str]]:
    """{text: {language: it in that language}}, without `language` itself."""
    others = defaultdict[TextKey, dict[str, str]](dict)
    rows = sa.select(Translation).where(Translation.entity_id.in_(ids), Translation.language != language)
    for row in session.scalars(rows.order_by(Translation.language)):
        others[TextKey(row.entity, row.entity_id, row.field)][row.language] = row.text
    return others


def _translation(session: Session, key: TextKey, language: str) -> Translation | None:
    return session.scalar(
        sa.select(Translation).where(
            Translation.entity_id == key.entity_id, Translation.field == key.field, Translation.language == language
        )
    )


def _services_of(session: Session, key: TextKey) -> list[UUID]:
    """The services of which the text is told."""
    match key.entity:
        case "organization":
            found = sa.select(Service.id).where(Service.organization_id == key.entity_id)
        case "cost_option":
            found = sa.select(CostOption.service_id).where(CostOption.id == key.entity_id)
        case _:
            return [key.entity_id]
    return [*session.scalars(found)]
