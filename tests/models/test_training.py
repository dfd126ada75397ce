"""fit, evaluate and predict: batches, seeds, what is printed, and what goes wrong kindly."""

import io
import itertools
import math
import re
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcourse
from dlcourse import Input, Model, Sequential, datasets, layers, optimizers
from dlcourse.callbacks import Callback
from dlcourse.layers import Layer

MOONS = datasets.moons(70, seed=0)


def classifier(**options):
    model = Sequential([Input((2,)), layers.Dense(2, activation="softmax")])
    options = {"loss": "sparse_categorical_crossentropy", "optimizer": "sgd"} | options
    model.compile(**options)
    return model


def regressor(optimizer="sgd", loss="mse"):
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile(optimizer, loss)
    return model


class Recorder(Layer):
    """A layer that notes the samples that pass, and changes nothing."""

    def __init__(self):
        super().__init__()
        self.batches = []

    def call(self, x, training=False):
        if training:
            self.batches.append(x.copy())
        return x

    def backward(self, dy):
        return dy


def recorded(samples, **fit):
    """Return the batches of sample numbers that a fit goes through."""
    recorder = Recorder()
    model = Sequential([Input((1,)), recorder, layers.Dense(1)])
    model.compile(optimizers.SGD(0.0), "mse")
    x = np.arange(samples)[:, None]
    model.fit(x, np.zeros(samples), verbose=0, **fit)
    return [batch[:, 0].astype(int).tolist() for batch in recorder.batches]


class TestBatches:
    @settings(max_examples=50, deadline=None)
    @given(
        samples=st.integers(1, 40),
        size=st.integers(1, 45),
        epochs=st.integers(1, 3),
        seed=st.integers(0, 5),
    )
    def test_each_epoch_is_a_permutation(self, samples, size, epochs, seed):
        batches = recorded(samples, batch_size=size, epochs=epochs, seed=seed)
        steps = math.ceil(samples / size)
        assert len(batches) == epochs * steps
        for epoch in range(epochs):
            part = batches[epoch * steps : (epoch + 1) * steps]
            assert sorted(itertools.chain(*part)) == list(range(samples))
            assert [len(b) for b in part[:-1]] == [size] * (steps - 1)

    def test_seed_repeats_and_epochs_differ(self):
        one, two, three = (recorded(20, epochs=2, batch_size=20, seed=s) for s in (1, 1, 2))
        assert one == two
        assert one != three
        assert one[0] != one[1]

    def test_no_shuffle_keeps_the_order(self):
        assert recorded(5, shuffle=False, batch_size=2) == [[0, 1], [2, 3], [4]]

    def test_a_batch_has_32_samples_unless_told_otherwise(self):
        assert [len(b) for b in recorded(70)] == [32, 32, 6]

    def test_validation_split_takes_the_last_samples_before_shuffling(self):
        batches = recorded(10, validation_split=0.3, seed=0)
        assert sorted(itertools.chain(*batches)) == [0, 1, 2, 3, 4, 5, 6]

    def test_does_not_touch_the_global_generator(self):
        np.random.seed(3)
        before = np.random.get_state()[1].copy()
        recorded(20)
        np.testing.assert_array_equal(np.random.get_state()[1], before)


class TestNumbers:
    def test_loss_of_an_epoch_is_the_mean_over_samples(self):
        """Not the mean over batches: the last batch has one sample only, with a large error."""
        model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="ones")])
        model.compile(optimizers.SGD(0.0), "mse")
        x = np.array([[1.0], [1.0], [1.0], [1.0], [7.0]])
        history = model.fit(x, np.zeros(5), batch_size=4, shuffle=False, verbose=0)
        assert history.history["loss"] == [pytest.approx((4 * 1 + 49) / 5)]
        assert model.evaluate(x, np.zeros(5), batch_size=4, verbose=0) == pytest.approx(53 / 5)

    def test_penalties_are_part_of_the_loss(self):
        def model(penalty):
            layer = layers.Dense(1, kernel_initializer="ones", kernel_regularizer=penalty)
            m = Sequential([Input((2,)), layer])
            m.compile(optimizers.SGD(0.0), "mse")
            return m

        x, y = np.zeros((3, 2)), np.zeros(3)
        plain, with_penalty = model(None), model(dlcourse.regularizers.L2(0.5))
        assert plain.fit(x, y, verbose=0).history["loss"] == [0.0]
        assert with_penalty.fit(x, y, verbose=0).history["loss"] == [1.0]
        assert with_penalty.evaluate(x, y, verbose=0) == 1.0

    def test_learns_the_moons(self):
        x, y = datasets.moons(300, seed=0)
        model = Sequential(
            [
                Input((2,)),
                layers.Dense(24, activation="relu", kernel_initializer="he_normal"),
                layers.Dense(24, activation="relu", kernel_initializer="he_normal"),
                layers.Dense(2, activation="softmax"),
            ]
        )
        model.compile(
            optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        model.fit(x, y, epochs=40, verbose=0, seed=0)
        assert model.evaluate(*datasets.moons(300, seed=1), verbose=0)[1] > 0.97

    def test_labels_of_shape_n_do_not_make_a_table_of_pairs(self):
        """(n,) minus (n, 1) would be (n, n): the model would learn the mean of all labels."""
        x = np.linspace(-1, 1, 50)[:, None]
        losses = []
        for y in (3 * x, 3 * x[:, 0]):
            model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
            model.compile(optimizers.SGD(0.5), "mse")
            losses.append(model.fit(x, y, epochs=40, verbose=0, shuffle=False).history["loss"][-1])
        assert losses[0] == losses[1] < 1e-3

    def test_float_type_of_the_labels_does_not_matter(self):
        x, y = MOONS
        weights = []
        for kind in (np.int64, np.float64, np.float32):
            model = regressor()
            model.set_weights([np.ones((2, 1)), np.zeros(1)])
            model.fit(x, y.astype(kind), shuffle=False, verbose=0)
            weights.append(model.get_weights()[0])
        assert weights[0].dtype == np.float32
        np.testing.assert_array_equal(weights[0], weights[1])
        np.testing.assert_array_equal(weights[0], weights[2])

    def test_the_last_layer_has_its_activation_back_after_training(self):
        model = classifier()
        activation = model.layers[0].activation
        model.fit(*MOONS, verbose=0)
        assert model.layers[0].activation is activation is dlcourse.activations.softmax
        np.testing.assert_allclose(model.predict(MOONS[0]).sum(axis=1), 1, rtol=1e-6)
        with pytest.raises(ValueError, match="y_true"):
            model.objective.values([np.array([9])], [np.zeros((1, 2))], [None])
        assert model.layers[0].activation is activation

    def test_initial_epoch_counts_on(self):
        assert classifier().fit(*MOONS, initial_epoch=3, epochs=5, verbose=0).epoch == [3, 4]

    def test_history_is_on_the_model_too(self):
        model = classifier()
        history = model.fit(*MOONS, verbose=0)
        assert model.history is history


class TestPrinting:
    def test_zero_is_silent(self, capsys):
        model = classifier(metrics=["accuracy"])
        model.fit(*MOONS, epochs=2, verbose=0)
        model.evaluate(*MOONS, verbose=0)
        model.predict(MOONS[0], verbose=0)
        assert capsys.readouterr().out == ""

    def test_a_file_gets_one_line_an_epoch(self, capsys):
        classifier(metrics=["accuracy"]).fit(*MOONS, epochs=2)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 2
        pattern = r"Epoch 1/2  \d+\.\d s  accuracy: [\d.]+ - loss: [\d.]+"
        assert re.fullmatch(pattern, lines[0])

    def test_a_terminal_gets_a_bar_that_is_drawn_over(self, capsys, monkeypatch):
        monkeypatch.setattr(dlcourse.callbacks.progress, "INTERVAL", 0.0)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        classifier().fit(*MOONS, epochs=1)
        printed = capsys.readouterr().out
        assert printed.count("\n") == 1
        drawings = printed.split("\r")[1:]
        assert re.match(r"Epoch 1/1  \[=+>\.*\] 1/3  loss: ", drawings[0])
        assert "3/3" in drawings[-2]
        # Blanks cover what is left of the longer line underneath.
        assert len(drawings[-1].rstrip("\n")) >= len(drawings[-2].rstrip())

    def test_a_notebook_gets_the_bar_too(self, monkeypatch):
        stream = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
        monkeypatch.setattr(sys, "stdout", stream)
        classifier().fit(*MOONS, epochs=1)
        assert "\rEpoch 1/1  [" in stream.getvalue()

    def test_evaluate_and_predict_print_when_asked(self, capsys):
        model = classifier(metrics=["accuracy"])
        model.evaluate(*MOONS, verbose=1)
        assert re.fullmatch(r"loss: [\d.]+ - accuracy: [\d.]+\n", capsys.readouterr().out)
        model.evaluate(*MOONS)
        model.predict(MOONS[0])
        assert capsys.readouterr().out == ""
        model.predict(MOONS[0], verbose=1)
        assert capsys.readouterr().out == "70 samples predicted\n"


class TestInterrupt:
    def test_ctrl_c_keeps_weights_and_history_and_says_so(self, capsys):
        class CtrlC(Callback):
            ended = False

            def on_train_batch_end(self, batch, logs=None):
                if len(self.model.history.epoch) == 2 and batch == 1:
                    raise KeyboardInterrupt

            def on_train_end(self, logs=None):
                self.ended = True

        model, stop = classifier(), CtrlC()
        history = model.fit(*MOONS, epochs=9, verbose=0, callbacks=[stop])
        assert history.epoch == [0, 1]
        assert model.optimizer.iterations == 2 * 3 + 2
        assert stop.ended
        printed = capsys.readouterr().out
        assert "Stopped by Ctrl-C in epoch 3" in printed
        assert "the 2 epochs that were completed" in printed
        assert model.fit(*MOONS, verbose=0).epoch == [0]


class Overflow(Layer):
    """A layer whose output is infinite from its third training call on."""

    def __init__(self, name):
        super().__init__(name=name)
        self.calls = 0

    def call(self, x, training=False):
        self.calls += training
        return x * (np.inf if self.calls >= 3 else 1)

    def backward(self, dy):
        return dy


class TestDivergence:
    def test_names_the_layer_the_epoch_and_the_step(self):
        model = Sequential(
            [
                Input((2,)),
                layers.Dense(3, name="fine"),
                Overflow("guilty"),
                layers.Dense(1, name="later"),
            ]
        )
        model.compile("sgd", "mse")
        x, y = MOONS
        with pytest.raises(FloatingPointError) as caught:
            model.fit(x[:40], y[:40], batch_size=20, epochs=5, verbose=0)
        message = str(caught.value)
        assert "epoch 2, step 1" in message  # the third batch
        assert "'guilty' (Overflow)" in message
        assert "'later'" not in message
        assert "smaller learning rate" in message
        assert model.history.epoch == [0]
        assert all(np.isfinite(w).all() for w in model.get_weights())

    def test_a_learning_rate_that_is_far_too_large(self):
        model = Sequential([Input((2,)), layers.Dense(3), layers.Dense(1, name="last")])
        model.compile(optimizers.SGD(1e6), "mse")
        with pytest.raises(FloatingPointError, match=r"(inf|nan) in epoch \d+, step \d+") as caught:
            model.fit(*MOONS, batch_size=8, epochs=50, verbose=0, seed=0)
        assert "The first layer whose output is not finite" in str(caught.value)

    def test_weights_that_have_overflowed_are_named(self):
        model = regressor()
        model.layers[0].kernel[...] = np.inf
        with pytest.raises(FloatingPointError, match="its kernel overflowed in an earlier update"):
            model.fit(*MOONS, verbose=0)

    def test_the_loss_itself(self):
        model = regressor()
        model.layers[0].kernel[...] = 1e25  # finite, but its square is not in float32
        with pytest.raises(FloatingPointError, match="so the loss itself overflowed"):
            model.fit(*MOONS, verbose=0)

    def test_validation_and_evaluation(self):
        model = regressor(optimizers.SGD(1e-30))
        x, y = np.full((4, 2), 1e25), np.zeros(4)
        small = np.zeros((4, 2)), y
        with pytest.raises(FloatingPointError, match="in the validation of epoch 1"):
            model.fit(*small, validation_data=(x, y), verbose=0)
        with pytest.raises(FloatingPointError, match="in evaluate"):
            model.evaluate(x, y, verbose=0)
        with pytest.raises(FloatingPointError, match="in train_on_batch"):
            model.train_on_batch(x, y)

    def test_numpy_s_own_warnings_do_not_come_on_top(self, recwarn):
        model = regressor(optimizers.SGD(1e30))
        with pytest.raises(FloatingPointError):
            model.fit(*MOONS, epochs=20, verbose=0)
        assert not [w for w in recwarn if issubclass(w.category, RuntimeWarning)]


X, Y = MOONS
ONE_HOT = dlcourse.utils.to_categorical(Y)


class TestErrors:
    @pytest.mark.parametrize(
        ("fit", "words"),
        [
            (lambda m: m.fit(X[:, :1], Y), r"expected \(batch, 2\), received \(70, 1\)"),
            (lambda m: m.fit(X.reshape(70, 2, 1), Y), r"Flatten the samples"),
            (lambda m: m.fit(X[:0], Y[:0]), "x: expected at least one sample"),
            (lambda m: m.fit(X, Y[:-1]), r"x and y: .* received \[70, 69\]"),
            (lambda m: m.fit(X, None), "Give the targets too"),
            (lambda m: m.fit(X.astype(str), Y), "x: expected an array of numbers"),
            (lambda m: m.fit(X.astype(complex), Y), "x: expected an array of numbers"),
            (lambda m: m.fit(3, Y), "at least one sample, on the first axis"),
            (lambda m: m.fit(np.where(X[4, 1] == X, np.nan, X), Y), r"received nan at \[4, 1\]"),
            (lambda m: m.fit(np.where(X[4, 1] == X, np.inf, X), Y), r"received inf at \[4, 1\]"),
            (lambda m: m.fit(X, np.where(Y == 1, np.nan, Y)), "y: expected finite numbers"),
            (lambda m: m.fit(X, Y + 1), r"labels from 0 to 1, received 2\..*2 units.*use y - 1"),
            (lambda m: m.fit(X, Y - 1), "received -1"),
            (lambda m: m.fit(X, Y + 0.5), "whole numbers as class labels, received 0.5|1.5"),
            (lambda m: m.fit(X, ONE_HOT), "For one-hot targets use categorical_crossentropy"),
            (lambda m: m.fit(X, ONE_HOT[:, :, None]), "class labels of shape"),
            (lambda m: m.fit(X, Y, batch_size=-1), "batch_size: expected a positive integer"),
            (lambda m: m.predict(X, batch_size=0), "batch_size: expected a positive integer"),
            (lambda m: m.fit(X, Y, epochs=1.5), "epochs: expected an integer, received 1.5"),
            (lambda m: m.fit(X, Y, epochs=0), "epochs: expected a positive integer"),
            (lambda m: m.fit(X, Y, shuffle="no"), "fit: shuffle: expected True or False"),
            (lambda m: m.fit([[1, 2], [3]], Y), "x: expected an array of numbers"),
            (lambda m: m.fit(X, Y, verbose=7), 'verbose: expected "auto", 0, 1 or 2'),
            (lambda m: m.fit(X, Y, validation_split=1), r"validation_split: expected a share"),
            (lambda m: m.fit(X[:1], Y[:1], validation_split=0.5), "on both sides of 1"),
            (lambda m: m.fit(X, Y, validation_data=X), r"expected a tuple \(x, y\)"),
            (lambda m: m.fit(X, Y, validation_data=(X, Y + 1)), "labels from 0 to 1, received 2"),
            (lambda m: m.fit(X, Y, sample_weight=np.ones(3)), r"one weight for each sample"),
            (lambda m: m.fit(X, Y, class_weight=[1, 2]), r"a dict \{class: weight\}"),
            (lambda m: m.fit(X, Y, class_weight={2: 1.0}), "classes from 0 to 1, received 2"),
            (
                lambda m: m.fit(X, Y, class_weight={0: 2.0}, sample_weight=np.ones(70)),
                "cannot be used together",
            ),
            (lambda m: m.fit(X, Y, callbacks=[3]), "a list of Callback objects, received 3"),
            (lambda m: m.evaluate(X[:, :1], Y), r"expected \(batch, 2\)"),
            (lambda m: m.predict(X[:, :1]), r"expected \(batch, 2\)"),
            (lambda m: m.predict(X * np.nan), "x: expected finite numbers"),
        ],
    )
    def test_says_what_is_wrong(self, fit, words):
        with pytest.raises(ValueError, match=words):
            fit(classifier())

    @pytest.mark.parametrize(
        ("loss", "y", "words"),
        [
            ("categorical_crossentropy", Y, "sparse_categorical_crossentropy.*to_categorical"),
            ("mse", np.ones((70, 3)), r"expected shape \(batch, 2\)"),
        ],
    )
    def test_targets_that_do_not_fit_the_output(self, loss, y, words):
        with pytest.raises(ValueError, match=words):
            classifier(loss=loss).fit(X, y)

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"optimizer": "adan"}, "Unknown optimizer 'adan'. Did you mean 'adam'"),
            ({"loss": "msee"}, "Unknown loss 'msee'. Did you mean 'mse'"),
            ({"metrics": ["acuracy"]}, "Unknown metric 'acuracy'. Did you mean 'accuracy'"),
            ({"loss": None}, "a loss for each output"),
            ({"metrics": "accuracy"}, r'Use e\.g\. metrics=\["accuracy"\]'),
            ({"loss": ["mse", "mse"]}, "one entry for each of 1 outputs"),
            ({"loss": {"other": "mse"}}, "the names of outputs"),
            ({"loss_weights": ["half"]}, "loss_weights: expected numbers, received 'half'"),
        ],
    )
    def test_compile_says_what_is_wrong(self, options, words):
        with pytest.raises(ValueError, match=words):
            classifier(**options)

    def test_compile_checks_names_before_there_is_data(self):
        with pytest.raises(ValueError, match="Did you mean 'mse'"):
            Sequential([layers.Dense(1)]).compile("sgd", "msee")

    def test_not_compiled(self):
        with pytest.raises(ValueError, match=r"not compiled\. Call compile"):
            Sequential([Input((2,)), layers.Dense(1)]).fit(X, Y)

    def test_nothing_to_train(self):
        model = regressor()
        model.trainable = False
        with pytest.raises(ValueError, match="no layer has weights to train"):
            model.fit(X, Y, verbose=0)

    def test_two_outputs_need_two_targets(self):
        inputs = Input((2,))
        model = Model(inputs, [layers.Dense(1)(inputs), layers.Dense(1)(inputs)])
        model.compile("sgd", "mse")
        with pytest.raises(ValueError, match="expected 2 arrays, one for each output"):
            model.fit(X, [Y, Y, Y], verbose=0)
        with pytest.raises(ValueError, match="a model with one output"):
            model.fit(X, [Y, Y], class_weight={0: 1.0}, verbose=0)
