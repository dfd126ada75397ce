"""Named curves: the data behind the lines, a name for each, and a sentence that holds the facts."""

import numpy as np

from dlcourse.plots.named_curves import named_curves


def test_each_curve_is_drawn_over_its_epochs_and_named():
    picture = named_curves({"training": [3.0, 2.0, 1.0], "validation": [3.5, 2.5, 2.8]})
    axes = picture.figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["training", "validation"]
    for line, values in zip(axes.lines, ([3.0, 2.0, 1.0], [3.5, 2.5, 2.8]), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
        np.testing.assert_array_equal(line.get_ydata(), values)


def test_the_sentence_gives_the_numbers():
    picture = named_curves({"training": [3.0, 2.0], "validation": [3.5, 2.25]})
    assert picture.sentence == (
        "Loss by epoch, from 1. training: 3.00, 2.00; validation: 3.50, 2.25."
    )


def test_the_sentence_gives_the_beginning_and_the_end_of_a_long_curve():
    picture = named_curves({"w": list(range(30))}, "step", "w", start=0)
    assert picture.sentence.endswith(
        "w: 0.00, 1.00, 2.00, 3.00, 4.00, 5.00 and so on to 28.00, 29.00."
    )


def test_panels_hold_one_curve_each_to_one_scale():
    picture = named_curves({"A": [1.0, 2.0], "B": [1.0, -8.0]}, "step", "w", start=0, panels=True)
    first, second = picture.figure.axes
    assert [first.get_title(loc="left"), second.get_title(loc="left")] == ["A", "B"]
    assert first.get_ylim() == second.get_ylim()
    np.testing.assert_array_equal(second.lines[0].get_ydata(), [1, -8])
    np.testing.assert_array_equal(second.lines[0].get_xdata(), [0, 1])
    assert first.lines[0].get_color() != second.lines[0].get_color()
