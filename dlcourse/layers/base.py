"""Layer: what every layer has in common: weights, gradients, and the checks on its input."""

from __future__ import annotations

import functools
import inspect
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from dlcourse import activations, config, initializers, regularizers
from dlcourse.arguments import CheckedArguments, check_float_type
from dlcourse.arrays import as_floats
from dlcourse.layers.input import Shape, SymbolicTensor
from dlcourse.messages import unknown_name, wrong

Array = np.ndarray

# How many layers of each kind have been named: the second Dense is called "dense_1", as in Keras.
_NAMES = Counter[str]()


class Layer(CheckedArguments):
    """A differentiable function with weights: `call` goes forward, `backward` goes back.

        y  = layer(x, training=True)     # remembers what backward needs
        dx = layer.backward(dy)          # dy = ∂L/∂y in, dx = ∂L/∂x out
        layer.grads["kernel"]            # ∂L/∂kernel, of the same shape as layer.kernel

    A subclass writes `build` (make the weights), `call`, `backward` and, when the shape changes,
    `compute_output_shape`. Shapes carry the batch axis first; it is `None` where unknown.
    Weights are plain arrays, changed in place by the optimizers; `grads` has the same names, and
    each backward pass overwrites it. Regularizers add their share to `losses` and to `grads`.

    `needs_input_gradient` is True at first. A model sets it to False on the layers that its inputs
    feed, since nothing uses ∂L/∂x there; `backward` may then return None and save the work.

    Errors: ValueError for an input of the wrong rank, width or dtype, or without samples, and for
    a dy that has not the shape of y.

    Keras twin: keras.layers.Layer. `backward` and `grads` take the place of GradientTape.
    """

    input_rank: ClassVar[int | None] = None  # number of axes that call expects, the batch included
    input_axes: ClassVar[str] = "(batch, features)"  # how a message names them

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Let every `call` note the shape of y, and every `backward` refuse a dy of another one."""
        super().__init_subclass__(**arguments)
        if "call" in cls.__dict__:
            cls.call = _noting_shape(cls.call)  # type: ignore[method-assign]
        if "backward" in cls.__dict__:
            cls.backward = _checking_shape(cls.backward)  # type: ignore[method-assign]

    def __init__(
        self,
        *,
        name: str | None = None,
        dtype: str | None = None,
        trainable: bool = True,
        **unknown: Any,
    ) -> None:
        for argument in unknown:
            raise TypeError(self._unknown_argument(argument))
        self.name = name or _next_name(type(self).__name__)
        self.dtype = check_float_type(
            config.floatx() if dtype is None else dtype, f"{type(self).__name__}: dtype"
        )
        self.trainable = trainable
        self.built = False
        self.input_shape: Shape | None = None
        self._output_shape: Shape | None = None  # of the latest call, if it made one array
        self.needs_input_gradient = True
        self.grads: dict[str, Array] = {}
        self._trainable: dict[str, bool] = {}  # weight name -> does training change it?
        self._regularizers: dict[str, Any] = {}

    # ------------------------------------------------------------ what a subclass writes

    def build(self, input_shape: Shape) -> None:
        """Make the weights for inputs of this shape. Subclasses end with `super().build(...)`."""
        self.input_shape = (None, *input_shape[1:])
        self.built = True

    def call(self, x: Any, training: bool = False) -> Array:
        """Return the output for the array `x`."""
        raise NotImplementedError(f"{type(self).__name__} has no call method.")

    def backward(self, dy: Array) -> Any:
        """Return ∂L/∂x for ∂L/∂y, and fill `grads`, for the input of the latest call."""
        raise NotImplementedError(f"{type(self).__name__} has no backward method.")

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of the output for an input of this shape."""
        return tuple(input_shape)

    # ------------------------------------------------------------ calling

    def __call__(self, x: Any, training: bool = False, **arguments: Any) -> Any:
        """Check the input, build the layer on first use, and return `call(x, training)`.

        Lists become arrays, of the layer's float type. Further arguments go to `call`.
        """
        if isinstance(x, SymbolicTensor):
            self._prepare(x.shape)
            return SymbolicTensor(
                self.compute_output_shape(x.shape), self.dtype, layer=self, inputs=[x]
            )
        x = as_floats(x, f"{self.name}: input", self.dtype)
        self._prepare(x.shape)
        return self.call(x, training=training, **arguments)

    def _prepare(self, shape: Shape) -> None:
        """Refuse a shape that the layer cannot take; build it if this is its first input."""
        self.check_input_shape(shape)
        if not self.built:
            self.build((None, *shape[1:]))

    def check_input_shape(self, shape: Shape) -> None:
        """Raise ValueError, with a sentence, unless an input of this shape can go in."""
        what = f"{self.name}: shape of the input"
        if self.input_rank is not None and len(shape) != self.input_rank:
            advice = ""
            if len(shape) == self.input_rank - 1:
                advice = "Add a missing batch or channel axis with x[None] or x[..., None]."
            expected = f"{self.input_rank} axes {self.input_axes}"
            raise ValueError(wrong(what, expected, tuple(shape), advice))
        if not shape:
            raise ValueError(wrong(what, "a batch axis first", shape, "Use e.g. x[None]."))
        if shape[0] == 0:
            raise ValueError(wrong(what, "at least one sample", tuple(shape)))

    def check_axis(self, shape: Shape, axis: int) -> None:
        """Raise ValueError unless this axis is as long as when the layer was built."""
        if self.input_shape is None or shape[axis] == self.input_shape[axis]:
            return
        expected = f"{self.input_shape[axis]} on axis {axis}, as when the layer was built"
        advice = "Make a new layer for inputs of another width."
        raise ValueError(wrong(f"{self.name}: shape of the input", expected, tuple(shape), advice))

    def _check_gradient(self, dy: Any) -> Any:
        """Return dy as an array of floats.

        Errors: ValueError unless it has the shape of the latest output.
        """
        if self._output_shape is None:
            return dy
        dy = as_floats(dy, f"{self.name}: dy")
        if dy.shape != self._output_shape:
            expected = f"that of the output, {self._output_shape}"
            raise ValueError(wrong(f"{self.name}: shape of dy", expected, dy.shape))
        return dy

    # ------------------------------------------------------------ weights

    def add_weight(
        self,
        name: str,
        shape: Sequence[int],
        initializer: Any = None,
        trainable: bool = True,
        regularizer: Any = None,
    ) -> Array:
        """Make a weight, keep it as the attribute `name`, and return it.

        Without an initializer it is GlorotUniform, as in Keras.
        """
        make = initializers.get(initializer) or initializers.GlorotUniform()
        value = as_floats(
            make(tuple(shape), dtype=self.dtype), f"{self.name}: first {name}", self.dtype
        )
        if value.shape != tuple(shape):
            expected = f"shape {tuple(shape)}"
            raise ValueError(wrong(f"{self.name}: first {name}", expected, value))
        value = value.copy()  # training changes it, and the initializer may keep its own
        setattr(self, name, value)
        self._trainable[name] = trainable
        if regularizer is not None:
            self._regularizers[name] = regularizers.get(regularizer)
        return value

    def set_gradient(self, name: str, gradient: Array) -> None:
        """Store ∂L/∂weight, plus the gradient of the weight's regularizer if it has one."""
        if name in self._regularizers:
            gradient = gradient + self._regularizers[name].gradient(getattr(self, name))
        self.grads[name] = gradient

    def weight_names(self, trainable: bool | None = None) -> list[str]:
        """Return the names of the weights in Keras's order: those that training changes first.

        A frozen layer (`layer.trainable = False`) has no trainable weights.
        """
        learned = [n for n, flag in self._trainable.items() if flag]
        fixed = [n for n, flag in self._trainable.items() if not flag]
        if trainable is None:
            return learned + fixed
        if trainable:
            return learned if self.trainable else []
        return fixed if self.trainable else learned + fixed

    @property
    def weights(self) -> list[Array]:
        """All weights, in Keras's order."""
        return [getattr(self, name) for name in self.weight_names()]

    @property
    def trainable_weights(self) -> list[Array]:
        """The weights that an optimizer changes."""
        return [getattr(self, name) for name in self.weight_names(trainable=True)]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """The weights that an optimizer leaves alone."""
        return [getattr(self, name) for name in self.weight_names(trainable=False)]

    @property
    def losses(self) -> list[float]:
        """What the regularizers of the trainable weights add to the loss."""
        names = self.weight_names(trainable=True)
        return [r(getattr(self, n)) for n, r in self._regularizers.items() if n in names]

    def get_weights(self) -> list[Array]:
        """Return copies of all weights, in Keras's order."""
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Copy the given arrays into the weights, in Keras's order.

        Errors: ValueError if their number or one of their shapes differs.
        """
        names = self.weight_names()
        if len(weights) != len(names):
            expected = f"{len(names)} arrays ({', '.join(names) or 'this layer has no weights'})"
            advice = "" if self.built else "The layer is not built yet: call it on data first."
            what = f"{self.name}: number of weights given to set_weights"
            raise ValueError(wrong(what, expected, len(weights), advice))
        values = [np.asarray(value) for value in weights]
        for name, value in zip(names, values, strict=True):
            shape = getattr(self, name).shape
            if value.shape != shape:
                raise ValueError(wrong(f"{self.name}: shape of {name}", str(shape), value.shape))
        for name, value in zip(names, values, strict=True):
            getattr(self, name)[...] = value

    def count_params(self) -> int:
        """Return the number of numbers in all weights.

        Errors: ValueError if the layer has not been built.
        """
        if not self.built:
            raise ValueError(
                f"{self.name}: the number of parameters is known only once the layer is built. "
                "Call it on data or on an Input first."
            )
        return sum(weight.size for weight in self.weights)

    # ------------------------------------------------------------ configuration

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal layer: `type(layer).from_config(config)`."""
        arguments = [
            name
            for name, parameter in inspect.signature(type(self).__init__).parameters.items()
            if name != "self" and parameter.kind is not parameter.VAR_KEYWORD
        ]
        own = {name: _to_config(getattr(self, name)) for name in arguments}
        return {"name": self.name, "trainable": self.trainable, "dtype": self.dtype} | own

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Layer:
        """Return a new layer, without weights yet, from what `get_config` returned."""
        return cls(**config)

    def __getattr__(self, name: str) -> Any:
        """Say why something is missing: what `build` and `call` make does not exist before them."""
        hint = ""
        if not name.startswith("__"):
            hint = " Weights exist once the layer is built, and backward needs a call before it."
        raise AttributeError(f"{type(self).__name__} has no {name!r}.{hint}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r} built={self.built}>"

    def _unknown_argument(self, argument: str) -> str:
        if argument in ("input_shape", "input_dim", "batch_input_shape"):
            return (
                f"{type(self).__name__}: {argument} is not an argument of layers. "
                "Put Input((features,)) before the first layer of the model."
            )
        known = set(inspect.signature(type(self).__init__).parameters) - {"self", "kwargs"}
        kind = f"argument of {type(self).__name__}:"
        return unknown_name(kind, argument, known | {"name", "dtype", "trainable"})


def _noting_shape(call: Callable) -> Callable:
    """Return the `call` of a layer that also notes the shape of what it returns."""

    @functools.wraps(call)
    def call_and_note(self: Layer, *args: Any, **kwargs: Any) -> Any:
        y = call(self, *args, **kwargs)
        self._output_shape = getattr(y, "shape", None)
        return y

    return call_and_note


def _checking_shape(way_back: Callable) -> Callable:
    """Return the `backward` of a layer that first looks at dy."""

    @functools.wraps(way_back)
    def backward(self: Layer, dy: Any, *args: Any, **kwargs: Any) -> Any:
        if type(self).backward is backward:  # and not called by that of a subclass
            dy = self._check_gradient(dy)
        return way_back(self, dy, *args, **kwargs)

    return backward


def positive_integer(value: Any, what: str, advice: str = "") -> int:
    """Return `value` as an int; raise ValueError unless it is a whole number above zero."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        raise ValueError(wrong(what, "a positive integer", value, advice))
    return int(value)


def _next_name(class_name: str) -> str:
    """Return "max_pooling2d" for the first MaxPooling2D, then "max_pooling2d_1", and so on."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", class_name)
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    _NAMES[name] += 1
    return name if _NAMES[name] == 1 else f"{name}_{_NAMES[name] - 1}"


def _to_config(value: Any) -> Any:
    """Return an argument as plain data: an object by its class and config, a function by its name.

    A function that is not known by its name stays itself.
    """
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if isinstance(value, np.random.Generator):
        return None  # the state of a generator is not a setting
    name = getattr(value, "__name__", "")
    return name if name and vars(activations).get(name) is value else value
