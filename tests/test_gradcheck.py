"""The gradient checker: exact where the slope is known, and it catches planted wrong gradients."""

import numpy as np
import pytest

from dlcourse import Input, Sequential, gradcheck, regularizers
from dlcourse.activations import relu, softmax, softmax_vjp, vjp
from dlcourse.gradcheck import (
    GradientError,
    check_function,
    check_layer,
    check_loss,
    numerical_gradient,
    scaled_error,
)
from dlcourse.layers import Dense, Layer
from dlcourse.losses import MeanSquaredError


def test_numerical_gradient_of_known_functions(rng):
    x = rng.normal(size=(3, 4))
    A = rng.normal(size=(3, 3))
    assert scaled_error(numerical_gradient(lambda v: np.sum(v**3), x), 3 * x**2) < 1e-8
    assert scaled_error(numerical_gradient(lambda v: np.sum(v * (A @ v)), x), (A + A.T) @ x) < 1e-8
    assert numerical_gradient(np.sin, 0.5) == pytest.approx(np.cos(0.5), abs=1e-9)


def test_numerical_gradient_is_centred():
    # A one-sided slope of x² at 1 is off by eps, a centred one is exact.
    assert numerical_gradient(lambda v: v**2, 1.0, eps=0.125) == 2


def test_numerical_gradient_leaves_x_alone():
    x = np.array([1, 2, 3])
    gradient = numerical_gradient(lambda v: np.sum(v * v), x)
    np.testing.assert_array_equal(x, [1, 2, 3])
    assert gradient.dtype == np.float64


def test_numerical_gradient_of_a_function_that_returns_a_view_of_x():
    assert numerical_gradient(lambda x: x, 3.0) == pytest.approx(1)
    assert numerical_gradient(lambda x: x, [3.0]) == pytest.approx([1])
    assert numerical_gradient(lambda x: x[1:], [3.0, 4.0]) == pytest.approx([0, 1])


def test_scaled_error():
    assert scaled_error([1.0, 2.0], [1.0, 2.0]) == 0
    assert scaled_error([0.5], [0.25]) == 0.25  # small numbers are compared with 1
    assert scaled_error([0.5], [0.25], floor=0.0) == 1
    assert scaled_error([100.0, 1.0], [200.0, 1.0]) == 0.5
    assert scaled_error([np.nan, np.inf], [np.nan, np.inf]) == 0
    assert scaled_error([np.nan], [1.0]) == np.inf
    assert scaled_error([1.0], [np.nan]) == np.inf
    assert scaled_error([np.inf], [1.0]) == np.inf
    assert scaled_error([], []) == 0
    with pytest.raises(ValueError, match=r"expected the shape \(2,\)"):
        scaled_error([1.0], [1.0, 2.0])


# ------------------------------------------------------------------ planted errors, function

WRONG_SOFTMAX = {
    # An upstream gradient of ones hides this one: for ones the true result is 0, and so is this.
    "no sum": lambda x, dy: softmax(x) * (dy - dy.mean(axis=-1, keepdims=True)),
    "no subtraction": lambda x, dy: softmax(x) * dy,
    "sign": lambda x, dy: -softmax_vjp(x, dy),
    "axis": lambda x, dy: softmax_vjp(x, dy, axis=0),
    "one entry": lambda x, dy: softmax_vjp(x, dy) + 1e-4 * np.eye(*x.shape),
    "nan": lambda x, dy: softmax_vjp(x, dy) * np.nan,
}


@pytest.mark.parametrize("planted", WRONG_SOFTMAX)
def test_wrong_function_gradients_are_caught(rng, planted):
    x = rng.normal(size=(3, 4))
    assert check_function(softmax, softmax_vjp, x).error < 1e-8
    with pytest.raises(GradientError, match=r"x\[\d, \d\]: the gradient is .*, a small step meas"):
        check_function(softmax, WRONG_SOFTMAX[planted], x)


def test_message_names_the_worst_entry():
    def cubed_gradient(x, dy):
        gradient = dy * 3 * x**2
        gradient[1] *= 1.01
        return gradient

    with pytest.raises(GradientError) as caught:
        check_function(lambda x: x**3, cubed_gradient, [1.0, 2.0, 3.0])
    assert str(caught.value).startswith("x[1]: the gradient is ")
    assert "1 of 3 entries are wrong." in str(caught.value)
    assert isinstance(caught.value, AssertionError)


def test_wrong_shapes_and_none_are_caught():
    with pytest.raises(
        GradientError, match=r"x: expected a gradient of shape \(2,\), received sha"
    ):
        check_function(np.sin, lambda x, dy: np.zeros((2, 1)), np.zeros(2))
    with pytest.raises(GradientError, match="received shape"):
        check_function(np.sin, lambda x, dy: None, np.zeros(2))


# ------------------------------------------------------------------ kinks


def test_kinks_are_left_out_and_counted():
    x = np.array([0.0, 1.0, -1.0, 2.0])
    report = check_function(relu, lambda x, dy: vjp(relu, x, dy), x)
    assert (report.entries, report.kinks) == (3, 1)
    # A wrong gradient elsewhere is still caught.
    with pytest.raises(GradientError, match=r"x\[3\]"):
        check_function(relu, lambda x, dy: dy * (x > 0) * (x < 1.5), x)


def test_a_kink_near_by_is_no_excuse():
    # Within one step of the corner the slope is measured with a smaller step.
    x = np.array([5e-7, 1.0, -5e-7])
    assert check_function(relu, lambda x, dy: vjp(relu, x, dy), x).kinks == 0
    with pytest.raises(GradientError, match=r"x\[0\]"):
        check_function(relu, lambda x, dy: dy * (x > 1e-6), x)


def test_strong_curvature_is_no_kink():
    # 1/x at 0.003: both slopes differ by 1e-3 of their size, yet there is no corner.
    x = np.array([0.003, 0.01, 1.0])
    report = check_function(np.log, lambda x, dy: dy / x, x)
    assert report.kinks == 0
    with pytest.raises(GradientError, match=r"x\[0\]"):
        check_function(np.log, lambda x, dy: dy / x * [1.001, 1, 1], x)


def test_nothing_but_kinks_is_an_error():
    with pytest.raises(ValueError, match="4 of 4 entries lie on a corner of the function"):
        check_function(relu, lambda x, dy: vjp(relu, x, dy), np.zeros(4))


# ------------------------------------------------------------------ planted errors, loss


class MultipliedError(MeanSquaredError):
    factor = 1.0

    def gradient(self, y_true, y_pred, sample_weight=None):
        return self.factor * super().gradient(y_true, y_pred, sample_weight)


@pytest.mark.parametrize("factor", [0.5, 2.0, -1.0, 0.0, 1.00001])
def test_wrong_loss_gradients_are_caught(rng, factor):
    y_true, y_pred = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    loss = MultipliedError()
    assert check_loss(loss, y_true, y_pred).error < 1e-8
    loss.factor = factor
    with pytest.raises(GradientError, match=r"y_pred\["):
        check_loss(loss, y_true, y_pred)


def test_loss_gradient_that_forgets_the_weights_is_caught(rng):
    y_true, y_pred = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    loss = MeanSquaredError()
    forgetful = MultipliedError()
    forgetful.gradient = lambda y_true, y_pred, w: loss.gradient(y_true, y_pred)
    assert check_loss(loss, y_true, y_pred, [1, 2, 3, 4.0]).error < 1e-8
    with pytest.raises(GradientError):
        check_loss(forgetful, y_true, y_pred, [1, 2, 3, 4.0])


# ------------------------------------------------------------------ planted errors, layer


class Affine(Layer):
    """y = x @ kernel + bias, with room for one planted error."""

    def __init__(self, planted=None, **kwargs):
        super().__init__(dtype=kwargs.pop("dtype", "float64"), **kwargs)
        self.planted = planted

    def build(self, input_shape):
        self.add_weight("kernel", (input_shape[-1], 3))
        self.add_weight("bias", (3,), regularizer=regularizers.L2(0.1))
        super().build(input_shape)

    def call(self, x, training=False):
        self.x = x
        return x @ self.kernel + self.bias

    def backward(self, dy):
        self.grads["kernel"] = self.x.T @ dy
        self.set_gradient("bias", dy.sum(axis=0))
        dx = dy @ self.kernel.T
        match self.planted:
            case "transposed":
                self.grads["kernel"] = (dy.T @ self.x).reshape(self.kernel.shape)
            case "mean":
                self.grads["kernel"] /= len(dy)
            case "regularizer":
                self.grads["bias"] = dy.sum(axis=0)
            case "axis":
                self.grads["bias"] = dy.sum(axis=1)
            case "input":
                dx = np.roll(dx, 1, axis=0)
            case "no input":
                dx = None
            case "forgotten":
                del self.grads["kernel"]
        return dx


PLANTED = {
    "transposed": "kernel",
    "mean": "kernel",
    "regularizer": "bias",
    "axis": "bias: expected a gradient of shape",
    "input": "input",
    "no input": "input: expected a gradient of shape .* received None",
    "forgotten": "stored no gradient for 'kernel'",
}


@pytest.mark.parametrize("planted", PLANTED)
def test_wrong_layer_gradients_are_caught(rng, planted):
    x = rng.normal(size=(4, 5))
    assert check_layer(Affine(), x).error < 1e-8
    with pytest.raises(GradientError, match=PLANTED[planted]):
        check_layer(Affine(planted), x)


def test_check_layer_looks_at_everything_and_leaves_weights_alone(rng):
    layer = Affine()
    x = rng.normal(size=(4, 5))
    layer(x)
    before = layer.get_weights()
    report = check_layer(layer, x)
    assert report.entries == x.size + layer.count_params()
    assert all((a == b).all() for a, b in zip(before, layer.get_weights(), strict=True))


def test_check_layer_passes_arguments_on(rng):
    class Multiply(Layer):
        def __call__(self, x, training=False, factor=1.0):
            self.factor = factor if training else 0.0
            return self.factor * x

        def backward(self, dy):
            return 2.0 * dy

    x, layer = rng.normal(size=(2, 3)), Multiply(dtype="float64")
    assert check_layer(layer, x, training=True, factor=2.0).error < 1e-8
    with pytest.raises(GradientError):
        check_layer(layer, x, training=True, factor=3.0)
    with pytest.raises(GradientError):
        check_layer(layer, x, factor=2.0)


def test_check_layer_skips_frozen_weights(rng):
    x = rng.normal(size=(2, 3))
    frozen = Affine("mean")  # its wrong kernel gradient is nobody's business while frozen
    frozen.trainable = False
    assert check_layer(frozen, x).entries == x.size


def test_check_layer_of_several_inputs(rng):
    class Product(Layer):
        planted = False

        def __call__(self, inputs, training=False):
            self.inputs = inputs
            return inputs[0] * inputs[1]

        def backward(self, dy):
            a, b = self.inputs
            return [dy * b, dy * (b if self.planted else a)]

    inputs = [rng.normal(size=(2, 3)), rng.normal(size=(2, 3))]
    layer = Product(dtype="float64")
    assert check_layer(layer, inputs).entries == 12
    layer.planted = True
    with pytest.raises(GradientError, match="input 1"):
        check_layer(layer, inputs)
    layer.backward = lambda dy: [dy]
    with pytest.raises(GradientError, match="expected 2 gradients, one for each input"):
        check_layer(layer, inputs)


def test_real_layer_and_its_regularizers(rng):
    layer = Dense(3, activation="softmax", dtype="float64", kernel_regularizer="l1")
    assert check_layer(layer, rng.normal(size=(4, 5))).error < 1e-6


def test_check_layer_of_a_model_and_of_its_first_layer(rng):
    first, last = Dense(4, "tanh", dtype="float64"), Affine()
    inner = Sequential([Input((4,)), Dense(3, "tanh", dtype="float64")])
    model = Sequential([Input((5,)), first, inner, last])
    x = rng.normal(size=(2, 5))
    assert check_layer(model, x).entries == x.size + model.count_params()
    first.needs_input_gradient = False  # as in training, where the data need no gradient
    assert check_layer(first, x).entries == x.size + first.count_params()
    assert not first.needs_input_gradient
    last.planted = "mean"
    with pytest.raises(GradientError, match=rf"{model.name}, {last.name}/kernel"):
        check_layer(model, x)


def test_the_upstream_gradient_is_random():
    dy = gradcheck._random_like(np.zeros((50, 50)), seed=0)
    assert np.abs(dy).min() > 0.4
    assert len(np.unique(dy)) == 2500
    assert 0.4 < (dy > 0).mean() < 0.6


def test_mistakes_get_a_sentence(rng):
    with pytest.raises(
        ValueError, match=r'output: expected float64.*Make the layer with dtype="fl'
    ):
        check_layer(Dense(2, dtype="float32"), rng.normal(size=(2, 3)))
    with pytest.raises(ValueError, match="x: expected at least one number to check"):
        check_function(np.sin, lambda x, dy: dy * np.cos(x), np.zeros((0, 2)))
    with pytest.raises(ValueError, match="a function whose value is one number"):
        numerical_gradient(np.sin, np.zeros(3))
    with pytest.raises(ValueError, match="x: expected an array of real numbers"):
        numerical_gradient(np.sum, ["a"])
    with pytest.raises(ValueError, match="check_loss: y_pred: expected an array of real numbers"):
        check_loss(MeanSquaredError(), [1.0], ["a"])
