"""Activations: equal to Keras in value and gradient, stable at ±1000, and kind about mistakes."""

import inspect
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcourse import activations
from dlcourse.gradcheck import check_function, scaled_error
from dlcourse.twins import tape

ELEMENTWISE = [
    "step", "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus", "silu",
]  # fmt: skip
WITH_VECTORS = ["softmax", "log_softmax"]
ALL = ELEMENTWISE + WITH_VECTORS
IN_KERAS = [name for name in ALL if name != "step"]
SHAPES = [(7,), (1, 1), (5, 3), (2, 3, 4), (2, 3, 1, 5)]
ARGUMENTS = [
    ("leaky_relu", {"negative_slope": 0.25}),
    ("elu", {"alpha": 0.5}),
    ("gelu", {"approximate": True}),
    ("softmax", {"axis": 0}),
    ("softmax", {"axis": 1}),
    ("log_softmax", {"axis": 0}),
    ("log_softmax", {"axis": -2}),
]
rows = arrays.arrays(np.float64, (3, 5), elements=st.floats(-50, 50))


def function(name):
    return getattr(activations, name)


def twin_of(name):
    """Return what should equal Keras's function of this name.

    TensorFlow holds the slope of leaky_relu in float32, so that is the slope to compare with.
    """
    if name == "leaky_relu":
        return partial(activations.leaky_relu, negative_slope=float(np.float32(0.2)))
    return function(name)


@pytest.fixture
def constants(monkeypatch):
    """Round the constants of gelu to float32, as TensorFlow does even for float64 arrays."""
    for name in ("_SQRT_HALF", "_GELU_CUBIC"):
        monkeypatch.setattr(activations, name, float(np.float32(getattr(activations, name))))


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1 of a tensor of shape")
@pytest.mark.usefixtures("constants")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", IN_KERAS)
def test_equals_keras(keras, rng, name, shape):
    x, dy = 3 * rng.normal(size=shape), rng.normal(size=shape)
    y, dx = tape(getattr(keras.activations, name), x, dy)
    assert scaled_error(twin_of(name)(x), y) < 1e-12
    assert scaled_error(activations.vjp(twin_of(name), x, dy), dx) < 1e-12


@pytest.mark.usefixtures("constants")
@pytest.mark.parametrize(("name", "keywords"), ARGUMENTS)
def test_arguments_equal_keras(keras, rng, name, keywords):
    x, dy = 3 * rng.normal(size=(4, 6)), rng.normal(size=(4, 6))
    y, dx = tape(partial(getattr(keras.activations, name), **keywords), x, dy)
    ours = partial(function(name), **keywords)
    assert scaled_error(ours(x), y) < 1e-12
    assert scaled_error(activations.vjp(ours, x, dy), dx) < 1e-12


@pytest.mark.usefixtures("constants")
@pytest.mark.parametrize("name", IN_KERAS)
def test_kinks_and_extremes_equal_keras(keras, name):
    x = np.array([[-1000.0, -100, -40, -1, -1e-300, 0, 1e-300, 1, 40, 100, 1000]]).T
    x = np.hstack([x, x[::-1]])
    dy = np.ones_like(x) * [1, 2]
    y, dx = tape(getattr(keras.activations, name), x, dy)
    # Against the largest number of each row: 1000 must not excuse an error at 0.
    twin = twin_of(name)
    for ours, theirs in [(twin(x), y), (activations.vjp(twin, x, dy), dx)]:
        for row, expected in zip(ours, theirs, strict=True):
            assert scaled_error(row, expected) < 1e-12


@pytest.mark.parametrize("name", ALL)
def test_float32_stays_float32_and_close(rng, name):
    x = rng.normal(size=(4, 6)).astype(np.float32)
    dy = rng.normal(size=(4, 6)).astype(np.float32)
    y, dx = function(name)(x), activations.vjp(name, x, dy)
    assert y.dtype == np.float32
    assert dx.dtype == np.float32
    # Float32 carries 7 digits; these functions lose less than one.
    assert scaled_error(y, function(name)(x.astype(np.float64))) < 1e-6
    exact = activations.vjp(name, x.astype(np.float64), dy.astype(np.float64))
    assert scaled_error(dx, exact) < 2e-6
    if name in ELEMENTWISE:
        assert getattr(activations, f"{name}_derivative")(x).dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ALL)
def test_stable_at_plus_and_minus_1000(name, dtype):
    x = np.array([[-1000, 0, 1000], [1000, 1000, 1000], [-1000, -1000, -1000]], dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        y = function(name)(x)
        dx = activations.vjp(name, x, np.array([[1, -2, 3]] * 3, dtype))
    assert np.isfinite(y).all()
    assert np.isfinite(dx).all()


def test_large_scores_keep_their_digits():
    # max + log Σ would round 1e9 + 0.69… to 1e9 + a multiple of 1e-7.
    assert activations.log_softmax([1e9, 1e9])[0] == pytest.approx(-np.log(2), rel=1e-15)
    assert activations.logsumexp([1000.0, 1000.0]) == pytest.approx(1000 + np.log(2), rel=1e-15)
    assert activations.log_softmax([0.0, -1000.0])[1] == -1000
    assert activations.sigmoid(-700.0) == pytest.approx(np.exp(-700.0), rel=1e-12)
    assert activations.sigmoid_derivative(50.0) == pytest.approx(np.exp(-50.0), rel=1e-12)


@pytest.mark.parametrize("name", ALL)
def test_gradient_check(rng, name):
    x = rng.normal(size=(3, 5))
    x[np.abs(x) < 0.01] = 0.5  # off the kinks
    report = check_function(function(name), partial(activations.vjp, name), x)
    assert report.error < 1e-8
    assert report.kinks == 0


@pytest.mark.parametrize("keywords", [{"temperature": 0.5}, {"temperature": 3.0, "axis": 0}])
@pytest.mark.parametrize("name", WITH_VECTORS)
def test_temperature_divides_the_scores(rng, name, keywords):
    x = rng.normal(size=(3, 5))
    ours, axis = partial(function(name), **keywords), keywords.get("axis", -1)
    assert scaled_error(ours(x), function(name)(x / keywords["temperature"], axis=axis)) < 1e-15
    assert check_function(ours, partial(activations.vjp, ours), x).error < 1e-8


def test_the_slope_of_tensorflow_is_rounded_to_float32(keras):
    slope = -float(keras.activations.leaky_relu(np.array([-1.0]))[0])
    assert slope == float(np.float32(0.2)) != 0.2


@pytest.mark.parametrize("approximate", [False, True])
def test_gelu_without_that_rounding(keras, rng, approximate):
    import tensorflow as tf

    def exact(x):
        if approximate:
            return x * (1 + tf.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2
        return x * (1 + tf.math.erf(x / np.sqrt(2))) / 2

    x, dy = 3 * rng.normal(size=(4, 6)), rng.normal(size=(4, 6))
    y, dx = tape(exact, x, dy)
    ours = partial(activations.gelu, approximate=approximate)
    assert scaled_error(ours(x), y) < 1e-12
    assert scaled_error(activations.vjp(ours, x, dy), dx) < 1e-12
    assert 1e-12 < scaled_error(ours(x), keras.activations.gelu(x, approximate=approximate)) < 1e-7


def test_logsumexp_equals_keras(keras, rng):
    x = 100 * rng.normal(size=(3, 4, 5))
    for axis in (-1, 0, 1):
        for keepdims in (False, True):
            theirs = keras.ops.logsumexp(x, axis=axis, keepdims=keepdims).numpy()
            assert scaled_error(activations.logsumexp(x, axis, keepdims), theirs) < 1e-12


def test_logsumexp_of_infinities_equals_keras(keras):
    inf = np.inf
    x = np.array([[-inf, -inf], [inf, 0], [inf, inf], [inf, -inf], [-inf, 1], [inf, 1e4]])
    with np.errstate(all="raise"):
        ours = activations.logsumexp(x)
    np.testing.assert_array_equal(ours, keras.ops.logsumexp(x, axis=-1))
    assert np.isnan(activations.logsumexp([np.nan, 1.0]))


def test_conventions_at_zero():
    assert activations.step(0.0) == 1
    assert activations.relu_derivative(0.0) == 0
    assert activations.leaky_relu_derivative(0.0) == 0.2
    assert activations.elu_derivative(0.0) == 1
    np.testing.assert_array_equal(activations.step([-2, -0.0, 3]), [0, 1, 1])
    np.testing.assert_array_equal(activations.step_derivative([-1, 0, 1]), [0, 0, 0])


def test_worked_number_of_the_syllabus():
    assert round(float(activations.sigmoid(7)), 8) == 0.99908895


@settings(deadline=None)  # a busy machine is no error
@given(rows, st.floats(-1000, 1000))
def test_softmax_ignores_a_shift(x, shift):
    # Adding 1000 rounds x to 13 digits, no better.
    assert scaled_error(activations.softmax(x + shift), activations.softmax(x)) < 1e-12


@settings(deadline=None)  # a busy machine is no error
@given(rows, st.floats(0.01, 100))
def test_softmax_sums_to_one_and_keeps_the_order(x, temperature):
    y = activations.softmax(x, temperature=temperature)
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-14)
    assert (y >= 0).all()
    order = np.argsort(x, axis=-1)
    assert (np.diff(np.take_along_axis(y, order, axis=-1), axis=-1) >= 0).all()


@settings(deadline=None)  # a busy machine is no error
@given(rows)
def test_softmax_gradients_sum_to_zero(x):
    dy = np.random.default_rng(0).normal(size=x.shape)
    assert np.abs(activations.softmax_vjp(x, dy).sum(axis=-1)).max() < 1e-14


@settings(deadline=None)  # a busy machine is no error
@given(rows)
def test_identities(x):
    np.testing.assert_allclose(
        activations.sigmoid(x) + activations.sigmoid(-x), np.ones_like(x), rtol=1e-15
    )
    np.testing.assert_allclose(
        activations.softplus(x) - activations.softplus(-x), x, rtol=1e-13, atol=1e-13
    )
    np.testing.assert_allclose(
        activations.tanh(x), 2 * activations.sigmoid(2 * x) - 1, rtol=1e-13, atol=1e-15
    )
    two_scores = np.stack([x, np.zeros_like(x)], axis=-1)
    np.testing.assert_allclose(
        activations.softmax(two_scores)[..., 0], activations.sigmoid(x), rtol=1e-13
    )
    np.testing.assert_allclose(
        np.exp(activations.log_softmax(x)), activations.softmax(x), rtol=1e-12
    )


def test_get():
    assert activations.get(None) is activations.linear
    assert activations.get("relu") is activations.relu
    assert activations.get("swish") is activations.silu
    assert activations.get(np.sin) is np.sin
    with pytest.raises(ValueError, match=r"Unknown activation 'rellu'. Did you mean 'relu'\?"):
        activations.get("rellu")


def test_every_name_of_ours_is_one_of_keras(keras):
    for name in sorted(activations._BY_NAME):
        if name != "step":
            assert keras.activations.get(name).__name__ == activations.get(name).__name__


def test_signatures_equal_keras(keras):
    # Of relu's arguments none is needed for the syllabus; softmax has a temperature more.
    ours_only, keras_only = {"temperature"}, {"max_value", "threshold"}
    for name in IN_KERAS:
        ours = dict(inspect.signature(function(name)).parameters)
        theirs = dict(inspect.signature(getattr(keras.activations, name)).parameters)
        if name == "relu":
            del theirs["negative_slope"]
        own = [n for n in ours if n not in ours_only]
        assert own == [n for n in theirs if n not in keras_only]
        assert all(ours[n].default == theirs[n].default for n in own)


def test_vjp_of_a_function_of_your_own(rng):
    def square(x):
        return x * x

    x, dy = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    with pytest.raises(ValueError, match="derivative of the activation 'square' is not known"):
        activations.vjp(square, x, dy)
    square.derivative = lambda x: 2 * x
    np.testing.assert_array_equal(activations.vjp(square, x, dy), dy * 2 * x)


def test_vjp_of_a_partial_of_a_partial(rng):
    x, dy = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    inner = partial(activations.leaky_relu, negative_slope=0.5)
    outer = partial(inner, negative_slope=0.1)
    assert check_function(outer, partial(activations.vjp, outer), x).error < 1e-8
    np.testing.assert_array_equal(activations.vjp(inner, -abs(x), dy), dy * 0.5)


def test_lists_integers_and_booleans_become_float64():
    assert activations.relu([-1, 2]).dtype == np.float64
    assert activations.sigmoid(np.array([True, False])).dtype == np.float64
    assert activations.softmax([[1, 2], [3, 4]]).dtype == np.float64


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: activations.relu(["a", "b"]), "expected an array of real numbers, received an a"),
        (lambda: activations.tanh([[1, 2], [3]]), "expected numbers that form one array"),
        (lambda: activations.sigmoid(1j), "expected an array of real numbers"),
        (lambda: activations.softmax(3.0), "softmax: x: expected an array with axis -1, received"),
        (lambda: activations.softmax([1.0, 2.0], axis=1), "softmax: x: expected an array with ax"),
        (lambda: activations.softmax(np.zeros((2, 0))), "at least one number along axis -1"),
        (lambda: activations.log_softmax([1.0], axis=2), "log_softmax: x: expected"),
        (lambda: activations.logsumexp(np.zeros((0, 2)), axis=0), "logsumexp: x: expected at le"),
        (lambda: activations.softmax([1.0], temperature=0), "temperature: expected a positive nu"),
        (lambda: activations.softmax([1.0], temperature=np.nan), "received nan"),
        (
            lambda: activations.vjp("relu", np.zeros(3), np.zeros((3, 1))),
            r"vjp: dy: expected the shape of x, \(3,\), received an array of shape \(3, 1\)",
        ),
        (lambda: activations.get(3), "Unknown activation 3. Known names: elu, gelu"),
    ],
)
def test_mistakes_get_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()
