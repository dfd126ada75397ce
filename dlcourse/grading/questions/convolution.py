"""The questions of chapter 13, convolution."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.convolution import (
    bias_each_channel,
    conv2d,
    conv_channels,
    conv_one_short,
    conv_padded,
    conv_side_by_side,
    field_where,
    max_pool,
    mean_over_channels,
    one_channel,
    output_size,
    padding_half_kernel,
    padding_negative,
    padding_symmetric,
    padding_without_stride,
    pool,
    pool_of_positives,
    pool_rounded_up,
    pool_wrong_reshape,
    receptive_field,
    same_padding,
    size_fraction,
    size_rounded_up,
    size_same_down,
    size_same_keeps,
    size_without_one,
)

QUESTIONS = (
    Question(
        "sliding_by_hand",
        points=1,
        minutes=4,
        kind="predict",
        truth=-2,
        mistakes=(
            Mistake(
                "flipped",
                "That is the convolution of the mathematics books, which flips the kernel. "
                "Conv1D, like all frameworks, does not.",
                2,
            ),
            Mistake(
                "all_added", "You added the inputs up. Each is multiplied by its kernel element.", 6
            ),
            Mistake(
                "absolute_kernel",
                "The last element of the kernel is -1: the third product is negative.",
                4,
            ),
            Mistake("first_only", "That is the first product alone. Add the other two.", 1),
            Mistake("last_only", "That is the last product alone. Add the other two.", -3),
        ),
    ),
    Question(
        "output_size",
        points=2,
        minutes=8,
        kind="implement",
        truth=output_size,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "one_too_few",
                "One position is missing: the kernel takes its first place without moving, so + 1.",
                size_without_one,
            ),
            Mistake(
                "same_ignores_stride",
                '"same" keeps the size only with stride 1. Else it is size / stride, rounded up.',
                size_same_keeps,
            ),
            Mistake(
                "same_rounds_down",
                'With "same" the size over the stride is rounded up, not down.',
                size_same_down,
            ),
            Mistake(
                "rounds_up",
                "A window that does not fit is left out: round down.",
                size_rounded_up,
            ),
            Mistake("fraction", "Round down: there is no half position.", size_fraction),
            Mistake(
                "no_dilation",
                "The dilation is not used: a dilated kernel spans (kernel - 1) · dilation + 1 "
                "pixels.",
                lambda n, k, p, s, d: output_size(n, k, p, s, 1),
            ),
            Mistake(
                "dilation_times_kernel",
                "A dilated kernel spans (kernel - 1) · dilation + 1 pixels, not kernel · "
                "dilation: the holes lie between its elements.",
                lambda n, k, p, s, d: output_size(n, k * d, p, s, 1),
            ),
            Mistake(
                "no_stride",
                "The stride is not used: the kernel moves by `stride` pixels at a time.",
                lambda n, k, p, s, d: output_size(n, k, p, 1, d),
            ),
            Mistake(
                "no_padding",
                'The padding is not looked at: with "same" the size is size / stride, rounded up.',
                lambda n, k, p, s, d: output_size(n, k, "valid", s, d),
            ),
        ),
    ),
    Question(
        "max_pool",
        points=2,
        minutes=10,
        kind="implement",
        truth=max_pool,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "mean",
                "That is average pooling. Take the largest.",
                lambda x, n: pool(x, n, "mean"),
            ),
            Mistake(
                "minimum",
                "You take the smallest value. Take the largest.",
                lambda x, n: pool(x, n, "min"),
            ),
            Mistake(
                "stride_one",
                "The windows overlap: they move by `size` pixels, not by one.",
                lambda x, n: pool(x, n, "max", 1),
            ),
            Mistake(
                "starts_at_zero",
                "Where all values are negative, 0 comes out. Start from the first value of the "
                "window, or from -inf, not from 0.",
                pool_of_positives,
            ),
            Mistake(
                "keeps_the_rest",
                "Rows and columns that do not fill a window are left out, as Keras does by "
                "default.",
                pool_rounded_up,
            ),
            Mistake(
                "wrong_windows",
                "The windows are wrong: reshape reads row after row, so that values of one row "
                "end up in one window. Reshape to (rows, size, columns, size) and take the "
                "maximum over axes 1 and 3.",
                pool_wrong_reshape,
            ),
            Mistake(
                "picks_corner",
                "You take the first value of each window. Take the largest.",
                lambda x, n: x[: x.shape[0] // n * n : n, : x.shape[1] // n * n : n],
            ),
            Mistake(
                "transposed",
                "Rows and columns of the result are swapped.",
                lambda x, n: max_pool(x, n).T,
            ),
        ),
    ),
    Question(
        "conv2d",
        points=3,
        minutes=15,
        kind="implement",
        truth=conv2d,
        banned=("scipy", "np.convolve", "np.correlate", "dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "flipped",
                "The kernel is flipped: that is the convolution of the mathematics books. "
                "Frameworks compute the cross-correlation, with the kernel as it is.",
                lambda x, k: conv2d(x, k[::-1, ::-1]),
            ),
            Mistake(
                "kernel_transposed",
                "The kernel is transposed: its rows lie along the rows of the image.",
                lambda x, k: conv2d(x, k.T),
            ),
            Mistake(
                "one_short",
                "The last row and column are missing: n - k + 1 positions fit, range(n - k + 1).",
                conv_one_short,
            ),
            Mistake(
                "padded",
                'The image is padded. Without padding ("valid") the result is smaller than it.',
                conv_padded,
            ),
            Mistake(
                "side_by_side",
                "The windows lie side by side, as in pooling. Here the kernel moves by one pixel.",
                conv_side_by_side,
            ),
            Mistake(
                "mean",
                "You take the mean over the window. Take the sum of the products.",
                lambda x, k: conv2d(x, k) / k.size,
            ),
            Mistake(
                "transposed",
                "Rows and columns of the result are swapped.",
                lambda x, k: conv2d(x, k).T,
            ),
            Mistake(
                "unweighted",
                "Each window is added up without its weights: multiply by the kernel first.",
                lambda x, k: conv2d(x, np.ones_like(k)),
            ),
        ),
    ),
    Question(
        "conv_channels",
        points=2,
        minutes=10,
        kind="find the bug",
        truth=conv_channels,
        mistakes=(
            Mistake(
                "last_channel",
                "Each channel overwrites the one before, so that only the last counts. A filter "
                "adds all channels up: +=.",
                one_channel(-1),
            ),
            Mistake(
                "first_channel",
                "Only the first channel counts. A filter adds all channels up.",
                one_channel(0),
            ),
            Mistake(
                "bias_each_channel",
                "The bias is added once for each channel. It is added once, to the sum.",
                bias_each_channel,
            ),
            Mistake(
                "mean",
                "You take the mean over the channels. A filter adds them up.",
                mean_over_channels,
            ),
            Mistake(
                "no_bias",
                "The bias is missing: one number for each filter.",
                lambda x, k, b: conv_channels(x, k, 0 * b),
            ),
            Mistake(
                "flipped",
                "The kernel is flipped. Frameworks use it as it is.",
                lambda x, k, b: conv_channels(x, k[::-1, ::-1], b),
            ),
        ),
    ),
    Question(
        "same_padding",
        points=2,
        minutes=12,
        kind="implement",
        truth=same_padding,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "odd_one_before",
                "The odd zero goes after, at the right or the bottom, not before.",
                lambda n, k, s: same_padding(n, k, s)[::-1],
            ),
            Mistake(
                "stride_ignored",
                "Right with stride 1. With a stride fewer positions are needed, (outputs - 1) · "
                "stride + kernel pixels in all.",
                padding_without_stride,
            ),
            Mistake(
                "half_the_kernel",
                "kernel // 2 on both sides is right for odd kernels and stride 1 alone.",
                padding_half_kernel,
            ),
            Mistake(
                "symmetric",
                "Both sides get the same number, so that one zero is missing where the total is "
                "odd.",
                padding_symmetric,
            ),
            Mistake(
                "negative",
                "The total came out negative: no padding is needed there. Take max(..., 0).",
                padding_negative,
            ),
            Mistake(
                "total_twice",
                "That is the total on each side. Share it between both.",
                lambda n, k, s: (sum(same_padding(n, k, s)),) * 2,
            ),
        ),
    ),
    Question(
        "receptive_field",
        points=2,
        minutes=12,
        kind="implement",
        truth=receptive_field,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "no_strides",
                "The strides are not used: after a stride of 2, one step in a later layer is two "
                "pixels.",
                field_where(jump="none"),
            ),
            Mistake(
                "own_stride",
                "A layer's own stride does not widen what it sees; it widens the steps of the "
                "layers after it. Multiply after adding.",
                field_where(jump="own"),
            ),
            Mistake(
                "one_too_few",
                "It starts from one pixel: one is missing.",
                field_where(start=0),
            ),
            Mistake(
                "kernels_added",
                "A second 3 x 3 kernel adds 2 pixels, not 3: windows that touch share pixels. Add "
                "kernel - 1.",
                field_where(less=0, start=0),
            ),
            Mistake(
                "kernels_plus_one",
                "Each layer adds kernel - 1 pixels (times the step), not kernel.",
                field_where(less=0),
            ),
            Mistake(
                "kernels_multiplied",
                "The kernel sizes are multiplied. Windows that lie side by side would need that; "
                "these overlap.",
                lambda layers: int(np.prod([kernel for kernel, _ in layers])),
            ),
        ),
    ),
)
