"""Whole trainings agree with Keras: one source text, called with dlcourse and with keras.

Hyperparameters are sums of few powers of two: Keras rounds some of them to float32, and these lose
nothing. A rate of a schedule is a NumPy float64, or Keras would work the schedule out in float32.
"""

import numpy as np
import pytest

from dlcourse import datasets, twins
from dlcourse.twins import compare_fit

TOLERANCE = 1e-11
ADAM = {"learning_rate": 2.0**-8, "beta_1": 0.875, "beta_2": 1 - 2.0**-10, "epsilon": 2.0**-23}

(X, Y), (X_TEST, Y_TEST) = datasets.digits.load_data()
X, X_TEST = X / 16, X_TEST / 16
IMAGES = X[:130, :, :, None]
FLAT, LABELS = X[:150].reshape(150, 64), Y[:150]  # 150 = 4 batches of 32 and one of 22


def agree(result, tolerance=TOLERANCE):
    """Check that both trainings took the same path, and that they learned something."""
    assert list(result.history) == list(result.keras_history)
    assert {len(v) for v in result.history.values()} == {len(result.history["loss"])}
    assert result.difference <= tolerance
    assert result.weights_difference <= tolerance
    if len(result.history["loss"]) > 1:
        assert result.history["loss"][-1] < result.history["loss"][0]


def test_mlp_with_dropout_and_early_stopping(keras):
    def build(k):
        model = k.Sequential(
            [
                k.Input((64,)),
                k.layers.Dense(32, activation="relu", kernel_regularizer=k.regularizers.L2(2**-8)),
                k.layers.Dropout(0.25),
                k.layers.Dense(16, activation="tanh", kernel_initializer="he_normal"),
                k.layers.Dropout(0.5),
                k.layers.Dense(10, activation="softmax"),
            ]
        )
        optimizer = k.optimizers.Adam(**(ADAM | {"learning_rate": 2.0**-5}))
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def callbacks(k):
        return [k.callbacks.EarlyStopping(patience=2, restore_best_weights=True)]

    result = compare_fit(build, FLAT, LABELS, callbacks, epochs=40, validation_split=0.25)
    agree(result)
    assert 4 < len(result.history["loss"]) < 40  # it did stop early


def test_cnn_with_batch_normalisation(keras):
    def build(k):
        model = k.Sequential(
            [
                k.Input((8, 8, 1)),
                k.layers.Conv2D(6, 3, padding="same", use_bias=False),
                k.layers.BatchNormalization(momentum=0.75, epsilon=2**-10),
                k.layers.ReLU(),
                k.layers.MaxPooling2D(),
                k.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
                k.layers.BatchNormalization(momentum=0.75, epsilon=2**-10),
                k.layers.Flatten(),
                k.layers.Dense(10),
            ]
        )
        loss = k.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(k.optimizers.Adam(**ADAM), loss, metrics=["accuracy"])
        return model

    def callbacks(k):
        return [k.callbacks.ReduceLROnPlateau(factor=0.5, patience=1, min_delta=0.25)]

    validation = X_TEST[:37, :, :, None], Y_TEST[:37]
    result = compare_fit(
        build, IMAGES, Y[:130], callbacks, epochs=5, batch_size=48, validation_data=validation
    )
    agree(result)
    assert result.history["learning_rate"][-1] < 2.0**-8  # it did reduce the rate


def test_residual_network_with_a_cosine_schedule(keras):
    def build(k):
        inputs = k.Input((8, 8, 1))
        x = k.layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
        for filters, strides in ((8, 1), (12, 2)):
            branch = k.layers.Conv2D(filters, 3, strides, padding="same")(x)
            branch = k.layers.BatchNormalization(momentum=0.75, epsilon=2**-10)(branch)
            branch = k.layers.Activation("relu")(branch)
            branch = k.layers.Conv2D(filters, 3, padding="same")(branch)
            shortcut = x if strides == 1 else k.layers.Conv2D(filters, 1, strides)(x)
            x = k.layers.Activation("relu")(k.layers.Add()([branch, shortcut]))
        x = k.layers.GlobalAveragePooling2D()(x)
        model = k.Model(inputs, k.layers.Dense(10, activation="softmax")(x))
        rate = k.optimizers.schedules.CosineDecay(
            np.float64(2**-6), 12, warmup_target=np.float64(2**-3), warmup_steps=4
        )
        model.compile(
            k.optimizers.SGD(rate, momentum=0.875, nesterov=True, weight_decay=2**-10),
            "categorical_crossentropy",
            metrics=["accuracy"],
        )
        return model

    one_hot = keras.utils.to_categorical(Y[:130])
    result = compare_fit(build, IMAGES, one_hot, epochs=3, validation_split=0.2)
    agree(result)


def test_inception_block(keras):
    def build(k):
        inputs = k.Input((8, 8, 1))
        branches = [
            k.layers.Conv2D(4, 1, activation="relu")(inputs),
            k.layers.Conv2D(4, 3, padding="same", activation="relu")(inputs),
            k.layers.MaxPooling2D(3, strides=1, padding="same")(inputs),
        ]
        x = k.layers.Concatenate()(branches)
        x = k.layers.Flatten()(x)
        model = k.Model(inputs, k.layers.Dense(10, activation="softmax")(x))
        model.compile(k.optimizers.Adam(**ADAM), "sparse_categorical_crossentropy")
        return model

    agree(compare_fit(build, IMAGES, Y[:130], epochs=3))


def test_binary_with_class_weights(keras):
    def build(k):
        model = k.Sequential(
            [
                k.Input((2,)),
                k.layers.Dense(8, activation="tanh"),
                k.layers.Dense(1, activation="sigmoid"),
            ]
        )
        model.compile(
            k.optimizers.RMSprop(2.0**-6, rho=0.875, epsilon=2.0**-23),
            "binary_crossentropy",
            metrics=["accuracy"],
            weighted_metrics=["mae"],
        )
        return model

    x, y = datasets.moons(100, seed=0)
    result = compare_fit(
        build, x.astype(float), y, epochs=4, class_weight={0: 0.5, 1: 2.0}, validation_split=0.3
    )
    agree(result)


def test_regression_with_sample_weights(keras):
    def build(k):
        model = k.Sequential(
            [k.Input((1,)), k.layers.Dense(8, activation="tanh"), k.layers.Dense(1)]
        )
        model.compile(
            k.optimizers.SGD(2.0**-4, clipnorm=0.5),
            "mse",
            metrics=["mae"],
            weighted_metrics=["mean_squared_error"],
        )
        return model

    x, y = datasets.curve("sine", 75, seed=0)
    weight = np.linspace(0, 2, 75)
    validation = x[:20], y[:20], weight[:20]
    result = compare_fit(
        build, x, y[:, 0], epochs=5, sample_weight=weight, validation_data=validation
    )
    agree(result)


def test_two_inputs_and_two_outputs(keras):
    """In a compiled graph Keras does not know the size of a batch, and averages the losses of the
    single outputs (not their sum) over batches instead of samples. Eagerly it does know it.
    """

    def build(k):
        a, b = k.Input((4,)), k.Input((3,))
        x = k.layers.Concatenate()([a, b])
        x = k.layers.Dense(6, activation="relu")(x)
        label = k.layers.Dense(3, activation="softmax", name="label")(x)
        value = k.layers.Dense(1, name="value")(x)
        model = k.Model([a, b], [label, value])
        model.compile(
            k.optimizers.SGD(2.0**-4),
            loss=["sparse_categorical_crossentropy", "mse"],
            loss_weights=[1.0, 0.25],
            metrics=[["accuracy"], ["mae"]],
        )
        model.run_eagerly = True
        return model

    rng = np.random.default_rng(0)
    x = [rng.normal(size=(70, 4)), rng.normal(size=(70, 3))]
    y = [rng.integers(0, 3, 70), x[0][:, :1] + x[1][:, :1]]
    result = compare_fit(build, x, y, epochs=3)
    agree(result)
    logs = result.history
    parts = np.array(logs["label_loss"]) + 0.25 * np.array(logs["value_loss"])
    np.testing.assert_allclose(parts, logs["loss"])


def test_saturated_softmax_is_trained_through_its_logits(keras):
    """Probabilities below 1e-7 would be clipped, and their gradient would be lost."""

    def build(k):
        model = k.Sequential([k.Input((64,)), k.layers.Dense(10), k.layers.Softmax()])
        model.compile(k.optimizers.SGD(2.0**-6), "sparse_categorical_crossentropy")
        big = np.random.default_rng(0).normal(size=(64, 10)) * 32
        model.set_weights([big, np.zeros(10)])
        return model

    result = compare_fit(build, FLAT, LABELS, epochs=2)
    agree(result)
    assert result.history["loss"][0] > -np.log(1e-7)  # more than clipping would allow


@pytest.mark.parametrize(
    "optimizer",
    [
        ("Adagrad", {"initial_accumulator_value": 0.125, "epsilon": 2.0**-23}),
        ("Adadelta", {"learning_rate": 1.0, "rho": 0.9375, "epsilon": 2.0**-10}),
        ("RMSprop", {"rho": 0.875, "centered": True, "momentum": 0.5, "epsilon": 2.0**-10}),
        ("AdamW", {"beta_1": 0.875, "beta_2": 0.9375, "weight_decay": 0.0625, "epsilon": 2.0**-23}),
        ("Lion", {"beta_1": 0.875, "beta_2": 0.984375}),
    ],
    ids=lambda o: o[0],
)
def test_every_other_optimizer(keras, optimizer):
    name, arguments = optimizer
    arguments = {"learning_rate": 2.0**-6} | arguments

    def build(k):
        model = k.Sequential(
            [
                k.Input((64,)),
                k.layers.Dense(16, activation="silu"),
                k.layers.Dense(10, activation="softmax"),
            ]
        )
        loss = k.losses.CategoricalCrossentropy(label_smoothing=0.125)
        model.compile(getattr(k.optimizers, name)(**arguments), loss)
        return model

    agree(compare_fit(build, FLAT, keras.utils.to_categorical(LABELS), epochs=3))


def test_frozen_layers_and_a_plan_for_the_rate(keras):
    def build(k):
        frozen = k.layers.Dense(16, activation="relu", trainable=False)
        model = k.Sequential(
            [
                k.Input((64,)),
                k.layers.Dense(16, activation="relu"),
                frozen,
                k.layers.BatchNormalization(trainable=False),
                k.layers.Dense(10, activation="softmax"),
            ]
        )
        model.compile(k.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
        return model

    def callbacks(k):
        return [k.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)]

    result = compare_fit(build, FLAT, LABELS, callbacks, initial_epoch=2, epochs=5)
    agree(result)
    assert result.history["learning_rate"] == [0.25, 0.125, 0.0625]


def test_float32_agrees_to_rounding(keras):
    def build(k):
        model = k.Sequential(
            [
                k.Input((8, 8, 1)),
                k.layers.Conv2D(6, 3, activation="relu"),
                k.layers.Flatten(),
                k.layers.Dense(10, activation="softmax"),
            ]
        )
        model.compile(k.optimizers.Adam(2.0**-8), "sparse_categorical_crossentropy")
        return model

    result = compare_fit(build, IMAGES, Y[:130], epochs=3, dtype="float32")
    assert result.model.get_weights()[0].dtype == np.float32
    agree(result, tolerance=2e-5)


@pytest.fixture
def pair(keras):
    """Return a compiled model with three metrics and its twin."""

    def build(k):
        model = k.Sequential(
            [
                k.Input((64,)),
                k.layers.Dense(12, activation="relu"),
                k.layers.Dense(10, activation="softmax"),
            ]
        )
        model.compile(
            k.optimizers.SGD(0.125),
            "sparse_categorical_crossentropy",
            metrics=["accuracy"],
            weighted_metrics=["sparse_categorical_crossentropy"],
        )
        return model

    import dlcourse

    ours, theirs = build(dlcourse), build(keras)
    twins.copy_weights(ours, theirs)
    return ours, theirs


class TestOneCall:
    def test_evaluate(self, pair):
        weight = np.linspace(0, 1, 150)
        results = [
            m.evaluate(FLAT, LABELS, sample_weight=weight, verbose=0, batch_size=40) for m in pair
        ]
        np.testing.assert_allclose(*results, rtol=1e-12)
        assert len(results[0]) == 3
        named = [m.evaluate(FLAT, LABELS, verbose=0, return_dict=True) for m in pair]
        assert list(named[0]) == list(named[1])
        assert twins.largest_difference(*named) < 1e-12

    def test_predict(self, pair):
        results = [m.predict(FLAT, verbose=0, batch_size=40) for m in pair]
        np.testing.assert_allclose(*results, atol=1e-14)

    def test_train_on_batch(self, pair):
        for step in range(4):
            batch = slice(30 * step, 30 * step + 30 - step)
            results = [m.train_on_batch(FLAT[batch], LABELS[batch]) for m in pair]
            np.testing.assert_allclose(*results, rtol=1e-12)

    def test_gradients(self, pair):
        ours, theirs = pair
        before = ours.get_weights()
        gradients = twins.gradients(ours, FLAT, LABELS)
        assert twins.largest_difference(gradients, twins.gradients(theirs, FLAT, LABELS)) < 1e-12
        np.testing.assert_array_equal(ours.get_weights()[0], before[0])
        by_name = [ours.grads[name] for name in ours.weight_names(trainable=True)]
        assert all(np.array_equal(a, b) for a, b in zip(by_name, gradients, strict=True))

    def test_one_sample_and_one_batch(self, pair):
        histories = [m.fit(FLAT[:1], LABELS[:1], verbose=0).history for m in pair]
        assert twins.largest_difference(*histories) < 1e-12
