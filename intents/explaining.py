"""How a message came to be understood as it was: every step, for the person who has to trust it or mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intents import thresholds
from intents.deciding import Heard
from intents.decompose import joined
from intents.emergencies import Sign, find_signs
from intents.model import Model
from intents.understand import Reading, Vocabulary, hear, read, understand
from intents.understanding import NeedGuess, Understanding

_MOST = 5  # labels shown
_FAINTEST = 0.005  # chances below this are not shown


@dataclass(frozen=True, slots=True)
class Explanation:
    """meant: the outcome. reading: with shorthand written out, and with slips repaired. heard: the classifier's
    chances and danger scores, None for a message without words. signs: the emergency rules that fired.
    """

    meant: Understanding
    reading: Reading
    heard: Heard | None
    signs: tuple[Sign, ...]

    def to_json(self) -> dict[str, object]:
        """The shape that `handrail understand --explain --json` prints."""
        heard = self.heard
        return {
            "meant": self.meant.to_json(),
            "perhaps_urgent": self.meant.perhaps_urgent,
            "also": [need.code for need in self.meant.needs if need.also],
            "written": self.reading.written,
            "repaired": self.reading.mended,
            "chances": _top(heard.whole) if heard else {},
            "parts": {
                joined(self.reading.pieces, run): _top(chances)
                for run, chances in (heard.parts.items() if heard else ())
            },
            "danger": {kind: round(score, 3) for kind, score in heard.dangers.items()} if heard else {},
            "signs": [{"kind": s.kind, "language": s.language, "words": s.words} for s in self.signs],
            "thresholds": dict(THRESHOLDS),
        }

    def to_text(self) -> str:
        """The same for a reader at a terminal."""
        rows = [
            f"language    {self.meant.language}" + (f" ({o})" if (o := self.meant.other_language) else ""),
            f"written     {self.reading.written}",
            f"repaired    {self.reading.mended}",
        ]
        if self.heard:
            rows.append(f"chances     {_said(self.heard.whole)}")
            rows += [
                f"part        {joined(self.reading.pieces, run)!r}: {_said(chances)}"
                for run, chances in self.heard.parts.items()
            ]
            danger = " ".join(f"{kind} {score:.2f}" for kind, score in self.heard.dangers.items())
            rows.append(f"danger      {sum(self.heard.dangers.values()):.2f} = {danger}")
        rows += [f"rule        {sign.kind} ({sign.language}): {sign.words!r}" for sign in self.signs]
        rows.append("thresholds  " + ", ".join(f"{name} {value}" for name, value in THRESHOLDS.items()))
        rows.append(f"act         {self.meant.act} ({self.meant.confidence:.2f})")
        if self.meant.urgent:
            rows.append(f"EMERGENCY   {self.meant.urgent}")
        if self.meant.perhaps_urgent:
            rows.append(f"emergency?  {self.meant.perhaps_urgent}")
        rows += [f"{_standing(need):12}{need.code} ({need.confidence:.2f})" for need in self.meant.needs]
        return "\n".join(rows)


THRESHOLDS: Mapping[str, float] = {
    "CONFIDENT": thresholds.CONFIDENT,
    "ASK_BACK": thresholds.ASK_BACK,
    "SECOND_NEED": thresholds.SECOND_NEED,
    "ALSO_TOLD": thresholds.ALSO_TOLD,
    "ALSO_LIKELY": thresholds.ALSO_LIKELY,
    "TOLD_OTHERWISE": thresholds.TOLD_OTHERWISE,
    "ALARM": thresholds.ALARM,
    "ALARM_IN_BRIEF": thresholds.ALARM_IN_BRIEF,
    "WORRY": thresholds.WORRY,
    "WORRY_IN_BRIEF": thresholds.WORRY_IN_BRIEF,
    "BELIEVED": thresholds.BELIEVED,
    "CALM": thresholds.CALM,
    "LOUDER": thresholds.LOUDER,
}
"""What the chances and the danger are held against."""


def explain(text: str, model: Model, *, language: str | None = None) -> Explanation:
    """Understand a message and show how; the arguments are those of `understand`."""
    meant = understand(text, model, language=language)
    reading = read(text, model, meant.language, Vocabulary())
    heard = hear(reading, model) if reading.written else None
    signs = find_signs(text, model.catalogue.rules) or find_signs(reading.mended, model.catalogue.rules)
    return Explanation(meant, reading, heard, signs)


def _standing(need: NeedGuess) -> str:
    if need.wanted:
        return "need"
    return "also" if need.also else "perhaps"


def _top(chances: Mapping[str, float]) -> dict[str, float]:
    ranked = sorted(chances.items(), key=lambda item: (-item[1], item[0]))
    return {label: round(chance, 3) for label, chance in ranked[:_MOST] if chance >= _FAINTEST}


def _said(chances: Mapping[str, float]) -> str:
    return ", ".join(f"{label} {chance:.2f}" for label, chance in _top(chances).items())
