"""Is the model better with what coordinators taught? Two trainings, judged on phrases that neither has seen.

Part of the build step: it needs scipy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intents.catalogue import Catalogue
from intents.deciding import decide
from intents.encoder import Encoder
from intents.model import Model
from intents.teaching import Lesson, teach
from intents.training import Example, assemble, examples_of, fit
from intents.understand import Vocabulary, hear, read
from intents.understanding import Act
from intents.wordlists import collect_lexicon

UNSEEN = 5
"""Every fifth phrase of each label and language is kept from both models, to judge them by."""

TOLERANCE = 0.01
"""By how much a share may drop: a few phrases of a hundred fall the other way by chance."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares, 0 to 1: of phrases of needs, the right need first; of all, acted on wrongly; of what is none of our
    needs, left alone. None where there are no such phrases.
    """

    phrases: int
    right_first: float | None
    wrong_and_confident: float | None
    left_alone: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures by language, "all" among them, before and after; and of the new lessons, how many the model before
    already had right.
    """

    before: Mapping[str, Figures]
    after: Mapping[str, Figures]
    lessons: int
    known_before: int

    def to_text(self) -> str:
        """Both figures side by side, a line a language."""
        rows = ["          phrases   right need first   wrong and confident   left alone"]
        for tag, before in self.before.items():
            pairs = (
                (before.right_first, self.after[tag].right_first),
                (before.wrong_and_confident, self.after[tag].wrong_and_confident),
                (before.left_alone, self.after[tag].left_alone),
            )
            rows.append(
                f"  {tag:6s}  {before.phrases:7d}" + "".join(f"   {_said(was)} -> {_said(now)}" for was, now in pairs)
            )
        return "\n".join(rows)

    def worse(self) -> tuple[str, ...]:
        """What got worse by more than `TOLERANCE`, one line each; nothing where the new model can be taken."""
        found = []
        for tag, before in self.before.items():
            after = self.after[tag]
            drops = (
                ("the right need first", before.right_first, after.right_first),
                ("left alone what is no need", before.left_alone, after.left_alone),
                ("not wrong and confident", _less(before.wrong_and_confident), _less(after.wrong_and_confident)),
            )
            for name, was, now in drops:
                if was is not None and now is not None and was - now > TOLERANCE:
                    found.append(f"{tag}: {name}: {was:.1%} before, {now:.1%} after")
        return tuple(found)


def compare(catalogue: Catalogue, lessons: Sequence[Lesson], encoder: Encoder | None) -> Comparison:
    """Train without and with the new lessons, and judge both. catalogue: with what was taught before."""
    unseen = _unseen(examples_of(catalogue))
    held = {(example.phrase, example.labels) for example in unseen}
    models = []
    lexicon = collect_lexicon(catalogue.languages)
    for taught in (catalogue, teach(catalogue, lessons)):
        seen = [example for example in examples_of(taught) if (example.phrase, example.labels) not in held]
        models.append(assemble(taught, fit(seen, lexicon, encoder), lexicon, encoder))
    before, after = models
    return Comparison(
        before=_figures(before, unseen),
        after=_figures(after, unseen),
        lessons=len(lessons),
        known_before=sum(_first(before, lesson.text, lesson.language) == lesson.label for lesson in lessons),
    )


def _unseen(examples: Sequence[Example]) -> list[Example]:
    labelled = [example for example in examples if example.labels == (Act.UNKNOWN,) or "." in "".join(example.labels)]
    ordered = sorted(labelled, key=lambda example: (example.labels, example.language, example.text))
    return ordered[::UNSEEN]


def _figures(model: Model, unseen: Sequence[Example]) -> dict[str, Figures]:
    hits: dict[str, list[tuple[bool, bool, bool]]] = {}
    for example in unseen:
        found = decide(hear(read(example.phrase, model, example.language, Vocabulary()), model), model.catalogue.needs)
        acted = {need.code for need in found.needs if need.wanted}
        right = bool(found.needs) and found.needs[0].code in example.labels
        row = (example.labels == (Act.UNKNOWN,), right, bool(acted - {*example.labels}))
        for tag in ("all", example.language):
            hits.setdefault(tag, []).append(row)
    return {
        tag: Figures(
            phrases=len(rows),
            right_first=_share([right for no_need, right, _ in rows if not no_need]),
            wrong_and_confident=_share([wrong for _, _, wrong in rows]),
            left_alone=_share([not wrong for no_need, _, wrong in rows if no_need]),
        )
        for tag, rows in sorted(hits.items())
    }


def _first(model: Model, text: str, language: str) -> str:
    chances = hear(read(text, model, language, Vocabulary()), model).whole
    return max(chances, key=lambda label: chances[label])


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None


def _less(share: float | None) -> float | None:
    return None if share is None else 1 - share


def _said(share: float | None) -> str:
    return "    -" if share is None else f"{share:5.1%}"
