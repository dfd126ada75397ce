"""What a model is trained for: losses and metrics of one output and of several, and weights."""

import json

import numpy as np
import pytest

import dlcourse
from dlcourse import Input, Model, Sequential, layers, metrics, twins

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 4))
LABELS = RNG.integers(3, size=8)
ONE_HOT = np.eye(3)[LABELS]
STEPS = RNG.normal(size=(8, 5, 4))


def read_twice(k):
    """Return a model whose softmax is an output, and the input of another output."""
    x = k.Input((4,))
    p = k.layers.Dense(3, activation="softmax", name="p")(x)
    q = k.layers.Dense(1, use_bias=False, kernel_initializer="ones", name="q")(p)
    model = k.Model(x, [p, q])
    model.compile(k.optimizers.SGD(0.125), ["categorical_crossentropy", "mse"])
    return model


@pytest.fixture
def compiled():
    """Return a function that compiles a classifier of three classes with some metrics."""

    def make(*given, name="o"):
        last = layers.Dense(3, activation="softmax", name=name)
        model = Sequential([Input((4,)), last])
        model.compile("sgd", "categorical_crossentropy", metrics=list(given))
        return model

    return make


class TestFusedOutputs:
    """A softmax is left out of the forward pass for the loss, and for nobody else."""

    def test_another_reader_of_a_softmax_gets_probabilities(self):
        losses = read_twice(dlcourse).evaluate(
            X, [ONE_HOT, np.ones(8)], return_dict=True, verbose=0
        )
        assert losses["q_loss"] == pytest.approx(0, abs=1e-10)

    def test_training_equals_keras(self, keras):
        targets = [ONE_HOT, RNG.normal(size=8)]
        with twins.float_type("float64"):
            ours, theirs = read_twice(dlcourse), read_twice(keras)
            twins.copy_weights(theirs, ours)
            for model in (ours, theirs):
                model.fit(X, targets, epochs=3, batch_size=4, shuffle=False, verbose=0)
        assert twins.largest_difference(ours.predict(X), theirs.predict(X, verbose=0)) < 1e-12

    def test_an_output_given_twice_has_probabilities_for_both_losses(self):
        x = Input((4,))
        p = layers.Dense(3, activation="softmax")(x)
        model = Model(x, [p, p])
        model.compile("sgd", ["categorical_crossentropy", "mse"])
        shares = model.predict(X, verbose=0)[0]
        both = -np.mean(np.log(shares[ONE_HOT == 1])) + np.mean((shares - ONE_HOT) ** 2)
        total = model.evaluate(X, [ONE_HOT, ONE_HOT], return_dict=True, verbose=0)["loss"]
        assert total == pytest.approx(both, rel=1e-5)

    def test_an_output_that_nobody_else_reads_is_fused(self, compiled):
        assert compiled().evaluate(X, ONE_HOT, verbose=0) > 0
        model = compiled()
        model.fit(X, ONE_HOT, verbose=0)
        assert model.objective.outputs[0].fused


class TestMetrics:
    """Metrics of one name, with several numbers, and in every form that Keras takes."""

    def test_two_of_one_name_are_counted_as_in_keras(self, compiled):
        model = compiled(metrics.Precision(), metrics.Precision(thresholds=0.9))
        logs = model.evaluate(X, ONE_HOT, return_dict=True, verbose=0)
        assert list(logs) == ["loss", "precision", "precision_1"]

    def test_none_may_be_called_loss(self, compiled):
        with pytest.raises(ValueError, match="name of the loss itself"):
            compiled(metrics.MeanSquaredError(name="loss"))

    def test_one_number_for_each_class(self, compiled, capsys):
        model = compiled(metrics.F1Score())
        history = model.fit(X, ONE_HOT, epochs=2, verbose=2).history["f1_score"]
        assert [np.shape(value) for value in history] == [(3,), (3,)]
        assert f"f1_score: {np.mean(history[1]):.4g}" in capsys.readouterr().out

    def test_one_number_for_each_class_cannot_be_watched(self, compiled):
        stop = dlcourse.callbacks.EarlyStopping(monitor="f1_score", mode="max")
        with pytest.raises(ValueError, match='average="macro"'):
            compiled(metrics.F1Score()).fit(X, ONE_HOT, callbacks=[stop], verbose=0)

    def test_one_number_for_each_class_is_one_cell_of_a_table(self, keras, tmp_path):
        """Twelve numbers, which NumPy would print in two lines."""
        many = np.eye(12)[LABELS]
        files = []
        with twins.float_type("float64"):
            for k in (dlcourse, keras):
                dense = k.layers.Dense(12, kernel_initializer="ones", activation="softmax")
                model = k.Sequential([k.Input((4,)), dense])
                model.compile("sgd", "mse", metrics=[k.metrics.F1Score()])
                files.append(tmp_path / k.__name__)
                table = k.callbacks.CSVLogger(str(files[-1]))
                model.fit(X, many, callbacks=[table], verbose=0)
        ours, theirs = (json.loads(file.read_text().split('"""')[1]) for file in files)
        assert len(ours) == 12
        assert ours == pytest.approx(theirs, rel=1e-6)

    @pytest.mark.parametrize("given", [{"o": ["accuracy", "mse"]}, [["accuracy", "mse"]]])
    def test_of_one_output_in_a_dict_or_a_list(self, given):
        model = Sequential([Input((4,)), layers.Dense(3, activation="softmax", name="o")])
        model.compile("sgd", "categorical_crossentropy", metrics=given)
        logs = model.evaluate(X, ONE_HOT, return_dict=True, verbose=0)
        assert len(logs) == 3
        assert "accuracy" in logs


class TestDivergence:
    """A loss that is not finite is explained, and changes nothing."""

    def test_gradients_are_refused(self, compiled):
        model = compiled()
        model.gradients(X, ONE_HOT)
        model.layers[0].kernel[...] = np.inf
        with pytest.raises(FloatingPointError, match="gradients"):
            model.gradients(X, ONE_HOT)

    def test_a_model_inside_a_model_is_named(self):
        inner = Sequential([Input((4,)), layers.Dense(3, name="d")], name="inner")
        model = Sequential([Input((4,)), inner])
        model.compile("sgd", "mse")
        inner.layers[0].kernel[...] = np.nan
        with pytest.raises(FloatingPointError, match="d/kernel overflowed"):
            model.evaluate(X, ONE_HOT, verbose=0)

    @pytest.mark.parametrize("training", [False, True])
    def test_moving_statistics_stay(self, training):
        model = Sequential([Input((4,)), layers.BatchNormalization(), layers.Dense(3)])
        model.compile("sgd", "mse")
        model.layers[1].kernel[...] = np.inf if training else 1.0
        if not training:
            model.layers[0].moving_variance[...] = np.nan
        before = model.get_weights()
        with pytest.raises(FloatingPointError):
            (model.fit if training else model.evaluate)(X, ONE_HOT, verbose=0)
        for now, then in zip(model.get_weights(), before, strict=True):
            np.testing.assert_array_equal(now, then)

    def test_moving_statistics_stay_in_a_frozen_model_with_a_layer_that_is_not(self):
        norm = layers.BatchNormalization()
        inner = Sequential([Input((4,)), norm, layers.Dense(4)])
        model = Sequential([Input((4,)), inner, layers.Dense(3)])
        inner.trainable = False
        norm.trainable = True
        model.compile("sgd", "mse")
        model.layers[1].kernel[...] = np.inf
        with pytest.raises(FloatingPointError):
            model.fit(X, ONE_HOT, verbose=0)
        assert norm.moving_mean.tolist() == [0, 0, 0, 0]


class TestWeights:
    """Weights of classes, of samples, and of the steps of a sample."""

    def test_a_class_may_be_missing_from_a_batch(self, compiled):
        weighted, plain = compiled(), compiled()
        plain.set_weights(weighted.get_weights())
        only = np.zeros(8, int)
        loss = weighted.train_on_batch(X, np.eye(3)[only], class_weight={0: 2.0, 1: 5.0})
        assert loss == pytest.approx(2 * plain.train_on_batch(X, np.eye(3)[only]), rel=1e-5)

    def test_a_class_may_be_in_the_validation_part_only(self, compiled):
        labels = [0, 0, 0, 0, 0, 0, 1, 2]
        weight = {0: 1.0, 1: 5.0, 2: 5.0}
        history = compiled().fit(
            X, np.eye(3)[labels], validation_split=0.25, class_weight=weight, verbose=0
        )
        assert "val_loss" in history.history

    def test_a_hinge_loss_has_the_classes_minus_one_and_one(self):
        model = Sequential([Input((4,)), layers.Dense(1)])
        model.compile("sgd", "hinge")
        assert model.train_on_batch(X, np.ones(8), class_weight={-1: 2.0, 1: 0.0}) == 0

    def test_classes_of_steps_are_refused(self):
        model = Sequential([Input((5, 4)), layers.Dense(3, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        with pytest.raises(ValueError, match=r"one class for each sample.*Use sample_weight"):
            model.fit(STEPS, np.zeros((8, 5)), class_weight={0: 1.0}, verbose=0)

    @pytest.mark.parametrize("shape", [(8, 1), (8, 5)])
    def test_of_steps_equal_keras(self, keras, shape):
        weight = np.random.default_rng(1).uniform(size=shape)
        y = np.zeros((8, 5, 3))
        found = []
        for k in (dlcourse, keras):
            model = k.Sequential([k.Input((5, 4)), k.layers.Dense(3, kernel_initializer="ones")])
            model.compile("sgd", "mse")
            found.append(model.evaluate(STEPS, y, sample_weight=weight, verbose=0))
        assert found[0] == pytest.approx(found[1], rel=1e-5)

    def test_one_for_each_sample_serves_all_its_steps(self):
        model = Sequential([Input((5, 4)), layers.Dense(3)])
        model.compile("sgd", "mse")
        weight, y = np.arange(8.0), np.zeros((8, 5, 3))
        once = model.evaluate(STEPS, y, sample_weight=weight, verbose=0)
        assert once == model.evaluate(STEPS, y, sample_weight=weight[:, None], verbose=0)
