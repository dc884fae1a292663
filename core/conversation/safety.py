"""Danger first: the number, in the first sentence, before any question, whoever asks and whatever they opted out of.

Where a message may tell of danger and doesn't say so, we ask, with the number in the question's first sentence.
"""

from __future__ import annotations

from dataclasses import replace

from core.conversation.decision import AttachToRequest, Decision, Effect, OpenRequest
from core.conversation.people import bring_a_person, in_danger
from core.conversation.phrases import choices, reply, say
from core.conversation.situation import RequestView, Situation
from core.conversation.state import NewQuestion, OpenQuestion, QuestionKind
from core.db.models.help_request import Reason, Urgency
from core.db.models.outgoing import Purpose
from intents.emergencies import EmergencyKind
from intents.language import UNDETERMINED
from intents.understanding import Act

_ASKED_IN_OWN_WORDS = frozenset({EmergencyKind.GAS, EmergencyKind.SELF_HARM})
"""Gas: they may have to leave first. Of suicide one asks in plain words (nimh.nih.gov, "5 action steps")."""
YES, NO = 1, 2


def safety(s: Situation) -> Decision | None:
    """The answer to danger; docs/safety.md has the source of each text."""
    kind = s.understanding.urgent or (EmergencyKind.OTHER if s.understanding.act is Act.EMERGENCY else None)
    asked = s.question if s.question and s.question.kind is QuestionKind.DANGER else None
    if kind is None and asked:
        return _answered(s, asked)
    if kind is None:
        return _ask(s, s.understanding.perhaps_urgent) if _worth_a_question(s) else None
    return _alarm(s, kind)


def nobody_in_danger(s: Situation) -> Situation:
    """After a "no" to our question the message at hand is the one that made us ask; else the situation as it is."""
    if s.question is None or s.question.kind is not QuestionKind.DANGER or s.picked != NO or s.before is None:
        return s
    state = replace(s.state, danger_denied=True)
    return replace(s, understanding=s.before, question=None, picked=None, before=None, state=state)


def _alarm(s: Situation, kind: EmergencyKind) -> Decision:
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
    asked = s.question is not None and s.question.kind is QuestionKind.DANGER
    return Decision(answer, s.state.understood(), (effect,), answered=asked, purpose=Purpose.EMERGENCY)


def _same_emergency(s: Situation, kind: EmergencyKind) -> RequestView | None:
    return next((r for r in s.requests if r.emergency_kind == kind.value), None)


def _worth_a_question(s: Situation) -> bool:
    """Once a talk; not where a person reads along, or it answers what we asked, or the number was given already. Who
    writes none of our languages could not read the question; a person comes."""
    if s.understanding.perhaps_urgent is None or s.understanding.language == UNDETERMINED:
        return False
    if s.state.danger_denied or s.inbound.opt_out or s.contact.stopped:
        return False
    return s.picked is None and s.held_request is None and in_danger(s) is None


def _ask(s: Situation, kind: EmergencyKind | None) -> Decision | None:
    if kind is None:
        return None
    line = say(f"danger.{kind.value}" if kind in _ASKED_IN_OWN_WORDS else "danger.ask")
    question = NewQuestion(QuestionKind.DANGER, reference=kind.value)
    state = replace(s.state, words=s.understanding.text)
    return Decision(reply(s, line, picks=choices("choice.yes", "choice.no")), state, asks=question)


def _answered(s: Situation, asked: OpenQuestion) -> Decision | None:
    """A yes, or danger hinted at a second time, is danger. Who tells a need instead goes on with that; of everything
    else a person makes more than we do."""
    if s.picked == YES or s.understanding.perhaps_urgent is not None:
        return _alarm(s, EmergencyKind(asked.reference))
    if s.wanted or s.understanding.slots.choice == 0 or s.act in _NO_ANSWER:
        return None
    return bring_a_person(s, Reason.MAYBE_DANGER, request=without_an_answer(asked))


def without_an_answer(asked: OpenQuestion) -> OpenRequest:
    """What a question about danger leaves that got no yes and no no."""
    return OpenRequest(Reason.MAYBE_DANGER, Urgency.SOON, private=asked.reference == EmergencyKind.VIOLENCE)


_NO_ANSWER = frozenset({Act.STOP, Act.START, Act.HELP, Act.REPEAT, Act.SLOWER, Act.LANGUAGE})
"""Acts that leave the question open."""
