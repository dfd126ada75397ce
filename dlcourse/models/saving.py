"""Saving and loading: one .npz file of plain arrays, and the configuration as text.

The file holds the arrays "weights/dense/kernel", …, the state of the optimizer, and one text,
"config", with the layers and their arguments as JSON. Nothing in it is a program: reading it makes
the layers of this package that it names, and fills in the numbers.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse import layers
from dlcourse.messages import unknown_name, wrong
from dlcourse.models.network import described

if TYPE_CHECKING:
    from dlcourse.models.model import Model

FORMAT = 1  # of the file; to be raised when its content changes


def save_model(model: Model, filepath: str | Path, overwrite: bool) -> None:
    """Write a model to a file: see Model.save."""
    config: dict[str, Any] = {"format": FORMAT, "model": described(model)}
    arrays = _weights(model)
    if model.optimizer is not None:
        config["compile"] = {"optimizer": described(model.optimizer)} | {
            name: _plain(value) for name, value in model.compiled.items()
        }
        config["iterations"] = model.optimizer.iterations
        for i, state in enumerate(model.optimizer.states):
            arrays |= {f"optimizer/{i}/{name}": array for name, array in state.items()}
    try:
        text = json.dumps(config)
    except TypeError as error:
        raise ValueError(
            f"{model.name}: the model cannot be saved: {error}. Use plain arguments: numbers, "
            "texts and names, e.g. seed=1 rather than a generator."
        ) from None
    _write(filepath, overwrite, {"config": np.array(text)} | arrays)


def save_weights(model: Model, filepath: str | Path, overwrite: bool) -> None:
    """Write the weights of a model to a file: see Model.save_weights."""
    _write(filepath, overwrite, _weights(model))


def load_weights(model: Model, filepath: str | Path) -> None:
    """Read the weights of a model from a file: see Model.load_weights."""
    model.set_weights(_weights_in(_read(filepath)))


def load_model(
    filepath: str | Path, custom_objects: dict[str, Any] | None = None, compile: bool = True
) -> Model:
    """Return the model that `model.save` wrote: its layers, weights and optimizer state.

        model = models.load_model("digits.npz")

    Layers of your own are found by their name in `custom_objects`. `compile=False` leaves the
    optimizer, the loss and the metrics out.

    Errors: FileNotFoundError; ValueError for a file that is not of this format, or layers that are
    not known.

    Keras twin: keras.models.load_model, which reads .keras files.
    """
    arrays = _read(filepath)
    if "config" not in arrays:
        expected = "a file written by model.save"
        advice = "A file of save_weights goes into a model with load_weights."
        raise ValueError(wrong("load_model", expected, str(filepath), advice))
    config = json.loads(str(arrays["config"]))
    if config["format"] != FORMAT:
        raise ValueError(wrong("load_model: format of the file", str(FORMAT), config["format"]))
    model = _made(config["model"], custom_objects)
    model.set_weights(_weights_in(arrays))
    if compile and "compile" in config:
        model.compile(**config["compile"])
        optimizer = model.optimizer
        optimizer.iterations = config["iterations"]
        if optimizer.iterations:
            optimizer.build(model.trainable_weights)
        for i, state in enumerate(optimizer.states):
            for name in state:
                state[name][...] = arrays[f"optimizer/{i}/{name}"]
    return model


def model_from_config(cls: type[Model], config: dict[str, Any], custom_objects: Any) -> Model:
    """Return a new model: see Model.from_config."""
    inputs = [layers.Input(**arguments) for arguments in config["inputs"]]
    made = [_made(entry, custom_objects) for entry in config["layers"]]
    if cls.__name__ == "Sequential":
        return cls([*inputs, *made], name=config["name"])  # type: ignore[call-arg]
    tensors = list(inputs)
    for layer, entry in zip(made, config["layers"], strict=True):
        sources = [tensors[i] for i in entry["sources"]]
        tensors.append(layer(sources if len(sources) > 1 else sources[0]))
    return cls(inputs, [tensors[i] for i in config["outputs"]], name=config["name"])


def _made(entry: dict[str, Any], custom_objects: dict[str, Any] | None) -> Any:
    """Return the layer or model that an entry of the configuration describes."""
    from dlcourse.models import Model, Sequential

    exported = {name: getattr(layers, name) for name in layers.__all__}
    known = {name: c for name, c in exported.items() if hasattr(c, "from_config")}
    known |= {"Model": Model, "Sequential": Sequential} | (custom_objects or {})
    if entry["class_name"] not in known:
        raise ValueError(unknown_name("layer in the file:", entry["class_name"], known))
    cls = known[entry["class_name"]]
    if issubclass(cls, Model):
        return cls.from_config(entry["config"], custom_objects)
    return cls.from_config(entry["config"])


def _plain(value: Any) -> Any:
    """Return a loss, a metric, or lists of them, as names and configurations."""
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {name: _plain(v) for name, v in value.items()}
    if hasattr(value, "get_config"):
        return described(value)
    return getattr(value, "__name__", value)


def _weights_in(arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [array for name, array in arrays.items() if name.startswith("weights/")]


def _weights(model: Model) -> dict[str, np.ndarray]:
    names = [f"weights/{name}" for name in model.weight_names()]
    return dict(zip(names, model.weights, strict=True))


def _write(filepath: str | Path, overwrite: bool, arrays: dict[str, np.ndarray]) -> None:
    """Write the arrays to a file beside its place first, so that a half-written one never stays."""
    path = Path(filepath)
    if path.suffix != ".npz":
        raise ValueError(wrong("save: filepath", "a name that ends in .npz", str(filepath)))
    if path.exists() and not overwrite:
        raise FileExistsError(f"save: {path} exists already. Use overwrite=True to replace it.")
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    part.replace(path)


def _read(filepath: str | Path) -> dict[str, np.ndarray]:
    """Return the arrays of a file; none of them may need a program to be read."""
    path = Path(filepath)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {str(path)!r}.")
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (ValueError, OSError, AttributeError, zipfile.BadZipFile):
        expected = "an .npz file of plain arrays, as model.save writes it"
        raise ValueError(wrong("load", expected, str(path))) from None
