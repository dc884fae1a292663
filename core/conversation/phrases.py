"""How steps put a Reply together: lines and choices, always with the way to a person."""

from __future__ import annotations

from collections.abc import Sequence

from core.conversation.situation import Situation
from core.messages import Choice, Expects, NeedName, Param, Reply, Say, Words

PACES = frozenset({"slower.done", "slower.off"})
"""Lines that tell at which pace we speak from now on."""


def say(key: str, **params: Param) -> Say:
    """A line that must be said."""
    return Say(key, params)


def aside(key: str, **params: Param) -> Say:
    """A line that may be left out where there is no room."""
    return Say(key, params, optional=True)


def choices(*labels: str | Say) -> tuple[Choice, ...]:
    """`labels` numbered from 1; at most three, so that they can be remembered."""
    if len(labels) > 3:
        raise ValueError("more than three choices can't be remembered")
    return tuple(Choice(n, Say(x) if isinstance(x, str) else x) for n, x in enumerate(labels, start=1))


def reply(
    s: Situation, *lines: Say | None, picks: tuple[Choice, ...] = (), free: str = "", person: bool = True
) -> Reply:
    """An answer in the resident's language; `None` lines are left out."""
    expects = Expects(picks, person=person and bool(picks or free), free=free)
    return Reply(tuple(line for line in lines if line), s.language, expects)


def need_label(code: str) -> Say:
    """A choice that is a need's name."""
    return Say("choice.need", {"need": NeedName(code)})


def first_of_two(code: str) -> Say:
    """The same where both needs are wanted: whoever says "both" hears about the first, then the second."""
    return Say("choice.need_of_two", {"need": NeedName(code)})


def person_comes(s: Situation, reference: str) -> Sequence[Say]:
    """Who answers and when, with the number to ask by."""
    when = s.promise
    first = say("person.at", when=when) if when else say("person.soon")
    return (first, say("person.reference", reference=Words(reference)))
