"""The neuron, and Rosenblatt's perceptron: every correction, the bound, and XOR."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse.activations import relu
from dlcourse.gradcheck import scaled_error
from dlcourse.perceptron import Margin, Neuron, Perceptron, margin, to_signs

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, OR, XOR = [0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]


def two_clouds(seed, n=40, features=2):
    """Return two clouds on both sides of a random hyperplane, and its weights and bias."""
    rng = np.random.default_rng(seed)
    w, b = rng.normal(size=features), 0.3 * rng.normal()
    X = rng.normal(size=(n, features))
    y = np.where(X @ w + b >= 0, 1, -1)
    return X + 0.1 * y[:, None] * w / np.linalg.norm(w), y, w, b


# ------------------------------------------------------------------ Neuron


def test_worked_number_of_the_syllabus():
    neuron = Neuron(weights=[0, 1], bias=4)
    assert neuron.weighted_sum([2, 3]) == 7
    assert round(float(neuron([2, 3])), 8) == 0.99908895


def test_neuron_equals_dense_of_one_unit(keras, rng):
    X, w, b = rng.normal(size=(6, 4)), rng.normal(size=4), 0.3
    dense = keras.layers.Dense(1, activation="tanh")
    dense.build((None, 4))
    dense.set_weights([w[:, None], np.array([b])])
    assert scaled_error(Neuron(w, b, "tanh")(X), np.asarray(dense(X))[:, 0]) < 1e-12


def test_a_neuron_keeps_its_own_weights():
    w = np.array([1.0, 2.0])
    neuron = Neuron(w, activation=None)
    w *= 10
    assert neuron([1, 1]) == 3


def test_neuron_with_a_step_is_an_and():
    neuron = Neuron([1, 1], -1.5, activation="step")
    np.testing.assert_array_equal(neuron(CORNERS), AND)
    assert Neuron([2.0], activation=relu)([-3]) == 0
    assert Neuron([2.0], activation=None)([-3]) == -6


# ------------------------------------------------------------------ Perceptron


def test_every_correction_follows_the_rule_by_hand():
    # One feature, labels -1 and +1, learning rate 1: small enough to do on paper.
    p = Perceptron().fit([[2.0], [-1.0]], [-1, 1])
    # epoch 1: w=0 b=0 says +1 for x=2, label -1: w=-2 b=-1; x=-1 gives 2-1=1, right.
    # epoch 2: x=2 gives -5, right; x=-1 right: no mistake, so it stops.
    assert [(u.epoch, u.sample, u.label, u.output) for u in p.updates] == [(1, 0, -1, 1)]
    np.testing.assert_array_equal(p.updates[0].weights, [-2])
    assert p.updates[0].bias == -1
    assert p.mistakes == [1, 0]
    assert p.converged


def test_updates_replay_the_whole_training():
    X, y, _, _ = two_clouds(1)
    p = Perceptron(learning_rate=0.5).fit(X, y)
    w, b, position = np.zeros(2), 0.0, 0
    for epoch in range(1, len(p.mistakes) + 1):
        for i in range(len(X)):
            output = 1 if w @ X[i] + b >= 0 else -1
            if output != y[i]:
                update = p.updates[position]
                assert (update.epoch, update.sample) == (epoch, i)
                assert (update.label, update.output) == (y[i], output)
                w, b = w + 0.5 * y[i] * X[i], b + 0.5 * y[i]
                np.testing.assert_array_equal(update.weights, w)
                assert update.bias == b
                position += 1
    assert position == len(p.updates) == sum(p.mistakes) > 5
    np.testing.assert_array_equal(p.weights, w)
    assert p.bias == b


def test_the_history_is_not_changed_by_later_updates():
    p = Perceptron().fit(CORNERS, AND)
    assert len({(*u.weights, u.bias) for u in p.updates}) > 3


@pytest.mark.parametrize("y", [AND, OR])
def test_and_and_or_are_learned(y):
    p = Perceptron().fit(CORNERS, y)
    assert p.converged
    assert p.mistakes[-1] == 0
    np.testing.assert_array_equal(p.predict(CORNERS), y)


def test_xor_is_not():
    p = Perceptron(epochs=50).fit(CORNERS, XOR)
    assert not p.converged
    assert len(p.mistakes) == 50
    assert min(p.mistakes) > 0
    assert (p.predict(CORNERS) != XOR).any()
    with pytest.raises(
        ValueError, match="margin: expected two classes that a line separates; no l"
    ):
        margin(CORNERS, XOR)


def test_labels_come_back_as_they_were_given():
    signs = np.where(np.array(AND) == 1, 1, -1)
    zero_one, minus_plus = Perceptron().fit(CORNERS, AND), Perceptron().fit(CORNERS, signs)
    assert set(zero_one.predict(CORNERS)) == {0, 1}
    assert set(minus_plus.predict(CORNERS)) == {-1, 1}
    np.testing.assert_array_equal(zero_one.weights, minus_plus.weights)
    assert zero_one.predict(CORNERS).dtype.kind == "i"
    booleans = Perceptron().fit(CORNERS, np.array(AND, bool))
    np.testing.assert_array_equal(booleans.predict(CORNERS), AND)


def test_learning_rate_only_scales_the_weights():
    # Starting from zeros, all outputs are the same, so the mistakes are too.
    X, y, _, _ = two_clouds(2)
    slow, fast = Perceptron(0.25).fit(X, y), Perceptron(4.0).fit(X, y)
    assert slow.mistakes == fast.mistakes
    np.testing.assert_allclose(16 * slow.weights, fast.weights, rtol=1e-12)


def test_equals_scikit_learn():
    from sklearn.linear_model import Perceptron as Theirs

    compared = 0
    for seed in range(8):
        X, y, _, _ = two_clouds(seed, features=3)
        theirs = Theirs(shuffle=False, tol=None, max_iter=200).fit(X, y)
        ours = Perceptron(epochs=200).fit(X, y)
        assert ours.converged
        np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
        # A sum of 0 is +1 here and a mistake there, so a first label +1 starts another path.
        if y[0] == -1:
            compared += 1
            np.testing.assert_allclose(ours.weights, theirs.coef_[0], rtol=1e-12)
            assert ours.bias == theirs.intercept_[0]
    assert compared >= 3


def test_a_sum_of_zero_counts_as_plus_one():
    # As the step does; so the first sample with label +1 needs no correction.
    assert Perceptron().fit([[1.0], [-1.0]], [1, 1]).updates == []


# ------------------------------------------------------------------ bound


def test_margin_by_hand():
    # Signed distance of x from the line x = 0, with the bias as a second weight of 0.
    m = margin([[3.0], [-4.0]], [1, -1], [2.0], 0.0)
    assert m == Margin(radius=pytest.approx(17**0.5), gap=3.0, bound=pytest.approx(17 / 9))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_the_perceptron_keeps_within_the_bound(seed, features):
    X, y, w, b = two_clouds(seed, n=20, features=features)
    p = Perceptron(epochs=10_000).fit(X, y)
    assert p.converged
    if len(set(y)) == 2:
        given_line, best = margin(X, y, w, b), margin(X, y)
        assert len(p.updates) <= best.bound
        # Gilbert's steps come close to the widest gap; a given line cannot be much wider.
        assert best.gap >= 0.95 * given_line.gap


def test_widest_gap_equals_the_support_vector_machine():
    from scipy.optimize import minimize

    X, y, _, _ = two_clouds(3, n=15)
    signed = np.column_stack([X, np.ones(15)]) * y[:, None]
    # The widest gap is 1/|u| for the shortest u with label (u · x') >= 1.
    solution = minimize(
        lambda u: u @ u,
        signed.mean(axis=0),
        jac=lambda u: 2 * u,
        constraints={"type": "ineq", "fun": lambda u: signed @ u - 1, "jac": lambda u: signed},
    )
    assert solution.success
    assert margin(X, y).gap == pytest.approx(1 / np.linalg.norm(solution.x), rel=5e-3)


# ------------------------------------------------------------------ boundary


def test_boundary_of_one_and_two_inputs():
    one = Perceptron().fit([[1.0], [2.0], [5.0], [6.0]], [0, 0, 1, 1])
    assert 2 <= one.boundary() <= 5
    assert one.decision_function([[one.boundary()]])[0] == pytest.approx(0, abs=1e-12)
    two = Perceptron().fit(CORNERS, AND)
    x = np.array([-1.0, 0.0, 2.0])
    on_it = np.column_stack([x, two.boundary(x)])
    np.testing.assert_allclose(two.decision_function(on_it), 0, atol=1e-12)


def test_to_signs():
    np.testing.assert_array_equal(to_signs([0, 1, 1], 3), [-1, 1, 1])
    np.testing.assert_array_equal(to_signs([-1, 1], 2), [-1, 1])
    np.testing.assert_array_equal(to_signs([0, 0], 2), [-1, -1])


fitted = Perceptron().fit(CORNERS, AND)
MISTAKES = [
    (lambda: Neuron([[1, 2]]), "Neuron: weights: expected one weight for each input"),
    (lambda: Neuron([]), "Neuron: weights: expected one weight for each input"),
    (lambda: Neuron([1.0], bias=[1, 2]), "Neuron: bias: expected one number"),
    (lambda: Neuron(["a"]), "Neuron: weights: expected an array of real numbers"),
    (lambda: Neuron([1.0], activation="sigmod"), "Did you mean 'sigmoid'"),
    (
        lambda: Neuron([1, 2])([1, 2, 3]),
        r"the shape \(2,\) or \(samples, 2\), received an array of",
    ),
    (lambda: Neuron([1, 2])(3), r"Neuron: input: expected the shape \(2,\)"),
    (lambda: Perceptron(learning_rate=0), "learning_rate: expected a positive number, received 0"),
    (lambda: Perceptron(epochs=0), "epochs: expected a positive integer, received 0"),
    (lambda: Perceptron(epochs=1.5), "epochs: expected a positive integer, received 1.5"),
    (lambda: Perceptron().fit([1, 2, 3], [0, 1, 1]), r"\(samples, features\).*X.reshape\(-1, 1\)"),
    (lambda: Perceptron().fit(np.zeros((0, 2)), []), r"Perceptron: X: expected the shape \(samp"),
    (lambda: Perceptron().fit([[np.nan, 1]], [1]), "received nan in sample 0, feature 0"),
    (lambda: Perceptron().fit(CORNERS, [0, 1]), "one label for each of 4 samples, received an arr"),
    (lambda: Perceptron().fit(CORNERS, [0, 1, 2, 1]), "or 0 and 1, received 0, 1, 2. Use np.wher"),
    (lambda: Perceptron().fit(CORNERS, [-1, 0, 0, 1]), "received -1, 0, 1"),
    (lambda: Perceptron().fit(CORNERS, list("abab")), "Perceptron: y: expected an array of real n"),
    (lambda: Perceptron().predict(CORNERS), r"Call fit\(X, y\) first"),
    (lambda: fitted.predict([[1, 2, 3]]), "Perceptron: X: expected 2 features, received an array"),
    (lambda: fitted.boundary(), r"with two inputs, say where: boundary\(x\)"),
    (lambda: Perceptron().fit(np.eye(3), [0, 1, 1]).boundary(), "expected 1 or 2 inputs, received"),
    (lambda: Perceptron().fit([[1.0]], [1]).boundary(), "the last weight is 0"),
    (lambda: margin(CORNERS, AND, [1, 1], 0), "the line does not separate them: the worst sample"),
    (lambda: margin(CORNERS, AND, [0, 0], 0), "the line does not separate them"),
    (lambda: margin(CORNERS, AND, [1, 1, 1], 0), r"margin: weights: expected the shape \(2,\)"),
]


@pytest.mark.parametrize(("call", "message"), MISTAKES)
def test_mistakes_get_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()
