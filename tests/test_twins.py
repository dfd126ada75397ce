"""The twins: models carried over both ways, and comparisons that see what differs."""

import sys

import numpy as np
import pytest

import dlcourse
from dlcourse import Input, Model, Sequential, initializers, layers, twins

EVERY_LAYER = [
    ((6,), lambda k: [k.layers.Dense(4, activation="relu", use_bias=False)]),
    ((6,), lambda k: [k.layers.Activation("softplus"), k.layers.Softmax(), k.layers.Dropout(0.5)]),
    ((6,), lambda k: [k.layers.ReLU(max_value=1.0, negative_slope=0.125, threshold=0.25)]),
    ((6,), lambda k: [k.layers.LeakyReLU(0.25), k.layers.Rescaling(0.5, offset=1.0)]),
    ((6,), lambda k: [k.layers.LayerNormalization(), k.layers.Reshape((2, 3))]),
    ((9, 3), lambda k: [k.layers.Conv1D(4, 3, padding="causal", dilation_rate=2)]),
    (
        (9, 8, 4),
        lambda k: [
            k.layers.ZeroPadding2D(((1, 0), (2, 1))),
            k.layers.Conv2D(4, (3, 2), strides=(2, 1), groups=2, padding="same"),
            k.layers.BatchNormalization(momentum=0.5, epsilon=2**-6, scale=False),
            k.layers.SpatialDropout2D(0.25),
            k.layers.DepthwiseConv2D(3, depth_multiplier=2),
            k.layers.MaxPooling2D((2, 1), strides=1, padding="same"),
            k.layers.AveragePooling2D(2),
            k.layers.Flatten(),
        ],
    ),
    ((5, 5, 2), lambda k: [k.layers.GlobalAveragePooling2D(keepdims=True)]),
    ((5, 5, 2), lambda k: [k.layers.GlobalMaxPooling2D()]),
]


def chain(k, shape, make):
    return k.Sequential([k.Input(shape), *make(k)])


def residual(k):
    inputs = k.Input((6, 6, 2), name="image")
    x = k.layers.Conv2D(3, 3, padding="same", kernel_regularizer=k.regularizers.L1L2(0.5, 0.25))(
        inputs
    )
    x = k.layers.Concatenate(axis=-1)([x, inputs])
    y = k.layers.Conv2D(5, 1, kernel_initializer=k.initializers.HeNormal(seed=1))(x)
    x = k.layers.Add()([x, y])
    a = k.layers.GlobalMaxPooling2D()(x)
    return k.Model(inputs, [k.layers.Dense(2, name="a")(a), k.layers.Dense(3, name="b")(a)])


def random_weights(model, rng):
    """Give every weight another value, so that a mixed-up order cannot hide."""
    model.set_weights([rng.uniform(0.1, 1.0, size=w.shape) for w in model.get_weights()])


@pytest.mark.parametrize(("shape", "make"), EVERY_LAYER)
class TestEveryLayer:
    def test_from_keras(self, keras, rng, shape, make):
        theirs = chain(keras, shape, make)
        random_weights(theirs, rng)
        x = rng.normal(size=(3, *shape))
        ours = twins.from_keras(theirs)
        assert twins.largest_difference(ours.predict(x), theirs.predict(x, verbose=0)) < 1e-12
        assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
        back = twins.to_keras(ours)
        np.testing.assert_array_equal(back.predict(x, verbose=0), theirs.predict(x, verbose=0))

    def test_to_keras(self, keras, rng, shape, make):
        ours = chain(dlcourse, shape, make)
        random_weights(ours, rng)
        x = rng.normal(size=(3, *shape))
        theirs = twins.to_keras(ours)
        assert twins.largest_difference(ours.predict(x), theirs.predict(x, verbose=0)) < 1e-12
        back = twins.from_keras(theirs)
        np.testing.assert_array_equal(back.predict(x), ours.predict(x))
        assert back.summary is not None
        assert [w.shape for w in back.weights] == [w.shape for w in ours.weights]


class TestEveryLayerIsCovered:
    def test_by_this_file(self):
        names = {
            type(layer).__name__
            for shape, make in EVERY_LAYER
            for layer in chain(dlcourse, shape, make).layers
        }
        names |= {type(layer).__name__ for layer in residual(dlcourse).layers}
        no_layers = {"Layer", "Input", "SymbolicTensor"}
        assert names == set(layers.__all__) - no_layers


class TestFunctional:
    def test_from_keras(self, keras, rng):
        theirs = residual(keras)
        random_weights(theirs, rng)
        ours = twins.from_keras(theirs)
        x = rng.normal(size=(3, 6, 6, 2))
        assert twins.largest_difference(ours.predict(x), theirs.predict(x, verbose=0)) < 1e-12
        penalty = float(sum(theirs.losses))
        assert sum(ours.losses) == pytest.approx(penalty, rel=1e-12)
        assert penalty > 0

    def test_to_keras_and_gradients(self, keras, rng):
        ours = residual(dlcourse)
        random_weights(ours, rng)
        theirs = twins.to_keras(ours)
        x = rng.normal(size=(3, 6, 6, 2))
        assert twins.largest_difference(ours.predict(x), theirs.predict(x, verbose=0)) < 1e-12
        assert [t.name for t in theirs.inputs] == ["image"]
        assert {layer.name for layer in theirs.layers} - {"image"} == {
            layer.name for layer in ours.layers
        }

    def test_inputs_without_names(self, keras, rng):
        a, b = Input((2,)), Input((2,))
        ours = Model([a, b], layers.Add()([a, b]))
        x = [rng.normal(size=(3, 2)), rng.normal(size=(3, 2))]
        theirs = twins.to_keras(ours)
        np.testing.assert_array_equal(theirs.predict(x, verbose=0), ours.predict(x))
        np.testing.assert_array_equal(twins.from_keras(theirs).predict(x), ours.predict(x))

    def test_a_model_inside_a_model(self, keras, rng):
        inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)], name="inner")
        theirs = keras.Sequential([keras.Input((4,)), inner, keras.layers.Dense(2)])
        ours = twins.from_keras(theirs)
        x = rng.normal(size=(3, 4))
        assert twins.largest_difference(ours.predict(x), theirs.predict(x, verbose=0)) < 1e-12
        back = twins.to_keras(ours)
        np.testing.assert_array_equal(back.predict(x, verbose=0), theirs.predict(x, verbose=0))

    def test_frozen_layers_stay_frozen(self, keras):
        ours = Sequential([Input((4,)), layers.Dense(3, trainable=False), layers.Dense(2)])
        theirs = twins.to_keras(ours)
        assert [layer.trainable for layer in theirs.layers] == [False, True]
        assert [layer.trainable for layer in twins.from_keras(theirs).layers] == [False, True]

    def test_initializers_of_ones_own_stay_behind(self, keras):
        class Mine(initializers.Zeros):
            pass

        kernel = np.array([[1.0, 2.0], [3.0, 4.0]])
        layer = layers.Dense(2, kernel_initializer=kernel, bias_initializer=Mine())
        theirs = twins.to_keras(Sequential([Input((2,)), layer]))
        np.testing.assert_array_equal(theirs.layers[0].kernel, kernel)

    def test_float_types_are_kept(self, keras):
        model = Sequential([Input((4,), dtype="float32"), layers.Dense(3, dtype="float32")])
        assert twins.to_keras(model).layers[0].kernel.dtype == "float32"
        assert twins.from_keras(twins.to_keras(model)).layers[0].kernel.dtype == np.float32


class TestErrors:
    def test_layers_that_the_other_has_not(self, keras):
        theirs = keras.Sequential([keras.Input((4, 3)), keras.layers.LSTM(2)])
        with pytest.raises(ValueError, match="Unknown layer of Keras: 'LSTM'"):
            twins.from_keras(theirs)

        class Mine(layers.Dense):
            pass

        with pytest.raises(ValueError, match="Keras has no layer 'Mine'"):
            twins.to_keras(Sequential([Input((2,)), Mine(1)]))

    def test_settings_that_dlcourse_has_not(self, keras):
        layer = keras.layers.Dense(2, kernel_constraint="max_norm")
        with pytest.raises(ValueError, match=r"has kernel_constraint=.*does not know"):
            twins.from_keras(keras.Sequential([keras.Input((3,)), layer]))

    def test_functions_between_the_layers(self, keras):
        inputs = keras.Input((3,))
        x = keras.ops.relu(keras.layers.Dense(3)(inputs))
        model = keras.Model(inputs, keras.layers.Dense(1)(x))
        with pytest.raises(ValueError, match="Use layers only"):
            twins.from_keras(model)
        sum_at_the_end = keras.Model(inputs, keras.layers.Dense(3)(inputs) + inputs)
        with pytest.raises(ValueError, match=r"an output is .* Use layers only"):
            twins.from_keras(sum_at_the_end)

    def test_models_that_are_not_built(self, keras):
        with pytest.raises(ValueError, match="not built yet"):
            twins.to_keras(Sequential([layers.Dense(1)]))
        with pytest.raises(ValueError, match="not built yet"):
            twins.from_keras(keras.Sequential([keras.layers.Dense(1)]))

    def test_weights_of_other_shapes(self, keras):
        one = Sequential([Input((2,)), layers.Dense(1)])
        two = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        with pytest.raises(
            ValueError, match=r"expected weights of the shapes \[\(3, 1\), \(1,\)\]"
        ):
            twins.copy_weights(one, two)

    def test_without_keras(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "keras", None)
        with pytest.raises(ImportError, match="pip install tensorflow"):
            twins.to_keras(Sequential([Input((2,)), layers.Dense(1)]))


class TestLargestDifference:
    def test_is_relative_to_the_largest_number_but_at_least_1(self):
        assert twins.largest_difference([0.5, 0.25], [0.5, 0.0]) == 0.25
        assert twins.largest_difference(np.array([100.0, 2.0]), np.array([100.0, 1.0])) == 0.01

    def test_takes_the_worst_of_lists_and_dicts(self):
        one = {"a": [np.zeros(2), np.zeros(3)], "b": [1.0]}
        two = {"a": [np.zeros(2), np.array([0, 0, 0.5])], "b": [1.25]}
        assert twins.largest_difference(two, one) == 0.5
        assert twins.largest_difference(1.25, 1.0) == 0.25

    def test_does_not_overlook_nan(self):
        assert twins.largest_difference([np.nan], [0.0]) == np.inf

    def test_refuses_what_cannot_be_compared(self):
        for one, two in (({"a": 1}, {"b": 1}), ([np.ones(2)], [np.ones(2)] * 2), ([1], [1, 2])):
            with pytest.raises(ValueError, match=r"largest_difference|scaled_error"):
                twins.largest_difference(one, two)


class TestCompareFit:
    """Whole trainings that agree are in tests/models/test_fit_parity.py."""

    @staticmethod
    def build(k, rate=0.125):
        model = k.Sequential([k.Input((3,)), k.layers.Dropout(0.5), k.layers.Dense(1)])
        model.compile(k.optimizers.SGD(rate), "mse")
        return model

    def test_sees_a_difference(self, keras, rng):
        x, y = rng.normal(size=(20, 3)), rng.normal(size=20)
        same = twins.compare_fit(self.build, x, y, epochs=2)
        other = twins.compare_fit(
            lambda k: self.build(k, 0.125 if k is keras else 0.25), x, y, epochs=2
        )
        assert same.difference < 1e-14
        assert other.difference > 1e-6
        assert other.weights_difference > 1e-3

    def test_gives_both_the_same_masks_and_new_ones_each_step(self, keras, rng):
        x, y = rng.normal(size=(20, 3)), rng.normal(size=20)
        result = twins.compare_fit(self.build, x, y, epochs=1, batch_size=10)
        dropout = result.model.layers[0]
        assert dropout.mask.shape == (10, 3)
        first = layers.Dropout(0.5, seed=0).draw_mask((10, 3))
        assert np.any(dropout.mask != first)  # the mask of the second batch
        other = twins.compare_fit(self.build, x, y, epochs=1, batch_size=10, mask_seed=7)
        assert other.difference < 1e-14
        assert other.history != result.history

    def test_gives_the_same_masks_to_models_inside_models(self, keras, rng):
        def build(k):
            inner = k.Sequential([k.Input((3,)), k.layers.Dense(4), k.layers.Dropout(0.5)])
            layers = [inner, k.layers.Dropout(0.25), k.layers.Dense(1)]
            model = k.Sequential([k.Input((3,)), *layers])
            model.compile(k.optimizers.SGD(0.125), "mse")
            return model

        x, y = rng.normal(size=(20, 3)), rng.normal(size=20)
        result = twins.compare_fit(build, x, y, epochs=2, batch_size=10)
        assert result.difference < 1e-14
        assert result.weights_difference < 1e-14

    def test_puts_the_float_types_back(self, rng):
        import keras

        before = dlcourse.config.floatx(), keras.config.floatx()
        twins.compare_fit(self.build, rng.normal(size=(4, 3)), rng.normal(size=4))
        assert (dlcourse.config.floatx(), keras.config.floatx()) == before == ("float32", "float32")

    def test_gradients_need_a_compiled_model(self):
        inputs = Input((2,))
        with pytest.raises(ValueError, match="not compiled"):
            twins.gradients(Model(inputs, layers.Dense(1)(inputs)), np.ones((1, 2)), np.ones(1))


def test_a_merge_of_one_input_is_carried_both_ways(keras):
    x = dlcourse.Input((3,))
    ours = dlcourse.Model(x, dlcourse.layers.Add()([dlcourse.layers.Dense(2)(x)]))
    theirs = twins.to_keras(ours)
    back = twins.from_keras(theirs)
    batch = np.ones((4, 3))
    assert twins.largest_difference(ours.predict(batch), theirs.predict(batch, verbose=0)) < 1e-6
    assert twins.largest_difference(ours.predict(batch), back.predict(batch)) == 0
