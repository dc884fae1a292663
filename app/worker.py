"""The worker: sends what is due and does what time brings. On SQLite it runs inside `serve`, else by itself too."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.hearing import hear
from app.media import fetch_media
from app.wiring import House
from core.db.models.timer import Heartbeat, TimerKind
from core.directory.changes import forget_old_changes
from core.failures import log_failure
from core.helpdesk.delivery_failures import delivery_failed
from core.outbox.operations import forget_old_reports, settle_reports
from core.review.operations import forget_old
from core.timers import DueTimer, claim_due, finish, retry

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""How long a due message waits at most when nobody nudges."""
BEAT_EVERY = timedelta(seconds=20)
HEARTBEAT = "worker"
RETRY_MEDIA = timedelta(minutes=5)
MOST_MEDIA_TRIES = 50


class Worker:
    """One round is `run_once`; `run` repeats it until stopped."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stop = threading.Event()
        self._last_beat: datetime | None = None

    def run_once(self) -> int:
        """Send and do everything that is due now; gives how many things were done."""
        house = self._house
        self._beat()
        done = house.deliverer.deliver_due()
        with house.database.write() as session:
            due = claim_due(session, house.clock.now())
        for timer in due:
            self._fire(timer)
        return done + len(due)

    def run(self) -> None:
        """Work until `stop`; a failing database is waited for."""
        while not self._stop.is_set():
            try:
                busy = self.run_once()
            except Exception as error:  # the worker of a whole community must not die of one row
                log_failure(log, "a round of the worker failed", error)
                busy = 0
            if not busy:
                self._house.wake_worker.wait(POLL_SECONDS)
            self._house.wake_worker.clear()

    def start(self) -> threading.Thread:
        """Run in a thread of this process."""
        thread = threading.Thread(target=self.run, name="handrail-worker", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Finish the present round and end."""
        self._stop.set()
        self._house.wake_worker.set()

    def _fire(self, timer: DueTimer) -> None:
        try:
            if timer.kind is TimerKind.FETCH_MEDIA:
                self._fetch(timer)
            else:
                self._house.assistant.wake(timer)
        except Exception as error:  # the others of its batch fire; its own lease runs out and it is tried again
            log_failure(log, f"timer {timer.id} ({timer.kind}) failed", error)

    def _fetch(self, timer: DueTimer) -> None:
        house = self._house
        kept = fetch_media(house, timer.subject_id)
        hear(house, timer.subject_id)  # where it can't be had at once, a person is told at once
        with house.database.write() as session:
            now = house.clock.now()
            if kept or timer.attempts >= MOST_MEDIA_TRIES:
                finish(session, timer, now)
            else:
                retry(session, timer, now + RETRY_MEDIA)

    def _beat(self) -> None:
        now = self._house.clock.now()
        if self._last_beat and now - self._last_beat < BEAT_EVERY:
            return
        with self._house.database.write() as session:
            moved = session.execute(
                sa.update(Heartbeat).where(Heartbeat.name == HEARTBEAT).values(at=now).returning(Heartbeat.name)
            ).scalar()
            if not moved:
                session.execute(sa.insert(Heartbeat).values(name=HEARTBEAT, at=now))
            for failed in settle_reports(session):
                delivery_failed(session, self._house.desk, failed, self._house.rng, now)
            forget_old_reports(session, now)
            forget_old(session, now)
            forget_old_changes(session, now)
        self._last_beat = now
