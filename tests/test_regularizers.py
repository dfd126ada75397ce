"""Regularizers: equal to Keras in value and gradient."""

import numpy as np
import pytest

from dlcourse import regularizers
from dlcourse.gradcheck import check_function, scaled_error
from dlcourse.twins import tape

ROUNDED = float(np.float32(0.01))  # Keras holds strengths in float32, even for float64 weights
CASES = [
    ("L1", {"l1": ROUNDED}),
    ("L1", {"l1": 0.25}),
    ("L2", {"l2": ROUNDED}),
    ("L2", {"l2": 0.25}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.25, "l2": 0.75}),
    ("L1L2", {"l1": 0.25}),
]


@pytest.mark.parametrize("shape", [(7,), (3, 4), (3, 3, 2, 5)])
@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_equals_keras(keras, rng, name, arguments, shape):
    w = rng.normal(size=shape)
    w.flat[0] = 0  # sign(0) = 0
    ours = getattr(regularizers, name)(**arguments)
    value, gradient = tape(getattr(keras.regularizers, name)(**arguments), w)
    assert scaled_error(ours(w), value) < 1e-12
    assert scaled_error(ours.gradient(w), gradient) < 1e-12


def test_keras_rounds_the_strength_to_float32(keras):
    w = np.array([1.0])
    for name in ("L1", "L2"):
        assert float(getattr(keras.regularizers, name)()(w)) == ROUNDED != 0.01
        assert getattr(regularizers, name)()(w) == 0.01


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_gradient_check(rng, name, arguments):
    penalty = getattr(regularizers, name)(**arguments)
    w = rng.normal(size=(3, 4))
    assert check_function(penalty, lambda w, dy: dy * penalty.gradient(w), w).error < 1e-8


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_float32_stays_float32(rng, name, arguments):
    w = rng.normal(size=(3, 4)).astype(np.float32)
    penalty = getattr(regularizers, name)(**arguments)
    assert penalty(w).dtype == np.float32
    assert penalty.gradient(w).dtype == np.float32
    assert scaled_error(penalty(w), penalty(w.astype(np.float64))) < 1e-6


def test_by_hand():
    w = np.array([3.0, -4.0])
    assert regularizers.L1(0.5)(w) == 3.5
    assert regularizers.L2(0.5)(w) == 12.5  # no 1/2 before the squares
    np.testing.assert_array_equal(regularizers.L2(0.5).gradient(w), w)
    np.testing.assert_array_equal(regularizers.L1(0.5).gradient(w), [0.5, -0.5])
    assert regularizers.L1L2(0.5, 0.5)(w) == 16
    assert regularizers.L2(1.0)([1, 2]) == 5


@pytest.mark.parametrize("name", ["L1", "L2", "L1L2"])
def test_signature_and_config_equal_keras(keras, name):
    import inspect

    ours, theirs = getattr(regularizers, name), getattr(keras.regularizers, name)
    assert str(inspect.signature(theirs)) == ", ".join(
        f"{n}={p.default}" for n, p in inspect.signature(ours).parameters.items()
    ).join("()")
    arguments = dict.fromkeys(inspect.signature(ours).parameters, 0.125)
    config = ours(**arguments).get_config()
    assert config == theirs(**arguments).get_config()
    assert regularizers.get({"class_name": name, "config": config}).get_config() == config


def test_get_knows_keras_names(keras):
    for name in ("l1", "l2", "l1l2", "L1", "L2", "L1L2"):
        ours, theirs = regularizers.get(name), keras.regularizers.get(name)
        assert type(ours).__name__ == type(theirs).__name__
        assert ours.get_config() == pytest.approx(theirs.get_config())


def test_get():
    assert regularizers.get(None) is None
    penalty = regularizers.L2(0.1)
    assert regularizers.get(penalty) is penalty
    assert isinstance(regularizers.get(regularizers.L1), regularizers.L1)


R = regularizers
MISTAKES = [
    (lambda: R.get("l3"), "Unknown regularizer 'l3'. Did you mean 'l"),
    (lambda: R.get(0.01), r"expected a name, a Regularizer .* received 0.01. Use e.g. L2\(0.01\)"),
    (lambda: R.get(np.sum), "a Regularizer"),
    (lambda: R.L2(-1), "L2: l2: expected a finite number that is not negative, received -1"),
    (lambda: R.L1(float("nan")), "L1: l1: expected a finite number"),
    (lambda: R.L1L2(l2="much"), "L1L2: l2: expected a finite number"),
    (lambda: R.L2()(["a"]), "Regularizer: weights: expected an array of real numbers"),
]


@pytest.mark.parametrize(("call", "message"), MISTAKES)
def test_mistakes_get_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_regularizer_of_your_own():
    class Fourth(R.Regularizer):
        def __call__(self, x):
            return np.sum(x**4)

    assert R.get(Fourth())(np.array([2.0])) == 16
    with pytest.raises(NotImplementedError, match="Fourth has no gradient method"):
        Fourth().gradient(np.zeros(2))
    with pytest.raises(NotImplementedError, match="Regularizer has no __call__ method"):
        R.Regularizer()(np.zeros(2))
