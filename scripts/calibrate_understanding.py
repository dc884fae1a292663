"""Measure the understanding on unseen phrases and print the tables behind intents/thresholds.py.

    python scripts/calibrate_understanding.py [--words-only] [--folds 1]

A fifth of every label's phrases is kept from training and judged by the model that has not seen it: as it is, with
slips of the finger, and two joined, of different needs (a compound message) or of one (a story). More folds judge
more fifths, each by a model of its own, which takes as long as building one. The language is told to the model. The
emergency rules were written with all messages of danger at hand, so where rules take part the figures flatter; the
examination (scripts/evaluate_understanding.py) has what nobody saw.
"""

from __future__ import annotations

import argparse
import math
import random
import resource
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from intents import thresholds
from intents.catalogue import Catalogue, Need, load_catalogue
from intents.deciding import Chances, Danger, Heard, danger, decide, expect
from intents.emergencies import EmergencyKind, find_emergency
from intents.encoder import Encoder, load_encoder
from intents.model import Model
from intents.normalise import has_han
from intents.training import Example, assemble, examples_of, fit
from intents.understand import Vocabulary, hear, read
from intents.understanding import Act
from intents.wordlists import collect_lexicon

FIFTHS = 5
LANGUAGES = ("en", "es", "zh")
JOINTS = {"en": (" and ", ", also ", ". "), "es": (" y ", ", tambien ", ". "), "zh": ("，还有", "，另外", "。")}
JOINED_A_FOLD = 150  # compounds, and as many stories, of each language
KINDS = frozenset(kind.value for kind in EmergencyKind)
ANSWERS = frozenset({Act.YES.value, Act.NO.value})
LEVELS = (0.4, 0.5, 0.6, 0.65, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Judged:
    """One unseen message, what it means (labels) and what was made of it."""

    language: str
    labels: frozenset[str]
    text: str
    heard: Heard
    by_rules: EmergencyKind | None
    all_needs: Mapping[str, Need]

    @property
    def first(self) -> str:
        """The likeliest label."""
        return max(self.heard.whole, key=lambda label: self.heard.whole[label])

    @property
    def danger(self) -> Danger | None:
        """The emergency that it is, or may be."""
        return danger(self.by_rules, self.heard, self.all_needs)

    @property
    def alarm(self) -> EmergencyKind | None:
        """The emergency that we would call it."""
        return self.danger.kind if self.danger and self.danger.sure else None

    @property
    def urgent(self) -> bool:
        """Whether we would call it an emergency."""
        return self.alarm is not None

    @property
    def asked(self) -> bool:
        """Whether we would call it one, or ask whether it is."""
        return self.danger is not None


@dataclass(slots=True)
class Unseen:
    """All that was judged. needs, acts (what is out of scope is one), red_flags and calm: phrases as they are."""

    needs: list[Judged] = field(default_factory=list)
    slips: list[Judged] = field(default_factory=list)
    acts: list[Judged] = field(default_factory=list)
    red_flags: list[Judged] = field(default_factory=list)
    calm: list[Judged] = field(default_factory=list)
    compounds: list[Judged] = field(default_factory=list)
    stories: list[Judged] = field(default_factory=list)

    @property
    def outside(self) -> list[Judged]:
        """What is none of our needs."""
        return [judged for judged in self.acts if Act.UNKNOWN in judged.labels]


def slip(text: str, chance: random.Random) -> str:
    """Put one or two slips into a message: a letter dropped, doubled, swapped or mistyped; in Chinese one dropped."""
    for _ in range(chance.randint(1, 2)):
        places = [place for place, letter in enumerate(text) if letter != " "]
        if len(places) < 4:
            return text
        at = chance.choice(places[:-1])
        kind = chance.randrange(1 if has_han(text) else 4)
        changed = ("", text[at] * 2, text[at + 1] + text[at], chance.choice(string.ascii_lowercase))[kind]
        text = text[:at] + changed + text[at + (2 if kind == 2 else 1) :]
    return text


def fifths(examples: Sequence[Example]) -> list[list[int]]:
    """Split into fifths that hold each label and language evenly."""
    order = list(range(len(examples)))
    random.Random(7).shuffle(order)
    order.sort(key=lambda row: (examples[row].labels, examples[row].language))
    return [order[start::FIFTHS] for start in range(FIFTHS)]


def judge(text: str, language: str, labels: Iterable[str], model: Model) -> Judged:
    """Ask a model what it makes of a message."""
    reading = read(text, model, language, Vocabulary())
    rules = model.catalogue.rules
    by_rules = find_emergency(text, rules) or find_emergency(reading.mended, rules)
    return Judged(language, frozenset(labels), text, hear(reading, model), by_rules, model.catalogue.needs)


def judge_fold(unseen: Sequence[Example], model: Model, found: Unseen, chance: random.Random) -> None:
    """Judge what a model has not seen."""
    for example in unseen:
        judged = judge(example.phrase, example.language, example.labels, model)
        if not example.labels:
            found.calm.append(judged)
        elif len(example.labels) > 1:
            found.compounds.append(judged)
        elif example.labels[0] in KINDS:
            found.red_flags.append(judged)
        elif example.labels[0] in model.catalogue.needs:
            found.needs.append(judged)
            found.slips.append(judge(slip(example.phrase, chance), example.language, example.labels, model))
        else:
            found.acts.append(judged)
    for language in LANGUAGES:
        own = [e for e in unseen if e.language == language and _is_of_one_need(e, model.catalogue)]
        for _ in range(JOINED_A_FOLD):
            one, joint = chance.choice(own), chance.choice(JOINTS[language])
            for among, same in ((found.stories, True), (found.compounds, False)):
                other = chance.choice([e for e in own if (e.labels == one.labels) is same and e is not one])
                text = one.phrase + joint + other.phrase
                among.append(judge(text, language, [*one.labels, *other.labels], model))


def _is_of_one_need(example: Example, catalogue: Catalogue) -> bool:
    return len(example.labels) == 1 and example.labels[0] in catalogue.needs


def cross_validate(catalogue: Catalogue, encoder: Encoder | None, folds: int) -> Unseen:
    """Judge this many fifths of all examples, each by a model that has not seen it."""
    examples, lexicon = examples_of(catalogue), collect_lexicon(catalogue.languages)
    found, chance = Unseen(), random.Random(11)
    for fold in fifths(examples)[:folds]:
        hidden = set(fold)
        seen = [example for row, example in enumerate(examples) if row not in hidden]
        model = assemble(catalogue, fit(seen, lexicon, encoder), lexicon, encoder)
        judge_fold([examples[row] for row in fold], model, found, chance)
    return found


@contextmanager
def at(name: str, level: float) -> Iterator[str]:
    """Set a threshold for a while; gives the row's name, with a mark at the level that is in use."""
    kept = getattr(thresholds, name)
    setattr(thresholds, name, level)
    yield f"{level:g}{' <' if level == kept else ''}"
    setattr(thresholds, name, kept)


def share(judged: Sequence[Judged], hit: Callable[[Judged], bool]) -> str:
    """Percentage of messages that hit."""
    return f"{100 * sum(map(hit, judged)) / len(judged):.1f}" if judged else "-"


def row(name: str, *cells: str) -> None:
    """Print one line of a table."""
    print(f"  {name:34s}" + "".join(f"{cell:>16s}" for cell in cells))


def title(text: str, *cells: str) -> None:
    """Print the head of a table."""
    print(f"\n{text}")
    row("", *cells)


def by_language(name: str, judged: Sequence[Judged], hit: Callable[[Judged], bool]) -> None:
    """Print one line: all languages, then each."""
    each = [[j for j in judged if j.language == tag] for tag in LANGUAGES]
    row(name, str(len(judged)), share(judged, hit), *(share(own, hit) for own in each))


def print_accuracy(found: Unseen, catalogue: Catalogue) -> None:
    """How often the first guess is right, and what we would act on."""

    def ranked(j: Judged) -> list[str]:
        return sorted(catalogue.needs, key=lambda code: -j.heard.whole.get(code, 0.0))

    title("Unseen phrases, %", "messages", "all", *LANGUAGES)
    for name, judged in (("need", found.needs), ("need, with slips", found.slips)):
        by_language(f"{name}: first", judged, lambda j: j.first in j.labels)
        by_language(f"{name}: among three", judged, lambda j: bool(j.labels & set(ranked(j)[:3])))
        by_language(f"{name}: wrong and confident", judged, lambda j: bool(wanted(j, catalogue) - j.labels))
    by_language("act: first", found.acts, lambda j: j.first in j.labels)
    by_language("out of scope: left alone", found.outside, lambda j: not wanted(j, catalogue))
    by_language("compound: both acted on", found.compounds, lambda j: wanted(j, catalogue) == j.labels)
    by_language("compound: both acted on or offered", found.compounds, lambda j: surfaced(j, catalogue) >= j.labels)
    by_language("story: one need, the right one", found.stories, lambda j: wanted(j, catalogue) == j.labels)
    by_language("red flag: found", found.red_flags, lambda j: j.urgent)
    by_language("calm: called an emergency", found.calm, lambda j: j.urgent)
    by_language("need: called an emergency", found.needs, lambda j: j.urgent)


def wanted(judged: Judged, catalogue: Catalogue) -> frozenset[str]:
    """The needs that we would act on."""
    return frozenset(need.code for need in decide(judged.heard, catalogue.needs).needs if need.wanted)


def beside(judged: Judged, catalogue: Catalogue) -> frozenset[str]:
    """The need that we would offer beside the one acted on, if any."""
    return frozenset(need.code for need in decide(judged.heard, catalogue.needs).needs if need.also)


def surfaced(judged: Judged, catalogue: Catalogue) -> frozenset[str]:
    """The needs that the first answer would name: those acted on, and the one beside."""
    return wanted(judged, catalogue) | beside(judged, catalogue)


def print_sharpness(found: Unseen) -> None:
    """What probabilities promise and keep at each sharpness; the smaller the loss, the better."""
    judged = [*found.needs, *found.acts]
    kept = sum(j.first in j.labels for j in judged) / len(judged)
    title("SHARPNESS, the first guess of needs and acts", "promised", "kept", "loss", "off by")
    for sharpness in (12.0, 16.0, 18.0, 20.0, 22.0, 24.0, 26.0, 30.0):
        sure = [(resharpened(j.heard.whole, sharpness), j) for j in judged]
        promised = [(max(chances.values()), j.first in j.labels) for chances, j in sure]
        loss = -sum(math.log(max(chances[label], 1e-9)) for chances, j in sure for label in j.labels) / len(sure)
        cells = (sum(p for p, _ in promised) / len(promised), kept, loss, _off(promised))
        mark = " <" if sharpness == thresholds.SHARPNESS else ""
        row(f"{sharpness:g}{mark}", *(f"{cell:.3f}" for cell in cells))
    title(f"At {thresholds.SHARPNESS:g}, by what was promised", "messages", "promised", "kept %")
    for low, high in pairwise((0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.99, 1.01)):
        inside = [j for j in judged if low <= j.heard.whole[j.first] < high]
        mean = sum(j.heard.whole[j.first] for j in inside) / max(1, len(inside))
        row(
            f"{low:g} to {min(high, 1):g}",
            str(len(inside)),
            f"{mean:.3f}",
            share(inside, lambda j: j.first in j.labels),
        )


def resharpened(chances: Chances, sharpness: float) -> Chances:
    """The chances as they would be at another sharpness."""
    power = sharpness / thresholds.SHARPNESS
    raised = {label: chance**power for label, chance in chances.items()}
    total = sum(raised.values())
    return {label: value / total for label, value in raised.items()}


def _off(promised: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error over ten bins as full as each other (Naeini, Cooper and Hauskrecht 2015)."""
    ordered = sorted(promised)
    bins = [ordered[len(ordered) * start // 10 : len(ordered) * (start + 1) // 10] for start in range(10)]
    return sum(abs(sum(p for p, _ in own) - sum(hit for _, hit in own)) for own in bins) / len(ordered)


def print_needs(found: Unseen, catalogue: Catalogue) -> None:
    """CONFIDENT and ASK_BACK: acting against asking back, asking back against saying that we don't know."""
    title("CONFIDENT, % of needs, then of out of scope", "right", "wrong", "not acted on", "out: left alone")
    for level in LEVELS:
        with at("CONFIDENT", level) as name:
            right = share(found.needs, lambda j: wanted(j, catalogue) == j.labels)
            wrong = share(found.needs, lambda j: bool(wanted(j, catalogue) - j.labels))
            none, strays = (share(some, lambda j: not wanted(j, catalogue)) for some in (found.needs, found.outside))
            row(name, right, wrong, none, strays)
    title("ASK_BACK, % of what is not acted on", "need: asked", "and in three", "out: asked")
    doubtful = [j for j in found.needs if not wanted(j, catalogue)]
    outside = [j for j in found.outside if not wanted(j, catalogue)]
    for level in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4):
        with at("ASK_BACK", level) as name:
            in_three = share(doubtful, lambda j: _asked(j, catalogue) and bool(j.labels & set(_guesses(j, catalogue))))
            asked = (share(some, lambda j: _asked(j, catalogue)) for some in (doubtful, outside))
            row(name, next(asked), in_three, next(asked))


def _asked(judged: Judged, catalogue: Catalogue) -> bool:
    return decide(judged.heard, catalogue.needs).act in (Act.FIND_HELP, Act.REPORT_PROBLEM)


def _guesses(judged: Judged, catalogue: Catalogue) -> list[str]:
    return [need.code for need in decide(judged.heard, catalogue.needs).needs[:3]]


def print_compounds(found: Unseen, catalogue: Catalogue) -> None:
    """The thresholds of a second need: found where there is one against invented where there is none."""
    title("SECOND_NEED, %", "both acted on", "both named", "a wrong one", "story: 2nd", "phrase: 2nd")
    for level in (0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.95, 0.98):
        with at("SECOND_NEED", level) as name:
            both = share(found.compounds, lambda j: wanted(j, catalogue) == j.labels)
            named = share(found.compounds, lambda j: surfaced(j, catalogue) >= j.labels)
            wrong = share(found.compounds, lambda j: bool(wanted(j, catalogue) - j.labels))
            single = (found.stories, found.needs)
            invented = (share(some, lambda j: len(wanted(j, catalogue)) > 1) for some in single)
            row(name, both, named, wrong, *invented)
    for threshold, levels in (
        ("ALSO_TOLD", (0.1, 0.15, 0.2, 0.3, 0.4, 0.6)),
        ("ALSO_LIKELY", (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)),
    ):
        title(f"{threshold}, % offered beside", "compound: right", "compound: wrong", "story", "phrase")
        for level in levels:
            with at(threshold, level) as name:
                right = share(found.compounds, lambda j: bool(beside(j, catalogue) & j.labels))
                wrong = share(found.compounds, lambda j: bool(beside(j, catalogue) - j.labels))
                single = (found.stories, found.needs)
                idle = (share(some, lambda j: bool(beside(j, catalogue) - j.labels)) for some in single)
                row(name, right, wrong, *idle)


def print_alarms(found: Unseen) -> None:
    """ALARM, TOLD_OTHERWISE and CALM: danger heard against false alarms. WORRY: danger heard or asked about. LOUDER: by
    whom the kind is told where a rule fired.
    """
    for threshold, levels in (
        ("ALARM", (0.2, 0.25, 0.3, 0.34, 0.37, 0.4, 0.45, 0.5, 0.6)),
        ("TOLD_OTHERWISE", (0.0, 0.1, 0.2, 0.3)),
        ("CALM", (-1.0, 0.05, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3)),
        ("WORRY", (0.1, 0.13, 0.16, 0.19, 0.22, 0.26)),
    ):
        title(f"{threshold}, % called an emergency", "red flags", "no rule fired", "calm", "needs", "acts")
        ruleless = [j for j in found.red_flags if j.by_rules is None]
        for level in levels:
            with at(threshold, level) as name:
                among = (found.red_flags, ruleless, found.calm, found.needs, found.acts)
                row(name, *(share(judged, _asked if threshold == "WORRY" else _urgent) for judged in among))
    title("LOUDER, % of red flags for which a rule fired", "kind right", "not the rule's")
    ruled = [j for j in found.red_flags if j.by_rules is not None and j.urgent]
    for level in (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 9.0):
        with at("LOUDER", level) as name:
            row(name, share(ruled, lambda j: j.alarm in j.labels), share(ruled, lambda j: j.alarm is not j.by_rules))


def _urgent(judged: Judged) -> bool:
    return judged.urgent


def _asked(judged: Judged) -> bool:
    return judged.asked


def print_expected(found: Unseen) -> None:
    """EXPECTED: short answers heard where a question expects yes or no, against others taken for one."""
    judged = (*found.acts, *found.needs)
    short = [j for j in judged if (len(j.text) <= 6 if has_han(j.text) else len(j.text.split()) <= 4)]
    answers = [j for j in short if j.labels & ANSWERS]
    others = [j for j in short if not j.labels & ANSWERS]
    title(f"EXPECTED, % of {len(answers)} short answers and {len(others)} others", "right", "taken for one")
    for level in (1.0, 2.0, 4.0, 8.0):
        with at("EXPECTED", level) as name:

            def act(judged: Judged) -> str:
                chances = expect(judged.heard.whole, ANSWERS)
                return max(chances, key=lambda label: chances[label])

            row(name, share(answers, lambda j: act(j) in j.labels), share(others, lambda j: act(j) in ANSWERS))


def main() -> None:
    """Print everything."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--words-only", action="store_true", help="leave the sentence encoder out")
    options.add_argument("--folds", type=int, choices=range(1, FIFTHS + 1), default=1, help="fifths to judge")
    chosen = options.parse_args()
    encoder = None if chosen.words_only else load_encoder()
    catalogue = load_catalogue()
    print(f"engine: {encoder.name if encoder else 'words only'}; catalogue {catalogue.digest[:12]}; {chosen.folds}/5")
    found = cross_validate(catalogue, encoder, chosen.folds)
    print_accuracy(found, catalogue)
    print_sharpness(found)
    print_needs(found, catalogue)
    print_compounds(found, catalogue)
    print_alarms(found)
    print_expected(found)
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB (with training)")


if __name__ == "__main__":
    main()
