"""The questions of chapter 4, layers and networks."""

from __future__ import annotations

import itertools

import numpy as np

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.layers import (
    all_from_x,
    count_parameters,
    dense_relu,
    flatten,
    forward,
    forward_variant,
    network_where,
    no_bias,
    skips_last,
)

QUESTIONS = (
    Question(
        "dense_parameters",
        points=1,
        minutes=5,
        kind="predict",
        truth=109_386,
        mistakes=(
            Mistake("no_biases", "The biases are missing: one for each unit.", 109_184),
            Mistake(
                "bias_per_layer",
                "Each unit has a bias of its own, not each layer.",
                109_187,
            ),
            Mistake(
                "bias_for_inputs",
                "The inputs are not units: they have no biases. Only the three Dense layers do.",
                110_170,
            ),
            Mistake(
                "bias_each_input",
                "You count a bias for each input of a layer. There is one for each of its units.",
                109_184 + 784 + 128 + 64,
            ),
            Mistake(
                "units_added",
                "You added the sizes up. Each unit is connected with each unit of the layer "
                "before: multiply neighbouring sizes.",
                784 + 128 + 64 + 10,
            ),
            Mistake(
                "no_last_layer",
                "The output layer is missing: 64 times 10 weights, and 10 biases.",
                109_386 - 650,
            ),
        ),
    ),
    Question(
        "count_parameters",
        points=1,
        minutes=6,
        kind="implement",
        truth=count_parameters,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "no_biases",
                "The biases are missing: one for each unit of each layer.",
                lambda u: sum(a * b for a, b in itertools.pairwise(u)),
            ),
            Mistake(
                "bias_per_layer",
                "You count one bias for each layer. Each unit has one.",
                lambda u: sum(a * b + 1 for a, b in itertools.pairwise(u)),
            ),
            Mistake(
                "bias_for_inputs",
                "You count biases for the inputs too. They are not units.",
                lambda u: count_parameters(u) + u[0],
            ),
            Mistake(
                "bias_each_input",
                "You count a bias for each input of a layer. There is one for each of its units.",
                lambda u: sum(a * (b + 1) for a, b in itertools.pairwise(u)),
            ),
            Mistake(
                "no_last_layer",
                "The last layer is missing: n sizes make n - 1 layers.",
                lambda u: count_parameters(u[:-1]),
            ),
            Mistake(
                "no_first_layer",
                "The first layer is missing: it connects the inputs with the first units.",
                lambda u: count_parameters(u[1:]),
            ),
            Mistake(
                "product_of_all",
                "You multiply all sizes with each other. A layer is connected with the one before "
                "it alone: add the products of neighbours.",
                lambda u: int(np.prod(u)) + sum(u[1:]),
            ),
        ),
    ),
    Question(
        "flatten",
        points=1,
        minutes=6,
        kind="find the bug",
        truth=flatten,
        mistakes=(
            Mistake(
                "mixes_images",
                "Each row holds pixels of several images. reshape reads the pixels in the order "
                "in which they lie, image after image: name the number of images first.",
                lambda x: x.reshape(-1, len(x)).T,
            ),
            Mistake(
                "transposed",
                "Samples are rows: the shape should be (images, pixels).",
                lambda x: x.reshape(len(x), -1).T,
            ),
            Mistake(
                "mixes_images_across",
                "Each column holds pixels of several images. Keep the first axis, the images: "
                "reshape(len(images), -1).",
                lambda x: x.reshape(-1, len(x)),
            ),
            Mistake(
                "column_by_column",
                "The pixels of each image come column by column. Row by row is what reshape does "
                'without order="F".',
                lambda x: np.stack([image.ravel(order="F") for image in x]),
            ),
            Mistake(
                "lost_the_batch",
                "The whole batch has become one row of numbers. Keep its first axis.",
                lambda x: x.reshape(-1),
            ),
            Mistake(
                "lost_the_batch",
                "The whole batch has become one row of numbers. Keep its first axis.",
                lambda x: x.reshape(1, -1),
            ),
            Mistake(
                "half_way",
                "Right for grey images; a colour image has three axes, and all of them become one.",
                lambda x: x.reshape(x.shape[0], x.shape[1] * x.shape[2], *x.shape[3:]),
            ),
        ),
    ),
    Question(
        "dense_relu",
        points=2,
        minutes=8,
        kind="implement",
        truth=dense_relu,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "transposed_kernel",
                "The kernel is used transposed. It has a row for each input and a column for each "
                "unit, so that `x @ kernel` fits as it is.",
                lambda x, k, b: np.maximum(x @ k.T + b, 0),
            ),
            Mistake(
                "no_bias",
                "The bias is missing: add it before the ReLU.",
                lambda x, k, b: np.maximum(x @ k, 0),
            ),
            Mistake(
                "no_activation",
                "That is the pre-activation. The ReLU turns its negative elements into 0.",
                lambda x, k, b: x @ k + b,
            ),
            Mistake(
                "bias_after",
                "The bias is added after the ReLU. It belongs inside: it moves the kink.",
                lambda x, k, b: np.maximum(x @ k, 0) + b,
            ),
            Mistake(
                "absolute",
                "Negative pre-activations come out positive: that is the absolute value. The ReLU "
                "makes them 0.",
                lambda x, k, b: np.abs(x @ k + b),
            ),
            Mistake(
                "relu_of_input",
                "The ReLU is applied to the input. It comes after the weighted sum.",
                lambda x, k, b: np.maximum(x, 0) @ k + b,
            ),
            Mistake(
                "flipped_relu",
                "You kept the negative part: ReLU is the larger of 0 and the sum.",
                lambda x, k, b: np.minimum(x @ k + b, 0),
            ),
            Mistake(
                "bias_subtracted",
                "The bias is subtracted. Add it.",
                lambda x, k, b: np.maximum(x @ k - b, 0),
            ),
        ),
    ),
    Question(
        "flower_network",
        points=2,
        minutes=8,
        kind="complete a model",
        truth=network_where(),
        mistakes=(
            Mistake(
                "no_softmax",
                "The last layer is linear: three probabilities that add up to 1 need a softmax.",
                network_where(last=None),
            ),
            Mistake(
                "relu_at_the_end",
                "The last layer has a ReLU. Three probabilities that add up to 1 need a softmax.",
                network_where(last="relu"),
            ),
            Mistake(
                "sigmoid_at_the_end",
                "Sigmoids do not add up to 1: one class of three needs a softmax.",
                network_where(last="sigmoid"),
            ),
            Mistake(
                "linear_hidden",
                "The hidden layers have no activation: the network is one linear layer in "
                "disguise.",
                network_where(hidden=None),
            ),
            Mistake(
                "order",
                "The hidden layers are in the wrong order: first 32 units, then 16.",
                network_where(units=(16, 32)),
            ),
            Mistake(
                "one_hidden_layer",
                "A hidden layer is missing: there are two, of 32 and of 16 units.",
                network_where(units=(32,)),
            ),
            Mistake(
                "one_output",
                "One output cannot hold three probabilities: a unit for each class.",
                network_where(outputs=1),
            ),
            Mistake(
                "no_input",
                "The model does not know how many features it gets, so it has no weights yet: "
                "start it with k.Input((8,)).",
                network_where(inputs=None),
            ),
            Mistake(
                "inputs",
                "The number of inputs is wrong: a sample has 8 features.",
                network_where(inputs=3),
            ),
        ),
    ),
    Question(
        "forward",
        points=3,
        minutes=12,
        kind="implement",
        truth=forward,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "relu_at_the_end",
                "The last layer has a ReLU too. It should be linear: its outputs may be negative.",
                forward_variant(last=True),
            ),
            Mistake(
                "no_relu",
                "There is no ReLU between the layers: the network collapses into one layer.",
                forward_variant(hidden=False),
            ),
            Mistake(
                "relu_on_input",
                "The input goes through a ReLU before the first layer. Its negative elements "
                "belong to the data.",
                forward_variant(first=True),
            ),
            Mistake(
                "relu_only_at_the_end",
                "The ReLU is in the wrong places: it stands between the layers, not after the "
                "last.",
                forward_variant(hidden=False, last=True),
            ),
            Mistake(
                "backwards",
                "The layers are applied from the last to the first.",
                forward_variant(order=-1),
            ),
            Mistake(
                "no_bias",
                "The biases are missing. Each layer is a pair: kernel, bias.",
                no_bias,
            ),
            Mistake(
                "skips_last",
                "The last layer is left out. It is linear, but it is there.",
                skips_last,
            ),
            Mistake(
                "always_from_the_input",
                "Each layer should take the output of the one before it, not the input x again.",
                all_from_x,
            ),
        ),
    ),
)
