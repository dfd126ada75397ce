"""The convolutional layers: one small kernel slides over the input, the same weights everywhere."""

from __future__ import annotations

from typing import Any, ClassVar

from dlcourse import activations, initializers, regularizers
from dlcourse.layers.base import Array, Layer, positive_integer
from dlcourse.layers.convolve import convolve, convolve_backward
from dlcourse.layers.input import Shape
from dlcourse.layers.windows import (
    check_fits,
    in_order_of,
    output_length,
    padding_name,
    reach,
    sizes,
)
from dlcourse.messages import wrong


class Convolution(Layer):
    """What the convolutional layers share; `convolve` has the arithmetic.

    A subclass says what shape its kernel has, and how `convolve` sees it.
    """

    rank: ClassVar[int] = 2  # axes along which the kernel slides
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same")
    input_rank = 4
    input_axes = "(batch, height, width, channels)"
    kernel: Array
    bias: Array

    def __init__(
        self,
        *,
        kernel_size: Any,
        strides: Any,
        padding: str,
        dilation_rate: Any,
        activation: Any,
        use_bias: bool,
        bias_initializer: Any,
        bias_regularizer: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        kind = type(self).__name__
        self.kernel_size = sizes(kernel_size, self.rank, f"{kind}: kernel_size")
        self.strides = sizes(strides, self.rank, f"{kind}: strides")
        self.padding = padding_name(padding, f"{kind}: padding", self.paddings)
        self.dilation_rate = sizes(dilation_rate, self.rank, f"{kind}: dilation_rate")
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        # `convolve` knows only images; a sequence is an image of height 1.
        height = (1,) * (2 - self.rank)
        self._image_strides = height + self.strides
        self._image_dilation = height + self.dilation_rate
        self.reach = reach(self.kernel_size, self.dilation_rate)

    def filters_and_groups(self, channels: int) -> tuple[int, int]:
        """Return how many channels come out, and in how many groups the input is cut."""
        raise NotImplementedError

    def kernel_image(self) -> Array:
        """Return the kernel as (rows, columns, channels / groups, filters)."""
        return self.kernel

    def add_bias(self, input_shape: Shape) -> None:
        """Make the bias, one number a filter, unless the layer has none."""
        if self.use_bias:
            shape = (self.filters_and_groups(input_shape[-1])[0],)
            self.add_weight("bias", shape, self.bias_initializer, regularizer=self.bias_regularizer)

    def call(self, x: Array, training: bool = False) -> Array:
        """Return activation(convolution of x with the kernel + bias)."""
        _, groups = self.filters_and_groups(x.shape[-1])
        z, self._memory = convolve(
            x,
            self.kernel_image(),
            self._image_strides,
            self.padding,
            self._image_dilation,
            groups,
        )
        if self.use_bias:
            z += self.bias
        self._z = z
        return self.activation(z)

    def backward(self, dy: Array) -> Array | None:
        """Return ∂L/∂x and store the gradients of kernel and bias."""
        dz = activations.vjp(self.activation, self._z, in_order_of(self._z, dy))
        dkernel, dx = convolve_backward(
            dz, self.kernel_image(), self._memory, self.needs_input_gradient
        )
        self.set_gradient("kernel", dkernel.reshape(self.kernel.shape))
        if self.use_bias:
            self.set_gradient("bias", dz.sum(axis=(0, 1, 2)))
        return dx

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (batch, *output lengths, filters)."""
        batch, *lengths, channels = input_shape
        axes = zip(lengths, self.reach, self.strides, strict=True)
        lengths = [output_length(n, k, s, self.padding) for n, k, s in axes]
        return (batch, *lengths, self.filters_and_groups(channels)[0])

    def check_input_shape(self, shape: Shape) -> None:
        """Also ask for the channels that the kernel was built for, and room for the kernel."""
        super().check_input_shape(shape)
        self.check_axis(shape, -1)
        check_fits(self.name, shape, self.reach, self.padding)


class Conv(Convolution):
    """What Conv1D and Conv2D share: a number of filters, and groups of channels."""

    def __init__(
        self,
        *,
        filters: int,
        groups: int,
        kernel_initializer: Any,
        kernel_regularizer: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        kind = type(self).__name__
        self.filters = positive_integer(filters, f"{kind}: filters", f"Use e.g. {kind}(8, 3).")
        self.groups = positive_integer(groups, f"{kind}: groups")
        if self.filters % self.groups:
            expected = f"a multiple of groups = {self.groups}"
            raise ValueError(wrong(f"{kind}: filters", expected, self.filters))
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)

    def filters_and_groups(self, channels: int) -> tuple[int, int]:
        """Return the two arguments of these names."""
        return self.filters, self.groups

    def build(self, input_shape: Shape) -> None:
        """Make the kernel (*kernel_size, channels / groups, filters) and the bias (filters,)."""
        channels = input_shape[-1]
        if channels is None or channels % self.groups:
            what, expected = f"{self.name}: channels of the input", f"a multiple of {self.groups}"
            raise ValueError(wrong(what, expected, channels, "The layer has so many groups."))
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.add_weight(
            "kernel", shape, self.kernel_initializer, regularizer=self.kernel_regularizer
        )
        self.add_bias(input_shape)
        super().build(input_shape)


class Conv2D(Conv):
    """Slide a kernel over images: every output is a weighted sum of a small window.

        z[n, h, w, o] = bias[o] + sum over i, j, c of
                        x[n, h*s + i*d, w*s + j*d, c] * kernel[i, j, c, o]
        y = activation(z)

    with stride s and dilation d. "same" padding puts as few zeros around x as let ceil(n / s)
    windows fit; when their number is odd, the extra ones are at the bottom and at the right. With
    groups, filter o sees only the channels of its own group.

    Shapes: x (batch, height, width, channels), kernel (rows, columns, channels / groups, filters),
    bias (filters,), y (batch, output rows, output columns, filters).

    Errors: ValueError for sizes that are not positive integers, for an unknown padding, for groups
    that do not divide channels and filters, and for an image smaller than the kernel.

    Source: Fukushima (1980), https://doi.org/10.1007/BF00344251; LeCun et al. (1989),
    https://doi.org/10.1162/neco.1989.1.4.541.

    Keras twin: keras.layers.Conv2D, equal to 1e-12.

    Differs from Keras: strides and dilation may be combined.

    Differs from the papers: as in all frameworks this is cross-correlation, the kernel is not
    flipped; Fukushima's layers are not trained by gradients.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        dilation_rate: Any = (1, 1),
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            dilation_rate=dilation_rate,
            groups=groups,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            **kwargs,
        )


class Conv1D(Conv):
    """Slide a kernel along sequences: every output is a weighted sum of a few steps.

        z[n, t, o] = bias[o] + sum over i, c of x[n, t*s + i*d, c] * kernel[i, c, o]
        y = activation(z)

    with stride s and dilation d. "same" padding is as in Conv2D; "causal" puts all zeros before
    the first step, so that output t sees no input later than t.

    Shapes: x (batch, steps, channels), kernel (size, channels / groups, filters), bias (filters,),
    y (batch, output steps, filters).

    Errors: as Conv2D.

    Source: Waibel et al. (1989), https://doi.org/10.1109/29.21701; for causal padding van den Oord
    et al. (2016), https://arxiv.org/abs/1609.03499.

    Keras twin: keras.layers.Conv1D, equal to 1e-12.

    Differs from Keras: strides and dilation may be combined.
    """

    rank = 1
    paddings = ("valid", "same", "causal")
    input_rank = 3
    input_axes = "(batch, steps, channels)"

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            dilation_rate=dilation_rate,
            groups=groups,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            **kwargs,
        )

    def kernel_image(self) -> Array:
        """Return the kernel as (1, size, channels / groups, filters)."""
        return self.kernel[None]

    def call(self, x: Array, training: bool = False) -> Array:
        """Return activation(convolution of x with the kernel + bias)."""
        return super().call(x[:, None])[:, 0]

    def backward(self, dy: Array) -> Array | None:
        """Return ∂L/∂x and store the gradients of kernel and bias."""
        dx = super().backward(dy[:, None])
        return None if dx is None else dx[:, 0]


class DepthwiseConv2D(Convolution):
    """Convolve each channel with kernels of its own: channels do not mix.

        z[n, h, w, c*m + q] = bias[c*m + q] + sum over i, j of
                              x[n, h*s + i*d, w*s + j*d, c] * kernel[i, j, c, q]
        y = activation(z)

    with depth multiplier m, stride s and dilation d. It is Conv2D with one group a channel.

    Shapes: x (batch, height, width, channels), kernel (rows, columns, channels, depth_multiplier),
    bias (channels * depth_multiplier,), y (batch, output rows, output columns, channels *
    depth_multiplier).

    Errors: as Conv2D.

    Source: Sifre (2014); Chollet (2017), https://arxiv.org/abs/1610.02357.

    Keras twin: keras.layers.DepthwiseConv2D, equal to 1e-12.

    Differs from Keras: strides and dilation may be combined, and the two strides may differ.
    """

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        dilation_rate: Any = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            **kwargs,
        )
        self.depth_multiplier = positive_integer(
            depth_multiplier, "DepthwiseConv2D: depth_multiplier"
        )
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)

    def filters_and_groups(self, channels: int) -> tuple[int, int]:
        """Return channels * depth_multiplier, and one group a channel."""
        return channels * self.depth_multiplier, channels

    def build(self, input_shape: Shape) -> None:
        """Make the kernel (rows, columns, channels, depth_multiplier) and the bias."""
        shape = (*self.kernel_size, input_shape[-1], self.depth_multiplier)
        self.add_weight(
            "kernel", shape, self.depthwise_initializer, regularizer=self.depthwise_regularizer
        )
        self.add_bias(input_shape)
        super().build(input_shape)

    def kernel_image(self) -> Array:
        """Return the kernel as (rows, columns, 1, channels * depth_multiplier)."""
        return self.kernel.reshape(*self.kernel_size, 1, -1)
