"""How long does one convolution take, forward and backward, beside TensorFlow, and how much memory?

3×3, 32 → 32 channels, 32×32, batch 32, float32.  Then how cost and memory grow with the batch and
with the channels that come in: both should lie on a straight line.  The curves are drawn into
benchmarks/growth.svg.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from sidebyside import compare, console, machine, quiet_tensorflow

quiet_tensorflow()

SIZE, CHANNELS, FILTERS, BATCH = 32, 32, 32, 32
SIZES = (8, 16, 32, 64)


def data(batch: int, channels: int):
    """Return images, and a gradient in the shape of the output."""
    rng = np.random.default_rng(0)
    x = rng.random((batch, SIZE, SIZE, channels), dtype=np.float32)
    return x, rng.random((batch, SIZE, SIZE, FILTERS), dtype=np.float32)


def our_pass(batch: int, channels: int = CHANNELS):
    """Return a function that runs our convolution forward and backward."""
    from dlcourse import layers

    layer = layers.Conv2D(FILTERS, 3, padding="same")
    x, dy = data(batch, channels)

    def forward_and_backward():
        layer(x, training=True)
        return layer.backward(dy)

    return forward_and_backward


def tensorflow_pass(batch: int):
    """Return a compiled function that does the same with TensorFlow."""
    import tensorflow as tf

    kernel = tf.Variable(np.ones((3, 3, CHANNELS, FILTERS), np.float32))
    bias = tf.Variable(np.zeros(FILTERS, np.float32))
    x, dy = map(tf.constant, data(batch, CHANNELS))

    @tf.function
    def forward_and_backward():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.nn.conv2d(x, kernel, 1, "SAME") + bias
        return tape.gradient(y, [x, kernel, bias], output_gradients=dy)

    return lambda: forward_and_backward()[0].numpy()


def growth(title: str, maker) -> tuple[list[float], list[float]]:
    """Measure the work at several sizes, and return milliseconds and megabytes."""
    milliseconds, megabytes = [], []
    for size in SIZES:
        result = compare(f"{title} {size}", {"dlcourse": maker}, size, small=1, rounds=9, repeats=5)
        milliseconds.append(result["dlcourse"].median)
        megabytes.append(result["dlcourse"].memory)
    return milliseconds, megabytes


def draw(curves: dict[str, tuple[list[float], list[float]]], path: Path) -> None:
    """Draw time and memory over the size, each with the straight line that fits best."""
    from dlcourse.plots import style

    with style.style_context():
        figure, axes = style.canvas(1, 2, width=8, height=3)
        for (name, both), marker in zip(curves.items(), "os", strict=True):
            for ax, values in zip(axes, both, strict=True):
                (points,) = ax.plot(SIZES, values, marker, label=name)
                line = np.polynomial.Polynomial.fit(SIZES, values, 1)
                ax.plot(*line.linspace(2, [0, max(SIZES)]), color=points.get_color())
        for ax, label in zip(axes, ["milliseconds", "growth of peak memory, MB"], strict=True):
            ax.set(xlabel="batch, or input channels", ylabel=label, xlim=0, ylim=0)
            ax.legend()
        figure.savefig(path)


def main() -> None:
    console.print(machine())
    title = "Conv2D 3×3, 32→32 channels, 32×32, batch 32, forward + backward"
    makers = {"dlcourse": our_pass, "TensorFlow, compiled": tensorflow_pass}
    compare(title, makers, BATCH, small=1, repeats=5)
    curves = {
        "batch (32 channels)": growth("batch", our_pass),
        "channels (batch 32)": growth("input channels", partial(our_pass, BATCH)),
    }
    draw(curves, Path(__file__).with_name("growth.svg"))


if __name__ == "__main__":
    main()
