"""The optimizers: equal to Keras over 200 steps, and the rules that they share."""

import math

import numpy as np
import pytest

from dlcourse import optimizers, schedules
from dlcourse.ledger.training import BETAS, RATE, distance, ours_and_theirs, trajectories
from dlcourse.ledger.training import OPTIMIZERS as CASES
from dlcourse.optimizers import SGD, Adam, AdamW, Lion, Nadam

SHARED = [
    {"weight_decay": 0.0625},
    {"clipnorm": 0.5},
    {"global_clipnorm": 0.5},
    {"clipvalue": 0.25},
]


def as_keras(kind):
    """Return the name of an optimizer, of Nadam the one that rounds where Keras does."""
    return "NadamAsInKeras" if kind == "Nadam" else kind


def label(case):
    return "-".join([case[0], *(f"{k}={v:g}" for k, v in case[1].items() if k != "epsilon")])


@pytest.mark.parametrize("scale", [1.0, 2.0**-12], ids=["large", "small"])
@pytest.mark.parametrize("case", CASES, ids=label)
def test_equals_keras_over_200_steps(keras, case, scale):
    ours, theirs = trajectories(as_keras(case[0]), case[1], scale)
    assert distance((ours, theirs)) <= 1e-14
    assert np.abs(ours[-1] - ours[0]).max() > 0  # it moved at all


def test_nadam_differs_from_keras_by_one_rounded_constant(keras):
    assert 1e-13 < distance(trajectories("Nadam", BETAS, 1.0)) < 1e-9


@pytest.mark.parametrize("shared", SHARED, ids=lambda s: next(iter(s)))
@pytest.mark.parametrize("kind", ["SGD", "Adam", "Lion"])
def test_decay_and_clipping_equal_keras(keras, kind, shared):
    arguments = BETAS if kind == "Adam" else {}
    if kind == "Lion":
        arguments = {"beta_1": 0.875, "beta_2": 0.984375}
    ours, theirs = trajectories(kind, arguments | shared, scale=1.0)
    plain, _ = trajectories(kind, arguments, scale=1.0)
    assert distance((ours, theirs)) <= 1e-14
    if not (kind == "Lion" and "clipnorm" in next(iter(shared))):
        assert np.abs(ours - plain).max() > 1e-6  # the option changes something


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_follows_a_schedule_as_keras_does(keras, kind):
    arguments = BETAS if kind == "Adam" else {}
    ours = schedules.PiecewiseConstantDecay([10, 60], [RATE, RATE / 4, RATE / 16])
    theirs = keras.optimizers.schedules.PiecewiseConstantDecay([10, 60], ours.values)
    paths = []
    for library, schedule in ((optimizers, ours), (keras.optimizers, theirs)):
        v = np.ones(3) if library is optimizers else keras.Variable(np.ones(3), dtype="float64")
        optimizer = getattr(library, kind)(schedule, **arguments)
        path = []
        for step in range(100):
            g = np.array([1.0, -2.0, 0.5]) * (1 + step % 3)
            optimizer.apply([g if library is optimizers else keras.ops.convert_to_tensor(g)], [v])
            path.append(v.copy() if library is optimizers else v.numpy())
        paths.append(path)
    np.testing.assert_allclose(*paths, rtol=1e-14, atol=1e-14)


def test_float32_stays_float32_and_near_keras(keras):
    start = np.linspace(-1, 1, 7, dtype=np.float32)
    for kind, arguments in CASES:
        v, w = start.copy(), keras.Variable(start, dtype="float32")
        mine, other = (c(RATE, **arguments) for c in ours_and_theirs(as_keras(kind)))
        for step in range(50):
            g = np.cos(step + np.arange(7)).astype(np.float32)
            mine.apply([g], [v])
            other.apply([keras.ops.convert_to_tensor(g)], [w])
        assert v.dtype == np.float32
        assert all(a.dtype == np.float32 for a in mine.states[0].values())
        np.testing.assert_allclose(v, w.numpy(), atol=2e-6, err_msg=kind)


class TestRules:
    def test_first_steps_of_sgd_by_hand(self):
        w = np.array([1.0])
        optimizer = SGD(0.5, momentum=0.5)
        optimizer.apply([np.array([2.0])], [w])
        assert w == 0.0  # v = -1
        optimizer.apply([np.array([2.0])], [w])
        assert w == -1.5  # v = -0.5 - 1

    def test_first_step_of_adam_has_the_size_of_the_learning_rate(self):
        for size in (1e-3, 1.0, 1e3):
            w = np.zeros(1)
            Adam(0.01).apply([np.array([size])], [w])
            assert w[0] == pytest.approx(-0.01, rel=1e-2)  # ε counts for little, even at 1e-3

    def test_steps_of_lion_have_one_size(self):
        w = np.zeros(3)
        Lion(0.25).apply([np.array([1e-9, -5.0, 0.0])], [w])
        assert w.tolist() == [-0.25, 0.25, 0.0]

    def test_weight_decay_of_adamw_does_not_depend_on_the_gradient(self):
        shrunk = []
        for size in (1.0, 100.0):
            with_decay, without = np.array([10.0]), np.array([10.0])
            AdamW(0.5, weight_decay=0.125).apply([np.array([size])], [with_decay])
            Adam(0.5).apply([np.array([size])], [without])
            shrunk.append(float(without[0] - with_decay[0]))
        assert shrunk == pytest.approx([10 * 0.5 * 0.125] * 2)

    def test_excluded_variables_are_not_decayed(self):
        kernel, bias = np.ones(2), np.ones(2)
        optimizer = SGD(0.5, weight_decay=0.5)
        optimizer.exclude_from_weight_decay([bias])
        optimizer.apply([np.zeros(2), np.zeros(2)], [kernel, bias])
        assert kernel.tolist() == [0.75, 0.75]
        assert bias.tolist() == [1.0, 1.0]

    def test_clipping_by_norm_keeps_directions(self):
        a, b = np.array([3.0, 4.0]), np.array([0.6, 0.8])
        for arguments, lengths in (
            ({"clipnorm": 2.0}, (2.0, 1.0)),
            ({"global_clipnorm": math.sqrt(26) / 2}, (2.5, 0.5)),
        ):
            v = [np.zeros(2), np.zeros(2)]
            SGD(1.0, **arguments).apply([a, b], v)
            for w, g, length in zip(v, (a, b), lengths, strict=True):
                assert np.linalg.norm(w) == pytest.approx(length)
                assert w @ g == pytest.approx(-np.linalg.norm(w) * np.linalg.norm(g))

    def test_zero_gradients_are_not_divided_by_zero(self):
        for arguments in ({"clipnorm": 1.0}, {"global_clipnorm": 1.0}):
            w = np.ones(2)
            SGD(1.0, **arguments).apply([np.zeros(2)], [w])
            assert w.tolist() == [1.0, 1.0]

    def test_variables_change_in_place_and_gradients_do_not_change(self):
        w, g = np.ones(3), np.full(3, 0.5)
        for kind, _ in CASES:
            before = w.copy()
            optimizers.get(kind).apply([g], [w])
            assert np.any(w != before)
            assert g.tolist() == [0.5] * 3

    def test_counts_its_steps(self):
        optimizer, w = Adam(), np.ones(1)
        for _ in range(3):
            optimizer.apply([np.ones(1)], [w])
        assert optimizer.iterations == 3

    def test_nadam_goes_on_where_it_stopped(self):
        """A loaded optimizer has its counter and its arrays, and must find the rest itself."""
        one, v = Nadam(0.1), np.ones(2)
        for step in range(6):
            if step == 3:
                other, w = Nadam(0.1), v.copy()
                other.build([w])
                other.iterations = 3
                other.states = [{name: a.copy() for name, a in one.states[0].items()}]
            g = np.array([1.0, -step])
            one.apply([g], [v])
            if step >= 3:
                other.apply([g], [w])
        np.testing.assert_array_equal(v, w)


class TestConfiguration:
    @pytest.mark.parametrize("case", CASES, ids=label)
    def test_round_trip(self, case):
        kind, arguments = case
        one = getattr(optimizers, kind)(0.25, **arguments)
        two = optimizers.get({"class_name": kind, "config": one.get_config()})
        assert type(two) is type(one)
        assert two.get_config() == one.get_config()

    def test_round_trip_of_a_schedule(self):
        one = SGD(schedules.ExponentialDecay(0.5, 10, 0.5))
        two = SGD.from_config(one.get_config())
        two.iterations = 20
        assert two.learning_rate == 0.125

    def test_get(self):
        assert type(optimizers.get("RMSprop")) is optimizers.RMSprop
        assert type(optimizers.get("adamw")) is AdamW
        one = Adam(0.5)
        assert optimizers.get(one) is one

    def test_learning_rate_can_be_changed(self):
        optimizer = Adam(0.5)
        optimizer.learning_rate = 0.25
        assert optimizer.learning_rate == 0.25

    def test_schedules_are_reachable_under_keras_s_name(self):
        assert optimizers.schedules is schedules


class TestErrors:
    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: optimizers.get("adaam"), "Did you mean 'adam'"),
            (lambda: optimizers.get(Adam), "with its brackets"),
            (lambda: SGD(-0.1), "SGD: learning_rate: expected a positive number"),
            (lambda: SGD("fast"), "received 'fast'"),
            (lambda: SGD(math.nan), "received nan"),
            (lambda: SGD(momentum=1.5), r"SGD: momentum: expected a number in \[0, 1\]"),
            (lambda: Adam(beta_1=1.0), r"Adam: beta_1: expected a number in \[0, 1\)"),
            (lambda: AdamW(beta_2=-1), "AdamW: beta_2"),
            (lambda: AdamW(weight_decay=None), "AdamW: weight_decay"),
            (lambda: Lion(beta_1=0), "Lion: beta_1"),
            (lambda: optimizers.Adagrad(initial_accumulator_value=-1), "initial_accumulator_value"),
            (lambda: optimizers.RMSprop(rho=1), "RMSprop: rho"),
            (lambda: optimizers.Adadelta(rho=2), "Adadelta: rho"),
            (lambda: Adam(clipnorm=1, clipvalue=1), "at most one of clipnorm"),
            (lambda: Adam(clipvalue=-1), "Adam: clipvalue: expected a positive number"),
            (lambda: Adam().apply([np.ones(2)], [np.ones(3)]), r"expected the shape \(3,\)"),
            (
                lambda: SGD().apply([[1.0, 2.0]], [np.ones(2)]),
                r"in a NumPy array, received \[1.0, ",
            ),
            (lambda: Adam().apply([], [np.ones(3)]), "expected 1 gradients, received 0"),
            (lambda: Adam().apply([1.0], [1.0]), "expected NumPy arrays of floats, received 1.0"),
            (lambda: Adam().apply([np.ones(1)], [np.ones(1, int)]), "dtype int64"),
        ],
    )
    def test_says_what_is_wrong(self, make, words):
        with pytest.raises((ValueError, TypeError), match=words):
            make()

    def test_other_variables_than_before(self):
        optimizer, w = Adam(), np.ones(2)
        optimizer.apply([np.ones(2)], [w])
        with pytest.raises(ValueError, match="not the variables of the first step"):
            optimizer.apply([np.ones(2)], [w.copy()])

    def test_a_schedule_cannot_be_set_to_a_number(self):
        optimizer = SGD(schedules.ExponentialDecay(0.5, 10, 0.5))
        with pytest.raises(TypeError, match="follows a schedule"):
            optimizer.learning_rate = 0.1
