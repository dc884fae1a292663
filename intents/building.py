"""The build step: a catalogue becomes a model, once; afterwards the model is read from where it was kept."""

from __future__ import annotations

from pathlib import Path

from intents.catalogue import Catalogue
from intents.encoder import Depth, Encoder, load_encoder
from intents.model import Model

_FORMAT = 16
"""Part of the cached file's name. Raise it when training or the file's layout changes."""


class ModelError(Exception):
    """There is no trained model and none can be built here. The message says what to do."""


def model_file(catalogue: Catalogue, folder: Path, encoder: Encoder | None) -> Path:
    """Give the file in which the model of this catalogue and encoder is kept, there or not."""
    kind = encoder.name if encoder else "words"
    return folder / f"understanding-{_FORMAT}-{kind}-{catalogue.digest[:16]}.npz"


def load_or_train(catalogue: Catalogue, folder: Path, depth: Depth = Depth.DEFAULT) -> Model:
    """Give the catalogue's model: from the folder where it was trained before, else trained now and kept
    there.

    Raises ModelError if the encoder's package is missing, or scipy where the model must be trained.
    """
    try:
        encoder = load_encoder(depth)
    except ImportError as error:
        raise ModelError(
            f'Reading messages at depth "{depth}" needs a package that is missing: {error.name}.'
        ) from error
    file = model_file(catalogue, folder, encoder)
    if file.exists():
        try:
            return Model.load(file, catalogue, encoder)
        except (OSError, ValueError):
            pass  # cut short or from another machine: train it anew
    try:
        from intents.training import train
    except ImportError as error:
        raise ModelError(
            "The understanding model is not built yet, and building it needs scipy: "
            'install Handrail with its "build" extra, or copy the model file from a machine that has built it.'
        ) from error
    model = train(catalogue, encoder)
    model.save(file)
    return model
