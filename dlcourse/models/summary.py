"""The table that `model.summary()` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcourse.models.network import Network


def summary(model: Network) -> str:
    """Return a table: each layer, the shape of its output, its number of weights; then the totals.

    The functional model also shows which layers feed each layer.

    Errors: ValueError if the model is not built yet, so that its shapes are not known.
    """
    if not model.built:
        raise ValueError(
            f"{model.name}: the shapes are not known yet. "
            "Put Input(shape) first, or call the model on data."
        )
    branched = type(model).__name__ != "Sequential"
    head = ["Layer (type)", "Output Shape", "Param #", "Connected to"][: 3 + branched]
    rows = [_row(tensor) for tensor in model.graph.tensors if branched or tensor.layer is not None]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    rule = "-" * (sum(widths) + 3 * (len(widths) - 1))
    lines = [f'Model: "{model.name}"', rule, _line(head, widths), rule]
    lines += [_line(row, widths) for row in rows]
    trainable = sum(weight.size for weight in model.trainable_weights)
    fixed = sum(weight.size for weight in model.non_trainable_weights)
    lines += [
        rule,
        f"Total params: {trainable + fixed:,}",
        f"Trainable params: {trainable:,}",
        f"Non-trainable params: {fixed:,}",
    ]
    return "\n".join(lines)


def _row(tensor: Any) -> list[str]:
    layer = tensor.layer
    shape = str(tensor.shape)
    if layer is None:
        return [f"{tensor.name} (Input)", shape, "0", ""]
    sources = ", ".join(source.name for source in tensor.inputs)
    return [f"{layer.name} ({type(layer).__name__})", shape, f"{layer.count_params():,}", sources]


def _line(cells: list[str], widths: list[int]) -> str:
    """Return the cells side by side, the number of weights aligned to the right."""
    aligned = [
        cell.rjust(width) if i == 2 else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=False))
    ]
    return "   ".join(aligned).rstrip()
