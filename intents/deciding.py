"""From chances to a verdict: what the resident does and wants. All judgement about thresholds is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intents import thresholds
from intents.catalogue import Need
from intents.understanding import Act, NeedGuess

Chances = Mapping[str, float]
"""Probability of every label: codes of needs and of acts."""

_MOST_GUESSES = 5
_FAINTEST = 0.01  # guesses below this say nothing
_SOFT_ACTS = frozenset({Act.GREETING, Act.THANKS, Act.FIND_HELP, Act.HELP})
"""Acts of courtesy that often come with a need; beside one they say nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the message does and wants, before details are added. choice: see `Slots`."""

    act: Act
    confidence: float
    needs: tuple[NeedGuess, ...] = ()
    choice: int | None = None


def decide(whole: Chances, parts: Sequence[Chances], needs: Mapping[str, Need]) -> Verdict:
    """Weigh the chances of the whole message and of its parts (none where it has one part only).

    A need at `CONFIDENT` is wanted, whatever courtesy comes with it. Between `ASK_BACK` and `CONFIDENT` the act
    is told and the needs are guesses; below that the act is unknown.
    """
    chances = without_courtesy(whole, needs)
    wanted = _wanted(chances, [without_courtesy(part, needs) for part in parts], needs)
    guesses = _guesses(chances, wanted, needs)
    if wanted:
        return Verdict(_act_of(next(iter(wanted)), needs), min(wanted.values()), guesses)
    best = max(chances, key=lambda label: chances[label])
    sure = chances[best]
    if best not in needs:
        return Verdict(_act_at(Act(best), sure), sure, guesses)
    if sure >= thresholds.ASK_BACK:
        return Verdict(_act_of(best, needs), sure, guesses)
    some_need = sum(chances.get(code, 0.0) for code in needs) + chances.get(Act.FIND_HELP, 0.0)
    return Verdict(Act.FIND_HELP if some_need >= thresholds.CONFIDENT else Act.UNKNOWN, sure, guesses)


def without_courtesy(chances: Chances, needs: Mapping[str, Need]) -> Chances:
    """Where a need is in sight, take the acts of courtesy out: "hello i need a ramp" is about the ramp."""
    if max((chances.get(code, 0.0) for code in needs), default=0.0) < thresholds.ASK_BACK:
        return chances
    rest = 1.0 - sum(chances.get(act, 0.0) for act in _SOFT_ACTS)
    return {label: min(1.0, value / rest) for label, value in chances.items() if label not in _SOFT_ACTS}


def expect(chances: Chances, expecting: frozenset[str]) -> Chances:
    """Make the acts that the open question expects likelier; for short messages."""
    raised = {label: value * (thresholds.EXPECTED if label in expecting else 1.0) for label, value in chances.items()}
    total = sum(raised.values())
    return {label: value / total for label, value in raised.items()}


def _act_at(act: Act, sure: float) -> Act:
    """The act to go by at this confidence. Two are too grave to be read out of a doubtful sentence."""
    if act == Act.EMERGENCY and sure < thresholds.URGENT:
        # No rule knows it, yet it sounds like trouble: better a person than a false alarm or a shrug.
        return Act.PERSON if sure >= thresholds.CONFIDENT else Act.UNKNOWN
    if act == Act.STOP and sure < thresholds.CONFIDENT:
        return Act.UNKNOWN
    return act if sure >= thresholds.ASK_BACK else Act.UNKNOWN


def _wanted(chances: Chances, parts: Sequence[Chances], needs: Mapping[str, Need]) -> dict[str, float]:
    """The needs to act on, surest first: the parts' where these are two or more, else the whole message's."""
    whole = {code: chances[code] for code in needs if chances.get(code, 0.0) >= thresholds.CONFIDENT}
    in_parts: dict[str, float] = {}
    for part in parts:
        label = max(part, key=lambda name: part[name])
        if label in needs and part[label] >= thresholds.SECOND_NEED:
            in_parts[label] = max(part[label], in_parts.get(label, 0.0))
    found = in_parts if len(in_parts) > 1 else whole
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _guesses(chances: Chances, wanted: Chances, needs: Mapping[str, Need]) -> tuple[NeedGuess, ...]:
    ranked = sorted(needs, key=lambda code: (-chances.get(code, 0.0), code))
    others = [code for code in ranked if code not in wanted and chances.get(code, 0.0) >= _FAINTEST]
    guesses = [
        *(NeedGuess(code, sure, wanted=True) for code, sure in wanted.items()),
        *(NeedGuess(code, chances[code], wanted=False) for code in others),
    ]
    return tuple(guesses[: max(_MOST_GUESSES, len(wanted))])


def _act_of(code: str, needs: Mapping[str, Need]) -> Act:
    return Act.REPORT_PROBLEM if needs[code].report else Act.FIND_HELP
