"""The list of phones beside each page, with the last text on each."""

from __future__ import annotations

from dataclasses import dataclass

from app.simulator.network import Network, Origin, Status, Text
from app.simulator.residents import RESIDENTS, Resident, fictional_number, resident_at, written_in


@dataclass(frozen=True, slots=True)
class Person:
    """One phone in the list, with the last text on it. latest_language: "" where it can't be told."""

    resident: Resident
    chosen: bool
    latest: str
    latest_language: str


def people(network: Network, chosen: str) -> list[Person]:
    """Everybody invented, every other phone with a text on it, and `chosen`."""
    known = [resident.number for resident in RESIDENTS]
    others = [n for n in network.phones() if n not in known and fictional_number(n)]
    if chosen not in known + others:
        others.append(chosen)
    return [_person(network, number, chosen) for number in known + others]


def visible(network: Network, number: str) -> list[Text]:
    """What the phone shows: its own texts, and what has arrived."""
    return [text for text in network.thread(number) if text.status is not Status.QUEUED]


def language_of(text: Text, resident: Resident) -> str:
    """The tag for screen readers; "" where it can't be told."""
    return "en" if text.origin is Origin.NETWORK else written_in(text.body, resident)


def _person(network: Network, number: str, chosen: str) -> Person:
    resident = resident_at(number)
    texts = visible(network, number)
    latest = texts[-1] if texts else None
    return Person(
        resident=resident,
        chosen=number == chosen,
        latest=" ".join(latest.body.split())[:60] if latest else "",
        latest_language=language_of(latest, resident) if latest else "",
    )
