"""From chances to a verdict: what the resident does and wants. All judgement about thresholds is here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intents import thresholds
from intents.catalogue import Need
from intents.decompose import Run
from intents.emergencies import EmergencyKind
from intents.understanding import Act, NeedGuess

Chances = Mapping[str, float]
"""Probability of every label: codes of needs and of acts."""

_MOST_GUESSES = 5
_FAINTEST = 0.01  # guesses below this say nothing
_SOFT_ACTS = frozenset({Act.GREETING, Act.THANKS, Act.FIND_HELP, Act.HELP})
"""Acts of courtesy that often come with a need; beside one they say nothing."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the classifier makes of a message: of the whole, of each run of its pieces, and how much each kind of
    emergency sounds through (0 not at all, 1 as in the examples).
    """

    whole: Chances
    parts: Mapping[Run, Chances]
    dangers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the message does and wants, before details are added. choice: see `Slots`."""

    act: Act
    confidence: float
    needs: tuple[NeedGuess, ...] = ()
    choice: int | None = None


@dataclass(frozen=True, slots=True)
class Danger:
    """What kind of emergency a message tells of. sure: it is one; else it may be one, and is worth a question."""

    kind: EmergencyKind
    sure: bool = True


def danger(
    by_rules: EmergencyKind | None,
    heard: Heard | None,
    needs: Mapping[str, Need],
    *,
    all_heard: bool = True,
    brief: bool = False,
) -> Danger | None:
    """The emergency, if it is one: a rule says so, or the message sounds like danger from `ALARM` on; from `WORRY` on
    it may be one. For a brief message both stand higher.

    A rule is believed from `BELIEVED` on; it may have misread a message that sounds calmer, and has where the message
    sounds entirely calm, below `CALM`. all_heard: the classifier has read the whole of it, for it must not overrule a
    sign that stands after what it read. The kind is the rule's unless another sounds clearly
    louder: "he fell into the river" has a sign of a fall, and is a drowning.
    """
    if heard is None:
        return Danger(by_rules) if by_rules else None
    total = sum(heard.dangers.values())
    loudest = EmergencyKind(max(heard.dangers, key=lambda kind: heard.dangers[kind]))
    if by_rules is None:
        surely = max(_likeliest(heard.whole, needs), heard.whole.get(Act.UNKNOWN, 0.0))
        return _without_rules(loudest, total - thresholds.TOLD_OTHERWISE * surely, brief=brief)
    if not all_heard:
        return Danger(by_rules)
    # Told beside a need, danger sounds fainter as a whole than its own kind does.
    sounds = max(total, heard.dangers[by_rules])
    if sounds < thresholds.CALM:
        return None
    kind = loudest if heard.dangers[loudest] - heard.dangers[by_rules] >= thresholds.LOUDER else by_rules
    return Danger(kind, sure=sounds >= thresholds.BELIEVED)


def _without_rules(loudest: EmergencyKind, sounds: float, *, brief: bool) -> Danger | None:
    sure, perhaps = (
        (thresholds.ALARM_IN_BRIEF, thresholds.WORRY_IN_BRIEF) if brief else (thresholds.ALARM, thresholds.WORRY)
    )
    return Danger(loudest, sure=sounds >= sure) if sounds >= perhaps else None


def _likeliest(chances: Chances, needs: Mapping[str, Need]) -> float:
    """The chance of the need that is told best."""
    return max((chances.get(code, 0.0) for code in needs), default=0.0)


def decide(heard: Heard, needs: Mapping[str, Need]) -> Verdict:
    """Weigh the chances of the whole message and of its parts.

    A need at `CONFIDENT` is wanted, whatever courtesy comes with it. Between `ASK_BACK` and `CONFIDENT` the act
    is told and the needs are guesses; below that the act is unknown.
    """
    chances = without_courtesy(heard.whole, needs)
    told = _told_apart(heard, needs)
    wanted = _wanted(chances, told, needs)
    guesses = _guesses(chances, told, wanted, needs)
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
    if _likeliest(chances, needs) < thresholds.ASK_BACK:
        return chances
    rest = 1.0 - sum(chances.get(act, 0.0) for act in _SOFT_ACTS)
    return {label: min(1.0, value / rest) for label, value in chances.items() if label not in _SOFT_ACTS}


def expect(chances: Chances, expecting: frozenset[str]) -> Chances:
    """Make the acts that the open question expects likelier; for short messages."""
    raised = {label: value * (thresholds.EXPECTED if label in expecting else 1.0) for label, value in chances.items()}
    total = sum(raised.values())
    return {label: value / total for label, value in raised.items()}


def _act_at(act: Act, sure: float) -> Act:
    """The act to go by at this confidence. STOP is too grave to be read out of a doubtful sentence."""
    if act == Act.STOP and sure < thresholds.CONFIDENT:
        return Act.UNKNOWN
    return act if sure >= thresholds.ASK_BACK else Act.UNKNOWN


def _wanted(chances: Chances, told: Chances, needs: Mapping[str, Need]) -> dict[str, float]:
    """The needs to act on, surest first: the parts' where these are two or more, else the whole message's."""
    best = max(needs, key=lambda code: chances.get(code, 0.0))
    sure = {best: chances[best]} if chances[best] >= thresholds.CONFIDENT else {}
    if best in told and min(told.values()) >= thresholds.SECOND_NEED:
        sure = dict(told)
    return dict(sorted(sure.items(), key=lambda item: (-item[1], item[0])))


def _also(chances: Chances, told: Chances, wanted: Chances, needs: Mapping[str, Need]) -> str | None:
    """The need to offer beside the one acted on: what another part tells, or what the whole message tells second."""
    if len(wanted) != 1:
        return None
    (only,) = wanted
    if only in told and min(told.values()) >= thresholds.ALSO_TOLD:
        return max((code for code in told if code != only), key=lambda code: told[code])
    second = max((code for code in needs if code != only), key=lambda code: chances.get(code, 0.0))
    return second if chances.get(second, 0.0) >= thresholds.ALSO_LIKELY else None


def _told_apart(heard: Heard, needs: Mapping[str, Need]) -> Chances:
    """The two or three needs that the parts tell best, one each, in a split that leaves nothing out."""
    best: Chances = {}
    for split in _splits(max((end for _, end in heard.parts), default=0)):
        told: dict[str, float] = {}
        for run in split:
            chances = without_courtesy(heard.parts[run], needs)
            code = max(needs, key=lambda need: chances.get(need, 0.0))
            told[code] = max(chances[code], told.get(code, 0.0))
        # One more part must be as sure as those before it were, or a story would be cut to shreds.
        if len(told) == len(split) and min(told.values()) > min(best.values(), default=_FAINTEST):
            best = told
    return best


def _splits(count: int) -> Iterator[tuple[Run, ...]]:
    """Every way to cut `count` pieces into two or three runs."""
    for first in range(1, count):
        yield (0, first), (first, count)
    for first in range(1, count):
        for second in range(first + 1, count):
            yield (0, first), (first, second), (second, count)


def _guesses(chances: Chances, told: Chances, wanted: Chances, needs: Mapping[str, Need]) -> tuple[NeedGuess, ...]:
    """The wanted needs, then the likeliest of the whole message, then what its parts tell, then others."""
    beside = _also(chances, told, wanted, needs)
    sure = {code: max(chances.get(code, 0.0), told.get(code, 0.0)) for code in needs}
    best = max(needs, key=lambda code: chances.get(code, 0.0))
    ranked = sorted(needs, key=lambda code: (code != best, code != beside, code not in told, -sure[code], code))
    others = [code for code in ranked if code not in wanted and sure[code] >= _FAINTEST]
    guesses = [
        *(NeedGuess(code, chance, wanted=True) for code, chance in wanted.items()),
        *(NeedGuess(code, sure[code], wanted=False, also=code == beside) for code in others),
    ]
    return tuple(guesses[: max(_MOST_GUESSES, len(wanted))])


def _act_of(code: str, needs: Mapping[str, Need]) -> Act:
    return Act.REPORT_PROBLEM if needs[code].report else Act.FIND_HELP
