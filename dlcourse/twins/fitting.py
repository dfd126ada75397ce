"""Train the same model in both libraries, from one source text, and compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import dlcourse
from dlcourse import layers
from dlcourse.models import Model
from dlcourse.twins.comparing import copy_weights, float_type, largest_difference

Array = np.ndarray


@dataclass(frozen=True)
class FitComparison:
    """Two trainings from one source text: the models, their histories, and the differences."""

    model: Model
    keras_model: Any
    history: dict[str, list[float]]
    keras_history: dict[str, list[float]]
    difference: float  # of the histories
    weights_difference: float  # of the weights at the end


def compare_fit(
    build: Callable[[Any], Any],
    x: Any,
    y: Any,
    callbacks: Callable[[Any], Sequence[Any]] | None = None,
    mask_seed: int = 0,
    dtype: str = "float64",
    **fit: Any,
) -> FitComparison:
    """Train the same model in both libraries, from the same weights, and compare.

        def build(k):                                     # k is dlcourse, then keras
            model = k.Sequential([k.Input((4,)), k.layers.Dense(3, activation="softmax")])
            model.compile(k.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
            return model

        twins.compare_fit(build, x, y, epochs=3).difference

    `callbacks(k)` returns the callbacks for each library. Dropout layers of both get the same
    masks, drawn with `mask_seed`. Samples are not shuffled, since the two shuffle differently.
    Other arguments go to both `fit`. Expect 1e-6 rather than 1e-12 from hyperparameters such as
    0.9: Keras rounds some of them to float32, even in float64. Sums of few powers of two, such as
    0.875, lose nothing.

    Errors: ValueError if the weights of the two models have different shapes.
    """
    fit = {"shuffle": False, "verbose": 0} | fit
    with float_type(dtype) as keras:
        ours, theirs = build(dlcourse), build(keras)
        copy_weights(ours, theirs)
        _give_masks(ours, theirs, mask_seed)
        histories = [
            model.fit(x, y, callbacks=list(callbacks(k)) if callbacks else None, **fit).history
            for k, model in ((dlcourse, ours), (keras, theirs))
        ]
    return FitComparison(
        model=ours,
        keras_model=theirs,
        history=histories[0],
        keras_history=histories[1],
        difference=largest_difference(*histories),
        weights_difference=largest_difference(ours.get_weights(), theirs.get_weights()),
    )


def _give_masks(ours: Model, theirs: Any, seed: int) -> None:
    """Make each Dropout layer of both models draw its masks from generators with equal seeds."""
    pairs = [(a, b) for a, b in _twin_layers(ours, theirs) if isinstance(a, layers.Dropout)]
    for number, (a, b) in enumerate(pairs):
        a.draw_mask = _masks(a, seed + number)  # type: ignore[method-assign,assignment]
        _use_masks(b, _masks(a, seed + number))
    if pairs:
        # Only outside a compiled graph is a new mask drawn in every step.
        theirs.run_eagerly = True


def _twin_layers(ours: Model, theirs: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each layer with its twin; of a model inside the model, its layers."""
    with_call = [layer for layer in theirs.layers if type(layer).__name__ != "InputLayer"]
    for a, b in zip(ours.layers, with_call, strict=True):
        if isinstance(a, Model):
            yield from _twin_layers(a, b)
        else:
            yield a, b


def _masks(layer: Any, seed: int) -> Callable[[Any], Array]:
    """Return a function that draws the masks of a Dropout layer from a generator of its own."""
    source = layers.Dropout(layer.rate, noise_shape=layer.noise_shape, seed=seed)
    return lambda shape: source.draw_mask(tuple(shape))


def _use_masks(layer: Any, draw: Callable[[Any], Array]) -> None:
    """Replace the call of a Keras Dropout layer by the same arithmetic with a given mask."""
    scale = 1 / (1 - layer.rate)

    def call(inputs: Any, training: bool = False) -> Any:
        if not training or layer.rate == 0:
            return inputs
        return inputs * draw(inputs.shape).astype(inputs.dtype.name) * scale

    layer.call = call
