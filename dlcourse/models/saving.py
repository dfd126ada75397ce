"""Saving and loading: one .npz file of plain arrays, and the configuration as text.

The file holds the arrays "weights/dense/kernel", …, what the optimizer remembers about each,
"optimizer/dense/kernel/momentum", …, and one text, "config", with the layers and their arguments as
JSON. Nothing in it is a program: reading it makes the layers of this package that it names, and
fills in the numbers.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse import layers, losses, metrics, optimizers
from dlcourse.messages import describe, unknown_name, wrong
from dlcourse.models.graph import taken_by
from dlcourse.models.network import described

if TYPE_CHECKING:
    from dlcourse.models.model import Model

FORMAT = 2  # of the file; to be raised when its content changes


def save_model(model: Model, filepath: str | Path, overwrite: bool) -> None:
    """Write a model to a file: see Model.save."""
    config: dict[str, Any] = {"format": FORMAT, "model": described(model)}
    arrays = _weights(model)
    if model.optimizer is not None:
        config["compile"] = {"optimizer": described(model.optimizer)} | {
            name: _plain(value) for name, value in model.compiled.items()
        }
        config["iterations"] = model.optimizer.iterations
        arrays |= _states(model)
    try:
        text = json.dumps(config, default=_number)
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

    Layers, losses, metrics and optimizers of your own are found by their name in `custom_objects`.
    `compile=False` leaves the optimizer, the loss and the metrics out. The optimizer goes on with
    what it remembers about the weights that are trainable, and starts afresh for those that were
    not trained before.

    Errors: FileNotFoundError; ValueError for a file that is not of this format, or names in it that
    are not known.

    Keras twin: keras.models.load_model, which reads .keras files.
    """
    arrays = _read(filepath)
    if "config" not in arrays:
        expected = "a file written by model.save"
        advice = "A file of save_weights goes into a model with load_weights."
        raise ValueError(wrong("load_model", expected, str(filepath), advice))
    config = json.loads(str(arrays["config"]))
    if config["format"] != FORMAT:
        what, advice = "load_model: format of the file", "Another version of dlcourse wrote it."
        raise ValueError(wrong(what, str(FORMAT), config["format"], advice))
    model = _made(config["model"], custom_objects)
    model.set_weights(_weights_in(arrays))
    if compile and "compile" in config:
        _compile(model, config["compile"], custom_objects or {})
        optimizer = model.optimizer
        optimizer.iterations = config["iterations"]
        if optimizer.iterations:
            optimizer.build(model.trainable_weights)
            names = model.weight_names(trainable=True)
            for weight, state in zip(names, optimizer.states, strict=True):
                for slot, array in state.items():
                    array[...] = arrays.get(f"optimizer/{weight}/{slot}", array)
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
        tensors.append(layer(taken_by(layer, sources)))
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


def _compile(model: Model, arguments: dict[str, Any], own: dict[str, Any]) -> None:
    """Compile a model as the file says, with the losses, metrics and optimizers of your own."""
    makers = {
        "optimizer": optimizers.get,
        "loss": losses.get,
        "metrics": metrics.get,
        "weighted_metrics": metrics.get,
    }
    try:
        revived = {n: _revived(value, makers.get(n), own) for n, value in arguments.items()}
        model.compile(**revived)
    except ValueError as error:
        raise ValueError(
            f"load_model: {error} If it is one of your own, give it in "
            "custom_objects={name: class or function}, or use compile=False and compile the model."
        ) from None


def _revived(value: Any, get: Any, own: dict[str, Any]) -> Any:
    """Return what `_plain` wrote as objects again; names stay names, but for those of your own."""
    if isinstance(value, list):
        return [_revived(v, get, own) for v in value]
    if isinstance(value, str):
        return own.get(value, value)
    if not isinstance(value, dict):
        return value
    if set(value) != {"class_name", "config"}:
        return {name: _revived(v, get, own) for name, v in value.items()}
    if value["class_name"] in own:
        return own[value["class_name"]].from_config(value["config"])
    return get(value)


def _plain(value: Any) -> Any:
    """Return a loss, a metric, or lists of them, as names and configurations."""
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {name: _plain(v) for name, v in value.items()}
    if hasattr(value, "get_config") and not isinstance(value, type):
        return described(value)
    return getattr(value, "__name__", value)


def _number(value: Any) -> Any:
    """Return a number of NumPy's as one of Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{describe(value)} is no plain data")


def _states(model: Model) -> dict[str, np.ndarray]:
    """Return what the optimizer remembers, under the names of the weights that it is about."""
    names = dict(zip(map(id, model.weights), model.weight_names(), strict=True))
    return {
        f"optimizer/{names[id(weight)]}/{slot}": array
        for weight, state in zip(model.optimizer.variables, model.optimizer.states, strict=True)
        if id(weight) in names
        for slot, array in state.items()
    }


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
    if path.is_dir():
        advice = "There is a folder of this name, so choose another one."
        raise ValueError(wrong("save: filepath", "the name of a file", str(filepath), advice))
    if path.exists() and not overwrite:
        raise FileExistsError(f"save: {path} exists already. Use overwrite=True to replace it.")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"save: there is no folder {str(path.parent)!r}. Make it first, with "
            "Path(...).mkdir(parents=True), or choose another one."
        )
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        part = Path(folder, path.name)
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
