"""What names of places and areas are looked up in, read once for as long as it stays the same."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import AreaOfScheme, ImportRun
from core.directory.areas import Geography
from core.directory.places import load_gazetteer
from core.directory.schemes import Schemes, load_schemes

_KEPT: WeakKeyDictionary[sa.Engine, tuple[tuple[object, ...], Schemes]] = WeakKeyDictionary()
"""The schemes of each database, with what they were made from: the number of areas and the last import."""


def load_geography(session: Session) -> Geography:
    """The places and the areas of all schemes that the directory knows."""
    engine = session.get_bind().engine
    last_import = sa.select(sa.func.max(ImportRun.at)).scalar_subquery()
    state = tuple(session.execute(sa.select(sa.func.count(AreaOfScheme.id), last_import)).one())
    kept = _KEPT.get(engine)
    if kept is None or kept[0] != state:
        kept = _KEPT[engine] = (state, load_schemes(session))
    return Geography(load_gazetteer(session), kept[1])
