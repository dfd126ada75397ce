"""Convolutions equal Keras over thousands of random shapes, and a loop where Keras refuses."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dlcourse
from dlcourse.gradcheck import scaled_error
from dlcourse.layers import Conv1D, Conv2D, DepthwiseConv2D
from dlcourse.layers.convolve import STRIP_BYTES, row_slices
from dlcourse.ledger import layers as ledger
from dlcourse.ledger.layers import reach

TOLERANCE = 1e-12


def twin_error(keras, kind, arguments, shape, rng):
    """The largest scaled error of one random convolution against Keras."""
    ours, theirs = (getattr(k.layers, kind)(**arguments) for k in (dlcourse, keras))
    case = ledger.compare(ours, theirs, rng.normal(size=shape), rng, training=True)
    return max(case.forward, case.gradients)


@pytest.mark.parametrize("part", range(4))
def test_2000_random_conv2d_equal_keras(keras, part):
    rng = np.random.default_rng([2_000, part])
    for _ in range(500):
        arguments, shape = ledger.conv2d(rng)
        error = twin_error(keras, "Conv2D", arguments, shape, rng)
        assert error <= TOLERANCE, (error, arguments, shape)


def test_300_random_conv1d_equal_keras(keras, rng):
    for _ in range(300):
        arguments, shape = ledger.conv1d(rng)
        error = twin_error(keras, "Conv1D", arguments, shape, rng)
        assert error <= TOLERANCE, (error, arguments, shape)


@pytest.mark.parametrize("kind", ["Conv2D", "Conv1D"])
def test_random_groups_equal_keras(keras, rng, kind):
    """Few cases, because Keras compiles every grouped convolution anew, which takes 0.2 s."""
    make = {"Conv2D": ledger.conv2d, "Conv1D": ledger.conv1d}[kind]
    for groups in (2, 3) * 10:
        arguments, shape = make(rng, groups)
        error = twin_error(keras, kind, arguments, shape, rng)
        assert error <= TOLERANCE, (error, arguments, shape)


def test_300_random_depthwise_conv2d_equal_keras(keras, rng):
    for _ in range(300):
        arguments, shape = ledger.depthwise_conv2d(rng)
        error = twin_error(keras, "DepthwiseConv2D", arguments, shape, rng)
        assert error <= TOLERANCE, (error, arguments, shape)


# ---------------------------------------------------------------- where Keras cannot be the twin


def looped_conv2d(x, kernel, strides, padding, dilation, groups, dy):
    """z, dx and dkernel by the definition of the sum, one product at a time."""
    _, height, width, channels = x.shape
    kh, kw, _, filters = kernel.shape
    (sh, sw), (dh, dw) = strides, dilation
    top = left = 0
    rows, columns = dy.shape[1:3]
    if padding == "same":
        top = max((rows - 1) * sh + reach(kh, dh) - height, 0) // 2
        left = max((columns - 1) * sw + reach(kw, dw) - width, 0) // 2
    z, dx, dkernel = np.zeros(dy.shape), np.zeros(x.shape), np.zeros(kernel.shape)
    of_group, in_group = filters // groups, channels // groups
    cells = itertools.product(range(rows), range(columns), range(kh), range(kw), range(filters))
    for r, s, i, j, o in cells:
        h, w = r * sh + i * dh - top, s * sw + j * dw - left
        if not (0 <= h < height and 0 <= w < width):
            continue
        seen = slice(o // of_group * in_group, (o // of_group + 1) * in_group)
        z[:, r, s, o] += x[:, h, w, seen] @ kernel[i, j, :, o]
        dx[:, h, w, seen] += dy[:, r, s, o, None] * kernel[i, j, :, o]
        dkernel[i, j, :, o] += dy[:, r, s, o] @ x[:, h, w, seen]
    return z, dx, dkernel


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [(1, 1), (2, 2), (2, 3)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 2), (1, 3)])
@pytest.mark.parametrize("groups", [1, 2])
def test_conv2d_equals_the_loop_also_with_strides_and_dilation(
    keras, rng, padding, strides, dilation, groups
):
    layer = Conv2D(
        4, (3, 2), strides, padding, dilation, groups=groups, bias_initializer="random_normal"
    )
    x = rng.normal(size=(2, 8, 7, 2 * groups))
    y = layer(x)
    dy = rng.normal(size=y.shape)
    dx = layer.backward(dy)
    z, loop_dx, loop_dkernel = looped_conv2d(
        x, layer.kernel, strides, padding, dilation, groups, dy
    )
    np.testing.assert_allclose(y, z + layer.bias, atol=1e-12)
    np.testing.assert_allclose(dx, loop_dx, atol=1e-12)
    np.testing.assert_allclose(layer.grads["kernel"], loop_dkernel, atol=1e-12)
    np.testing.assert_allclose(layer.grads["bias"], dy.sum(axis=(0, 1, 2)), atol=1e-12)


@pytest.mark.parametrize("strides", [(2, 2), (2, 1)])
def test_depthwise_equals_the_loop_with_unequal_strides_and_dilation(keras, rng, strides):
    layer = DepthwiseConv2D(3, strides, "same", 2, dilation_rate=2, use_bias=False)
    x = rng.normal(size=(2, 8, 7, 3))
    y = layer(x)
    dy = rng.normal(size=y.shape)
    dx = layer.backward(dy)
    kernel = layer.kernel.reshape(3, 3, 1, 6)
    z, loop_dx, loop_dkernel = looped_conv2d(x, kernel, strides, "same", (2, 2), 3, dy)
    np.testing.assert_allclose(y, z, atol=1e-12)
    np.testing.assert_allclose(dx, loop_dx, atol=1e-12)
    np.testing.assert_allclose(
        layer.grads["kernel"].reshape(kernel.shape), loop_dkernel, atol=1e-12
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [(1, 1), (2, 2), (3, 1)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 3)])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("strip_bytes", [1, 3000])
def test_strips_change_nothing(
    keras, monkeypatch, rng, padding, strides, dilation, groups, strip_bytes
):
    layer = Conv2D(4, 3, strides, padding, dilation, groups)
    x = rng.normal(size=(2, 13, 11, 2 * groups))
    y = layer(x)
    dy = rng.normal(size=y.shape)
    in_one_piece = y, layer.backward(dy), layer.grads["kernel"]
    monkeypatch.setattr("dlcourse.layers.convolve.STRIP_BYTES", strip_bytes)
    assert strip_bytes < layer._memory.images.nbytes
    in_strips = layer(x), layer.backward(dy), layer.grads["kernel"]
    for a, b in zip(in_one_piece, in_strips, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


@pytest.mark.parametrize("row_bytes", [1, 1000, 2**20 + 1, 2**22, 2**30])
def test_row_slices_cover_all_rows_once_and_stay_below_the_limit(row_bytes):
    slices = list(row_slices(100, row_bytes))
    assert [row for part in slices for row in range(part.start, part.stop)] == list(range(100))
    assert all(
        (s.stop - s.start) * row_bytes <= STRIP_BYTES or s.stop - s.start == 1 for s in slices
    )


# ---------------------------------------------------------------- properties


@given(
    seed=st.integers(0, 2**32 - 1),
    padding=st.sampled_from(["valid", "same"]),
    stride=st.integers(1, 3),
    a=st.floats(-4, 4),
)
def test_convolution_is_linear(seed, padding, stride, a):
    rng = np.random.default_rng(seed)
    layer = Conv2D(3, 3, stride, padding, use_bias=False, dtype="float64")
    x, y = rng.normal(size=(2, 2, 6, 7, 2))
    np.testing.assert_allclose(layer(x + a * y), layer(x) + a * layer(y), atol=1e-11)


@given(seed=st.integers(0, 2**32 - 1), shift=st.integers(1, 3))
def test_convolution_commutes_with_shifts(seed, shift):
    rng = np.random.default_rng(seed)
    layer = Conv2D(2, 3, dtype="float64")
    x = rng.normal(size=(1, 9, 8, 2))
    np.testing.assert_allclose(layer(x[:, shift:]), layer(x)[:, shift:], atol=1e-12)


@given(seed=st.integers(0, 2**32 - 1), stride=st.integers(1, 3), dilation=st.integers(1, 2))
def test_backward_is_the_transpose_of_forward(seed, stride, dilation):
    rng = np.random.default_rng(seed)
    layer = Conv2D(3, 2, stride, "same", dilation, use_bias=False, dtype="float64")
    x = rng.normal(size=(2, 6, 5, 2))
    y = layer(x)
    dy = rng.normal(size=y.shape)
    np.testing.assert_allclose(np.sum(y * dy), np.sum(x * layer.backward(dy)), atol=1e-10)


@given(
    kernel=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    channels=st.integers(1, 4),
    filters=st.integers(1, 4),
    bias=st.booleans(),
)
def test_parameter_count(kernel, channels, filters, bias):
    layer = Conv2D(filters, kernel, use_bias=bias)
    layer.build((None, 9, 9, channels))
    assert layer.count_params() == (kernel[0] * kernel[1] * channels + bias) * filters


def test_causal_output_sees_no_later_step(rng):
    layer = Conv1D(2, 3, padding="causal", dilation_rate=2, dtype="float64")
    x = rng.normal(size=(1, 12, 2))
    before = layer(x).copy()
    x[:, 7:] += 1
    after = layer(x)
    np.testing.assert_array_equal(before[:, :7], after[:, :7])
    assert np.all(before[:, 7] != after[:, 7])


# ---------------------------------------------------------------- float32, memory of a call


def test_float32_stays_float32_and_close_to_float64(rng):
    """The largest sum has 5 * 5 * 16 products, so 1e-5 of the largest output is ample."""
    x = rng.normal(size=(4, 12, 12, 16))
    single, double = (Conv2D(8, 5, activation="relu", dtype=d) for d in ("float32", "float64"))
    single.build((None, *x.shape[1:]))
    double.build((None, *x.shape[1:]))
    double.set_weights(single.get_weights())
    y32, y64 = single(x), double(x)
    dy = rng.normal(size=y64.shape)
    dx32, dx64 = single.backward(dy.astype("float32")), double.backward(dy)
    for a, b in [(y32, y64), (dx32, dx64)] + [
        (single.grads[n], double.grads[n]) for n in ("kernel", "bias")
    ]:
        assert a.dtype == np.float32
        assert scaled_error(a, b) < 1e-5


def test_second_call_leaves_the_first_output_alone(rng):
    layer = Conv2D(2, 3)
    first = layer(rng.normal(size=(2, 6, 6, 1)))
    kept = first.copy()
    second = layer(rng.normal(size=(2, 6, 6, 1)))
    np.testing.assert_array_equal(first, kept)
    assert not np.shares_memory(first, second)


def test_backward_twice_gives_the_same_gradients(rng):
    layer = Conv2D(2, 3, padding="same", activation="relu")
    y = layer(rng.normal(size=(2, 6, 6, 3)))
    dy = rng.normal(size=y.shape).astype("float32")
    dx, dkernel = layer.backward(dy), layer.grads["kernel"]
    np.testing.assert_array_equal(layer.backward(dy), dx)
    np.testing.assert_array_equal(layer.grads["kernel"], dkernel)


def test_first_layer_may_skip_its_input_gradient(rng):
    layer = Conv2D(2, 3)
    y = layer(rng.normal(size=(2, 6, 6, 3)))
    assert layer.backward(np.ones_like(y)) is not None
    kernel_gradient = layer.grads["kernel"]
    layer.needs_input_gradient = False
    assert layer.backward(np.ones_like(y)) is None
    np.testing.assert_array_equal(layer.grads["kernel"], kernel_gradient)


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Conv2D(0, 3), ["Conv2D: filters", "positive integer", "0"]),
        (lambda: Conv2D(2.5, 3), ["Conv2D: filters", "2.5"]),
        (lambda: Conv2D(2, 0), ["Conv2D: kernel_size", "0"]),
        (lambda: Conv2D(2, (3, 3, 3)), ["kernel_size", "2 of them", "(3, 3, 3)"]),
        (lambda: Conv2D(2, 3, strides=-1), ["strides", "-1"]),
        (lambda: Conv2D(2, 3, padding="full"), ["padding", "'valid' or 'same'", "'full'"]),
        (lambda: Conv2D(2, 3, padding="causal"), ["padding", "'causal'"]),
        (lambda: Conv2D(3, 3, groups=2), ["filters", "multiple of groups = 2", "3"]),
        (lambda: Conv2D(2, 3, activation="rellu"), ["rellu", "Did you mean 'relu'"]),
        (lambda: Conv1D(2, (3, 3)), ["Conv1D: kernel_size", "(3, 3)"]),
        (lambda: DepthwiseConv2D(3, depth_multiplier=0), ["depth_multiplier", "0"]),
        (lambda: Conv2D(4, 3, groups=2)(np.ones((1, 5, 5, 3))), ["channels", "multiple of 2", "3"]),
        (lambda: Conv2D(2, 3)(np.ones((5, 5, 1))), ["4 axes", "(5, 5, 1)", "x[None]"]),
        (lambda: Conv2D(2, 6)(np.ones((1, 5, 5, 1))), ["(6, 6)", "(1, 5, 5, 1)", '"same"']),
        (lambda: Conv2D(2, 3, dilation_rate=3)(np.ones((1, 5, 9, 1))), ["(7, 7)"]),
        (lambda: Conv1D(2, 3)(np.ones((2, 5))), ["3 axes", "(batch, steps, channels)"]),
    ],
)
def test_wrong_arguments_and_inputs_get_a_sentence(make, words):
    with pytest.raises(ValueError, match=r".") as caught:
        make()
    for word in words:
        assert word in str(caught.value)


def test_other_number_of_channels_than_built_for():
    layer = Conv2D(2, 3, name="edges")
    layer(np.ones((1, 5, 5, 3)))
    with pytest.raises(ValueError, match=r"edges: .* expected 3 on axis -1.*\(1, 5, 5, 4\)"):
        layer(np.ones((1, 5, 5, 4)))
