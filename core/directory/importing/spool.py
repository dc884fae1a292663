"""Accepted records between reading and writing: put by in a nameless file, so that a million need little memory."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from core.directory.importing.reading import RawRecord
from core.directory.importing.records import PreparedRecord

IN_MEMORY = 1_000
"""Records held at once; a feed with fewer never touches the disk."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record as read and what it becomes."""

    raw: RawRecord
    prepared: PreparedRecord


@dataclass(frozen=True, slots=True)
class Entry:
    """What must be known of an accepted record to decide on it. `position`: its number in the spool, from 0."""

    position: int
    own_id: str
    digest: str
    service_id: UUID
    organization_id: UUID
    tells_organization: bool
    tells_locations: tuple[UUID, ...]
    points_at_locations: tuple[UUID, ...]

    @property
    def stands_alone(self) -> bool:
        """Whether it tells all that it names, and need not wait for what others tell."""
        return self.tells_organization and not self.points_at_locations


class Spool:
    """Accepted records in the order in which they came. What was put by is gone with the process, or by `close`."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._held: list[Accepted] = []
        self._put_by: IO[bytes] | None = None

    def add(self, accepted: Accepted) -> None:
        """Take one more."""
        if len(self._held) == IN_MEMORY:
            if self._put_by is None:
                self._put_by = tempfile.TemporaryFile(prefix="handrail-import-")  # noqa: SIM115 (closed by `close`)
            pickle.dump(self._held, self._put_by, pickle.HIGHEST_PROTOCOL)
            self._held = []
        self._held.append(accepted)
        prepared = accepted.prepared
        self.entries.append(Entry(
            len(self.entries), prepared.own_id, prepared.digest, prepared.service.row.id,
            prepared.service.row.organization_id, prepared.organization is not None,
            tuple(owned.row.id for owned in prepared.locations), prepared.points_at_locations,
        ))  # fmt: skip

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Accepted]:
        if self._put_by is not None:
            end = self._put_by.seek(0, 2)
            self._put_by.seek(0)
            while self._put_by.tell() < end:
                yield from self._read(self._put_by)
        yield from self._held

    def chunks(self, wanted: Container[int]) -> Iterator[list[tuple[Entry, Accepted]]]:
        """The records at the positions `wanted`, some at a time: first those that stand alone, then the others, which
        may name what any of them tells."""
        waiting = any(not entry.stands_alone for entry in self.entries if entry.position in wanted)
        for alone in (True, False) if waiting else (True,):
            chunk: list[tuple[Entry, Accepted]] = []
            for position, accepted in enumerate(self):
                entry = self.entries[position]
                if position in wanted and entry.stands_alone is alone:
                    chunk.append((entry, accepted))
                if len(chunk) == IN_MEMORY:
                    yield chunk
                    chunk = []
            if chunk:
                yield chunk

    def close(self) -> None:
        """Let go of what was put by."""
        if self._put_by is not None:
            self._put_by.close()

    def _read(self, file: IO[bytes]) -> Any:
        return pickle.load(file)  # noqa: S301 (our own, written above, in a file without a name)
