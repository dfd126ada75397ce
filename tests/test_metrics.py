"""Metrics: classes equal to Keras's, functions equal to scikit-learn's, edge cases included."""

import inspect
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import datasets, layers, losses, metrics, models, optimizers
from dlcourse.gradcheck import scaled_error
from dlcourse.ledger.metrics import ACCURACIES, AUCS, COUNTERS, SCORES, draw, largest_error
from dlcourse.metrics.base import ratio


def twins(keras, name, arguments):
    return getattr(metrics, name)(**arguments), getattr(keras.metrics, name)(**arguments)


def run(ours, theirs, batches):
    """Feed both with the same batches, and compare after each."""
    assert largest_error(ours, theirs, batches) < 1e-12


# ------------------------------------------------------------------ equal to Keras


@pytest.mark.parametrize("shape", [(6, 4), (1, 3), (5, 2, 3)])
@pytest.mark.parametrize(("name", "arguments"), ACCURACIES)
def test_accuracies_equal_keras(keras, rng, name, arguments, shape):
    ours, theirs = twins(keras, name, arguments)
    batches = [draw(rng, name, shape) for _ in range(3)]
    run(ours, theirs, batches)
    for weight_shape in (shape[:1], shape[:-1], (*shape[:-1], 1)):
        weighted = [(*draw(rng, name, shape), rng.uniform(0, 2, weight_shape)) for _ in range(2)]
        run(ours, theirs, weighted)
    ours.reset_state()
    theirs.reset_state()
    assert ours.result() == 0
    run(ours, theirs, batches)


@pytest.mark.parametrize(("name", "arguments"), ACCURACIES)
def test_accuracy_functions_equal_keras(keras, rng, name, arguments):
    y_true, y_pred = draw(rng, name, (5, 4))
    function = getattr(metrics, name)()._fn.__name__
    theirs = np.asarray(getattr(keras.metrics, function)(y_true, y_pred, **arguments))
    values = getattr(metrics, function)(y_true, y_pred, **arguments)
    assert values.shape == theirs.shape
    assert scaled_error(values, theirs) < 1e-12


def test_exactly_one_half_counts_as_no():
    np.testing.assert_array_equal(metrics.binary_accuracy([[0, 1]], [[0.5, 0.5]]), [[1, 0]])


def test_equal_scores_choose_the_first_class_and_all_of_the_top_k():
    scores = [[0.5, 0.5, 0.1]] * 3
    np.testing.assert_array_equal(metrics.sparse_categorical_accuracy([0, 1, 2], scores), [1, 0, 0])
    np.testing.assert_array_equal(
        metrics.sparse_top_k_categorical_accuracy([0, 1, 2], scores, k=1), [1, 1, 0]
    )


@pytest.mark.parametrize("shape", [(1, 3), (50, 3), (4, 5, 3)])
@pytest.mark.parametrize("arguments", COUNTERS, ids=str)
@pytest.mark.parametrize("name", ["Precision", "Recall"])
def test_precision_and_recall_equal_keras(keras, rng, name, arguments, shape):
    ours, theirs = twins(keras, name, arguments)
    run(ours, theirs, [draw(rng, name, shape) for _ in range(3)])
    run(ours, theirs, [(*draw(rng, name, shape), rng.uniform(0, 2, shape[:1])) for _ in range(2)]
        if len(shape) == 2 else [])  # fmt: skip
    run(ours, theirs, [(*draw(rng, name, shape), rng.uniform(0, 2, shape[:-1]))])
    ours.reset_state()
    theirs.reset_state()
    assert np.all(ours.result() == 0)
    run(ours, theirs, [draw(rng, name, shape)])


@pytest.mark.parametrize("name", ["Precision", "Recall", "AUC"])
def test_one_column_is_aligned_as_in_keras(keras, rng, name):
    ours, theirs = twins(keras, name, {})
    y_true, y_pred, w = rng.integers(0, 2, 20), rng.random((20, 1)), rng.uniform(0, 2, 20)
    run(ours, theirs, [(y_true, y_pred), (y_true, y_pred[:, 0]), (y_true[:, None], y_pred)])
    run(ours, theirs, [(y_true, y_pred, w), (y_true, y_pred[:, 0], w)])


@pytest.mark.parametrize("y_true", [[0, 0, 0], [1, 1, 1], [0, 1, 1]])
@pytest.mark.parametrize("y_pred", [[0.1, 0.2, 0.3], [0.9, 0.8, 0.7], [0.9, 0.1, 0.8], [0.5] * 3])
def test_missing_classes_and_alarms_equal_keras(keras, y_true, y_pred):
    batch = [(np.array(y_true), np.array(y_pred))]
    for name, arguments in (
        ("Precision", {}),
        ("Recall", {}),
        ("AUC", {}),
        ("AUC", {"curve": "PR"}),
        ("AUC", {"curve": "PR", "summation_method": "majoring"}),
    ):
        run(*twins(keras, name, arguments), batch)


@pytest.mark.parametrize("threshold", [None, 0.4, 1.0])
@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
def test_f1_equals_keras(keras, rng, average, threshold):
    ours, theirs = twins(keras, "F1Score", {"average": average, "threshold": threshold})
    batches = [draw(rng, "F1Score", (n, 4)) for n in (1, 7, 30)]
    batches[0][1][0] = 0  # a sample without any score chooses no class
    run(ours, theirs, batches)
    run(ours, theirs, [(*batches[2], rng.uniform(0, 2, 30))])
    ours.reset_state()
    assert ours.result() == 0


@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
def test_f1_of_classes_that_never_occur_equals_keras(keras, average):
    one_class = (np.eye(3)[[0, 0, 0]], np.eye(3)[[0, 0, 1]])
    run(*twins(keras, "F1Score", {"average": average}), [one_class])


@pytest.mark.parametrize("arguments", AUCS, ids=str)
def test_auc_equals_keras(keras, rng, arguments):
    ours, theirs = twins(keras, "AUC", arguments)
    for y_pred in (rng.random((40, 1)), rng.choice(SCORES, (40, 1)), rng.random((40, 3))):
        y_true = rng.integers(0, 2, y_pred.shape)
        run(ours, theirs, [(y_true, y_pred), (y_true, y_pred, rng.uniform(0, 2, 40))])
    ours.reset_state()
    theirs.reset_state()
    assert ours.result() == 0
    run(ours, theirs, [(y_true, y_pred)])


def test_auc_from_logits_equals_keras(keras, rng):
    ours, theirs = twins(keras, "AUC", {"from_logits": True})
    run(ours, theirs, [(rng.integers(0, 2, 50), 3 * rng.normal(size=50))])


def test_auc_of_float32_equals_keras_in_float32(rng):
    import keras

    # Keras multiplies in float32 too, so that each score falls between the same thresholds.
    y_true, y_pred = (
        rng.integers(0, 2, 500),
        rng.integers(0, 200, 500).astype(np.float32) / np.float32(199),
    )
    ours, theirs = metrics.AUC(), keras.metrics.AUC(dtype="float32")
    assert y_pred.dtype == np.float32
    assert ours(y_true, y_pred) == pytest.approx(float(theirs(y_true, y_pred)), abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_auc_comes_close_to_the_exact_area(seed):
    rng = np.random.default_rng(seed)
    y_true = np.append(rng.integers(0, 2, 200), [0, 1])
    y_pred = np.clip(rng.normal(0.4 + 0.2 * y_true, 0.2), 0, 1)
    assert metrics.AUC()(y_true, y_pred) == pytest.approx(
        metrics.roc_auc_score(y_true, y_pred), abs=0.01
    )


def test_mean_equals_keras(keras, rng):
    ours, theirs = metrics.Mean(), keras.metrics.Mean()
    run(ours, theirs, [(rng.normal(size=4),), (rng.normal(size=(3, 2)),), (2.0,), (5, 3.0)])
    run(
        ours, theirs, [(rng.normal(size=(3, 2)), rng.random(3)), (rng.normal(size=2), [[1.0], [2]])]
    )
    run(ours, theirs, [(rng.normal(size=(3, 2)), rng.random((3, 1)))])
    run(ours, theirs, [(rng.normal(size=(3, 2, 4)), rng.random((3, 2)))])
    empty = metrics.Mean()
    assert empty.result() == 0
    empty.update_state([1.0, 2.0], [0.0, 0.0])
    assert empty.result() == 0


def test_epochs_weigh_samples_not_batches():
    metric = metrics.MeanSquaredError()
    metric.update_state([[0.0]] * 3, [[1.0]] * 3)
    metric.update_state([[0.0]], [[3.0]])
    assert metric.result() == 3  # (3 · 1 + 9) / 4, where the mean of the batches would be 5


def test_call_adds_a_batch():
    metric = metrics.BinaryAccuracy()
    assert metric([[1]], [[0.9]]) == 1
    assert metric([[1]], [[0.1]]) == 0.5


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 29))
def test_batches_do_not_matter(seed, cut):
    rng = np.random.default_rng(seed)
    for name in ("BinaryAccuracy", "CategoricalAccuracy", "Precision", "Recall", "F1Score", "AUC"):
        y_true, y_pred = draw(rng, name, (30, 3))
        w = rng.uniform(0, 2, 30)
        whole, parts = getattr(metrics, name)(), getattr(metrics, name)()
        whole.update_state(y_true, y_pred, w)
        for part in (slice(cut), slice(cut, None)):
            parts.update_state(y_true[part], y_pred[part], w[part])
        assert scaled_error(parts.result(), whole.result()) < 1e-12


@pytest.mark.parametrize("name", ["BinaryAccuracy", "Precision", "Recall", "AUC", "F1Score"])
def test_whole_weights_are_repetitions(rng, name):
    y_true, y_pred = draw(rng, name, (20, 3))
    w = rng.integers(0, 4, 20)
    weighted, repeated = getattr(metrics, name)(), getattr(metrics, name)()
    repeats = np.repeat(np.arange(20), w)
    assert (
        scaled_error(weighted(y_true, y_pred, w), repeated(y_true[repeats], y_pred[repeats]))
        < 1e-12
    )


# ------------------------------------------------------------------ equal to scikit-learn


def binary(rng, n, kind):
    """Return labels and scores: distinct, with many ties, all the same, or a single sample."""
    if kind == "one sample":
        return np.array([1, 0]), np.array([0.3, 0.3])
    y_true = np.append(rng.integers(0, 2, n), [0, 1])
    scores = {
        "distinct": rng.normal(size=n + 2),
        "ties": rng.integers(0, 4, n + 2).astype(float),
        "constant": np.ones(n + 2),
        "perfect": y_true + 0.5 * rng.random(n + 2),
        "float32": rng.random(n + 2).astype(np.float32),
    }
    return y_true, scores[kind]


KINDS = ["distinct", "ties", "constant", "perfect", "float32", "one sample"]


@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_curves_equal_scikit_learn(rng, kind, drop):
    from sklearn import metrics as theirs

    for n in (3, 40):
        y_true, scores = binary(rng, n, kind)
        for name in ("roc_curve", "precision_recall_curve"):
            ours = getattr(metrics, name)(y_true, scores, drop_intermediate=drop)
            expected = getattr(theirs, name)(y_true, scores, drop_intermediate=drop)
            for a, b in zip(ours, expected, strict=True):
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kind", KINDS)
def test_areas_equal_scikit_learn(rng, kind):
    from sklearn import metrics as theirs

    y_true, scores = binary(rng, 50, kind)
    for name in ("roc_auc_score", "average_precision_score"):
        ours, expected = getattr(metrics, name), getattr(theirs, name)
        assert ours(y_true, scores) == pytest.approx(expected(y_true, scores), abs=1e-15)


def test_auc_equals_scikit_learn(rng):
    from sklearn import metrics as theirs

    x, y = np.sort(rng.random(20)), rng.random(20)
    for direction in (slice(None), slice(None, None, -1)):
        expected = theirs.auc(x[direction], y[direction])
        assert metrics.auc(x[direction], y[direction]) == pytest.approx(expected, abs=1e-15)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_roc_area_is_the_probability_of_the_right_order(seed):
    rng = np.random.default_rng(seed)
    y_true, scores = binary(rng, 15, "ties")
    pairs = scores[y_true == 1][:, None] - scores[y_true == 0]
    expected = (pairs > 0).mean() + (pairs == 0).mean() / 2
    assert metrics.roc_auc_score(y_true, scores) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("y_true", [[0, 0, 0], [1, 1, 1]])
def test_a_single_class_gives_what_scikit_learn_gives_and_a_sentence(y_true):
    from sklearn import metrics as theirs

    scores = [0.1, 0.8, 0.5]
    missing = "positives" if y_true[0] == 0 else "negatives"
    rate = "true" if y_true[0] == 0 else "false"
    with pytest.warns(UserWarning, match=f"no {missing}, so the {rate} positive rate is undefined"):
        ours = metrics.roc_curve(y_true, scores)
    with pytest.warns(UserWarning, match="undefined"):
        assert np.isnan(metrics.roc_auc_score(y_true, scores))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for a, b in zip(ours, theirs.roc_curve(y_true, scores), strict=True):
            np.testing.assert_array_equal(a, b)
        expected = theirs.precision_recall_curve(y_true, scores)
        area = theirs.average_precision_score(y_true, scores)
        for a, b in zip(metrics.precision_recall_curve(y_true, scores), expected, strict=True):
            np.testing.assert_array_equal(a, b)
        assert metrics.average_precision_score(y_true, scores) == area == float(y_true[0])
    if y_true[0] == 0:
        with pytest.warns(UserWarning, match="no positives, so recall is set to 1"):
            metrics.precision_recall_curve(y_true, scores)


CLASSES = {
    "several": lambda rng: (rng.integers(0, 4, 30), rng.integers(0, 4, 30)),
    "binary": lambda rng: (rng.integers(0, 2, 30), rng.integers(0, 2, 30)),
    "no positives": lambda rng: (np.zeros(5, int), rng.integers(0, 2, 5)),
    "no alarms": lambda rng: (rng.integers(0, 2, 9), np.zeros(9, int)),
    "nothing but zeros": lambda rng: (np.zeros(5, int), np.zeros(5, int)),
    "one class only": lambda rng: (np.full(5, 3), np.full(5, 3)),
    "a class that is only predicted": lambda rng: (np.array([0, 1, 1]), np.array([0, 2, 1])),
    "a single sample": lambda rng: (np.array([1]), np.array([0])),
}


@pytest.mark.filterwarnings("ignore:A single label was found")
@pytest.mark.parametrize("normalize", [None, "true", "pred", "all"])
@pytest.mark.parametrize("case", CLASSES)
def test_confusion_matrix_equals_scikit_learn(rng, case, normalize):
    from sklearn import metrics as theirs

    y_true, y_pred = CLASSES[case](rng)
    for labels in (None, [3, 1, 0, 7]):
        expected = theirs.confusion_matrix(y_true, y_pred, labels=labels, normalize=normalize)
        ours = metrics.confusion_matrix(y_true, y_pred, labels=labels, normalize=normalize)
        np.testing.assert_array_equal(ours, expected)
        assert ours.dtype == expected.dtype


def test_confusion_matrix_of_names(rng):
    matrix = metrics.confusion_matrix(["cat", "dog", "cat"], ["cat", "cat", "cat"])
    np.testing.assert_array_equal(matrix, [[2, 0], [1, 0]])


@pytest.mark.parametrize("average", ["binary", None, "macro", "weighted", "micro"])
@pytest.mark.parametrize("case", CLASSES)
@pytest.mark.parametrize("name", ["precision_score", "recall_score", "f1_score"])
def test_scores_equal_scikit_learn(rng, name, case, average):
    from sklearn import metrics as theirs

    y_true, y_pred = CLASSES[case](rng)
    if average == "binary" and max(y_true.max(), y_pred.max()) > 1:
        with pytest.raises(ValueError, match='Choose average="macro"'):
            getattr(metrics, name)(y_true, y_pred)
        return
    expected = getattr(theirs, name)(y_true, y_pred, average=average, zero_division=0)
    ours = getattr(metrics, name)(y_true, y_pred, average=average)
    np.testing.assert_allclose(ours, expected, rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@pytest.mark.parametrize("n_bins", [1, 5, 7])
def test_calibration_equals_scikit_learn(rng, strategy, n_bins):
    from sklearn.calibration import calibration_curve as theirs

    for y_prob in (rng.random(60), rng.choice(SCORES, 60), rng.random(60) ** 4):
        y_true = rng.integers(0, 2, 60)
        ours = metrics.calibration_curve(y_true, y_prob, n_bins, strategy)
        expected = theirs(y_true, y_prob, n_bins=n_bins, strategy=strategy)
        for a, b in zip(ours, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-15, atol=1e-15)
    assert [len(a) for a in metrics.calibration_curve([0, 1], [0.05, 0.95], 10)] == [2, 2]


def test_classes_agree_with_functions(rng):
    y_true, y_pred = rng.integers(0, 2, 50), rng.random(50)
    decisions = (y_pred > 0.5).astype(int)
    assert metrics.Precision()(y_true, y_pred) == metrics.precision_score(y_true, decisions)
    assert metrics.Recall()(y_true, y_pred) == metrics.recall_score(y_true, decisions)
    classes, scores = rng.integers(0, 3, 50), rng.random((50, 3))
    for average in (None, "micro", "macro", "weighted"):
        np.testing.assert_allclose(
            metrics.F1Score(average)(np.eye(3)[classes], scores),
            metrics.f1_score(classes, scores.argmax(axis=-1), average),
            rtol=1e-6,  # Keras's 1e-7 in the denominators
        )


# ------------------------------------------------------------------ names


@pytest.mark.parametrize("name", ["accuracy", "acc"])
@pytest.mark.parametrize(
    ("y_true", "y_pred"),
    [((8, 1), (8, 1)), ((8,), (8, 1)), ((8,), (8, 3)), ((8, 1), (8, 3)), ((8, 3), (8, 3)),
     ((8, 5), (8, 5, 3)), ((8, 5, 1), (8, 5, 3)), ((8, 5, 3), (8, 5, 3))],
)  # fmt: skip
def test_accuracy_means_what_keras_means(keras, name, y_true, y_pred):
    from keras.src.trainers.compile_utils import get_metric

    theirs = get_metric(name, np.zeros(y_true), np.zeros(y_pred))
    ours = metrics.get(name, y_true, y_pred)
    assert type(ours).__name__ == type(theirs).__name__
    assert ours.name == theirs.name == name


def test_get_knows_keras_names(keras):
    for name, ours in metrics._BY_NAME.items():
        assert type(keras.metrics.get(name)).__name__ == ours.__name__
        metric = metrics.get(name)
        assert type(metric) is ours
        assert metric.name == name


def test_get(rng):
    metric = metrics.Precision(thresholds=0.3)
    assert metrics.get(metric) is metric
    assert isinstance(metrics.get(metrics.Recall), metrics.Recall)
    again = metrics.get({"class_name": "Precision", "config": metric.get_config()})
    assert again.get_config() == metric.get_config()
    y_true, y_pred = rng.integers(0, 2, (5, 1)), rng.random((5, 1))
    by_name = metrics.get("binary_crossentropy")
    assert by_name.name == "binary_crossentropy"
    expected = losses.BinaryCrossentropy()(y_true, y_pred)
    assert by_name(y_true, y_pred) == pytest.approx(expected, rel=1e-12)
    by_loss = metrics.get(losses.Huber(delta=0.1))
    assert by_loss.name == "huber_loss"
    assert by_loss(y_true, y_pred) == pytest.approx(losses.Huber(0.1)(y_true, y_pred), rel=1e-12)

    def largest_error(y_true, y_pred):
        return np.abs(y_true - y_pred).max(axis=-1)

    own = metrics.get(largest_error)
    assert own.name == "largest_error"
    assert own.get_config() == {"fn": largest_error, "name": "largest_error"}
    assert own([[1.0, 2.0]], [[1.0, 5.0]]) == 3


def test_signatures_equal_keras(keras):
    left_out = {
        "dtype": "metrics count in float64",
        "from_sorted_ids": "a ranking instead of scores is another task",
        "multi_label": "average AUC by hand over the columns",
        "num_labels": "goes with multi_label",
        "label_weights": "goes with multi_label",
    }
    for ours in metrics._CLASSES:
        theirs = inspect.signature(getattr(keras.metrics, ours.__name__)).parameters
        own = inspect.signature(ours).parameters
        assert list(own) == [n for n in theirs if n not in left_out]
        for name, parameter in own.items():
            if name != "name":  # Keras fills in None by the class name, as we do
                assert parameter.default == theirs[name].default
        assert repr(ours()).startswith(ours.__name__)


M = metrics
MISTAKES = [
    (lambda: M.get("acuracy"), r"Unknown metric 'acuracy'. Did you mean 'accuracy'\?"),
    (lambda: M.get("accuracy"), "expected the shapes of y_true and y_pred too"),
    (lambda: M.get(3), "metric: expected a name, a Metric or a function, received 3"),
    (
        lambda: M.CategoricalAccuracy()([0, 1], np.eye(2)),
        r"y_true: expected the shape of y_pred, \(2, 2\).*or sparse_categorical_accuracy",
    ),
    (lambda: M.SparseCategoricalAccuracy()(np.eye(2), np.eye(2)), "Use categorical_accuracy for o"),
    (lambda: M.SparseCategoricalAccuracy()([0, 2], np.eye(2)), "integers from 0 to 1 .*received 2"),
    (lambda: M.BinaryAccuracy()(np.zeros(0), np.zeros(0)), "expected at least one sample"),
    (lambda: M.TopKCategoricalAccuracy(k=0), "top-k accuracy: k: expected a positive integer"),
    (
        lambda: M.BinaryAccuracy()(np.zeros((3, 1)), np.zeros((3, 1)), [1, 2]),
        r"binary_accuracy: sample_weight: expected one weight for each sample, the shape \(3,\)",
    ),
    (lambda: M.Precision(thresholds=1.5), "Precision: thresholds: expected numbers between 0 a"),
    (lambda: M.Recall(top_k=0), "Recall: top_k: expected a positive integer, received 0"),
    (lambda: M.Precision(top_k=3)(np.eye(2), np.eye(2)), "top_k: expected at most 2, the numb"),
    (lambda: M.Precision(class_id=2)(np.eye(2), np.eye(2)), "class_id: expected predictions of sh"),
    (lambda: M.Precision()([0, 2], [0.1, 0.9]), "expected labels 0 and 1, received 0, 2. Use "),
    (lambda: M.Precision()([0, 1], [0.1, 0.9], [1, 2, 3]), "one weight for each of 2 samples"),
    (lambda: M.F1Score(average="mean"), "Unknown average of F1Score: 'mean'"),
    (lambda: M.F1Score(threshold=0), "F1Score: threshold: expected a number above 0 and at most 1"),
    (lambda: M.F1Score()([0, 1], [0, 1]), r"f1_score: y_pred: expected the shape \(batch, classes"),
    (lambda: M.F1Score()([0, 1], np.eye(2)), r"f1_score: y_true: .* Use to_categorical\(y\)"),
    (lambda: M.AUC(num_thresholds=1), "AUC: num_thresholds: expected an integer from 2 up"),
    (lambda: M.AUC(curve="roc2"), "Unknown curve of AUC: 'roc2'"),
    (lambda: M.AUC(summation_method="mean"), "Unknown summation method of AUC: 'mean'"),
    (lambda: M.AUC(thresholds=[0.5, 2]), "AUC: thresholds: expected numbers between 0 and 1"),
    (lambda: M.AUC()([0, 1], [-3.0, 2.0]), r"Are these logits\? Use AUC\(from_logits=True\)"),
    (lambda: M.roc_curve([0, 1], [0.1]), "roc_curve: scores: expected 2 numbers, as y_true has"),
    (lambda: M.roc_curve([0, 2], [0.1, 0.2]), "roc_curve: y_true: expected labels 0 and 1"),
    (lambda: M.roc_curve([0, 1], [0.1, np.nan]), "roc_curve: scores: expected numbers, received n"),
    (lambda: M.roc_auc_score([], []), "roc_curve: y_true: expected at least one sample"),
    (lambda: M.roc_curve(np.eye(2), np.eye(2)), r"Take one class at a time: y\[:, k\]"),
    (lambda: M.auc([0, 1, 0.5], [0, 1, 1]), "auc: x: expected numbers that only rise or only fall"),
    (lambda: M.auc([0], [1]), "auc: x and y: expected at least two points"),
    (lambda: M.confusion_matrix([0, 1], [[0.2, 0.8], [0.5, 0.5]]), r"Use y_pred.argmax\(axis=-1\)"),
    (lambda: M.confusion_matrix([0, 1], [0.2, 0.8]), r"classes, not scores.*Use \(scores > 0.5\)"),
    (lambda: M.confusion_matrix([0, 1], [0]), "y_pred: expected 2 classes, as y_true has"),
    (lambda: M.confusion_matrix([], []), "y_true: expected at least one sample"),
    (lambda: M.confusion_matrix([0], [0], labels=[5]), "at least one of which occurs in y_true"),
    (lambda: M.confusion_matrix([0], [0], normalize="rows"), "Unknown normalize of confusion_m"),
    (lambda: M.f1_score([0, 1], [0, 1], average="mean"), "Unknown average of f1_score: 'mean'"),
    (lambda: M.calibration_curve([0, 1], [0.1, 1.2]), "numbers between 0 and 1, received numbe"),
    (lambda: M.calibration_curve([0, 1], [0.1, 0.2], 0), "n_bins: expected a positive integer"),
    (lambda: M.calibration_curve([0, 1], [0.1, 0.2], strategy="even"), "Unknown strategy of calib"),
    (lambda: M.Mean()([1.0], [1, 2]), "mean: sample_weight: expected one weight for each sample"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), MISTAKES)
def test_mistakes_get_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    "metric", [M.AUC(), M.AUC(curve="PR"), M.Precision(), M.Recall(top_k=1), M.F1Score("micro")]
)
def test_a_score_that_is_nan_makes_the_result_nan(metric):
    metric.update_state([[1, 0], [0, 1]], [[0.5, np.nan], [0.25, 0.75]])
    metric.update_state([[1, 0]], [[0.75, 0.25]])
    assert np.isnan(metric.result())
    metric.reset_state()
    assert metric([[1, 0]], [[0.75, 0.25]]) == pytest.approx(1)


@pytest.mark.parametrize("metric", [M.AUC(from_logits=True), M.Precision(), M.F1Score()])
def test_a_diverging_fit_speaks_for_itself(metric):
    model = models.Sequential([layers.Input((2,)), layers.Dense(3), layers.Dense(1)])
    model.compile(optimizers.SGD(1e300), "mse", metrics=[metric])
    x, y = datasets.moons(64, seed=0)
    with pytest.raises(FloatingPointError, match="The first layer whose output is not finite is"):
        model.fit(x, y[:, None], epochs=9, batch_size=8, verbose=0)


def test_a_ratio_to_nothing_is_0():
    np.testing.assert_array_equal(ratio(np.array([3, 3, 0]), [2, 0, 0]), [1.5, 0, 0])
    np.testing.assert_array_equal(ratio(np.array([[1, 2]]), 0.0), [[0, 0]])


def test_batches_with_another_number_of_classes():
    metric = metrics.F1Score()
    metric.update_state(np.eye(2), np.eye(2))
    with pytest.raises(ValueError, match=r"expected 2 classes.*Call reset_state\(\)"):
        metric.update_state(np.eye(3), np.eye(3))


def test_a_metric_of_your_own():
    class Samples(metrics.Metric):
        def reset_state(self):
            self.seen = 0

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.seen += len(y_true)

        def result(self):
            return self.seen

    metric = Samples()
    assert metric.name == "samples"
    assert metric([1, 2], [3, 4]) == 2

    class Nothing(metrics.Metric):
        def reset_state(self):
            pass

    with pytest.raises(NotImplementedError, match="Nothing has no update_state method"):
        Nothing().update_state([1], [1])
    with pytest.raises(NotImplementedError, match="Nothing has no result method"):
        Nothing().result()
    with pytest.raises(NotImplementedError, match="Metric has no reset_state method"):
        metrics.Metric()
