"""Carry a model over to the other library: its layers, their settings and their weights."""

from __future__ import annotations

import inspect
from typing import Any

from dlcourse import layers
from dlcourse.messages import unknown_name
from dlcourse.models import Model, Sequential
from dlcourse.models.graph import taken_by
from dlcourse.twins.comparing import copy_weights, import_keras


def to_keras(model: Model) -> Any:
    """Return the Keras model with the same layers and weights.

    Errors: ValueError if the model is not built, or has a layer that Keras has not.
    """
    keras = import_keras()
    if not model.built:
        raise ValueError(f"{model.name}: the model is not built yet. Put Input(shape) first.")
    names = [tensor.name for tensor in model.inputs]
    tensors: list[Any] = []
    pairs: list[tuple[Any, Any]] = []
    for tensor in model.graph.tensors:
        if tensor.layer is None:
            name = tensor.name if names.count(tensor.name) == 1 else None  # Keras makes one up
            tensors.append(keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name))
            continue
        twin = _keras_layer(keras, tensor.layer)
        step = model.graph.steps[len(pairs)]
        sources = [tensors[i] for i in step.sources]
        tensors.append(twin(taken_by(tensor.layer, sources)))
        pairs.append((tensor.layer, twin))
    if isinstance(model, Sequential):
        result = keras.Sequential([tensors[0], *(twin for _, twin in pairs)], name=model.name)
    else:
        inputs = [tensors[i] for i in model.graph.inputs]
        outputs = [tensors[i] for i in model.graph.outputs]
        result = keras.Model(_one_or_all(inputs), _one_or_all(outputs), name=model.name)
    for layer, twin in pairs:
        copy_weights(layer, twin)
    return result


def from_keras(model: Any) -> Model:
    """Return the dlcourse model with the same layers and weights as a Keras model.

    Errors: ValueError if the model is not built, or has a layer, or a setting of one, that
    dlcourse has not.
    """
    keras = import_keras()
    if not model.built:
        raise ValueError(f"{model.name}: the model is not built yet. Call it on data first.")
    if isinstance(model, keras.Sequential):
        ours = [_our_layer(keras, layer) for layer in model.layers]
        first = layers.Input(model.input_shape[1:], dtype=model.inputs[0].dtype)
        result: Model = Sequential([first, *ours], name=model.name)
        pairs = list(zip(ours, model.layers, strict=True))
    else:
        result, pairs = _from_functional(keras, model)
    for layer, twin in pairs:
        copy_weights(twin, layer)
    return result


def _from_functional(keras: Any, model: Any) -> tuple[Model, list]:
    """Return the twin of a functional model, and the pairs of layers whose weights to copy."""
    made: dict[int, Any] = {}
    for tensor in model.inputs:
        made[id(tensor)] = layers.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name)
    pairs = []
    for theirs in model.layers:
        if isinstance(theirs, keras.layers.InputLayer):
            continue
        sources = theirs.input if isinstance(theirs.input, list) else [theirs.input]
        _check_made(made, sources, f"the layer {theirs.name!r} is fed by")
        ours = _our_layer(keras, theirs)
        inputs = [made[id(tensor)] for tensor in sources]
        made[id(theirs.output)] = ours(taken_by(ours, inputs))
        pairs.append((ours, theirs))
    _check_made(made, model.outputs, "an output is")
    inputs = [made[id(tensor)] for tensor in model.inputs]
    outputs = [made[id(tensor)] for tensor in model.outputs]
    return Model(_one_or_all(inputs), _one_or_all(outputs), name=model.name), pairs


def _check_made(made: dict[int, Any], tensors: list, what: str) -> None:
    """Refuse a tensor that no layer of the model has made."""
    for tensor in tensors:
        if id(tensor) not in made:
            raise ValueError(
                f"from_keras: {what} {tensor.name!r}, which no layer makes that is used once: a "
                "function such as a + b, a layer that is called twice, or a model inside the model "
                "called on its own. Use layers only, such as Add()([a, b]), and each of them once."
            )


def _keras_layer(keras: Any, layer: Any) -> Any:
    """Return the Keras layer with the same arguments."""
    if isinstance(layer, Model):
        return to_keras(layer)
    kind = type(layer).__name__
    twin = getattr(keras.layers, kind, None)
    if twin is None or kind not in layers.__all__:
        raise ValueError(f"to_keras: Keras has no layer {kind!r} that equals {layer.name!r}.")
    known = inspect.signature(twin.__init__).parameters
    arguments = {
        name: _revived(keras, value)
        for name, value in layer.get_config().items()
        if name in known and not _is_own_initializer(keras, name, value)
    }
    made = twin(**arguments | {"name": layer.name, "dtype": layer.dtype})
    made.trainable = layer.trainable
    return made


def _is_own_initializer(keras: Any, name: str, value: Any) -> bool:
    """Return whether Keras lacks this initializer; it may, since the weights are copied anyway."""
    given = name.endswith("_initializer") and isinstance(value, dict)
    return given and not hasattr(keras.initializers, value["class_name"])


def _revived(keras: Any, value: Any) -> Any:
    """Return an initializer or regularizer of Keras for its class name and config."""
    if not isinstance(value, dict) or "class_name" not in value:
        return value
    for module in (keras.initializers, keras.regularizers):
        if hasattr(module, value["class_name"]):
            return getattr(module, value["class_name"])(**value["config"])
    raise ValueError(f"to_keras: Keras has no {value['class_name']}.")


def _our_layer(keras: Any, layer: Any) -> Any:
    """Return the dlcourse layer with the same arguments."""
    if isinstance(layer, keras.Model):
        return from_keras(layer)
    kind = type(layer).__name__
    if kind not in layers.__all__:
        raise ValueError(unknown_name("layer of Keras:", kind, layers.__all__))
    ours = getattr(layers, kind)
    known = set(inspect.signature(ours.__init__).parameters) - {"name", "dtype", "trainable"}
    theirs = inspect.signature(type(layer).__init__).parameters
    arguments = {}
    for name, value in layer.get_config().items():
        if name in known:
            arguments[name] = _plain(value)
        elif name in theirs and name not in ("name", "dtype", "trainable", "activity_regularizer"):
            default = theirs[name].default
            if value not in (default, None, "channels_last") and default is not inspect._empty:
                raise ValueError(
                    f"from_keras: {layer.name!r} has {name}={value!r}, which dlcourse does not "
                    f"know. Leave it at Keras's default, {default!r}."
                )
    return ours(**arguments, name=layer.name, dtype=layer.dtype, trainable=layer.trainable)


def _plain(value: Any) -> Any:
    """Return the class name and config that Keras wraps in more text."""
    if isinstance(value, dict) and "class_name" in value:
        return {"class_name": value["class_name"], "config": value["config"]}
    return value


def _one_or_all(values: list) -> Any:
    return values if len(values) > 1 else values[0]
