"""The learning-rate schedules: equal to Keras at every step, in every form."""

import math

import numpy as np
import pytest

from dlcourse import schedules
from dlcourse.ledger.training import SCHEDULES as CASES
from dlcourse.ledger.training import rates
from dlcourse.schedules import CosineDecay, CosineDecayRestarts, PiecewiseConstantDecay


def label(case):
    return "-".join([case[0], *(f"{k}={v}" for k, v in case[1].items() if isinstance(v, bool))])


@pytest.mark.parametrize("case", CASES, ids=label)
def test_equals_keras_at_every_step(keras, case):
    ours, theirs = rates(*case)
    assert theirs.dtype == np.float64
    np.testing.assert_allclose(ours, theirs, rtol=1e-14, atol=1e-14)
    assert len(set(ours)) > 1


FRACTIONS = [
    ("ExponentialDecay", {"decay_steps": 2.5, "decay_rate": 0.75}),
    ("ExponentialDecay", {"decay_steps": 2.5, "decay_rate": 0.75, "staircase": True}),
    ("InverseTimeDecay", {"decay_steps": 2.5, "decay_rate": 0.75, "staircase": True}),
    ("PolynomialDecay", {"decay_steps": 12.5, "end_learning_rate": 0.125}),
    ("PolynomialDecay", {"decay_steps": 12.5, "end_learning_rate": 0.125, "cycle": True}),
    ("CosineDecay", {"decay_steps": 12.5, "warmup_target": 1.0, "warmup_steps": 3.5}),
    ("CosineDecayRestarts", {"first_decay_steps": 4.5, "t_mul": 1.5}),
]


@pytest.mark.parametrize("case", FRACTIONS, ids=label)
def test_fractions_of_a_step_equal_keras(keras, case):
    ours, theirs = rates(case[0], case[1] | {"initial_learning_rate": 0.5})
    np.testing.assert_allclose(ours, theirs, rtol=1e-14, atol=1e-14)


def test_boundaries_between_two_steps_equal_keras(keras):
    arguments = {"boundaries": [2.5, 10.0, 10.75], "values": [1.0, 0.5, 0.25, 0.125]}
    ours, theirs = rates("PiecewiseConstantDecay", arguments)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_the_name_is_kept_and_keras_s_by_default(keras, case):
    ours = getattr(schedules, case[0])
    theirs = getattr(keras.optimizers.schedules, case[0])(**case[1])
    assert ours(**case[1]).get_config()["name"] == theirs.name
    assert ours(**case[1], name="mine").name == "mine"


@pytest.mark.parametrize("case", CASES, ids=label)
def test_configuration_makes_an_equal_schedule(case):
    one = getattr(schedules, case[0])(**case[1])
    two = schedules.get({"class_name": case[0], "config": one.get_config()})
    assert type(two) is type(one)
    assert [two(step) for step in range(50)] == [one(step) for step in range(50)]
    assert repr(one).startswith(f"{case[0]}(")


class TestRules:
    def test_a_boundary_belongs_to_the_value_before_it(self):
        schedule = PiecewiseConstantDecay([3], [1.0, 0.5])
        assert [schedule(step) for step in (2, 3, 4)] == [1.0, 1.0, 0.5]

    def test_a_warm_up_rises_evenly_and_meets_the_cosine_at_its_top(self):
        schedule = CosineDecay(0.0, 100, warmup_target=1.0, warmup_steps=4)
        assert [schedule(step) for step in range(5)] == [0.0, 0.25, 0.5, 0.75, 1.0]
        assert schedule(54) == pytest.approx(0.5)
        assert schedule(104) == pytest.approx(0.0)
        assert schedule(1000) == pytest.approx(0.0)

    def test_restarts_come_later_and_lower(self):
        schedule = CosineDecayRestarts(1.0, 10, t_mul=2.0, m_mul=0.5)
        tops = [step for step in range(1, 100) if schedule(step) > schedule(step - 1)]
        assert tops == [10, 30, 70]
        assert [schedule(top) for top in tops] == [0.5, 0.25, 0.125]

    def test_a_cosine_is_half_way_down_in_the_middle(self):
        assert CosineDecay(1.0, 100)(50) == pytest.approx(0.5)
        assert CosineDecay(1.0, 3)(1) == pytest.approx((1 + math.cos(math.pi / 3)) / 2)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: schedules.ExponentialDecay(1, 0, 1), "ExponentialDecay: decay_steps: expected"),
        (lambda: schedules.InverseTimeDecay(1, -1, 1), "received -1"),
        (lambda: schedules.PolynomialDecay(1, 0), "a positive number of steps"),
        (lambda: CosineDecay(1, 0), "CosineDecay: decay_steps"),
        (lambda: CosineDecayRestarts(1, 0), "first_decay_steps"),
        (lambda: CosineDecayRestarts(1, 5, t_mul=0.5), "t_mul: expected a number from 1 up"),
        (lambda: PiecewiseConstantDecay([1], [1.0]), "one more than the boundaries"),
        (lambda: PiecewiseConstantDecay(["1"], [1, 2]), "boundaries: expected a list of numbers"),
        (lambda: PiecewiseConstantDecay([1], [1, "2"]), "values: expected a list of numbers"),
        (lambda: PiecewiseConstantDecay([2, 1], [1, 2, 3]), "rising order"),
        (
            lambda: schedules.get({"class_name": "CosinDecay", "config": {}}),
            "Did you mean 'CosineDecay'",
        ),
    ],
)
def test_says_what_is_wrong(make, words):
    with pytest.raises(ValueError, match=words):
        make()
