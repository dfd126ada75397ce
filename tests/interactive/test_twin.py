"""The figure of the chapter on Keras shows two trainings that agree."""

from __future__ import annotations

import numpy as np

from dlcourse import twins
from dlcourse.interactive import twin
from dlcourse.plots.text import power_of_ten


def test_both_libraries_train_alike_and_both_learn():
    ours, theirs = twin.losses()
    assert twins.largest_difference(ours, theirs) < 1e-12
    assert ours[-1] < ours[0] / 2


def test_sentence_says_how_far_apart_they_are():
    ours, theirs = twin.losses()
    units = abs(ours[2] - theirs[2]) / np.spacing(theirs[2])
    sentence = twin.draw_twins(3).sentence
    assert f"dlcourse {ours[2]:.15f}" in sentence
    assert f"{units:.0f} unit" in sentence
    assert power_of_ten(abs(ours[2] - theirs[2]), 1) in twin.draw_difference(3).sentence
