"""The figures on depth and on shortcuts measure what they claim."""

from __future__ import annotations

import numpy as np

from dlcourse.interactive import cnn, depth, shortcut
from dlcourse.plots.text import power_of_ten


def test_a_plain_stack_starves_and_shortcuts_feed_it():
    plain, residual = (depth.gradient_sizes(20, kind) for kind in (False, True))
    assert len(plain) == len(residual) == 21
    assert plain[0] < 0.01 * depth.gradient_sizes(4, False)[0]
    assert residual.min() > 100 * plain.max()


def test_the_sentence_says_how_much_arrives():
    first = depth.gradient_sizes(12, False)[0]
    assert power_of_ten(first, 2) in depth.draw_gradients(12).sentence


def test_a_dot_tells_the_label_and_nothing_else_changes():
    _, (images, labels) = cnn.digits()
    stamped = shortcut.stamp(images, labels)
    changed = stamped != images
    assert np.all(changed.reshape(len(images), -1).sum(axis=1) == 1)
    places = changed.reshape(len(images), -1).argmax(axis=1)
    assert len({(p, k) for p, k in zip(places, labels, strict=True)}) == 10


def test_the_misled_network_reads_the_dot():
    _, (images, labels) = cnn.digits()
    own, none, foreign = (
        shortcut.misled().evaluate(shortcut.dotted(images, labels, dot), labels, verbose=0)[1]
        for dot in shortcut.DOTS
    )
    assert own > 0.95
    assert foreign < 0.6
    assert foreign < none < own
