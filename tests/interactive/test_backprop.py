"""The figures of the chapter on backpropagation show what the chapter says."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dlcourse import gradcheck
from dlcourse.activations import relu, sigmoid
from dlcourse.autodiff import ancestors
from dlcourse.interactive import backprop as figures


def test_tape_ends_with_the_true_gradients():
    target = figures.neuron_on_tape()
    w, b = (node for node in ancestors(target) if node.operation == "watch")

    def loss(p):
        return (sigmoid(p[0] * 1.5 + p[1]) - 1) ** 2

    slopes = gradcheck.numerical_gradient(loss, np.array([2.0, -1.0]))
    assert [w.gradient.item(), b.gradient.item()] == pytest.approx(slopes, rel=1e-8)


def test_tape_shows_values_first_and_gradients_after():
    steps = len(figures.operations())
    assert figures.draw_tape(1).sentence == "Forward, step 1: multiply of 2 and 1.5 gives 3."
    assert (
        "gradient of the loss with respect to itself is 1" in figures.draw_tape(steps + 1).sentence
    )
    assert "into −0.03755" in figures.draw_tape(2 * steps + 1).sentence


def test_network_by_hand_has_the_measured_gradients():
    n = figures.by_hand()

    def loss(w1):
        y = relu(figures.X @ w1 + figures.B1) @ figures.W2 + figures.B2
        return np.sum((y - figures.TARGET) ** 2)

    assert n["dw1"] == pytest.approx(gradcheck.numerical_gradient(loss, figures.W1), rel=1e-8)


def test_the_sentences_of_the_worked_network_hold_its_numbers():
    n = figures.by_hand()
    for step, name in ((1, "z"), (3, "loss"), (4, "dy"), (5, "dw2"), (6, "dh"), (8, "dw1")):
        written = {
            float(t.replace("−", "-")) for t in re.findall(r"−?\d+\.?\d*", figures.STEPS[step])
        }
        assert set(np.ravel(n[name]).tolist()) <= written


def test_the_best_centred_step_is_near_1e_5():
    one_sided, centred = figures.slope_errors()
    assert 1e-7 <= figures.STEP_SIZES[int(centred.argmin())] <= 1e-4
    assert centred.min() < 1e-9 < one_sided.min()


def test_he_s_scale_keeps_relu_gradients_and_no_scale_saves_the_sigmoid():
    assert 0.1 < figures.gradient_norms(1.4142, "relu")[0] < 10
    assert max(figures.gradient_norms(gain, "sigmoid")[0] for gain in figures.GAINS) < 1e-3
    assert "It vanishes." in figures.draw_gradients(1.0, "sigmoid").sentence
