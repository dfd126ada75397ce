"""How the answers of chapter 13 are tried."""

from __future__ import annotations

from typing import Any

from dlcourse.grading.trial import Probe, Trial, keep_value


def output_size(answer: Any, trial: Trial) -> None:
    """Try both paddings with strides that divide and that do not, and a dilation."""
    trial.call("28 pixels, kernel 5", answer, 28, 5, "valid", 1, 1)
    trial.call("padded", answer, 28, 5, "same", 1, 1)
    trial.call("stride 2", answer, 28, 5, "valid", 2, 1)
    trial.call("padded, stride 2, an odd size", answer, 27, 3, "same", 2, 1)
    trial.call("dilated", answer, 28, 3, "valid", 1, 4)
    size, kernel = int(trial.rng.integers(20, 60)), int(trial.rng.integers(2, 8))
    trial.call("drawn", answer, size, kernel, "valid", 3, 2)


def conv2d(answer: Any, trial: Trial) -> None:
    """Try a square image and kernel, then one that is not, with a kernel of even size."""
    rng = trial.rng
    trial.call(
        "5 x 5 image, 3 x 3 kernel", answer, rng.normal(size=(5, 5)), rng.normal(size=(3, 3))
    )
    trial.call(
        "4 x 6 image, 2 x 3 kernel", answer, rng.normal(size=(4, 6)), rng.normal(size=(2, 3))
    )
    trial.call("single pixels", answer, rng.normal(size=(2, 3)), rng.normal(size=(1, 1)))


def max_pool(answer: Any, trial: Trial) -> None:
    """Try sizes that divide the image, negative values, then sizes that do not."""
    rng = trial.rng
    trial.call("4 x 4, windows of 2", answer, rng.normal(size=(4, 4)), 2)
    trial.call("all negative", answer, -rng.uniform(1, 2, size=(4, 6)), 2)
    trial.call("5 x 7, windows of 2", answer, rng.normal(size=(5, 7)), 2)
    trial.call("6 x 9, windows of 3", answer, rng.normal(size=(6, 9)), 3)


def conv_channels(answer: Any, trial: Trial) -> None:
    """Try one channel and filter, then several of each."""
    rng = trial.rng
    for label, (channels, filters) in {
        "one channel": (1, 1),
        "3 channels, 1 filter": (3, 1),
        "2 channels, 4 filters": (2, 4),
    }.items():
        x = rng.normal(size=(4, 5, channels))
        kernel = rng.normal(size=(3, 2, channels, filters))
        trial.call(label, answer, x, kernel, rng.normal(size=filters))


def same_padding(answer: Any, trial: Trial) -> None:
    """Try odd and even kernels, strides, and a kernel that needs no padding."""
    parts = ("before", "after")
    for label, arguments in {
        "kernel 5": (28, 5, 1),
        "an even kernel": (28, 4, 1),
        "stride 2, an even size": (28, 3, 2),
        "stride 2, an odd size": (27, 3, 2),
        "a stride above the kernel": (9, 1, 3),
        "stride 3": (29, 7, 3),
    }.items():
        trial.call(label, answer, *arguments, names=parts)
    size, kernel, stride = (int(trial.rng.integers(low, 3 * low)) for low in (20, 4, 2))
    trial.call("drawn", answer, size, kernel, stride, names=parts)


def receptive_field(answer: Any, trial: Trial) -> None:
    """Try one layer, layers without strides, then layers with strides before others."""
    trial.call("one layer", answer, [(5, 1)])
    trial.call("two layers", answer, [(3, 1), (3, 1)])
    trial.call("pooling between", answer, [(5, 1), (2, 2), (5, 1), (2, 2)])
    k, s = trial.rng.integers(2, 6, size=3), trial.rng.integers(2, 4, size=3)
    trial.call("three strides", answer, [(int(a), int(b)) for a, b in zip(k, s, strict=True)])


PROBES: dict[str, Probe] = {
    "sliding_by_hand": keep_value,
    "output_size": output_size,
    "conv2d": conv2d,
    "max_pool": max_pool,
    "conv_channels": conv_channels,
    "same_padding": same_padding,
    "receptive_field": receptive_field,
}
