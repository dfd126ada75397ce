"""Losses: equal to Keras in value and gradient, weighted and reduced alike, kind about mistakes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcourse import losses
from dlcourse.activations import softmax
from dlcourse.gradcheck import check_loss, scaled_error
from dlcourse.ledger.losses import CASES, compare, draw
from dlcourse.twins import tape

NAMES = ["-".join([name, *(f"{k}={v}" for k, v in arguments.items())]) for name, arguments in CASES]
SHAPES = [(1, 2), (5, 3), (4, 2, 3), (2, 3, 2, 4)]
REDUCTIONS = ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None]


def twins(keras, name, arguments, **more):
    return getattr(losses, name)(**arguments, **more), getattr(keras.losses, name)(
        **arguments, **more
    )


def assert_equal(*arguments):
    case = compare(*arguments)
    assert case.forward < 1e-12
    assert case.gradients < 1e-12


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "arguments"), CASES, ids=NAMES)
def test_equals_keras(keras, rng, name, arguments, shape):
    y_true, y_pred = draw(rng, name, arguments, shape)
    ours, theirs = twins(keras, name, arguments)
    assert_equal(ours, theirs, y_true, y_pred)
    weights = rng.uniform(0, 2, shape[:-1])
    assert_equal(ours, theirs, y_true, y_pred, weights)
    assert_equal(ours, theirs, y_true, y_pred, weights[..., None])
    if len(shape) > 2:  # one weight for each sample of the batch, shared by its positions
        assert_equal(
            ours, theirs, y_true, y_pred, weights[(slice(None), *[slice(1)] * (len(shape) - 2))]
        )


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["MeanSquaredError", "SparseCategoricalCrossentropy"])
def test_reductions_equal_keras(keras, rng, name, reduction):
    y_true, y_pred = draw(rng, name, {}, (4, 5, 3))
    ours, theirs = twins(keras, name, {}, reduction=reduction)
    weights = rng.uniform(0, 2, (4, 5))
    for sample_weight in (None, weights, weights[:, :1], np.zeros((4, 5)), 3.0):
        assert_equal(ours, theirs, y_true, y_pred, sample_weight)


@pytest.mark.parametrize(("name", "arguments"), CASES, ids=NAMES)
def test_functions_equal_keras(keras, rng, name, arguments):
    y_true, y_pred = draw(rng, name, arguments, (5, 4))
    function = next(f for f, c in losses._CLASSES.items() if c.__name__ == name)
    theirs = getattr(keras.losses, function.__name__)(y_true, y_pred, **arguments)
    values = function(y_true, y_pred, **arguments)
    assert values.shape == (5,)
    assert scaled_error(values, theirs) < 1e-12


@pytest.mark.parametrize(("name", "arguments"), CASES, ids=NAMES)
def test_gradient_check(rng, name, arguments):
    y_true, y_pred = draw(rng, name, arguments, (6, 3))
    loss = getattr(losses, name)(**arguments)
    assert check_loss(loss, y_true, y_pred).error < 1e-7
    assert check_loss(loss, y_true, y_pred, rng.uniform(0, 2, 6)).error < 1e-7


def test_gradient_check_of_labels_that_do_not_sum_to_one(rng):
    y_true, y_pred = rng.uniform(0, 1, (4, 3)), rng.normal(size=(4, 3))
    for loss, predictions in (
        (losses.CategoricalCrossentropy(from_logits=True), y_pred),
        (losses.CategoricalCrossentropy(), softmax(y_pred)),
    ):
        assert check_loss(loss, y_true, predictions).error < 1e-7


def test_tensorflow_errs_for_labels_that_do_not_sum_to_one(keras, rng):
    y_true, y_pred = np.array([[0.5, 1.0, 1.0]]), rng.normal(size=(1, 3))
    ours, theirs = twins(keras, "CategoricalCrossentropy", {"from_logits": True})
    value, gradient = tape(lambda p: theirs(y_true, p), y_pred)
    assert scaled_error(ours(y_true, y_pred), value) < 1e-12
    assert scaled_error(gradient, softmax(y_pred) - y_true) < 1e-12
    assert scaled_error(ours.gradient(y_true, y_pred), 2.5 * softmax(y_pred) - y_true) < 1e-12


# Predictions at 0, 1, the clipping bounds and around them: exactly where gradients change.
EDGES = np.array([0.0, 1e-9, 1e-7, 2e-7, 0.5, 1 - 2e-7, 1 - 1e-7, 1 - 1e-9, 1.0])


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("p", EDGES)
def test_clipping_equals_keras(keras, p, label):
    pair = np.array([[p, 1 - p]])
    one_hot = np.eye(2)[[label]]
    for name, y_true, y_pred in (
        ("BinaryCrossentropy", one_hot[:, :1], pair[:, :1]),
        ("CategoricalCrossentropy", one_hot, pair),
        ("CategoricalCrossentropy", one_hot, 3 * pair),
        ("SparseCategoricalCrossentropy", [label], pair),
        ("KLDivergence", one_hot, pair),
    ):
        ours, theirs = twins(keras, name, {})
        assert_equal(ours, theirs, np.array(y_true), y_pred)


def test_kinks_equal_keras(keras):
    signs = np.array([[1.0, -1.0, 1.0, -1.0]])
    at_kink = np.array([[1.0, -1.0, 0.5, 2.0]])
    for name in ("Hinge", "SquaredHinge", "MeanAbsoluteError"):
        assert_equal(*twins(keras, name, {}), signs, at_kink)
    assert_equal(*twins(keras, "Huber", {}), np.zeros((1, 4)), np.array([[1.0, -1.0, 0, 2]]))
    one_hot = np.array([[0, 0, 1.0, 0]])
    for scores in ([[0.5, 0.5, 0.2, 0.1]], [[0.5, 0.3, 1.5, 0.1]], [[-1.0, -2, -3, -1]]):
        assert_equal(*twins(keras, "CategoricalHinge", {}), one_hot, np.array(scores))


def test_hinge_takes_0_and_1_as_keras_does(keras, rng):
    y_true, y_pred = np.array([[0.0, 1, 1, 0]]), rng.normal(size=(1, 4))
    for name in ("Hinge", "SquaredHinge"):
        ours, theirs = twins(keras, name, {})
        assert_equal(ours, theirs, y_true, y_pred)
        assert ours(y_true, y_pred) == ours(2 * y_true - 1, y_pred)


@pytest.mark.parametrize(
    ("y_true", "y_pred"), [((5,), (5, 1)), ((5, 1), (5,)), ((4, 3), (4, 3, 1)), ((4, 3, 1), (4, 3))]
)
def test_a_last_axis_of_one_is_aligned_as_in_keras(keras, rng, y_true, y_pred):
    y_true, y_pred = rng.normal(size=y_true), rng.normal(size=y_pred)
    ours, theirs = twins(keras, "MeanSquaredError", {})
    assert_equal(ours, theirs, y_true, y_pred)
    assert ours.gradient(y_true, y_pred).shape == y_pred.shape
    # Weights tell n samples of one output from one sample of n outputs.
    assert_equal(ours, theirs, y_true, y_pred, rng.uniform(0, 2, len(y_pred)))


def test_sparse_labels_may_have_a_last_axis_of_one(rng):
    y_true, y_pred = rng.integers(0, 3, (4, 5)), rng.normal(size=(4, 5, 3))
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    assert loss(y_true, y_pred) == loss(y_true[..., None], y_pred)
    assert loss(y_true.astype(float), y_pred) == loss(y_true, y_pred)


@pytest.mark.parametrize(("name", "arguments"), CASES, ids=NAMES)
def test_float32_stays_float32_and_close(rng, name, arguments):
    y_true, y_pred = draw(rng, name, arguments, (6, 4))
    loss, small = getattr(losses, name)(**arguments), y_pred.astype(np.float32)
    assert loss(y_true, small).dtype == np.float32
    assert loss.gradient(y_true, small).dtype == np.float32
    assert loss(y_true, small, np.ones(6)).dtype == np.float32
    # Compared with the exact loss of the same float32 predictions.
    assert scaled_error(loss(y_true, small), loss(y_true, small.astype(np.float64))) < 1e-6
    exact = loss.gradient(y_true, small.astype(np.float64))
    assert scaled_error(loss.gradient(y_true, small), exact) < 1e-6
    assert getattr(losses, name)(**arguments, dtype="float64")(y_true, small).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_plus_and_minus_1000(dtype):
    logits = np.array([[1000, -1000], [-1000, 1000], [1000, 1000]], dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for name, y_true, expected in (
            ("BinaryCrossentropy", np.eye(2)[[0, 0, 0]], [0, 1000, 500]),
            ("CategoricalCrossentropy", np.eye(2)[[0, 0, 0]], [0, 2000, np.log(2)]),
            ("SparseCategoricalCrossentropy", [0, 0, 0], [0, 2000, np.log(2)]),
        ):
            loss = getattr(losses, name)(from_logits=True, reduction=None)
            np.testing.assert_allclose(loss(y_true, logits), expected, rtol=1e-6)
            assert np.isfinite(loss.gradient(y_true, logits)).all()


def test_nan_predictions_give_nan_not_an_error():
    # What made the NaN is a story for the model, which knows the layers.
    for name, arguments in CASES:
        y_true, y_pred = draw(np.random.default_rng(1), name, arguments, (3, 4))
        y_pred[1, 2] = np.nan
        assert np.isnan(getattr(losses, name)(**arguments)(y_true, y_pred))


rows = arrays.arrays(np.float64, (4, 3), elements=st.floats(-20, 20))


@settings(deadline=None)  # a busy machine is no error
@given(rows, st.integers(0, 2))
def test_sparse_and_one_hot_labels_agree(x, label):
    labels = [label, 0, 1, 2]
    for arguments, y_pred in (({"from_logits": True}, x), ({}, softmax(x / 4))):
        sparse = losses.SparseCategoricalCrossentropy(**arguments)
        one_hot = losses.CategoricalCrossentropy(**arguments)
        assert sparse(labels, y_pred) == pytest.approx(one_hot(np.eye(3)[labels], y_pred), rel=1e-6)


@settings(deadline=None)  # a busy machine is no error
@given(rows)
def test_logits_and_probabilities_agree(x):
    x = x / 4  # away from the clipping
    one_hot = np.eye(3)[[0, 1, 2, 0]]
    loss = losses.CategoricalCrossentropy()
    assert losses.on_logits(loss)(one_hot, x) == pytest.approx(loss(one_hot, softmax(x)), rel=1e-6)


@settings(deadline=None)  # a busy machine is no error
@given(rows, rows)
def test_losses_are_zero_at_the_truth_and_positive_elsewhere(y_true, y_pred):
    for loss in (losses.MeanSquaredError(), losses.MeanAbsoluteError(), losses.Huber()):
        assert loss(y_true, y_true) == 0
        assert loss(y_true, y_pred) >= 0
        assert (loss.gradient(y_true, y_true) == 0).all()


@settings(deadline=None)  # a busy machine is no error
@given(rows, rows)
def test_huber_lies_between_its_parents(y_true, y_pred):
    near, far = losses.Huber(delta=1e6), losses.Huber(delta=1e-6)
    squared, absolute = losses.MeanSquaredError(), losses.MeanAbsoluteError()
    assert near(y_true, y_pred) == pytest.approx(squared(y_true, y_pred) / 2, abs=1e-9)
    assert far(y_true, y_pred) / 1e-6 == pytest.approx(absolute(y_true, y_pred), abs=1e-6)


def test_on_logits():
    smooth = losses.CategoricalCrossentropy(label_smoothing=0.1, reduction="sum", name="mine")
    twin = losses.on_logits(smooth)
    assert twin.get_config() == {**smooth.get_config(), "from_logits": True}
    assert losses.on_logits(twin) is None
    assert losses.on_logits(losses.MeanSquaredError()) is None


def test_keras_computes_a_compiled_crossentropy_from_logits(keras, rng):
    # Why on_logits exists: probabilities of 1e-30 would be clipped to 1e-7.
    x, y = 30 * rng.normal(size=(4, 3)), np.eye(3)[[0, 1, 2, 0]]
    model = keras.Sequential([keras.Input((3,)), keras.layers.Activation("softmax")])
    model.compile(loss="categorical_crossentropy")
    loss = losses.CategoricalCrossentropy()
    compiled = model.evaluate(x, y, verbose=0)
    assert compiled == pytest.approx(losses.on_logits(loss)(y, x), rel=1e-6)
    assert compiled != pytest.approx(loss(y, softmax(x)), rel=1e-2)


def test_get_knows_keras_names(keras):
    for name in losses._BY_NAME:
        theirs = keras.losses.get(name)
        named = theirs.__name__ if hasattr(theirs, "__name__") else type(theirs).__name__
        ours = losses.get(name)
        function = next(f for f, c in losses._CLASSES.items() if c is type(ours))
        assert named in (function.__name__, type(ours).__name__)


def test_get():
    class TwoMethods:
        """Whatever can be called and has a gradient will do."""

        gradient = None

    assert isinstance(losses.get(own := TwoMethods()), TwoMethods)
    assert losses.get(own) is own
    loss = losses.Huber(delta=2.0)
    assert losses.get(loss) is loss
    assert losses.get(None) is None
    assert isinstance(losses.get(losses.Hinge), losses.Hinge)
    assert isinstance(losses.get(losses.hinge), losses.Hinge)
    again = losses.get({"class_name": "Huber", "config": loss.get_config()})
    assert again.get_config() == loss.get_config()
    assert repr(again) == "Huber(delta=2.0, reduction='sum_over_batch_size', name='huber_loss', " \
        "dtype=None)"  # fmt: skip


def test_delta_of_numpy_leaves_float32_alone():
    y_true, y_pred = np.zeros((2, 1), np.float32), np.full((2, 1), 3, np.float32)
    assert losses.Huber(np.float64(1)).gradient(y_true, y_pred).dtype == np.float32


def test_defaults_equal_keras(keras):
    import inspect

    for loss in losses._CLASSES.values():
        ours = inspect.signature(loss).parameters
        theirs = inspect.signature(getattr(keras.losses, loss.__name__)).parameters
        # The last axis is the class axis, and no class is ignored.
        assert list(ours) == [n for n in theirs if n not in ("axis", "ignore_class")]
        assert all(ours[n].default == theirs[n].default for n in ours)


def test_a_loss_of_your_own(rng):
    class Cubed(losses.Loss):
        def call(self, y_true, y_pred):
            return (np.abs(y_pred - y_true) ** 3).sum(axis=-1)

        def call_gradient(self, y_true, y_pred):
            return 3 * np.abs(y_pred - y_true) * (y_pred - y_true)

    assert check_loss(Cubed(), rng.normal(size=(3, 2)), rng.normal(size=(3, 2))).error < 1e-7
    with pytest.raises(NotImplementedError, match="Loss has no call method"):
        losses.Loss()([1.0], [1.0])
    with pytest.raises(NotImplementedError, match="Loss has no call_gradient method"):
        losses.Loss().gradient([1.0], [1.0])


L = losses
MISTAKES = [
    (lambda: L.get("msee"), r"Unknown loss 'msee'. Did you mean 'mse'\?"),
    (lambda: L.get(lambda t, p: 0), "loss: expected a name or a Loss, received <function.*A loss"),
    (lambda: L.MeanSquaredError(reduction="avg"), "Unknown reduction 'avg'"),
    (lambda: L.Huber(delta=0), "Huber: delta: expected a positive number, received 0"),
    (
        lambda: L.MeanSquaredError()(np.zeros((4, 3)), np.zeros((4, 2))),
        r"mean_squared_error: y_true: expected the shape of y_pred, \(4, 2\), received an array of",
    ),
    (lambda: L.mean_absolute_error(np.zeros(4), np.zeros((4, 3))), r"shape of y_pred, \(4, 3\)"),
    (lambda: L.MeanSquaredError()(np.zeros((0, 2)), np.zeros((0, 2))), "at least one sample"),
    (lambda: L.MeanSquaredError()(1.0, 1.0), "Put single numbers into lists"),
    (lambda: L.MeanSquaredError()(["a"], [1.0]), "y_true: expected an array of real numbers"),
    (
        lambda: L.MeanSquaredError()(np.zeros((3, 1)), np.zeros((3, 1)), [1, 2]),
        r"sample_weight: expected the shape \(3,\), received an array of shape \(2,\)",
    ),
    (
        lambda: L.MeanSquaredError()(np.zeros((3, 2, 1)), np.zeros((3, 2, 1)), [1, 2, 3]),
        r"Use sample_weight.reshape\(\(-1, 1\)\)",
    ),
    (
        lambda: L.MeanSquaredError().gradient(np.zeros(3), np.zeros(3), [1, 2, 3]),
        r"Predictions of shape \(n,\) are one sample; y_pred.reshape\(-1, 1\) makes n",
    ),
    (
        lambda: L.BinaryCrossentropy()([[-1.0, 1.0]], [[0.5, 0.5]]),
        r"y_true: expected numbers between 0 and 1, received numbers from -1 to 1. Labels are 0",
    ),
    (
        lambda: L.BinaryCrossentropy()([[0.0, 1.0]], [[-2.5, 3.5]]),
        'received numbers from -2.5 to 3.5. Are these logits.*activation "sigmoid"',
    ),
    (
        lambda: L.CategoricalCrossentropy()([[0.0, 1.0]], [[-2.5, 3.5]]),
        'y_pred: expected numbers from 0 up, received numbers from -2.5 to 3.5.*"softmax"',
    ),
    (
        lambda: L.CategoricalCrossentropy()([1, 0], [[0.5, 0.5], [0.5, 0.5]]),
        r"y_true: expected the shape of y_pred, \(2, 2\).*Use to_categorical\(y\), or sparse_cat",
    ),
    (lambda: L.CategoricalCrossentropy()([[0, 2.0]], [[0.5, 0.5]]), "between 0 and 1.*sparse_cat"),
    (lambda: L.CategoricalCrossentropy()([[1.0]], [[1.0]]), "at least two classes.*binary_cross"),
    (lambda: L.CategoricalCrossentropy(label_smoothing=2), "label_smoothing: expected a number be"),
    (
        lambda: L.SparseCategoricalCrossentropy()(np.eye(2), np.eye(2)),
        r"y_true: expected integers of shape \(2,\).*Use categorical_crossentropy for one-hot",
    ),
    (
        lambda: L.SparseCategoricalCrossentropy()([0, 3], np.full((2, 3), 1 / 3)),
        r"expected integers from 0 to 2 \(y_pred has 3 classes\), received 3",
    ),
    (lambda: L.SparseCategoricalCrossentropy()([-1], [[0.5, 0.5]]), "received -1"),
    (lambda: L.SparseCategoricalCrossentropy()([0.5], [[0.5, 0.5]]), "received 0.5"),
    (lambda: L.SparseCategoricalCrossentropy()([np.nan], [[0.5, 0.5]]), "received nan"),
    (lambda: L.SparseCategoricalCrossentropy()(["0"], [[0.5, 0.5]]), "array of real numbers"),
    (lambda: L.SparseCategoricalCrossentropy()([0], [[0.5, 5]]), 'received numbers from 0.5 to 5'),
    (lambda: L.Hinge()([[0, 2.0]], [[1.0, 1]]), r"labels -1 and 1 \(or 0 and 1\), received 0, 2"),
    (lambda: L.squared_hinge([[-1, 0.0]], [[1.0, 1]]), "received -1, 0. Use np.where"),
    (lambda: L.categorical_hinge([[0, 2.0]], [[1.0, 1]]), "Labels are one-hot"),
    (lambda: L.KLDivergence()([[0.5, 0.5]], [[2.0, 3.0]]), "y_pred: expected numbers between 0 an"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), MISTAKES)
def test_mistakes_get_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()
