"""The questions of chapter 12, TensorFlow and Keras, which are imported when they are asked."""

from __future__ import annotations

from dlcourse.grading.question import Mistake, Question
from dlcourse.grading.questions.answers.tensorflow import (
    classifier,
    classifier_where,
    skip_network,
    skip_where,
    step_where,
    tape_gradient,
    training_step,
    value_of_f,
)

QUESTIONS = (
    Question(
        "loss_for_labels",
        points=1,
        minutes=3,
        kind="predict",
        truth="b",
        mistakes=(
            Mistake(
                "one_hot_needed",
                "Categorical cross-entropy takes one-hot rows. These labels are integers.",
                "a",
            ),
            Mistake(
                "two_classes",
                "Binary cross-entropy is for two classes, or for many yes-or-no questions at once.",
                "c",
            ),
            Mistake(
                "regression",
                "The labels are names of classes, not amounts: 9 is not nine times 1.",
                "d",
            ),
        ),
    ),
    Question(
        "arrays_in_weights",
        points=1,
        minutes=4,
        kind="predict",
        truth=8,
        mistakes=(
            Mistake(
                "trainable_only",
                "Batch normalisation also keeps a moving mean and a moving variance, which are "
                "weights that no gradient changes.",
                6,
            ),
            Mistake("layers", "That is the number of layers. Each holds several arrays.", 3),
            Mistake(
                "no_normalisation",
                "Batch normalisation has weights too: gamma, beta, and two moving averages.",
                4,
            ),
            Mistake(
                "numbers",
                "That is the number of parameters. They are kept in a few arrays.",
                4 * 16 + 16 + 4 * 16 + 16 * 2 + 2,
            ),
            Mistake(
                "kernels_only",
                "Each Dense layer has a kernel and a bias, and batch normalisation has four "
                "arrays.",
                2,
            ),
        ),
    ),
    Question(
        "classifier",
        points=2,
        minutes=8,
        kind="complete a model",
        truth=classifier,
        mistakes=(
            Mistake(
                "no_softmax",
                "The last layer is linear: probabilities that add up to 1 need a softmax.",
                classifier_where(last=None),
            ),
            Mistake(
                "sigmoid",
                "Sigmoids do not add up to 1: one class of five needs a softmax.",
                classifier_where(last="sigmoid"),
            ),
            Mistake(
                "no_dropout",
                "The dropout is missing: between the hidden layer and the output.",
                classifier_where(rate=None),
            ),
            Mistake(
                "keeps_instead",
                "Keras's rate is the share that is *dropped*, 0.3, not the share that is kept.",
                classifier_where(rate=0.7),
            ),
            Mistake(
                "dropout_on_the_input",
                "The dropout stands before the hidden layer. It should drop hidden units.",
                classifier_where(at="before"),
            ),
            Mistake(
                "dropout_at_the_end",
                "The dropout stands after the softmax, where it sets probabilities to 0.",
                classifier_where(at="end"),
            ),
            Mistake(
                "linear_hidden",
                "The hidden layer has no activation: two linear layers are one.",
                classifier_where(hidden=None),
            ),
            Mistake(
                "outputs",
                "There are five classes: five units at the end.",
                classifier_where(outputs=1),
            ),
            Mistake(
                "no_input",
                "The model does not know its number of inputs, so it has no weights yet. Start it "
                "with keras.Input((20,)).",
                classifier_where(inputs=None),
            ),
        ),
    ),
    Question(
        "tape_gradient",
        points=2,
        minutes=8,
        kind="implement",
        truth=tape_gradient,
        mistakes=(
            Mistake(
                "not_watched",
                "The tape gives None: it follows variables by itself, but a constant only after "
                "tape.watch(x).",
                when=lambda received, truth: received.get("a vector") == {"none": True},
            ),
            Mistake(
                "value",
                "That is the value of f. Ask the tape for its gradient.",
                value_of_f,
            ),
            Mistake(
                "sign",
                "The sign is turned round: no step is taken here, so nothing is subtracted.",
                lambda f, x: -tape_gradient(f, x),
            ),
            Mistake(
                "summed",
                "The gradient has an element for each element of x. You added them up.",
                lambda f, x: tape_gradient(f, x).sum(),
            ),
        ),
    ),
    Question(
        "training_step",
        points=3,
        minutes=12,
        kind="find the bug",
        truth=training_step,
        mistakes=(
            Mistake(
                "not_training",
                "The model runs as in use: batch normalisation takes its moving averages, which "
                "never move, and dropout would do nothing. Say model(x, training=True).",
                step_where(training=False),
            ),
            Mistake(
                "uphill",
                "The weights go uphill. Give the gradients as they are: the optimizer subtracts "
                "them.",
                step_where(sign=-1.0),
            ),
            Mistake(
                "swapped",
                "The arguments of the loss are swapped: first the labels, then the predictions.",
                step_where(swapped=True),
            ),
            Mistake(
                "loss_afterwards",
                "The loss is computed again after the step. Return the one that was "
                "differentiated.",
                step_where(after=True),
            ),
            Mistake(
                "no_step",
                "The weights do not change: the gradients are never given to the optimizer.",
                step_where(apply=False),
            ),
        ),
    ),
    Question(
        "skip_network",
        points=3,
        minutes=15,
        kind="complete a model",
        truth=skip_network,
        mistakes=(
            Mistake(
                "no_skip",
                "The layers follow one another: nothing goes around them. Add the input to the "
                "output of the second layer.",
                skip_where(skip="none"),
            ),
            Mistake(
                "skip_from_first",
                "The skip starts after the first Dense layer. It should start at the input.",
                skip_where(skip="first"),
            ),
            Mistake(
                "concatenated",
                "The two ways are put side by side. Add them: keras.layers.Add()([a, b]).",
                skip_where(merge="Concatenate"),
            ),
            Mistake(
                "multiplied",
                "The two ways are multiplied. Add them: keras.layers.Add()([a, b]).",
                skip_where(merge="Multiply"),
            ),
            Mistake(
                "relu_before_the_sum",
                "The second Dense layer has a ReLU of its own. The ReLU comes after the sum.",
                skip_where(second="relu", after=None),
            ),
            Mistake(
                "two_relus",
                "The second Dense layer has a ReLU too. It should be linear: the ReLU comes after "
                "the sum.",
                skip_where(second="relu"),
            ),
            Mistake("no_relu_after", "The ReLU after the sum is missing.", skip_where(after=None)),
            Mistake(
                "linear_first",
                "The first Dense layer has no activation: it should have a ReLU.",
                skip_where(inner=None),
            ),
        ),
    ),
)
