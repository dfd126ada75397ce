"""Model: a network that can be trained, used and saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlcourse.layers import SymbolicTensor
from dlcourse.messages import wrong
from dlcourse.models import saving
from dlcourse.models.training import Training


class Model(Training):
    """The layers between the inputs and the outputs: the functional way to build a network.

        inputs = Input((8,))
        x = layers.Dense(8, activation="relu")(inputs)
        x = layers.Add()([x, inputs])                        # a skip connection
        model = Model(inputs, layers.Dense(1)(x))

    A model is a layer made of layers: it can be called, has weights, and sends gradients back;
    `grads["dense/kernel"]` is the gradient of the kernel of the layer called "dense".
    `compile`, `fit`, `evaluate` and `predict` train and use it (models/training.py).

    Several inputs or outputs are given as lists, and so are their arrays then. A part of a model is
    a model too: `Model(model.input, model.get_layer("conv2d").output)` shows feature maps, and
    `Model(model.get_layer("conv2d").output, model.output)` is what comes after them.

    Errors: ValueError if the outputs do not depend on the inputs alone, or a layer occurs twice.

    Keras twin: keras.Model, with equal outputs, gradients and histories.

    Differs from Keras: `layers` holds no InputLayer, since an Input is a tensor here. A model that
    is part of another model has one input and one output.
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        super().__init__(name)
        inputs, outputs = (
            list(t) if isinstance(t, list | tuple) else [t] for t in (inputs, outputs)
        )
        for tensor in [*inputs, *outputs]:
            if not isinstance(tensor, SymbolicTensor):
                advice = "Begin with x = Input(shape) and call layers on it."
                raise ValueError(wrong("Model", "symbolic tensors", tensor, advice))
        self._connect(inputs, outputs)

    def save(self, filepath: str | Path, overwrite: bool = True) -> None:
        """Write layers, weights and optimizer to an .npz file, for `models.load_model`.

        Errors: ValueError for another ending, a folder of that name, an argument that is no plain
        data, or a model that is not built; FileExistsError if the file exists and `overwrite` is
        False; FileNotFoundError if the folder to save in does not exist.

        Keras twin: keras.Model.save, which writes .keras files.
        """
        saving.save_model(self, filepath, overwrite)

    def save_weights(self, filepath: str | Path, overwrite: bool = True) -> None:
        """Write the weights alone to an .npz file. Errors as in `save`."""
        saving.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: str | Path) -> None:
        """Fill in the weights from a file that `save` or `save_weights` wrote, in their order.

        Errors: FileNotFoundError; ValueError if the weights have other shapes than the model's.
        """
        saving.load_weights(self, filepath)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Return a new model, with weights not yet trained, from what `get_config` returned."""
        return saving.model_from_config(cls, config, custom_objects)
