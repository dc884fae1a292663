"""Measure the understanding and print the tables behind intents/thresholds.py and the numbers in training.py.

    python scripts/calibrate_understanding.py [--words-only] [--folds 5]

Every phrase of the catalogue is judged once, by a model that has not seen it (stratified folds, fixed
seed), as it is and with one or two slips of the finger. Compound messages are made of two unseen phrases of
different needs. The hand-written messages of tests/intents/held_out_messages.toml are judged by the whole
model. Takes about two minutes on one core.
"""

from __future__ import annotations

import argparse
import random
import resource
import string
import time
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from intents import thresholds
from intents.catalogue import Catalogue, load_catalogue
from intents.deciding import Chances, Verdict, decide
from intents.encoder import Encoder, load_encoder
from intents.model import Model
from intents.training import Example, examples_of, fit, languages_of, train
from intents.understand import Vocabulary, chances, read, understand
from intents.understanding import Act

HELD_OUT = Path(__file__).parent.parent / "tests" / "intents" / "held_out_messages.toml"
JOINTS = {"en": (" and ", ", also "), "es": (" y ", ", tambien "), "zh": ("，还有", "，另外")}
COMPOUNDS_A_FOLD = 120
LEVELS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Judged:
    """One unseen message, what it means (labels) and what the classifier made of it."""

    language: str
    labels: frozenset[str]
    whole: Chances
    parts: Sequence[Chances]

    def verdict(self, catalogue: Catalogue) -> Verdict:
        """What we would have done."""
        return decide(self.whole, self.parts, catalogue.needs)


def slip(text: str, chance: random.Random) -> str:
    """Put one or two slips into a message: a letter dropped, doubled, swapped or mistyped; in Chinese one
    dropped.
    """
    for _ in range(chance.randint(1, 2)):
        places = [place for place, letter in enumerate(text) if letter != " "]
        if len(places) < 4:
            return text
        at = chance.choice(places[:-1])
        kind = chance.randrange(1 if not text.isascii() and max(text) > "\u3000" else 4)
        changed = ("", text[at] * 2, text[at + 1] + text[at], chance.choice(string.ascii_lowercase))[kind]
        text = text[:at] + changed + text[at + (2 if kind == 2 else 1) :]
    return text


def folds(examples: Sequence[Example], count: int) -> list[list[int]]:
    """Split into folds that hold each label and language evenly."""
    order = list(range(len(examples)))
    random.Random(7).shuffle(order)
    order.sort(key=lambda row: (examples[row].label, examples[row].language))
    return [order[start::count] for start in range(count)]


def judge(text: str, language: str, labels: Iterable[str], model: Model) -> Judged:
    """Ask a model what it makes of a message."""
    reading = read(text, model, language, Vocabulary())
    whole, parts = chances(reading, model)
    return Judged(language, frozenset(labels), whole, parts)


def cross_validate(
    catalogue: Catalogue, encoder: Encoder | None, count: int
) -> tuple[list[Judged], list[Judged], list[Judged]]:
    """Judge every phrase, every phrase with slips, and compound messages, each by a model that has not seen
    it.
    """
    examples = examples_of(catalogue)
    languages = languages_of(catalogue)
    clean, noisy, compound = [], [], []
    chance = random.Random(11)
    for fold in folds(examples, count):
        unseen = set(fold)
        classifier = fit([e for row, e in enumerate(examples) if row not in unseen], encoder).classifier
        model = Model.assemble(catalogue, classifier, languages, encoder)
        for row in fold:
            example = examples[row]
            clean.append(judge(example.phrase, example.language, [example.label], model))
            noisy.append(judge(slip(example.phrase, chance), example.language, [example.label], model))
        for language in catalogue.languages:
            own = [examples[r] for r in fold if examples[r].language == language and "." in examples[r].label]
            for _ in range(COMPOUNDS_A_FOLD):
                first, second = chance.sample(own, 2)
                text = first.phrase + chance.choice(JOINTS.get(language, (", ",))) + second.phrase
                if first.label != second.label:
                    compound.append(judge(text, language, [first.label, second.label], model))
    return clean, noisy, compound


def share(judged: Sequence[Judged], hit: Callable[[Judged], bool]) -> str:
    """Percentage of messages that hit."""
    return f"{100 * sum(map(hit, judged)) / len(judged):6.1f}" if judged else "     -"


def row(name: str, judged: Sequence[Judged], hit: Callable[[Judged], bool], catalogue: Catalogue) -> None:
    """Print one line of a table: all languages, then each."""
    cells = [share(judged, hit)] + [share([j for j in judged if j.language == t], hit) for t in catalogue.languages]
    print(f"  {name:44s}" + " ".join(cells))


def ranked(judged: Judged) -> list[str]:
    """Labels, likeliest first."""
    return sorted(judged.whole, key=lambda label: -judged.whole[label])


def print_accuracy(name: str, judged: list[Judged], catalogue: Catalogue) -> None:
    """How often the first guess is right, and one of the first three needs."""
    needs = [j for j in judged if j.labels <= catalogue.needs.keys()]
    acts = [j for j in judged if not j.labels <= catalogue.needs.keys()]
    print(f"\n{name}: {len(judged)} messages{'':20s}   all " + "     ".join(catalogue.languages))

    def needs_of(j: Judged) -> list[str]:
        return [label for label in ranked(j) if label in catalogue.needs]

    row("need: right label first", needs, lambda j: ranked(j)[0] in j.labels, catalogue)
    row("need: right need first among needs", needs, lambda j: needs_of(j)[0] in j.labels, catalogue)
    row(
        "need: right need among the first three",
        needs,
        lambda j: bool(j.labels & set(needs_of(j)[:3])),
        catalogue,
    )
    row("act: right label first", acts, lambda j: ranked(j)[0] in j.labels, catalogue)
    outside = [j for j in judged if Act.UNKNOWN in j.labels]
    row("out of scope: no need acted on", outside, lambda j: not wanted(j, catalogue), catalogue)
    row("wrong and confident", judged, lambda j: bool(wanted(j, catalogue) - j.labels), catalogue)


def wanted(judged: Judged, catalogue: Catalogue) -> set[str]:
    """The needs that we would have acted on."""
    return {need.code for need in judged.verdict(catalogue).needs if need.wanted}


def print_thresholds(clean: list[Judged], compound: list[Judged], catalogue: Catalogue) -> None:
    """Sweep the two thresholds that trade acting against asking back."""
    needs = [j for j in clean if j.labels <= catalogue.needs.keys()]
    outside = [j for j in clean if Act.UNKNOWN in j.labels]
    kept = thresholds.CONFIDENT, thresholds.SECOND_NEED
    print("\nCONFIDENT   acted on, right / acted on, wrong / asked back or unknown | out of scope acted on")
    for level in LEVELS:
        thresholds.CONFIDENT = level
        right = share(needs, lambda j: wanted(j, catalogue) == j.labels)
        wrong = share(needs, lambda j: bool(wanted(j, catalogue) - j.labels))
        none = share(needs, lambda j: not wanted(j, catalogue))
        strays = share(outside, lambda j: bool(wanted(j, catalogue)))
        print(f"  {level:.1f}      {right} / {wrong} / {none} | {strays}")
    thresholds.CONFIDENT = kept[0]
    print("\nSECOND_NEED   both needs of a compound / a wrong one among them | one need, but a second invented")
    for level in LEVELS:
        thresholds.SECOND_NEED = level
        both = share(compound, lambda j: wanted(j, catalogue) >= j.labels)
        wrong = share(compound, lambda j: bool(wanted(j, catalogue) - j.labels))
        invented = share(needs, lambda j: len(wanted(j, catalogue)) > 1)
        print(f"  {level:.1f}      {both} / {wrong} | {invented}")
    thresholds.SECOND_NEED = kept[1]


def print_calibration(clean: list[Judged]) -> None:
    """What the first guess's probability promises, and what it keeps."""
    print("\npromised   messages   kept")
    for low, high in pairwise((0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.01)):
        inside = [j for j in clean if low <= max(j.whole.values()) < high]
        kept = share(inside, lambda j: ranked(j)[0] in j.labels)
        print(f"  {low:.1f}-{min(high, 1):.1f}   {len(inside):6d}   {kept}")


def print_held_out(model: Model, file: Path) -> None:
    """The hand-written messages: needs found, and which messages went wrong."""
    messages = tomllib.loads(file.read_text("utf-8"))["message"]
    print(f"\nHand-written: {len(messages)} messages")
    times, counts = (
        [],
        dict.fromkeys(("language", "act", "needs first", "in three", "wanted", "wrong confident"), 0),
    )
    for message in messages:
        start = time.perf_counter()
        found = understand(message["text"], model)
        times.append(time.perf_counter() - start)
        codes, right = [need.code for need in found.needs], set(message["needs"])
        sure = {need.code for need in found.wanted}
        hits = {
            "language": found.language == message["language"],
            "act": found.act == message["act"],
            "needs first": right == set(codes[: len(right)]),
            "in three": right <= set(codes[: max(3, len(right))]),
            "wanted": sure == right,
            "wrong confident": bool(sure - right),
        }
        for name, hit in hits.items():
            counts[name] += hit
        if not hits["wanted"] or not hits["act"]:
            guesses = " ".join(f"{n.code}{'!' if n.wanted else ''} {n.confidence:.2f}" for n in found.needs[:3])
            print(f"  {message['text'][:58]:58s} {sorted(right)} {message['act']} | {found.act} {guesses}")
    print("  " + ", ".join(f"{name} {count}/{len(messages)}" for name, count in counts.items()))
    times.sort()
    print(f"  one message: p50 {times[len(times) // 2] * 1e3:.1f} ms, slowest {times[-1] * 1e3:.1f} ms")


def main() -> None:
    """Print everything."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--words-only", action="store_true", help="leave the sentence encoder out")
    options.add_argument("--folds", type=int, default=5)
    options.add_argument("--messages", type=Path, default=HELD_OUT)
    chosen = options.parse_args()
    encoder = None if chosen.words_only else load_encoder()
    catalogue = load_catalogue()
    print(f"engine: {encoder.name if encoder else 'words only'}; catalogue {catalogue.digest[:12]}")
    start = time.perf_counter()
    model = train(catalogue, encoder)
    print(f"built in {time.perf_counter() - start:.1f} s, sharpness {model.classifier.sharpness:.1f}")
    clean, noisy, compound = cross_validate(catalogue, encoder, chosen.folds)
    print_accuracy("Unseen phrases", clean, catalogue)
    print_accuracy("Unseen phrases with slips", noisy, catalogue)
    print_calibration(clean)
    print_thresholds(clean, compound, catalogue)
    print_held_out(model, chosen.messages)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB (with training)")


if __name__ == "__main__":
    main()
