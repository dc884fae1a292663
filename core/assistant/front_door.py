"""`receive`: every message of every channel comes through here, once, and is never lost."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from core.assistant.apply import Stale, Turn, apply
from core.assistant.snapshot import Snapshot, snapshot, stored_reply
from core.assistant.thinking import Mind
from core.assistant.waking import fire
from core.clock import Clock
from core.conversation.decision import Decision, OpenRequest
from core.db.engine import Database, gave_way
from core.db.models.help_request import Reason
from core.failures import log_failure
from core.helpdesk.desk import Desk, fresh_reference
from core.messages import Inbound, Reply, Say, Words
from core.timers import DueTimer

log = logging.getLogger(__name__)

MOST_TRIES = 8
"""Two messages of one resident at once make one of them look anew; eight in a row do not happen."""


@dataclass(frozen=True, slots=True)
class Assistant:
    """The front door. `nudge` is called right after a commit that put something into the outbox."""

    database: Database
    mind: Mind
    desk: Desk
    clock: Clock
    rng: random.Random
    default_language: str
    nudge: Callable[[], None]

    def receive(self, inbound: Inbound) -> Reply:
        """The answer to `inbound`; the same one again for a repeat. One commit holds the message, the turn and
        its answer. Where answering fails, a second one stores the message and hands it to people. Raises
        sqlalchemy's DBAPIError only where nothing could be stored: then the provider must send it again.
        """
        for _ in range(MOST_TRIES):
            with self.database.read() as session:
                before = stored_reply(session, inbound)
                if before:
                    return before
                known = snapshot(session, self.desk.sealer, inbound, self.clock.now())
            turn = self._think(inbound, known)
            try:
                with self.database.write() as session:
                    apply(session, self.desk, known, turn, self.clock.now())
            except (Stale, IntegrityError):
                continue
            except Exception as error:
                if gave_way(error):
                    continue
                if isinstance(error, DBAPIError) and not isinstance(error, DataError):
                    raise
                log_failure(log, "a message was parked", error)
                break
            self.nudge()
            return turn.decision.reply
        return self._park(inbound)

    def recall(self, inbound: Inbound) -> Reply | None:
        """What this very message was answered; None for one that never came."""
        with self.database.read() as session:
            return stored_reply(session, inbound)

    def wake(self, timer: DueTimer) -> None:
        """Do what `timer` was set for, in one transaction."""
        with self.database.write() as session:
            fire(session, self.desk, timer, self.rng, self.clock.now())
        self.nudge()

    def _think(self, inbound: Inbound, known: Snapshot) -> Turn:
        try:
            thought, reference = self.mind.think(inbound, known)
        except DBAPIError:
            raise
        except Exception as error:
            log_failure(log, "a message was parked", error)
            return self._parked_turn(inbound, known)
        return Turn(inbound, inbound.words, thought.language, reference, thought.decision)

    def _park(self, inbound: Inbound) -> Reply:
        tries_left = MOST_TRIES
        while True:
            tries_left -= 1
            try:
                with self.database.write() as session:
                    before = stored_reply(session, inbound)
                    if before:
                        return before
                    known = snapshot(session, self.desk.sealer, inbound, self.clock.now())
                    turn = self._parked_turn(inbound, known)
                    apply(session, self.desk, known, turn, self.clock.now())
            except (Stale, IntegrityError):
                if not tries_left:
                    raise
                continue
            self.nudge()
            return turn.decision.reply

    def _parked_turn(self, inbound: Inbound, known: Snapshot) -> Turn:
        language = known.language or self.default_language
        reference = fresh_reference(self.rng)
        lines = (Say("error.parked"), Say("person.reference", {"reference": Words(reference)}))
        decision = Decision(Reply(lines, language), known.state, (OpenRequest(Reason.PARKED),))
        return Turn(inbound, inbound.words, language, reference, decision, parked=True)
