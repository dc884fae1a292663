"""Keeps an index in step with the directory: it reads what the log of changes names, or everything where it must."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.models import Service
from core.directory.candidates import followed
from core.directory.changes import Stamp, newest, since
from core.directory.index.listings import all_listings, listings_of
from core.directory.index.shelf import Shelf
from core.failures import log_failure

log = logging.getLogger(__name__)

MOST_IN_MEMORY = 5_000
"""Services up to which the index is in memory: it is made within a second or two of a start."""
AT_ONCE = 1_000
"""Changes that whoever asks waits for. More are read in the background, while the index answers as it was."""
PATIENCE_SECONDS = 1.0
"""How long a reader waits for another thread that renews the index, before it reads it as it was."""
MOST_PROCESSES = 64


class Follower:
    """The index of one database in one process. Made when it is first asked for."""

    def __init__(self, folder: Path | None = None, *, in_memory: int = MOST_IN_MEMORY) -> None:
        """folder: where the index of more than `in_memory` services is kept from start to start; None: it isn't."""
        self._folder, self._in_memory = folder, in_memory
        self._turn = threading.Lock()
        self._shelf: Shelf | None = None
        self._stamp: Stamp | None = None

    def up_to_date(self, session: Session) -> Shelf:
        """The index as the directory is, or as it was a moment ago where renewing it takes long.

        In a session that writes, as it was: what isn't committed yet must not get into it.
        """
        engine = session.get_bind().engine
        writes = engine.get_execution_options().get("writes")
        if self._shelf is None:
            with self._turn:
                if not writes:
                    return self._renewed(session)
                with Session(engine.execution_options(writes=False)) as own:
                    return self._renewed(own)
        changes = [] if writes else self._changes(session)
        if changes is None or len(changes) > AT_ONCE:
            if not self._turn.locked():
                threading.Thread(target=self._renew_aside, args=(engine,), name="handrail-index", daemon=True).start()
        elif changes and self._turn.acquire(timeout=PATIENCE_SECONDS):
            try:
                return self._renewed(session)
            finally:
                self._turn.release()
        return self._shelf

    def _renew_aside(self, engine: sa.Engine) -> None:
        if self._turn.acquire(blocking=False):  # else another thread is at it
            try:
                with Session(engine) as session:
                    self._renewed(session)
            except Exception as error:  # the index answers as it was, and the next question tries again
                log_failure(log, "the index of the directory was not renewed", error)
            finally:
                self._turn.release()

    def _changes(self, session: Session) -> list[Stamp] | None:
        """What was noted since; None where all must be read anew."""
        if self._stamp is None:
            return None
        changes = since(session, self._stamp, AT_ONCE + 1)
        if changes is None and self._shelf and newest(session).seq < self._stamp.seq:
            return []  # this session began before others committed what is in the index already
        return changes

    def _renewed(self, session: Session) -> Shelf:
        """The index as the directory is. The caller has the turn."""
        try:
            shelf = self._shelf or self._open(session)
            self._catch_up(shelf, session)
        except (ValueError, OSError) as error:  # tantivy raises both: a full disk, a damaged file
            log_failure(log, "the index of the directory can't be kept on disk and is made anew in memory", error)
            shelf, self._stamp = Shelf(), None
            self._catch_up(shelf, session)
        self._shelf = shelf
        return shelf

    def _open(self, session: Session) -> Shelf:
        some = session.scalars(sa.select(Service.id).limit(self._in_memory + 1)).all()
        shelf = _kept_in(self._folder) if self._folder and len(some) > self._in_memory else Shelf()
        stamp = shelf.stamp()
        self._stamp = stamp if stamp and stamp.service_id else None
        return shelf

    def _catch_up(self, shelf: Shelf, session: Session) -> None:
        while (changes := self._changes(session)) != []:
            if changes is None:
                began, stamp = time.monotonic(), newest(session)
                shelf.replace(None, all_listings(session), stamp)
                log.info("the index of the directory was made in %.1f seconds", time.monotonic() - began)
            else:
                stamp, ids = changes[-1], {change.service_id for change in changes if change.service_id}
                seen_as = followed(session, ids)
                shelf.replace(seen_as.keys() | set(seen_as.values()), listings_of(session, [*ids]), stamp)
            self._stamp = stamp


def _kept_in(folder: Path) -> Shelf:
    """The index in the first subfolder that no other process has; what can't be read there is thrown away."""
    for number in range(MOST_PROCESSES):
        own = folder / str(number)
        try:
            return _sound(own)
        except ValueError as error:
            if "LockBusy" not in str(error):
                shutil.rmtree(own, ignore_errors=True)
                return _sound(own)
    raise OSError(f"{MOST_PROCESSES} processes have an index in {folder}")


def _sound(folder: Path) -> Shelf:
    shelf = Shelf(folder)
    shelf.stamp()
    return shelf
