"""Twins: the same model in dlcourse and in Keras, and how far apart the two are.

    theirs = twins.to_keras(ours)                        # layers and weights, both ways
    ours   = twins.from_keras(theirs)
    twins.largest_difference(ours.predict(x), theirs.predict(x))
    twins.compare_fit(build, x, y, epochs=3).difference  # two trainings from one source text

This is the only part that imports Keras, and only when one of its functions is called.
"""

from dlcourse.twins.carrying import from_keras, to_keras
from dlcourse.twins.comparing import (
    copy_weights,
    float_type,
    import_keras,
    import_tensorflow,
    largest_difference,
)
from dlcourse.twins.fitting import FitComparison, compare_fit
from dlcourse.twins.taping import gradients, layer_gradients, tape

__all__ = [
    "FitComparison",
    "compare_fit",
    "copy_weights",
    "float_type",
    "from_keras",
    "gradients",
    "import_keras",
    "import_tensorflow",
    "largest_difference",
    "layer_gradients",
    "tape",
    "to_keras",
]
