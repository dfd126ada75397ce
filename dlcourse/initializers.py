"""Initializers: the first values of the weights.

    kernel = GlorotUniform(seed=1)((64, 10))
    kernel = initializers.get("he_normal")((3, 3, 8, 16), dtype="float32")

As in Keras, an initializer made with an integer seed (or none) gives the same numbers each time it
is called. One made with a numpy Generator draws on from that generator.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse import config
from dlcourse.arguments import CheckedArguments, check_float_type
from dlcourse.messages import unknown_name, wrong

Array = np.ndarray
Seed = int | np.random.Generator | None

# A normal distribution cut off at two standard deviations has this standard deviation.
TRUNCATED_STDDEV = 0.87962566103423978


class Initializer(CheckedArguments):
    """Makes an array of first values: `initializer(shape, dtype=None) -> array`."""

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> Array:
        """Return a new array of this shape and float type (`config.floatx()` if None)."""
        shape = _checked_shape(shape, type(self).__name__)
        dtype = check_float_type(dtype or config.floatx(), f"{type(self).__name__}: dtype")
        return np.asarray(self.values(shape)).astype(dtype, copy=False)

    def values(self, shape: tuple[int, ...]) -> Array:
        """Return the values for a shape, in float64."""
        raise NotImplementedError(f"{type(self).__name__} has no values method.")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal initializer; a Generator counts as no seed."""
        arguments = {n: getattr(self, n) for n in inspect.signature(type(self)).parameters}
        if isinstance(arguments.get("seed"), np.random.Generator):
            arguments["seed"] = None
        return arguments

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """Return a new initializer from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class Constant(Initializer):
    """Fill with one value: `w = value`.

    Keras twin: keras.initializers.Constant, equal.
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def values(self, shape: tuple[int, ...]) -> Array:
        """Return an array full of the value."""
        return np.full(shape, self.value, dtype=np.float64)


class Zeros(Initializer):
    """Fill with zeros: right for biases; a kernel of zeros keeps all units of a layer alike.

    Keras twin: keras.initializers.Zeros, equal.
    """

    def values(self, shape: tuple[int, ...]) -> Array:
        """Return an array of zeros."""
        return np.zeros(shape)


class Ones(Initializer):
    """Fill with ones.

    Keras twin: keras.initializers.Ones, equal.
    """

    def values(self, shape: tuple[int, ...]) -> Array:
        """Return an array of ones."""
        return np.ones(shape)


class RandomInitializer(Initializer):
    """An initializer that draws from a random generator of its own, or from a given one.

    Errors: ValueError for a seed that is no integer, Generator or None.
    """

    def __init__(self, seed: Seed = None) -> None:
        self.seed = seed
        # Without a seed, one is drawn now, so that repeated calls still give the same numbers.
        self._entropy = np.random.SeedSequence().entropy if seed is None else seed

    def generator(self) -> np.random.Generator:
        """Return the generator to draw from: a new one for each call unless one was given."""
        return np.random.default_rng(self._entropy)


class RandomNormal(RandomInitializer):
    """Draw from a normal distribution: `w ~ N(mean, stddev²)`.

    Errors: ValueError if stddev is negative.

    Keras twin: keras.initializers.RandomNormal, the same distribution, another random stream.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Seed = None) -> None:
        super().__init__(seed)
        self.mean = mean
        self.stddev = _not_negative(stddev, f"{type(self).__name__}: stddev")

    def values(self, shape: tuple[int, ...]) -> Array:
        """Return mean + stddev z, where z is normal."""
        return self.mean + self.stddev * self.generator().standard_normal(shape)


class TruncatedNormal(RandomInitializer):
    """Draw from a normal distribution, and draw again what lies beyond two standard deviations.

    Errors: ValueError if stddev is negative.

    Keras twin: keras.initializers.TruncatedNormal, the same distribution, another random stream.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Seed = None) -> None:
        super().__init__(seed)
        self.mean = mean
        self.stddev = _not_negative(stddev, f"{type(self).__name__}: stddev")

    def values(self, shape: tuple[int, ...]) -> Array:
        """Return mean + stddev z, where z is normal and |z| <= 2."""
        return self.mean + self.stddev * _truncated_normal(shape, self.generator())


class RandomUniform(RandomInitializer):
    """Draw evenly between two bounds: `w ~ U[minval, maxval)`.

    Errors: ValueError if minval is larger than maxval.

    Keras twin: keras.initializers.RandomUniform, the same distribution, another random stream.
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Seed = None) -> None:
        super().__init__(seed)
        if not minval <= maxval:
            what = f"{type(self).__name__}: minval and maxval"
            raise ValueError(wrong(what, "minval <= maxval", (minval, maxval)))
        self.minval = minval
        self.maxval = maxval

    def values(self, shape: tuple[int, ...]) -> Array:
        """Return numbers drawn evenly from the interval."""
        return self.generator().uniform(self.minval, self.maxval, shape)


class VarianceScaling(RandomInitializer):
    """Draw with a spread that keeps signals about as large after the layer as before it.

        n        = fan_in, fan_out, or their mean (fan_avg)
        variance = scale / n
        w ~ U[-sqrt(3 variance), sqrt(3 variance))      # distribution="uniform"
        w ~ N(0, variance)                              # "untruncated_normal"
        w ~ N(0, variance / 0.8796²), |w| <= 2 stddev   # "truncated_normal": same variance

    Errors: ValueError for a scale that is not positive, or an unknown mode or distribution.

    Keras twin: keras.initializers.VarianceScaling, the same distribution, another random stream.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(seed)
        if not scale > 0:
            raise ValueError(wrong("VarianceScaling: scale", "a positive number", scale))
        modes = ("fan_in", "fan_out", "fan_avg")
        if mode not in modes:
            raise ValueError(unknown_name("mode of VarianceScaling:", mode, modes))
        distributions = ("uniform", "truncated_normal", "untruncated_normal")
        if distribution not in distributions:
            kind = "distribution of VarianceScaling:"
            raise ValueError(unknown_name(kind, distribution, distributions))
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes

    def variance(self, shape: Sequence[int]) -> float:
        """Return the variance of the weights for a kernel of this shape."""
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        return self.scale / max(1.0, n)

    def values(self, shape: tuple[int, ...]) -> Array:
        """Return numbers with mean 0 and the variance for this shape."""
        stddev = math.sqrt(self.variance(shape))
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev
            return self.generator().uniform(-limit, limit, shape)
        if self.distribution == "untruncated_normal":
            return stddev * self.generator().standard_normal(shape)
        return stddev / TRUNCATED_STDDEV * _truncated_normal(shape, self.generator())


class _Preset(VarianceScaling):
    """VarianceScaling with a scale, a mode and a distribution that carry a name of their own."""

    preset: tuple[float, str, str]

    def __init__(
        self,
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self.preset, seed, input_axes, output_axes)


class GlorotUniform(_Preset):
    """Draw evenly with variance 2 / (fan_in + fan_out): for tanh, sigmoid and softmax layers.

        limit = sqrt(6 / (fan_in + fan_out));  w ~ U[-limit, limit)

    Source: Glorot and Bengio (2010), https://proceedings.mlr.press/v9/glorot10a.html.

    Keras twin: keras.initializers.GlorotUniform, the same distribution, another random stream.
    """

    preset = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Preset):
    """Draw from a truncated normal with variance 2 / (fan_in + fan_out).

    Source: Glorot and Bengio (2010), https://proceedings.mlr.press/v9/glorot10a.html.

    Keras twin: keras.initializers.GlorotNormal, the same distribution, another random stream.
    """

    preset = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Preset):
    """Draw evenly with variance 2 / fan_in: for relu layers, which lose half of the signal.

        limit = sqrt(6 / fan_in);  w ~ U[-limit, limit)

    Source: He et al. (2015), https://arxiv.org/abs/1502.01852.

    Keras twin: keras.initializers.HeUniform, the same distribution, another random stream.
    """

    preset = (2.0, "fan_in", "uniform")


class HeNormal(_Preset):
    """Draw from a truncated normal with variance 2 / fan_in: for relu layers.

    Source: He et al. (2015), https://arxiv.org/abs/1502.01852.

    Keras twin: keras.initializers.HeNormal, the same distribution, another random stream.

    Differs from the paper: that does not truncate.
    """

    preset = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Preset):
    """Draw evenly with variance 1 / fan_in.

        limit = sqrt(3 / fan_in);  w ~ U[-limit, limit)

    Source: LeCun et al. (1998), https://doi.org/10.1007/3-540-49430-8_2.

    Keras twin: keras.initializers.LecunUniform, the same distribution, another random stream.
    """

    preset = (1.0, "fan_in", "uniform")


class LecunNormal(_Preset):
    """Draw from a truncated normal with variance 1 / fan_in.

    Source: LeCun et al. (1998), https://doi.org/10.1007/3-540-49430-8_2.

    Keras twin: keras.initializers.LecunNormal, the same distribution, another random stream.
    """

    preset = (1.0, "fan_in", "truncated_normal")


class Orthogonal(RandomInitializer):
    """Draw a matrix that keeps lengths: its columns (or rows, if fewer) are orthonormal.

        Q, R = qr(normal matrix);  w = gain Q sign(diag(R))

    A kernel with more than two axes is such a matrix of shape (all but the last, last), reshaped.

    Errors: ValueError for a shape with fewer than two axes.

    Source: Saxe et al. (2014), https://arxiv.org/abs/1312.6120.

    Keras twin: keras.initializers.Orthogonal, the same distribution, another random stream.
    """

    def __init__(self, gain: float = 1.0, seed: Seed = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def values(self, shape: tuple[int, ...]) -> Array:
        """Return gain times a random orthogonal matrix, in this shape."""
        if len(shape) < 2:
            raise ValueError(wrong("Orthogonal: shape", "at least two axes", shape))
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = np.linalg.qr(self.generator().standard_normal(tall))
        # qr alone prefers some signs; with those of R's diagonal all rotations are equally likely.
        q = q * np.sign(np.diag(r))
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


def compute_fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """Return (fan_in, fan_out): how many numbers feed an output, and how many an input feeds.

        Dense  (inputs, units)                    inputs, units
        Conv   (*window, channels in, out)        window × channels in, window × channels out
        vector (n,)                               n, n

    Given both, `input_axes` and `output_axes` name the axes to multiply instead.
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[a] for a in input_axes), math.prod(shape[a] for a in output_axes)
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


_CLASSES = (
    *(Zeros, Ones, Constant, RandomNormal, TruncatedNormal, RandomUniform, VarianceScaling),
    *(GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Orthogonal),
)
_BY_NAME: dict[str, type[Initializer]] = {c.__name__: c for c in _CLASSES}
_BY_NAME |= {re.sub(r"(?<!^)([A-Z])", r"_\1", c.__name__).lower(): c for c in _CLASSES}
_BY_NAME |= {"zero": Zeros, "one": Ones, "normal": RandomNormal, "uniform": RandomUniform}


def get(identifier: Any) -> Any:
    """Return an initializer by name, class or config; an array as its values; None for None.

    Errors: ValueError for an unknown name, with the nearest known one.
    """
    if identifier is None:
        return None
    if inspect.isclass(identifier):
        return identifier()
    if callable(identifier):
        return identifier
    if isinstance(identifier, np.ndarray):
        return _GivenValues(identifier)
    if isinstance(identifier, dict) and set(identifier) >= {"class_name", "config"}:
        return type(get(identifier["class_name"])).from_config(identifier["config"])
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier]()
    if isinstance(identifier, str):
        raise ValueError(unknown_name("initializer", identifier, _BY_NAME))
    expected = "a name, an Initializer, an array or None"
    raise ValueError(wrong("initializer", expected, identifier, "Use e.g. GlorotUniform(seed=1)."))


class _GivenValues(Initializer):
    """An array of ready values, for a weight of exactly its shape."""

    def __init__(self, array: Array) -> None:
        self.array = array

    def values(self, shape: tuple[int, ...]) -> Array:
        if self.array.shape != shape:
            raise ValueError(wrong("initializer", f"an array of shape {shape}", self.array))
        return self.array.copy()


def _truncated_normal(shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    z = generator.standard_normal(shape)
    while (outside := np.abs(z) > 2).any():
        z = np.where(outside, generator.standard_normal(shape), z)
    return z


def _checked_shape(shape: Any, name: str) -> tuple[int, ...]:
    shape = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
    if not all(isinstance(n, int | np.integer) and n >= 0 for n in shape):
        raise ValueError(wrong(f"{name}: shape", "integers from 0 up", shape))
    return tuple(int(n) for n in shape)


def _not_negative(value: float, what: str) -> float:
    if not value >= 0:
        raise ValueError(wrong(what, "a number from 0 up", value))
    return value
