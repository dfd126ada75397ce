"""A model in words, layer by layer: the same words for a dlcourse model and for a Keras model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcourse.grading.trial import Stop, Trial

# What a layer's get_config() holds and a reader wants to see, beside its activation.
SHOWN = ("kernel_size", "pool_size", "strides", "padding", "rate")
STANDALONE = {"ReLU": "relu", "Softmax": "softmax"}


def keep_layers(trial: Trial, model: Any) -> None:
    """Keep a line for each layer of a model; end the trial when it is no model that is built."""
    layers = getattr(model, "layers", None)
    if not isinstance(layers, (list, tuple)):
        trial.keep("model", model)
        raise Stop
    if not getattr(model, "built", False):
        trial.keep("model", "not built: it has no Input")
        raise Stop
    for number, line in enumerate(describe(layers), start=1):
        trial.inputs[f"layer {number}"] = ""
        trial.keep(f"layer {number}", line)


def describe(layers: Sequence[Any]) -> list[str]:
    """Return a line for each layer; an activation on its own counts to the layer before it."""
    found: list[tuple[str, str, str]] = []  # name and settings, activation, output and parameters
    for layer in layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        config = layer.get_config()
        activation = STANDALONE.get(kind, config.get("activation", ""))
        alone = kind == "Activation" or kind in STANDALONE
        if alone and found and found[-1][1] == "linear":
            found[-1] = (found[-1][0], activation, found[-1][2])
            continue
        settings = [f"{key} {_plain(config[key])}" for key in SHOWN if key in config]
        shape = ", ".join(str(n) for n in layer.output.shape[1:])
        size = f"output ({shape}), {layer.count_params()} parameters"
        found.append((", ".join([kind, *settings]), activation, size))
    return [", ".join(part for part in line if part) for line in found]


def _plain(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
