"""Activation functions, each followed by its derivative, and the one way backwards through them.

    y  = activations.get("relu")(x)
    dx = activations.vjp(relu, x, dy)        # dy = ∂L/∂y in, dx = ∂L/∂x out

Every derivative takes the *pre-activation* x, never the output. Arrays of floats keep their dtype;
lists, integers and booleans become float64. No function overflows: exp only sees numbers ≤ 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dlcourse.arrays import as_floats
from dlcourse.messages import unknown_name, wrong

_SQRT_HALF = math.sqrt(0.5)
_GELU_CUBIC = 0.044715

Array = np.ndarray
Activation = Callable[..., Array]


def step(x: Any) -> Array:
    """Return 1 where x is at least 0, and 0 elsewhere: the activation of the first perceptrons.

        step(x) = x >= 0

    Source: McCulloch and Pitts (1943), https://doi.org/10.1007/BF02478259. Keras has no step.
    """
    x = _floats(x)
    return (x >= 0).astype(x.dtype)


def step_derivative(x: Any) -> Array:
    """Return 0 everywhere: a step has no slope, so gradient descent cannot train through it."""
    return np.zeros_like(_floats(x))


def linear(x: Any) -> Array:
    """Return x itself.

    Keras twin: keras.activations.linear, equal.
    """
    return _floats(x)


def linear_derivative(x: Any) -> Array:
    """Return 1 everywhere."""
    return np.ones_like(_floats(x))


def sigmoid(x: Any) -> Array:
    """Squash x into (0, 1).

        sigmoid(x) = 1 / (1 + exp(-x))

    exp(-x) would overflow for large negative x, so the code uses e = exp(-|x|), which is at most 1:
    1 / (1 + e) for x >= 0, and e / (1 + e) for x < 0, which is the same number.

    Keras twin: keras.activations.sigmoid, equal to 1e-12.
    """
    x = _floats(x)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def sigmoid_derivative(x: Any) -> Array:
    """Return sigmoid(x) (1 - sigmoid(x)), which is at most 1/4.

    With e = exp(-|x|) it is e / (1 + e)², where no difference loses digits for large x.
    """
    e = np.exp(-np.abs(_floats(x)))
    return e / np.square(1 + e)


def tanh(x: Any) -> Array:
    """Squash x into (-1, 1).

        tanh(x) = 2 sigmoid(2 x) - 1

    Keras twin: keras.activations.tanh, equal to 1e-12.
    """
    return np.tanh(_floats(x))


def tanh_derivative(x: Any) -> Array:
    """Return 1 - tanh(x)², which is at most 1."""
    return 1 - np.tanh(_floats(x)) ** 2


def relu(x: Any) -> Array:
    """Keep positive numbers, replace negative ones by 0.

        relu(x) = max(x, 0)

    Source: Nair and Hinton (2010), https://icml.cc/Conferences/2010/papers/432.pdf.

    Keras twin: keras.activations.relu, equal; its further arguments (slope, maximum, threshold)
    are left out.
    """
    return np.clip(_floats(x), 0, np.inf)  # np.maximum(x, 0), in a third of the time


def relu_derivative(x: Any) -> Array:
    """Return 1 where x > 0 and 0 elsewhere; 0 at the kink is a convention, and Keras's."""
    x = _floats(x)
    return (x > 0).astype(x.dtype)


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Array:
    """Keep positive numbers, shrink negative ones instead of removing them.

        leaky_relu(x) = x if x > 0 else negative_slope x

    Source: Maas et al. (2013), https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf.

    Keras twin: keras.activations.leaky_relu, equal to 1e-12 for a slope that float32 holds exactly,
    such as 0.25. TensorFlow rounds the slope to float32, even for float64 arrays: 0.2 becomes
    0.200000003.
    """
    x = _floats(x)
    return np.where(x > 0, x, negative_slope * x)


def leaky_relu_derivative(x: Any, negative_slope: float = 0.2) -> Array:
    """Return 1 where x > 0 and negative_slope elsewhere, x = 0 included, as in Keras."""
    x = _floats(x)
    return np.where(x > 0, x.dtype.type(1), x.dtype.type(negative_slope))


def elu(x: Any, alpha: float = 1.0) -> Array:
    """Keep positive numbers, bend negative ones smoothly towards -alpha.

        elu(x) = x if x > 0 else alpha (exp(x) - 1)

    Source: Clevert et al. (2016), https://arxiv.org/abs/1511.07289.

    Keras twin: keras.activations.elu, equal to 1e-12.
    """
    x = _floats(x)
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def elu_derivative(x: Any, alpha: float = 1.0) -> Array:
    """Return 1 where x > 0 and alpha exp(x) elsewhere."""
    x = _floats(x)
    return np.where(x > 0, 1, alpha * np.exp(np.minimum(x, 0)))


def gelu(x: Any, approximate: bool = False) -> Array:
    """Weigh x by the probability that a standard normal number is smaller than x.

        gelu(x) = x Φ(x)                                                # Φ: normal distribution
        gelu(x) = x (1 + tanh(sqrt(2/π) (x + 0.044715 x³))) / 2         # approximate=True

    Source: Hendrycks and Gimpel (2016), https://arxiv.org/abs/1606.08415.

    Keras twin: keras.activations.gelu, equal to 1e-7 in float64: TensorFlow rounds the constants
    sqrt(1/2) and 0.044715 to float32. With the same constants equal to 1e-12.
    """
    x = _floats(x)
    return x * (_gelu_gate(x)[0] if approximate else _normal_distribution(x))


def gelu_derivative(x: Any, approximate: bool = False) -> Array:
    """Return Φ(x) + x φ(x), where φ is the normal density; or the slope of the approximation."""
    x = _floats(x)
    if approximate:
        gate, slope = _gelu_gate(x)
        return gate + x * slope
    density = _SQRT_HALF / math.sqrt(math.pi) * np.exp(-np.square(_SQRT_HALF * x))
    return _normal_distribution(x) + x * density


def softplus(x: Any) -> Array:
    """Round off the corner of relu.

        softplus(x) = log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))

    The second form cannot overflow.

    Keras twin: keras.activations.softplus, equal to 1e-12.
    """
    x = _floats(x)
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def softplus_derivative(x: Any) -> Array:
    """Return sigmoid(x)."""
    return sigmoid(x)


def silu(x: Any) -> Array:
    """Weigh x by its sigmoid; also called swish.

        silu(x) = x sigmoid(x)

    Source: Ramachandran et al. (2017), https://arxiv.org/abs/1710.05941.

    Keras twin: keras.activations.silu, equal to 1e-12.
    """
    x = _floats(x)
    return x * sigmoid(x)


def silu_derivative(x: Any) -> Array:
    """Return sigmoid(x) (1 + x (1 - sigmoid(x)))."""
    x = _floats(x)
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


def logsumexp(x: Any, axis: int = -1, keepdims: bool = False) -> Array:
    """Return log Σ exp(x) along an axis: a smooth maximum.

        m = max(x);  logsumexp(x) = m + log Σ exp(x - m)

    Subtracting the maximum changes nothing on paper, and keeps exp from overflowing.

    Keras twin: keras.ops.logsumexp, equal to 1e-12.
    """
    x = _floats(x)
    _check_axis(x, axis, "logsumexp")
    largest = x.max(axis=axis, keepdims=True)
    # The largest minus itself is 0 also where it is infinite, and inf - inf would be nan.
    rest = np.subtract(x, largest, out=np.zeros_like(x), where=x != largest)
    total = largest + np.log(np.exp(rest).sum(axis=axis, keepdims=True))
    return total if keepdims else total.squeeze(axis=axis)


def softmax(x: Any, axis: int = -1, temperature: float = 1.0) -> Array:
    """Turn scores into probabilities that sum to 1 along an axis.

        softmax(x) = exp(x / T) / Σ exp(x / T)

    A temperature T above 1 makes the probabilities more equal, one below 1 less so. The maximum is
    subtracted first, which changes nothing on paper, and keeps exp from overflowing.

    Keras twin: keras.activations.softmax, equal to 1e-12; it has no temperature.
    """
    x = _scores(x, axis, temperature, "softmax")
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    e /= e.sum(axis=axis, keepdims=True)
    return e


def softmax_vjp(x: Any, dy: Array, axis: int = -1, temperature: float = 1.0) -> Array:
    """Return ∂L/∂x for ∂L/∂y, where y = softmax(x).

    Every output depends on every input, so the derivative is a matrix, J_ij = y_i (δ_ij - y_j) / T.
    The product of dy with it needs no matrix:

        dx = y (dy - Σ dy y) / T
    """
    y = softmax(x, axis, temperature)
    dx = y * (dy - (dy * y).sum(axis=axis, keepdims=True))
    return dx if temperature == 1 else dx / temperature


def log_softmax(x: Any, axis: int = -1, temperature: float = 1.0) -> Array:
    """Return the logarithm of softmax(x), without ever computing the logarithm of 0.

        log_softmax(x) = x / T - logsumexp(x / T)

    Keras twin: keras.activations.log_softmax, equal to 1e-12; it has no temperature.
    """
    x = _scores(x, axis, temperature, "log_softmax")
    # The maximum goes first: x - (max + log Σ) would round away the digits of a large x.
    x = x - x.max(axis=axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))


def log_softmax_vjp(x: Any, dy: Array, axis: int = -1, temperature: float = 1.0) -> Array:
    """Return ∂L/∂x for ∂L/∂y, where y = log_softmax(x).

    dx = (dy - softmax(x) Σ dy) / T
    """
    dx = dy - softmax(x, axis, temperature) * np.sum(dy, axis=axis, keepdims=True)
    return dx if temperature == 1 else dx / temperature


_DERIVATIVES: dict[Activation, Activation] = {
    step: step_derivative,
    linear: linear_derivative,
    sigmoid: sigmoid_derivative,
    tanh: tanh_derivative,
    relu: relu_derivative,
    leaky_relu: leaky_relu_derivative,
    elu: elu_derivative,
    gelu: gelu_derivative,
    softplus: softplus_derivative,
    silu: silu_derivative,
}
_VJPS: dict[Activation, Activation] = {softmax: softmax_vjp, log_softmax: log_softmax_vjp}
_BY_NAME: dict[str, Activation] = {f.__name__: f for f in (*_DERIVATIVES, *_VJPS)}
_BY_NAME["swish"] = silu


def get(identifier: str | Activation | None) -> Activation:
    """Return an activation function by its name; a function as it is; `linear` for None.

    Errors: ValueError for an unknown name, with the nearest known one.
    """
    if identifier is None:
        return linear
    if callable(identifier):
        return identifier
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier]
    raise ValueError(unknown_name("activation", identifier, _BY_NAME))


def vjp(activation: str | Activation | None, x: Any, dy: Array) -> Array:
    """Return ∂L/∂x for ∂L/∂y, where y = activation(x): the one way backwards through an activation.

        dx = dy * activation'(x)        # element by element, for all but softmax and log_softmax

    Arguments can be fixed: `functools.partial(leaky_relu, negative_slope=0.1)`. A function of your
    own takes part when it carries its derivative: `square.derivative = lambda x: 2 * x`.

    Shapes: x, dy and the result are alike.

    Errors: ValueError if the shapes differ, or if the derivative of the function is not known.
    """
    function = get(activation)
    keywords: dict[str, Any] = {}
    while isinstance(function, partial) and not function.args:
        keywords = {**function.keywords, **keywords}
        function = function.func
    x, dy = _floats(x), _floats(dy)
    if x.shape != dy.shape:
        raise ValueError(wrong("vjp: dy", f"the shape of x, {x.shape}", dy))
    if function is linear:
        return dy
    if function is relu:
        return dy * (x > 0)  # without turning the comparison into an array of floats first
    if function in _VJPS:
        return _VJPS[function](x, dy, **keywords)
    derivative = _DERIVATIVES.get(function) or getattr(function, "derivative", None)
    if derivative is None:
        name = getattr(function, "__name__", repr(function))
        raise ValueError(
            f"The derivative of the activation {name!r} is not known. Give the function an "
            f"attribute with it, e.g. {name}.derivative = lambda x: 2 * x, or use one of: "
            f"{', '.join(sorted(_BY_NAME))}."
        )
    return dy * derivative(x, **keywords)


def _floats(x: Any) -> Array:
    return as_floats(x, "Activation: x")


def _scores(x: Any, axis: int, temperature: float, name: str) -> Array:
    """Return x / T for softmax, after a look at the axis and the temperature."""
    x = _floats(x)
    _check_axis(x, axis, name)
    if temperature == 1:
        return x
    if not temperature > 0:
        raise ValueError(wrong(f"{name}: temperature", "a positive number", temperature))
    return x / temperature


def _check_axis(x: Array, axis: int, name: str) -> None:
    if not -x.ndim <= axis < x.ndim:
        advice = "A single number has no other scores to compare with." if x.ndim == 0 else ""
        raise ValueError(wrong(f"{name}: x", f"an array with axis {axis}", x, advice))
    if x.shape[axis] == 0:
        raise ValueError(wrong(f"{name}: x", f"at least one number along axis {axis}", x))


def _normal_distribution(x: Array) -> Array:
    """Return Φ(x); from the complementary error function, so that its small tail keeps digits."""
    from scipy.special import erfc  # NumPy has no erf

    return erfc(-_SQRT_HALF * x) / 2


def _gelu_gate(x: Array) -> tuple[Array, Array]:
    """Return the tanh approximation of Φ(x), and its derivative."""
    c = math.sqrt(2 / math.pi)
    t = np.tanh(c * (x + _GELU_CUBIC * x**3))
    return (1 + t) / 2, (1 - t**2) / 2 * c * (1 + 3 * _GELU_CUBIC * x**2)
