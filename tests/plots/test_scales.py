"""Logarithmic axes, and how their ticks are written."""

from __future__ import annotations

import pytest

from dlcourse.plots import canvas, log_scale
from dlcourse.plots.scales import tick


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-3, "10⁻³"),
        (1.0, "1"),
        (10, "10"),
        (100, "10²"),
        (1e30, "10³⁰"),
        (1e-30, "10⁻³⁰"),
        (2.5, "2.5"),
        (250.0, "250"),
        (0.002, "0.002"),
    ],
)
def test_a_power_of_ten_is_raised_and_another_number_is_written_out(value, text):
    """A tick that is no power of ten would be wrong if it were rounded to one."""
    assert tick(value) == text


def test_only_the_named_axis_changes_and_shows_powers_alone():
    """Three powers of ten: three labels, and no tick between them."""
    figure, axes = canvas()
    axes.plot([1e-2, 1.0])
    log_scale(axes, "y")
    axes.set(ylim=(1e-2, 1.0))
    figure.draw_without_rendering()
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert [text for text in labels if text in ("10⁻²", "10⁻¹", "1")] == ["10⁻²", "10⁻¹", "1"]
    assert len(axes.yaxis.get_minorticklocs()) == 0
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")


def test_ticks_chosen_by_hand_keep_their_labels():
    """Many drawings name their ticks after they set the scale."""
    figure, axes = canvas()
    log_scale(axes, "x", "y")
    axes.set_xticks([0.3, 1, 3], ["0.3", "1", "3"])
    figure.draw_without_rendering()
    assert [text.get_text() for text in axes.get_xticklabels()] == ["0.3", "1", "3"]
    assert axes.get_xscale() == axes.get_yscale() == "log"
