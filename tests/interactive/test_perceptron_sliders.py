"""The figures of the perceptron chapter show what its text says about them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dlcourse.interactive import perceptron as figures
from dlcourse.perceptron import Perceptron
from dlcourse.plots import COLOURS
from dlcourse.plots.perceptron import CORNERS


def line_of(picture, colour: str):
    """Return the data of the lines of a colour."""
    lines = picture.figure.axes[0].lines
    return [np.column_stack(line.get_data()) for line in lines if line.get_color() == colour]


def sentences(explorer) -> list[list[str]]:
    return [[draw(**state).sentence for state in explorer.states(draw)] for draw in explorer.draws]


def test_opening_figure_starts_with_three_wrong_and_can_be_solved():
    explorer = figures.explorer()
    assert "9 of 12" in figures.draw_boundary(**explorer.start()).sentence
    solved = [s for s in explorer.states(figures.draw_boundary) if _right(**s) == 12]
    assert {"w1": 1, "w2": 2, "b": -1} in solved
    assert len(solved) < 5  # found by thinking, not by chance
    assert "none is wrong" in figures.draw_boundary(1, 2, -1).sentence


def _right(w1: float, w2: float, b: float) -> int:
    return np.sum((figures.POINTS @ [w1, w2] + b >= 0) == figures.LABELS)


def test_rings_mark_the_points_on_the_wrong_side():
    picture = figures.draw_boundary(1, 0, 0)
    rings = picture.figure.axes[0].collections[-1].get_offsets().tolist()
    wrong = (figures.POINTS[:, 0] >= 0) != figures.LABELS
    assert rings == figures.POINTS[wrong].tolist()
    (boundary,) = line_of(picture, COLOURS.prediction)
    assert boundary[:, 0].tolist() == [0, 0]


def test_every_setting_of_the_opening_figure_says_something_else():
    explorer = figures.explorer()
    states = explorer.states(figures.draw_boundary)[::7]  # every pair of weights
    assert len({figures.draw_boundary(**state).sentence for state in states}) == 25


@pytest.mark.parametrize(("w", "b", "place"), [(1, -2, 2), (2, -2, 1), (-1, -2, -2), (-0.5, 3, 6)])
def test_switch_is_where_the_sum_is_zero(w, b, place):
    picture = figures.draw_switch(w, b)
    side = "above" if w > 0 else "below"
    assert f"the point x = {place}".replace("-", "−") in picture.sentence
    assert f"the output is 1 {side} it" in picture.sentence
    steps = [line.get_data() for line in picture.figure.axes[1].lines if line.get_linewidth() == 5]
    for x, y in steps:
        assert (w * np.mean(x) + b >= 0) == y[0] == y[1]
        assert place in x


@pytest.mark.parametrize(("b", "answer"), [(-1, 0), (0, 1), (2, 1)])
def test_without_a_weight_the_bias_decides(b, answer):
    assert f"always {answer}" in figures.draw_switch(0, b).sentence


def test_days_are_judged_by_their_weights():
    assert "calls a holiday, an office day good" in figures.draw_days(2, 0, 1).sentence
    only_deadline = "sums are −25, −3, 9: the neuron calls a deadline good"
    assert only_deadline in figures.draw_days(-1, 2, -1).sentence
    assert "none of the three" in figures.draw_days(0, 0, 0).sentence


def test_bars_of_a_day_add_up_to_its_sum():
    axes = figures.draw_days(-1, 2, 1).figure.axes[0]
    bars = [line.get_xdata() for line in axes.lines if line.get_linewidth() == 7]
    for day, hours in enumerate(figures.DAYS.values()):
        ends = bars[4 * day : 4 * day + 4]
        assert ends[0][0] == 0
        for before, after in itertools.pairwise(ends):
            assert before[1] == after[0]
        assert ends[-1][1] == np.dot(hours, (-1, 2, 1)) - 10


def test_learning_ends_with_all_points_right_but_does_not_climb_steadily():
    explorer = figures.learning_explorer()
    last = len(figures.learned().updates)
    assert list(explorer.controls["k"].values) == list(range(last + 1))
    assert "now 12 of 12" in figures.draw_correction(last).sentence
    assert "(−1, 0.5) should have been 0" in figures.draw_correction(1).sentence
    assert "(0, 0) − (−1, 0.5) = (1, −0.5). Bias: 0 − 1 = −1" in figures.draw_addition(1).sentence
    right = [_right(*update.weights, update.bias) for update in figures.learned().updates]
    assert right[-1] == 12
    assert any(after < before for before, after in itertools.pairwise(right))
    said = sentences(explorer)
    assert all(len(set(view)) == len(view) for view in said)


def test_arrows_add_up():
    for k in range(2, len(figures.learned().updates) + 1):
        axes = figures.draw_addition(k).figure.axes[0]
        old, point, new = (np.array([note.xyann, note.xy]) for note in axes.texts)
        assert point[0].tolist() == old[1].tolist()
        assert point[1].tolist() == new[1].tolist()
        update = figures.learned().updates[k - 1]
        assert point[1] - point[0] == pytest.approx(update.label * figures.POINTS[update.sample])


@pytest.mark.parametrize(("gate", "corrections"), [("AND", [2, 3, 3, 2, 1, 0]), ("OR", [2, 2, 1])])
def test_and_and_or_come_to_rest(gate, corrections):
    counts = [bar.get_height() for bar in figures.draw_mistakes(gate, 24).figure.axes[0].patches]
    assert counts == corrections + [0] * (6 - len(corrections))
    assert "it has learned" in figures.draw_mistakes(gate, 24).sentence
    assert "4 of 4 right" in figures.draw_gate(gate, 24).sentence


def test_xor_goes_round_in_a_circle():
    weights = [u.weights.tolist() for u in Perceptron(epochs=40).fit(CORNERS, (0, 1, 1, 0)).updates]
    circle = weights[6:10]  # the third epoch
    assert weights[6:] == circle * (len(weights[6:]) // 4)
    assert "it has learned" not in figures.draw_mistakes("XOR", 24).sentence
    for looks in range(25):
        assert "4 of 4" not in figures.draw_gate("XOR", looks).sentence


def test_gates_are_followed_look_by_look():
    sentence = figures.draw_gate("XOR", 2).sentence
    assert "epoch 1, a look at (0, 1): wrong" in sentence
    assert "Weights (0, 1), bias 0" in sentence
    for gate in figures.GATES:
        said = [figures.draw_gate(gate, looks).sentence for looks in range(25)]
        assert len(set(said)) == 25


def test_clouds_keep_their_distance():
    for gap in figures.GAPS:
        X, y = figures.clouds(gap)
        distance = (2 * y - 1) * (X @ [0.6, 0.8])
        assert distance.min() == pytest.approx(gap)


def test_corrections_stay_below_the_bound_and_the_bound_grows_with_the_square():
    races = [figures.race(gap) for gap in figures.GAPS]
    for bound, worst, mean in races:
        assert mean <= worst <= bound
    assert races[0][1] > 10 * races[-1][1]
    ratio = figures.race(0.05)[0] / figures.race(0.5)[0]
    assert 80 < ratio < 110  # a tenth of the gap: about a hundred times the bound
