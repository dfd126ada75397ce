"""The questions of chapter 7, backpropagation."""

from __future__ import annotations

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.backpropagation import (
    all_at_once,
    dense_backward,
    every_label,
    network_gradients,
    network_variant,
    never_restored,
    numerical_gradient,
    one_hot,
    one_number,
    pre_activation_kernel,
    quotient,
    shared_input,
    softmax,
    softmax_gradient,
    unshifted_gradient,
)

QUESTIONS = (
    Question(
        "slope_of_a_weight",
        points=1,
        minutes=5,
        kind="predict",
        truth=12,
        mistakes=(
            Mistake("no_two", "The square's own derivative has a factor 2.", 6),
            Mistake(
                "no_inner",
                "The last link is missing: the prediction changes by x when w changes by 1.",
                4,
            ),
            Mistake(
                "by_x",
                "That is the derivative by the input x. By the weight, the last factor is x.",
                8,
            ),
            Mistake(
                "sign",
                "The sign is turned round: the prediction is above the target, so the loss grows "
                "with w.",
                -12,
            ),
            Mistake(
                "no_miss",
                "The factor 2 (prediction - target) is missing: you have x alone.",
                3,
            ),
            Mistake(
                "target_left_out",
                "The target is left out: the derivative of (p - t)² is 2 (p - t), not 2 p.",
                42,
            ),
        ),
    ),
    Question(
        "shared_input",
        points=1,
        minutes=6,
        kind="find the bug",
        truth=shared_input,
        mistakes=(
            Mistake(
                "overwritten",
                "The second way overwrites the first. a reaches y twice, and the gradients of all "
                "ways add up: use +=.",
                lambda a, b, dy: (dy, dy * a),
            ),
            Mistake(
                "product_only",
                "Only the way through the product is there. a is added to y as well.",
                lambda a, b, dy: (dy * b, dy * a),
            ),
            Mistake(
                "swapped_factors",
                "In a product, the derivative by one factor is the *other* factor.",
                lambda a, b, dy: (dy * a + dy, dy * b),
            ),
            Mistake(
                "no_upstream",
                "The upstream gradient dy is missing in one of the terms: it multiplies every one.",
                lambda a, b, dy: (dy * b + 1, dy * a),
            ),
            Mistake(
                "local_only",
                "The upstream gradient dy is missing: these are the local derivatives.",
                lambda a, b, dy: (b + 1, a),
            ),
            Mistake(
                "multiplied",
                "The two ways are multiplied. Along a way factors multiply; different ways add up.",
                lambda a, b, dy: (dy * b * dy, dy * a),
            ),
        ),
    ),
    Question(
        "dense_backward",
        points=3,
        minutes=15,
        kind="implement",
        truth=dense_backward,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "kernel_not_transposed",
                "dx is wrong: going backward, the kernel is transposed, dy @ kernel.T.",
                lambda x, k, dy: (dy @ k, x.T @ dy, dy.sum(axis=0)),
            ),
            Mistake(
                "kernel_gradient_transposed",
                "dkernel is transposed: it must have the shape of the kernel, (inputs, units).",
                lambda x, k, dy: (dy @ k.T, dy.T @ x, dy.sum(axis=0)),
            ),
            Mistake(
                "x_not_transposed",
                "dkernel is wrong: x.T @ dy sums over the samples; x @ dy pairs the wrong axes.",
                lambda x, k, dy: (dy @ k.T, x @ dy, dy.sum(axis=0)),
            ),
            Mistake(
                "bias_mean",
                "dbias is the sum over the samples, not their mean: the mean is part of the loss "
                "and is in dy already.",
                lambda x, k, dy: (dy @ k.T, x.T @ dy, dy.mean(axis=0)),
            ),
            Mistake(
                "all_means",
                "You divide by the number of samples. If the loss is a mean, dy holds that factor "
                "already.",
                lambda x, k, dy: (dy @ k.T, x.T @ dy / len(x), dy.mean(axis=0)),
            ),
            Mistake(
                "bias_wrong_axis",
                "dbias is summed along the units. Sum along the samples, axis 0.",
                lambda x, k, dy: (dy @ k.T, x.T @ dy, dy.sum(axis=1)),
            ),
            Mistake(
                "bias_keeps_axis",
                "dbias has an axis too many: the bias has the shape (units,).",
                lambda x, k, dy: (dy @ k.T, x.T @ dy, dy.sum(axis=0, keepdims=True)),
            ),
            Mistake(
                "bias_not_summed",
                "dbias has one row for each sample. All samples share the bias: sum over them.",
                lambda x, k, dy: (dy @ k.T, x.T @ dy, dy),
            ),
            Mistake(
                "order",
                "Right gradients in another order. Return dx, dkernel, dbias.",
                lambda x, k, dy: (x.T @ dy, dy.sum(axis=0), dy @ k.T),
            ),
        ),
    ),
    Question(
        "softmax_gradient",
        points=2,
        minutes=12,
        kind="implement",
        truth=softmax_gradient,
        banned=("dlcourse", "keras", "tensorflow", "scipy"),
        mistakes=(
            Mistake(
                "n_times",
                "Your gradient is exactly n times too large: the loss is a mean over the samples.",
                lambda z, y: softmax_gradient(z, y) * len(z),
            ),
            Mistake(
                "every_label",
                "`p[:, labels] -= 1` takes the columns of all labels in every row. Pair the rows "
                "with their labels: `p[np.arange(n), labels] -= 1`.",
                every_label,
            ),
            Mistake(
                "all_elements",
                "You divide by the number of all elements. The loss is a mean over the samples: "
                "divide by their number.",
                lambda z, y: softmax_gradient(z, y) / z.shape[1],
            ),
            Mistake(
                "sign",
                "The sign is turned round: probabilities minus one-hot.",
                lambda z, y: -softmax_gradient(z, y),
            ),
            Mistake(
                "no_one_hot",
                "Those are the probabilities. Subtract 1 from that of the right class.",
                lambda z, y: softmax(z) / len(z),
            ),
            Mistake(
                "wrong_axis",
                "The softmax runs down the columns. Each row, a sample, must add up to 1.",
                lambda z, y: (softmax(z, 0) - one_hot(y, z)) / len(z),
            ),
            Mistake(
                "sigmoid_slope",
                "You multiply by p (1 - p) as well. In softmax followed by cross-entropy that "
                "factor cancels.",
                lambda z, y: softmax_gradient(z, y) * softmax(z) * (1 - softmax(z)),
            ),
            Mistake(
                "overflow",
                "Right for small logits; exp(900) overflows. Subtract the largest logit of each "
                "row first.",
                unshifted_gradient,
            ),
            Mistake(
                "by_probability",
                "That is the gradient with respect to the probabilities. Go one step further "
                "back, through the softmax, to the logits.",
                lambda z, y: -one_hot(y, z) / softmax(z) / len(z),
            ),
        ),
    ),
    Question(
        "numerical_gradient",
        points=2,
        minutes=12,
        kind="implement",
        truth=numerical_gradient,
        banned=("dlcourse", "keras", "tensorflow", "np.gradient"),
        mistakes=(
            Mistake(
                "forward_difference",
                "That is the one-sided difference, whose error shrinks like h. Step to both "
                "sides: the error of the centred difference shrinks like h².",
                quotient(1, 0, 1),
            ),
            Mistake(
                "backward_difference",
                "You step down only, from w to w - h, and the error shrinks like h. Step up too: "
                "the error of the centred difference shrinks like h².",
                quotient(0, 1, 1),
            ),
            Mistake(
                "no_two",
                "Exactly twice too large: the two points are 2 h apart.",
                quotient(1, 1, 1),
            ),
            Mistake(
                "half_step",
                "You step by h / 2 to each side. The question asks for h to each side.",
                quotient(0.5, 0.5, 1),
            ),
            Mistake(
                "sign",
                "The sign is turned round: the point above minus the point below.",
                quotient(-1, -1, 2),
            ),
            Mistake(
                "all_at_once",
                "You move all elements together. Move one at a time, and put it back.",
                all_at_once,
            ),
            Mistake(
                "all_at_once",
                "You move all elements together. Move one at a time, and put it back.",
                one_number,
            ),
            Mistake(
                "not_put_back",
                "The first element is right, the later ones are not: an element that was moved is "
                "not put back before the next one moves.",
                never_restored,
            ),
        ),
    ),
    Question(
        "network_gradients",
        points=4,
        minutes=25,
        kind="implement",
        truth=network_gradients,
        banned=("dlcourse", "keras", "tensorflow"),
        mistakes=(
            Mistake(
                "order",
                "Right gradients in another order. Return dw1, db1, dw2, db2.",
                lambda *args: (*network_gradients(*args)[2:], *network_gradients(*args)[:2]),
            ),
            Mistake(
                "no_slope",
                "The slope of tanh is missing on the way back: dz = dh · (1 - h²).",
                network_variant(slope="none"),
            ),
            Mistake(
                "slope_of_the_output",
                "tanh is applied twice in its slope. With h = tanh(z) at hand the slope is 1 - h².",
                network_variant(slope="again"),
            ),
            Mistake(
                "relu_slope",
                "That is the slope of a ReLU. The hidden layer has a tanh: 1 - h².",
                network_variant(slope="relu"),
            ),
            Mistake(
                "not_transposed",
                "db1 and dw1 are wrong: w2 must be transposed on the way back, dy @ w2.T.",
                network_variant(transpose=False),
            ),
            Mistake(
                "n_times",
                "Every gradient is too large by the number of elements: the loss is a mean.",
                network_variant(mean="none"),
            ),
            Mistake(
                "per_sample",
                "The mean is taken over all elements of y, y.size of them, not over the samples "
                "alone.",
                network_variant(mean="rows"),
            ),
            Mistake(
                "no_two",
                "Exactly half of the right gradient: the factor 2 of the square is missing.",
                network_variant(two=1.0),
            ),
            Mistake(
                "sign",
                "The sign is turned round: the miss is the prediction minus y.",
                network_variant(sign=-1),
            ),
            Mistake(
                "bias_mean",
                "The gradients of the biases are sums over the samples; the mean is in dy already.",
                network_variant(bias="mean"),
            ),
            Mistake(
                "pre_activation",
                "dw2 is wrong: the second layer's input is the hidden output h, not z.",
                pre_activation_kernel,
            ),
        ),
    ),
)
