"""Bringing a person in: opening a request, or pointing to the one that is open already."""

from __future__ import annotations

from dataclasses import replace

from core.conversation.decision import AttachToRequest, Decision, Effect, OpenRequest
from core.conversation.phrases import person_comes, reply
from core.conversation.situation import RequestView, Situation
from core.db.models.help_request import Reason
from core.messages import Say

_A_PERSON_ANYWAY = (Reason.ASKED_FOR_PERSON, Reason.NOT_UNDERSTOOD, Reason.NOTHING_FOUND, Reason.MEDIA)


def bring_a_person(
    s: Situation,
    reason: Reason,
    *before: Say,
    need: str | None = None,
    effects: tuple[Effect, ...] = (),
    request: OpenRequest | None = None,
) -> Decision:
    """Say that a person will come, and when. A second wish for a person joins the request that waits already."""
    need = need or s.state.need
    wanted = request or OpenRequest(reason, need=need, private=s.is_private(need))
    waiting = _already_waiting(s, wanted)
    effect: Effect = AttachToRequest(waiting.id) if waiting else wanted
    reference = waiting.reference if waiting else s.fresh_reference
    answer = reply(s, *before, *person_comes(s, reference))
    answer = replace(answer, connect=s.on_the_phone and s.community.connects and s.promise is None)
    return Decision(answer, replace(s.state, misses=0), (*effects, effect), answered=s.question is not None)


def awaited(s: Situation) -> RequestView | None:
    """The request for which a person will come whatever is said now: an emergency at any time; else the latest one,
    where no question is open that the message may answer."""
    others = [r for r in s.requests if r.reason in _A_PERSON_ANYWAY] if s.question is None else []
    return in_danger(s) or max(others, key=lambda r: r.created_at, default=None)


def in_danger(s: Situation) -> RequestView | None:
    """The latest emergency that nobody has closed yet."""
    return max((r for r in s.requests if r.reason is Reason.EMERGENCY), key=lambda r: r.created_at, default=None)


def _already_waiting(s: Situation, wanted: OpenRequest) -> RequestView | None:
    if wanted.reason not in _A_PERSON_ANYWAY:
        return None
    if wanted.reason is Reason.ASKED_FOR_PERSON and (danger := in_danger(s)):
        return danger
    return next(
        (r for r in s.requests if r.reason in _A_PERSON_ANYWAY and r.need in (None, wanted.need)),
        None,
    )
