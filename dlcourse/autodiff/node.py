"""A value on a tape, and the operations on it: each knows its value and its way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse import activations
from dlcourse.arrays import as_floats
from dlcourse.messages import wrong

if TYPE_CHECKING:
    from dlcourse.autodiff.tape import Tape

Array = np.ndarray
Axis = int | tuple[int, ...] | None
# From the gradient of an operation's value to the gradient of one of its inputs.
VJP = Callable[[Array], Array]


class Node:
    """One value on a tape: the operation that made it, from what, and the way back.

    `value` is an array, `gradient` that of the latest `Tape.gradient` (None before, or where no
    way leads), `inputs` the nodes it was made from, `vjps` one function for each of them, and
    `index` its position on the tape. `constant` nodes do not depend on anything watched.

    Nodes take +, -, *, /, **, @, indexing, and NumPy's functions of the same names, such as
    np.exp(node).
    """

    def __init__(
        self,
        tape: Tape,
        value: Any,
        operation: str,
        inputs: Sequence[Node] = (),
        vjps: Sequence[VJP] = (),
        name: str = "",
        constant: bool = False,
    ) -> None:
        self.tape = tape
        self.value = np.asarray(value)
        self.operation = operation
        self.inputs = tuple(inputs)
        self.vjps = tuple(vjps)
        self.name = name
        self.constant = constant
        self.gradient: Array | None = None
        self.index = len(tape.nodes)
        tape.nodes.append(self)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.value.shape

    def __repr__(self) -> str:
        return f"<Node {self.name or self.operation} {self.value!r}>"

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Node:
        """Let np.exp(node) and array + node record themselves too."""
        operation = _UFUNCS.get(ufunc)
        if operation is None or method != "__call__" or kwargs:
            known = ", ".join(sorted(f"np.{u.__name__}" for u in _UFUNCS))
            raise TypeError(
                f"np.{ufunc.__name__} cannot be recorded on a tape. Those that can: {known}; "
                "and activate(node, name) for the activation functions."
            )
        return operation(*inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Node:
        """Let np.sum(node) be node.sum(), and refuse what cannot be recorded."""
        if function not in (np.sum, np.mean, np.max):
            raise TypeError(
                f"np.{function.__name__} cannot be recorded on a tape. Those of its kind that can: "
                "np.sum, np.mean, np.max; node.value is the plain array."
            )
        return getattr(self, function.__name__)(*args[1:], **kwargs)

    def __add__(self, other: Any) -> Node:
        return add(self, other)

    def __radd__(self, other: Any) -> Node:
        return add(other, self)

    def __sub__(self, other: Any) -> Node:
        return subtract(self, other)

    def __rsub__(self, other: Any) -> Node:
        return subtract(other, self)

    def __mul__(self, other: Any) -> Node:
        return multiply(self, other)

    def __rmul__(self, other: Any) -> Node:
        return multiply(other, self)

    def __truediv__(self, other: Any) -> Node:
        return divide(self, other)

    def __rtruediv__(self, other: Any) -> Node:
        return divide(other, self)

    def __pow__(self, other: Any) -> Node:
        return power(self, other)

    def __rpow__(self, other: Any) -> Node:
        return power(other, self)

    def __matmul__(self, other: Any) -> Node:
        return matmul(self, other)

    def __rmatmul__(self, other: Any) -> Node:
        return matmul(other, self)

    def __neg__(self) -> Node:
        return negative(self)

    def __getitem__(self, index: Any) -> Node:
        """Return part of the array; an entry that is taken twice gets both gradients."""

        def vjp(dy: Array) -> Array:
            dx = np.zeros_like(self.value)
            np.add.at(dx, index, dy)
            return dx

        return _record(f"[{index}]", self.value[index], (self, vjp))

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Node:
        """Return the sum over an axis, some axes, or all: the gradient is copied to each entry."""

        def vjp(dy: Array) -> Array:
            return np.broadcast_to(_with_axes(dy, self.shape, axis, keepdims), self.shape)

        return _record("sum", self.value.sum(axis=axis, keepdims=keepdims), (self, vjp))

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Node:
        """Return the mean over an axis, some axes, or all."""
        total = self.sum(axis, keepdims)
        return total / (self.value.size // max(1, total.value.size))

    def max(self, axis: Axis = None, keepdims: bool = False) -> Node:
        """Return the largest entry; entries that tie for it share the gradient evenly."""
        largest = self.value.max(axis=axis, keepdims=True)
        chosen = (self.value == largest).astype(self.value.dtype)
        chosen /= chosen.sum(axis=axis, keepdims=True)

        def vjp(dy: Array) -> Array:
            return chosen * _with_axes(dy, self.shape, axis, keepdims)

        return _record("max", self.value.max(axis=axis, keepdims=keepdims), (self, vjp))

    def reshape(self, *shape: Any) -> Node:
        """Return the same numbers in another shape."""
        value = self.value.reshape(*shape)
        return _record("reshape", value, (self, lambda dy: dy.reshape(self.shape)))

    def transpose(self, *axes: int) -> Node:
        """Return the array with its axes in another order: reversed, if none is given."""
        order = axes or tuple(reversed(range(self.value.ndim)))
        back = tuple(np.argsort(order))
        return _record(
            "transpose", self.value.transpose(order), (self, lambda dy: dy.transpose(back))
        )

    @property
    def T(self) -> Node:  # noqa: N802 (NumPy's name)
        """The array with its axes reversed."""
        return self.transpose()


# ------------------------------------------------------------------ operations
# Each returns a node with its value and a vjp for each input. Where an input was broadcast, the
# tape sums its gradient over the axes that were copied.


def add(a: Any, b: Any) -> Node:
    """Return a + b."""
    a, b, y = _binary(np.add, a, b)
    return _record("add", y, (a, lambda dy: dy), (b, lambda dy: dy))


def subtract(a: Any, b: Any) -> Node:
    """Return a - b."""
    a, b, y = _binary(np.subtract, a, b)
    return _record("subtract", y, (a, lambda dy: dy), (b, lambda dy: -dy))


def multiply(a: Any, b: Any) -> Node:
    """Return a b."""
    a, b, y = _binary(np.multiply, a, b)
    return _record("multiply", y, (a, lambda dy: dy * b.value), (b, lambda dy: dy * a.value))


def divide(a: Any, b: Any) -> Node:
    """Return a / b."""
    a, b, y = _binary(np.divide, a, b)
    return _record("divide", y, (a, lambda dy: dy / b.value), (b, lambda dy: -dy * y / b.value))


def power(a: Any, b: Any) -> Node:
    """Return a to the power of b.

    ∂/∂a = b a^(b-1);  ∂/∂b = a^b log(a), taken as 0 where a <= 0, as in TensorFlow.
    """
    a, b, y = _binary(np.power, a, b)

    def vjp_b(dy: Array) -> Array:
        return dy * y * np.log(np.where(a.value > 0, a.value, 1))

    return _record("power", y, (a, lambda dy: dy * b.value * a.value ** (b.value - 1)), (b, vjp_b))


def matmul(a: Any, b: Any) -> Node:
    """Return the matrix product a @ b, of stacks of matrices, or vectors, too.

    For matrices: ∂L/∂a = dy b^T,  ∂L/∂b = a^T dy.
    """
    a, b, y = _binary(np.matmul, a, b)

    def matrices(dy: Array) -> tuple[Array, Array, Array]:
        # A vector takes part as a matrix with one row (on the left) or one column.
        dy = dy[..., None] if b.value.ndim == 1 else dy
        dy = dy[..., None, :] if a.value.ndim == 1 else dy
        return np.atleast_2d(a.value), b.value[:, None] if b.value.ndim == 1 else b.value, dy

    def vjp_a(dy: Array) -> Array:
        A, B, dy = matrices(dy)
        return sum_to_shape(dy @ np.swapaxes(B, -1, -2), A.shape).reshape(a.shape)

    def vjp_b(dy: Array) -> Array:
        A, B, dy = matrices(dy)
        return sum_to_shape(np.swapaxes(A, -1, -2) @ dy, B.shape).reshape(b.shape)

    return _record("matmul", y, (a, vjp_a), (b, vjp_b))


def maximum(a: Any, b: Any) -> Node:
    """Return the larger of a and b, entry by entry; where they are equal, a gets the gradient."""
    a, b, y = _binary(np.maximum, a, b)
    first = a.value >= b.value
    return _record("maximum", y, (a, lambda dy: dy * first), (b, lambda dy: dy * ~first))


def negative(x: Node) -> Node:
    """Return -x."""
    return _record("negative", -x.value, (x, lambda dy: -dy))


def exp(x: Node) -> Node:
    """Return e to the power of x, which is its own derivative."""
    y = np.exp(x.value)
    return _record("exp", y, (x, lambda dy: dy * y))


def log(x: Node) -> Node:
    """Return the natural logarithm of x."""
    return _record("log", np.log(x.value), (x, lambda dy: dy / x.value))


def sqrt(x: Node) -> Node:
    """Return the square root of x."""
    y = np.sqrt(x.value)
    return _record("sqrt", y, (x, lambda dy: dy / (2 * y)))


def absolute(x: Node) -> Node:
    """Return |x|; the derivative at 0 is 0."""
    return _record("absolute", np.abs(x.value), (x, lambda dy: dy * np.sign(x.value)))


def activate(x: Node, activation: Any) -> Node:
    """Return activation(x) for the name of an activation, or for a function with a derivative."""
    function = activations.get(activation)
    name = getattr(function, "__name__", "activation")
    return _record(name, function(x.value), (x, lambda dy: activations.vjp(function, x.value, dy)))


_UFUNCS: dict[np.ufunc, Callable[..., Node]] = {
    np.add: add,
    np.subtract: subtract,
    np.multiply: multiply,
    np.divide: divide,
    np.power: power,
    np.matmul: matmul,
    np.maximum: maximum,
    np.negative: negative,
    np.exp: exp,
    np.log: log,
    np.sqrt: sqrt,
    np.absolute: absolute,
    np.tanh: lambda x: activate(x, "tanh"),
}


def sum_to_shape(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Return the gradient summed over the axes along which an array of this shape was broadcast.

    One number that was copied to many places gets the sum of their gradients.
    """
    if gradient.shape == shape:
        return gradient
    new_axes = tuple(range(gradient.ndim - len(shape)))
    gradient = gradient.sum(axis=new_axes)
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=stretched, keepdims=True)


def _record(operation: str, value: Any, *inputs: tuple[Node, VJP]) -> Node:
    nodes, vjps = zip(*inputs, strict=True)
    constant = all(node.constant for node in nodes)
    return Node(nodes[0].tape, value, operation, nodes, vjps, constant=constant)


def _binary(ufunc: np.ufunc, a: Any, b: Any) -> tuple[Node, Node, Array]:
    """Return both operands as nodes of one tape, and the value of the operation."""
    known = [x for x in (a, b) if isinstance(x, Node)]
    if not known:
        advice = "Nodes come from tape.watch and from operations on them."
        raise ValueError(wrong(f"{ufunc.__name__}: operands", "at least one node", (a, b), advice))
    tape, dtype = known[0].tape, known[0].value.dtype
    nodes = []
    for x in (a, b):
        if not isinstance(x, Node):
            # A plain number takes the float type of the array that it meets.
            plain = isinstance(x, int | float)
            x = as_floats(x, f"{ufunc.__name__}: operand", dtype if plain else None)
            x = Node(tape, x, "constant", constant=True)
        elif x.tape is not tape:
            raise ValueError(
                f"{ufunc.__name__}: expected two nodes of one tape, received two tapes."
            )
        nodes.append(x)
    a, b = nodes
    try:
        return a, b, ufunc(a.value, b.value)
    except ValueError as error:
        expected = "two shapes that fit together"
        message = wrong(f"{ufunc.__name__}: operands", expected, (a.shape, b.shape))
        raise ValueError(message) from error


def _with_axes(dy: Array, shape: tuple[int, ...], axis: Axis, keepdims: bool) -> Array:
    """Return dy with the axes that a reduction removed, as axes of size 1."""
    if keepdims:
        return dy
    axes = range(len(shape)) if axis is None else np.atleast_1d(axis) % len(shape)
    return dy.reshape([1 if i in axes else n for i, n in enumerate(shape)])
