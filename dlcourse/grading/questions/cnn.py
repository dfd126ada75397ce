"""The questions of chapter 14, convolutional networks."""

from __future__ import annotations

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.cnn import (
    conv_parameters,
    fast_gradient_sign,
    flip_along,
    flip_some,
    lenet_where,
    occlusion_map,
    occlusion_variant,
    residual_backward,
)

QUESTIONS = (
    Question(
        "flattened_features",
        points=1,
        minutes=5,
        kind="predict",
        truth=400,
        mistakes=(
            Mistake(
                "both_same",
                "The second convolution has no padding: a 5 x 5 kernel takes 4 rows and 4 columns "
                "off.",
                7 * 7 * 16,
            ),
            Mistake(
                "both_valid",
                'The first convolution pads ("same"), so that it keeps 28 x 28.',
                4 * 4 * 16,
            ),
            Mistake(
                "no_channels", "Each of the 16 channels has so many numbers: count them all.", 25
            ),
            Mistake("no_last_pool", "The second pooling halves the sides once more.", 10 * 10 * 16),
            Mistake(
                "one_filter_set",
                "The second convolution has 16 filters, so 16 channels; the 6 of the first are "
                "summed over inside each filter.",
                5 * 5 * 6,
            ),
            Mistake(
                "channels_multiply",
                "Each filter sums over all 6 input channels: 16 filters give 16 channels, not 6 x "
                "16.",
                5 * 5 * 6 * 16,
            ),
        ),
    ),
    Question(
        "conv_parameters",
        points=1,
        minutes=6,
        kind="implement",
        truth=conv_parameters,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "no_bias",
                "The biases are missing: one for each filter.",
                lambda k, c, f: k[0] * k[1] * c * f,
            ),
            Mistake(
                "one_bias",
                "There is one bias for each filter, not one for the layer.",
                lambda k, c, f: k[0] * k[1] * c * f + 1,
            ),
            Mistake(
                "no_channels",
                "A filter spans all input channels: its kernel has the shape (kh, kw, channels).",
                lambda k, c, f: (k[0] * k[1] + 1) * f,
            ),
            Mistake(
                "bias_each_channel",
                "A filter has one bias, added after the sum over the channels, not one for each "
                "channel.",
                lambda k, c, f: (k[0] * k[1] + 1) * c * f,
            ),
            Mistake(
                "square_kernel",
                "The kernel need not be square: multiply its height by its width.",
                lambda k, c, f: (k[0] ** 2 * c + 1) * f,
            ),
            Mistake(
                "one_filter",
                "That is one filter. The layer has `filters` of them.",
                lambda k, c, f: k[0] * k[1] * c + 1,
            ),
            Mistake(
                "bias_each_input",
                "There is one bias for each filter (each output channel), not for each input "
                "channel.",
                lambda k, c, f: k[0] * k[1] * c * f + c,
            ),
        ),
    ),
    Question(
        "flip_some",
        points=2,
        minutes=8,
        kind="find the bug",
        truth=flip_some,
        mistakes=(
            Mistake(
                "upside_down",
                "The images are upside down. Axis 0 is the batch, 1 the rows, 2 the columns: "
                "which of them runs from left to right?",
                flip_along(1),
            ),
            Mistake(
                "swaps_images",
                "The chosen images change places: you flip the axis of the batch.",
                flip_along(0),
            ),
            Mistake("swaps_channels", "You flip the channels: red becomes blue.", flip_along(3)),
            Mistake(
                "flips_all",
                "Every image is flipped. Only those where `flipped` is True should be.",
                lambda images, flipped: images[:, :, ::-1],
            ),
            Mistake(
                "flips_the_others",
                "You flip the images that should stay, and leave the others.",
                lambda images, flipped: flip_along(2)(images, ~flipped),
            ),
            Mistake(
                "turned",
                "The images are turned by 180 degrees: both axes are flipped. Flip the columns "
                "alone.",
                lambda images, flipped: flip_along(1)(flip_along(2)(images, flipped), flipped),
            ),
            Mistake(
                "only_flipped",
                "Only the flipped images are left. Return the whole batch, the others unchanged.",
                lambda images, flipped: images[flipped][:, :, ::-1],
            ),
        ),
    ),
    Question(
        "small_lenet",
        points=2,
        minutes=10,
        kind="complete a model",
        truth=lenet_where(),
        mistakes=(
            Mistake(
                "no_padding",
                'The first convolution loses the border. padding="same" keeps 28 x 28.',
                lenet_where(padding="valid"),
            ),
            Mistake(
                "no_activation",
                "The convolutions are linear: give each a ReLU.",
                lenet_where(activation=None),
            ),
            Mistake(
                "filters_swapped",
                "The numbers of filters are swapped: 6 first, then 16. Early layers see simple "
                "things at many places, later ones many things at few.",
                lenet_where(filters=(16, 6)),
            ),
            Mistake("kernel_size", "The kernels should be 5 x 5.", lenet_where(kernel=3)),
            Mistake(
                "average_pooling",
                "That is average pooling, as in LeNet of 1998. The question asks for the maximum.",
                lenet_where(pooling="AveragePooling2D"),
            ),
            Mistake(
                "one_pooling",
                "The second pooling is missing: after each convolution one.",
                lenet_where(pools=1),
            ),
            Mistake(
                "not_flattened",
                "Dense works on the last axis alone: without Flatten it looks at each pixel by "
                "itself and gives 25 answers for one digit.",
                lenet_where(flat=""),
            ),
            Mistake(
                "global_pooling",
                "Global pooling keeps one number of each channel. Flatten keeps all 400.",
                lenet_where(flat="GlobalAveragePooling2D"),
            ),
            Mistake(
                "no_softmax",
                "The last layer is linear: probabilities that add up to 1 need a softmax.",
                lenet_where(last=None),
            ),
            Mistake(
                "three_channels",
                "The images are grey: one channel, not three.",
                lenet_where(shape=(28, 28, 3)),
            ),
        ),
    ),
    Question(
        "fast_gradient_sign",
        points=2,
        minutes=8,
        kind="implement",
        truth=fast_gradient_sign,
        mistakes=(
            Mistake(
                "downhill",
                "This step lowers the loss, as training does. An attack raises it: add.",
                lambda x, g, e: np.clip(x - e * np.sign(g), 0, 1),
            ),
            Mistake(
                "no_sign",
                "You add the gradient itself. Add epsilon times its sign: then each pixel moves "
                "by epsilon and no more.",
                lambda x, g, e: np.clip(x + e * g, 0, 1),
            ),
            Mistake(
                "no_clip",
                "Some pixels leave the range from 0 to 1. Clip the result, so that it stays an "
                "image.",
                lambda x, g, e: x + e * np.sign(g),
            ),
            Mistake(
                "unit_length",
                "You scale the gradient to length 1. This attack takes the sign of each element.",
                lambda x, g, e: np.clip(x + e * g / np.linalg.norm(g), 0, 1),
            ),
            Mistake(
                "noise_only",
                "That is the disturbance alone. Add it to the image.",
                lambda x, g, e: np.clip(e * np.sign(g), 0, 1),
            ),
            Mistake(
                "noise_only",
                "That is the disturbance alone. Add it to the image.",
                lambda x, g, e: e * np.sign(g),
            ),
            Mistake(
                "clips_to_one",
                "Pixels run from 0 to 1, not from -1 to 1.",
                lambda x, g, e: np.clip(x + e * np.sign(g), -1, 1),
            ),
            Mistake(
                "moves_zeros",
                "Where the gradient is 0, the pixel stays: the sign of 0 is 0 (np.sign knows).",
                lambda x, g, e: np.clip(x + e * np.where(g > 0, 1, -1), 0, 1),
            ),
            Mistake(
                "moves_zeros",
                "Where the gradient is 0, the pixel stays: the sign of 0 is 0 (np.sign knows).",
                lambda x, g, e: np.clip(x + e * np.where(g >= 0, 1, -1), 0, 1),
            ),
        ),
    ),
    Question(
        "occlusion_map",
        points=3,
        minutes=15,
        kind="implement",
        truth=occlusion_map,
        mistakes=(
            Mistake(
                "sign",
                "The sign is turned round: a patch that matters should get a positive number, the "
                "score that is lost by covering it.",
                occlusion_variant(sign=-1),
            ),
            Mistake(
                "accumulates",
                "The patches stay covered: the second is covered together with the first. Start "
                "each time from a fresh copy of the image.",
                occlusion_variant(copied=False),
            ),
            Mistake(
                "score_only",
                "That is the score of the covered image. Subtract it from the score of the whole "
                "image.",
                occlusion_variant(sign=-1, whole=False),
            ),
            Mistake(
                "fills_ones",
                "The patch is filled with 1, which is white. Cover it with 0.",
                occlusion_variant(fill=1.0),
            ),
            Mistake(
                "narrow_patch",
                "The patch is only one column wide: it runs from j * size up to (j + 1) * size.",
                occlusion_variant(square=False),
            ),
            Mistake(
                "transposed",
                "Rows and columns are swapped: result[i, j] belongs to the i-th patch from the "
                "top and the j-th from the left.",
                lambda score, image, size: occlusion_map(score, image, size).T,
            ),
        ),
    ),
    Question(
        "residual_backward",
        points=3,
        minutes=12,
        kind="implement",
        truth=residual_backward,
        mistakes=(
            Mistake(
                "no_skip",
                "The way around the branch is missing. x reaches z twice, so its gradient is a "
                "sum of two terms; the skip's is dz itself. That term is why deep networks of "
                "such blocks train.",
                lambda z, dy, back: back(dy * (z > 0)),
            ),
            Mistake(
                "no_branch",
                "The way through the branch is missing: add branch_backward(dz).",
                lambda z, dy, back: dy * (z > 0),
            ),
            Mistake(
                "no_relu",
                "The ReLU is left out: where z is not positive, nothing passes, on either way.",
                lambda z, dy, back: dy + back(dy),
            ),
            Mistake(
                "relu_on_branch_only",
                "The ReLU comes after the sum, so it gates both ways, not the branch alone.",
                lambda z, dy, back: dy + back(dy * (z > 0)),
            ),
            Mistake(
                "relu_on_skip_only",
                "The ReLU comes after the sum, so it gates both ways, not the skip alone.",
                lambda z, dy, back: dy * (z > 0) + back(dy),
            ),
            Mistake(
                "relu_last",
                "The ReLU is the last step forward, so it is the first backward: gate dy before "
                "it enters the branch.",
                lambda z, dy, back: (dy + back(dy)) * (z > 0),
            ),
            Mistake(
                "product",
                "Gradients that arrive by two ways are added, not multiplied.",
                lambda z, dy, back: dy * (z > 0) * back(dy * (z > 0)),
            ),
            Mistake(
                "times_z",
                "You multiply by relu(z). Its slope is 1 or 0: dy where z > 0.",
                lambda z, dy, back: dy * np.maximum(z, 0) + back(dy * np.maximum(z, 0)),
            ),
        ),
    ),
)
