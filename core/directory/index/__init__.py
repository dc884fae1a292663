"""The search index of the directory: made from the database, following its log of changes, and asked by `find`."""

from __future__ import annotations

from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Pool
from sqlalchemy.orm import Session

from core.directory.index.following import Follower
from core.directory.index.searching import Asked, Reading
from core.directory.index.shelf import Fields, Kept

__all__ = ["INDEX", "Asked", "Fields", "Kept", "Reading", "keep_index_in", "read_index"]

INDEX = "index"
"""The folder in DATA_DIR for the index of a large directory."""
_FOLLOWERS: WeakKeyDictionary[Pool, Follower] = WeakKeyDictionary()
"""One for each database that this process has open."""


def keep_index_in(engine: Engine, folder: Path) -> None:
    """From now on keep the index of a large directory in `folder`, so that the next start finds it."""
    _FOLLOWERS[engine.pool] = Follower(folder)


def read_index(session: Session) -> Reading:
    """The index of the session's database, brought up to date."""
    follower = _FOLLOWERS.setdefault(session.get_bind().engine.pool, Follower())
    return Reading(follower.up_to_date(session))
