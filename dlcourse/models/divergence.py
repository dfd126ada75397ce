"""What to say when the loss is no longer a finite number: where it began, and what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dlcourse.models.data import Samples

if TYPE_CHECKING:
    from dlcourse.models.network import Network


def explain(model: Network, batch: Samples, loss: float, place: str, training: bool) -> str:
    """Return a message that names the first layer whose output is not finite, and since when.

    The forward pass runs once more, and its values are looked at layer by layer: that costs
    nothing until it is needed. Moving statistics that it moves are put back.
    """
    when = f"The model diverged: the loss is {loss} in {place}."
    weights = model.get_weights()
    with np.errstate(all="ignore"):
        values = model.graph.forward(batch.x, training=training)
    model.set_weights(weights)
    for layer, sources, target in model.graph.steps:
        if np.isfinite(values[target]).all():
            continue
        bad = [
            name
            for name, weight in zip(layer.weight_names(), layer.weights, strict=True)
            if not np.isfinite(weight).all()
        ]
        if bad:
            cause = f"its {' and '.join(bad)} overflowed in an earlier update"
        else:
            largest = max(float(np.abs(values[i]).max()) for i in sources)
            cause = f"its weights are finite, its inputs as large as {largest:.3g}"
        share = 1 - np.isfinite(values[target]).mean()
        where = (
            f"The first layer whose output is not finite is {layer.name!r} "
            f"({type(layer).__name__}): {share:.0%} of its numbers; {cause}."
        )
        break
    else:
        largest = max(float(np.abs(values[i]).max()) for i in model.graph.outputs)
        where = (
            "All layers have finite outputs, so the loss itself overflowed: "
            f"the outputs are as large as {largest:.3g}."
        )
    advice = (
        "Try a smaller learning rate, standardise the inputs, or limit the gradients "
        "(clipnorm=1.0). The weights and model.history are as they were before this step."
    )
    return f"{when} {where} {advice}"
