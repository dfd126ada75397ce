"""Run a layer and its Keras twin on the same numbers and compare everything they compute."""

import dlcourse
from dlcourse.ledger import layers as ledger


def twin_error(keras, make, shapes, rng, training=False, inputs=None):
    """The largest scaled error over output, all gradients, losses and weights after the call."""
    several = not isinstance(shapes[0], int)
    if inputs is None:
        inputs = [rng.normal(size=s) for s in (shapes if several else [shapes])]
    x = inputs if several else inputs[0]
    case = ledger.compare(make(dlcourse), make(keras), x, rng, training)
    return max(case.forward, case.gradients)
