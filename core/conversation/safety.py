"""Danger first: the number, in the first sentence, before any question, whoever asks and whatever they opted out of."""

from __future__ import annotations

from core.conversation.decision import AttachToRequest, Decision, Effect, OpenRequest
from core.conversation.phrases import reply, say
from core.conversation.situation import RequestView, Situation
from core.db.models.help_request import Reason, Urgency
from core.db.models.outgoing import Purpose
from intents.emergencies import EmergencyKind
from intents.understanding import Act


def safety(s: Situation) -> Decision | None:
    """The answer to danger; docs/safety.md has the source of each text."""
    kind = s.understanding.urgent or (EmergencyKind.OTHER if s.understanding.act is Act.EMERGENCY else None)
    if kind is None:
        return None
    known = _same_emergency(s, kind)
    effect: Effect = (
        AttachToRequest(known.id)
        if known
        else OpenRequest(
            Reason.EMERGENCY,
            Urgency.EMERGENCY,
            emergency_kind=kind.value,
            private=kind is EmergencyKind.VIOLENCE,
        )
    )
    answer = reply(s, say(f"emergency.{kind.value}"), say("emergency.not_us"))
    return Decision(answer, s.state.understood(), (effect,), purpose=Purpose.EMERGENCY)


def _same_emergency(s: Situation, kind: EmergencyKind) -> RequestView | None:
    return next((r for r in s.requests if r.emergency_kind == kind.value), None)
