"""Dense and Activation: a matrix product, and a function of each number."""

from __future__ import annotations

from typing import Any

from dlcourse import activations, initializers, regularizers
from dlcourse.layers.base import Array, Layer, positive_integer
from dlcourse.layers.input import Shape
from dlcourse.messages import wrong


class Dense(Layer):
    """A fully connected layer: every output is a weighted sum of all inputs, plus a bias.

        y = activation(x @ kernel + bias)

        dz      = dy * activation'(z)        # z = x @ kernel + bias
        dkernel = x.T @ dz
        dbias   = dz.sum(axis=0)
        dx      = dz @ kernel.T

    Shapes: x (batch, ..., inputs), kernel (inputs, units), bias (units,), y (batch, ..., units).

    Errors: ValueError if `units` is not a positive integer, or if the number of inputs changes
    after the layer was built.

    Source: Rosenblatt (1958), https://doi.org/10.1037/h0042519; Rumelhart, Hinton and Williams
    (1986), https://doi.org/10.1038/323533a0, for the gradients.

    Keras twin: keras.layers.Dense, equal to 1e-12.
    """

    kernel: Array
    bias: Array

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = positive_integer(units, "Dense: units", "Use e.g. Dense(16).")
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)

    def build(self, input_shape: Shape) -> None:
        """Make the kernel (inputs, units) and the bias (units,)."""
        shape = (input_shape[-1], self.units)
        self.add_weight(
            "kernel", shape, self.kernel_initializer, regularizer=self.kernel_regularizer
        )
        if self.use_bias:
            self.add_weight(
                "bias", (self.units,), self.bias_initializer, regularizer=self.bias_regularizer
            )
        super().build(input_shape)

    def call(self, x: Array, training: bool = False) -> Array:
        """Return activation(x @ kernel + bias)."""
        self._x = x
        z = x @ self.kernel
        if self.use_bias:
            z += self.bias
        self._z = z
        return self.activation(z)

    def backward(self, dy: Array) -> Array | None:
        """Return dz @ kernel.T and store the gradients of kernel and bias."""
        dz = activations.vjp(self.activation, self._z, dy)
        # Any axes between the batch and the features are more samples of the same matrix product.
        x_rows = self._x.reshape(-1, self._x.shape[-1])
        dz_rows = dz.reshape(-1, self.units)
        self.set_gradient("kernel", x_rows.T @ dz_rows)
        if self.use_bias:
            self.set_gradient("bias", dz_rows.sum(axis=0))
        return dz @ self.kernel.T if self.needs_input_gradient else None

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input shape with `units` in place of the last axis."""
        return (*input_shape[:-1], self.units)

    def check_input_shape(self, shape: Shape) -> None:
        """Also ask for a feature axis, as wide as the kernel was built for."""
        super().check_input_shape(shape)
        if len(shape) < 2 or shape[-1] is None:
            what, expected = f"{self.name}: shape of the input", "(batch, features)"
            advice = "Use x.reshape(-1, 1) if each sample is one number."
            raise ValueError(wrong(what, expected, tuple(shape), advice))
        self.check_axis(shape, -1)


class Activation(Layer):
    """An activation function as a layer of its own.

        y  = activation(x)
        dx = dy * activation'(x)

    Shapes: any; y has the shape of x.

    Errors: ValueError for an unknown activation, naming the nearest known one.

    Keras twin: keras.layers.Activation, equal to 1e-12.
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, x: Array, training: bool = False) -> Array:
        """Return activation(x)."""
        self._x = x
        return self.activation(x)

    def backward(self, dy: Array) -> Array:
        """Return the vector-Jacobian product of the activation at x."""
        return activations.vjp(self.activation, self._x, dy)
