"""The picture of two losses marks the right epoch."""

from __future__ import annotations

from dlcourse.plots.stopping import when_to_stop


def test_the_mark_is_at_the_lowest_loss_on_data_held_back():
    picture = when_to_stop([2.0, 1.0, 0.5, 0.1], [2.0, 0.9, 1.1, 1.3])
    training, held_back, mark = picture.figure.axes[0].lines
    assert list(training.get_ydata()) == [2.0, 1.0, 0.5, 0.1]
    assert list(held_back.get_xdata()) == [1, 2, 3, 4]
    assert mark.get_xydata().tolist() == [[2, 0.9]]
    assert "lowest, 0.90, in epoch 2, and ends at 1.30" in picture.sentence
    assert "falls to 0.1;" in picture.sentence
