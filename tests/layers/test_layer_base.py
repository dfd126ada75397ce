"""What all layers have in common: names, weights, configuration, symbolic calls, errors."""

import copy
import json
import pickle

import numpy as np
import pytest

import dlcourse.config
import dlcourse.layers as layers
from dlcourse.activations import leaky_relu
from dlcourse.gradcheck import scaled_error
from dlcourse.layers import (
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    Input,
    Layer,
    LayerNormalization,
    Reshape,
    SymbolicTensor,
    ZeroPadding2D,
)
from dlcourse.regularizers import L2

# One example of each exported layer, with an input shape that suits it.
EXAMPLES = {
    "Activation": (("relu",), (2, 3)),
    "Add": ((), [(2, 3), (2, 3)]),
    "AveragePooling2D": ((2,), (2, 4, 4, 3)),
    "BatchNormalization": ((), (2, 3)),
    "Concatenate": ((), [(2, 3), (2, 1)]),
    "Conv1D": ((2, 3), (2, 5, 3)),
    "Conv2D": ((2, 3), (2, 5, 5, 3)),
    "Dense": ((4, "relu"), (2, 3)),
    "DepthwiseConv2D": ((3,), (2, 5, 5, 3)),
    "Dropout": ((0.5,), (2, 3)),
    "Flatten": ((), (2, 3, 4)),
    "GlobalAveragePooling2D": ((), (2, 4, 4, 3)),
    "GlobalMaxPooling2D": ((), (2, 4, 4, 3)),
    "LayerNormalization": ((), (2, 3)),
    "LeakyReLU": ((), (2, 3)),
    "MaxPooling2D": ((), (2, 4, 4, 3)),
    "ReLU": ((), (2, 3)),
    "Rescaling": ((0.5,), (2, 3)),
    "Reshape": (((3, 2),), (2, 6)),
    "Softmax": ((), (2, 3)),
    "SpatialDropout2D": ((0.5,), (2, 4, 4, 3)),
    "ZeroPadding2D": ((), (2, 4, 4, 3)),
}


def example(name, **arguments):
    positional, shapes = EXAMPLES[name]
    layer = getattr(layers, name)(*positional, **arguments)
    shapes = shapes if isinstance(shapes, list) else [shapes]
    inputs = [np.linspace(-1, 1, int(np.prod(s))).reshape(s) for s in shapes]
    return layer, inputs if len(inputs) > 1 else inputs[0]


def test_every_exported_layer_has_an_example():
    assert set(EXAMPLES) == set(layers.__all__) - {"Input", "Layer", "SymbolicTensor"}


@pytest.mark.parametrize("name", EXAMPLES)
class TestEveryLayer:
    def test_symbolic_shape_is_the_real_shape(self, name):
        layer, x = example(name)
        parts = x if isinstance(x, list) else [x]
        inputs = [Input(part.shape[1:]) for part in parts]
        symbolic = layer(inputs if len(inputs) > 1 else inputs[0])
        assert symbolic.layer is layer
        assert symbolic.inputs == inputs
        assert symbolic.shape == (None, *layer(x).shape[1:])

    def test_batch_of_one(self, name):
        layer, x = example(name)
        x = [part[:1] for part in x] if isinstance(x, list) else x[:1]
        y = layer(x, training=True)
        dx = layer.backward(np.ones_like(y))
        assert len(y) == 1
        for part, gradient in zip(*([x, dx] if isinstance(x, list) else [[x], [dx]]), strict=True):
            assert gradient.shape == part.shape

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_dtype_is_kept_all_the_way(self, name, dtype):
        layer, x = example(name, dtype=dtype)
        y = layer(x, training=True)
        dx = layer.backward(np.ones_like(y))
        arrays = [y, *(dx if isinstance(dx, list) else [dx]), *layer.weights]
        arrays += list(layer.grads.values())
        assert {a.dtype.name for a in arrays} == {dtype}

    def test_float32_is_close_to_float64(self, name):
        """Sums of fewer than 100 products of numbers near 1: 1e-5 is ample."""
        results = []
        weights = None
        for dtype in ("float64", "float32"):
            layer, x = example(name, dtype=dtype)
            y = layer(x)
            weights = weights or layer.get_weights()
            layer.set_weights(weights)
            y = layer(x)
            dx = layer.backward(np.linspace(-1, 1, y.size).reshape(y.shape).astype(dtype))
            results.append([y, *(dx if isinstance(dx, list) else [dx]), *layer.grads.values()])
        for double, single in zip(*results, strict=True):
            assert scaled_error(single, double) < 1e-5

    def test_config_makes_an_equal_layer(self, name):
        layer, x = example(name)
        layer(x)
        config = layer.get_config()
        other = type(layer).from_config(json.loads(json.dumps(config)))
        assert other.get_config() == config
        assert other.name == layer.name
        other(x)
        other.set_weights(layer.get_weights())
        np.testing.assert_array_equal(other(x), layer(x))

    def test_grads_are_named_and_shaped_like_the_trainable_weights(self, name):
        layer, x = example(name)
        layer.backward(np.ones_like(layer(x, training=True)))
        assert set(layer.grads) == set(layer.weight_names(trainable=True))
        for key, gradient in layer.grads.items():
            assert gradient.shape == getattr(layer, key).shape

    def test_empty_batch_gets_a_sentence(self, name):
        layer, x = example(name)
        x = [part[:0] for part in x] if isinstance(x, list) else x[:0]
        with pytest.raises(ValueError, match=r"at least one sample"):
            layer(x)

    def test_dy_of_another_shape_gets_a_sentence(self, name):
        layer, x = example(name)
        y = layer(x, training=True)
        for dy in (y[:1], y[..., None], y[0]):
            with pytest.raises(ValueError, match=rf"{layer.name}: shape of dy: expected that of"):
                layer.backward(dy)

    def test_whole_numbers_and_lists_are_a_dy_too(self, name):
        layer, x = example(name, dtype="float64")
        y = layer(x, training=True)
        ones = np.ones_like(y)
        expected = layer.backward(ones)
        for dy in (ones.astype(int), ones.tolist()):
            received = layer.backward(dy)
            for one, other in zip(received, expected, strict=True):
                np.testing.assert_array_equal(one, other)

    def test_text_gets_a_sentence(self, name):
        layer, x = example(name)
        x = [part.astype(str) for part in x] if isinstance(x, list) else x.astype(str)
        with pytest.raises(ValueError, match=rf"{layer.name}: input: expected an array of real"):
            layer(x)

    def test_unknown_argument_gets_a_sentence(self, name):
        positional, _ = EXAMPLES[name]
        with pytest.raises(TypeError, match=rf"argument of {name}: 'nmae'.*'name'"):
            getattr(layers, name)(*positional, nmae="x")

    def test_name_and_weights_equal_those_of_keras(self, name, keras):
        layer, x = example(name)
        twin = getattr(keras.layers, name)(*EXAMPLES[name][0])
        layer(x)
        twin(x)
        assert layer.name.startswith(twin.name.rstrip("0123456789").rstrip("_"))
        assert layer.weight_names() == [w.name for w in twin.weights]
        assert [w.shape for w in layer.weights] == [tuple(w.shape) for w in twin.weights]
        assert layer.count_params() == twin.count_params()


def test_names_count_up():
    first, second = Conv2D(1, 1), Conv2D(1, 1)
    assert first.name.startswith("conv2d")
    assert int(second.name.split("_")[-1]) == int((first.name + "_0").split("_")[1]) + 1
    assert Conv2D(1, 1, name="edges").name == "edges"


def test_floatx_is_the_default_type(keras):
    assert dlcourse.config.floatx() == "float64"
    assert Dense(2)(np.ones((1, 3), "float32")).dtype == np.float64
    assert Dense(2, dtype="float32")(np.ones((1, 3))).dtype == np.float32


def test_lists_and_integers_become_arrays():
    layer = Dense(2, kernel_initializer="ones")
    np.testing.assert_array_equal(layer([[1, 2, 3]]), [[6, 6]])


# ---------------------------------------------------------------- weights


def test_get_weights_copies_and_set_weights_changes_in_place():
    layer = Dense(2)
    layer(np.ones((1, 3)))
    kernel = layer.kernel
    layer.get_weights()[0][...] = 5
    assert not np.any(kernel == 5)
    layer.set_weights([np.full((3, 2), 7), np.zeros(2)])
    assert layer.kernel is kernel
    assert np.all(kernel == 7)


def test_an_array_that_an_initializer_keeps_is_copied_and_cast():
    kept = np.ones((3, 2))
    layer = Dense(2, kernel_initializer=lambda shape, dtype=None: kept)
    layer.build((None, 3))
    assert layer.kernel.dtype == np.float32
    layer = Dense(2, kernel_initializer=lambda shape, dtype=None: kept, dtype="float64")
    layer.build((None, 3))
    layer.kernel += 1
    assert np.all(kept == 1)
    with pytest.raises(ValueError, match=r"first kernel: expected shape \(4, 2\), .* \(3, 2\)"):
        Dense(2, kernel_initializer=lambda shape, dtype=None: kept).build((None, 4))


def test_freezing_moves_all_weights_to_the_non_trainable_ones():
    layer = BatchNormalization(gamma_regularizer=L2(0.5))
    layer(np.ones((2, 3)))
    assert [len(layer.trainable_weights), len(layer.non_trainable_weights)] == [2, 2]
    assert layer.losses == [pytest.approx(1.5)]
    layer.trainable = False
    assert [len(layer.trainable_weights), len(layer.non_trainable_weights)] == [0, 4]
    assert layer.losses == []
    assert layer.weights[0] is layer.gamma


def test_regularizer_adds_to_the_gradient_each_time_once():
    layer = Dense(2, use_bias=False, kernel_regularizer=L2(0.5), dtype="float64")
    x, dy = np.ones((1, 3)), np.zeros((1, 2))
    for _ in range(2):
        layer(x)
        layer.backward(dy)
        np.testing.assert_allclose(layer.grads["kernel"], layer.kernel)


def test_what_does_not_exist_yet_gets_a_sentence():
    layer = Dense(2)
    with pytest.raises(AttributeError, match=r"Dense has no 'kernel'\. .*once the layer is built"):
        layer.kernel  # noqa: B018
    with pytest.raises(AttributeError, match=r"backward needs a call before it"):
        layer.backward(np.ones((1, 2)))
    assert not hasattr(layer, "bias")


def test_layers_can_be_copied_and_pickled():
    layer = Conv2D(2, 3, activation="relu")
    x = np.linspace(-1, 1, 50).reshape(2, 5, 5, 1)
    y = layer(x)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_array_equal(other(x), y)
        other.kernel += 1
    np.testing.assert_array_equal(layer(x), y)


def test_set_weights_says_what_does_not_fit():
    layer = Dense(2, name="head")
    with pytest.raises(ValueError, match=r"head: .*not built yet"):
        layer.set_weights([np.ones((3, 2))])
    layer(np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"expected 2 arrays \(kernel, bias\), received 1"):
        layer.set_weights([np.ones((3, 2))])
    with pytest.raises(ValueError, match=r"head: shape of bias: expected \(2,\), received \(3,\)"):
        layer.set_weights([np.ones((3, 2)), np.ones(3)])


def test_count_params_of_an_unbuilt_layer_gets_a_sentence():
    with pytest.raises(ValueError, match=r"known only once the layer is built"):
        Dense(2).count_params()


def test_config_keeps_regularizers_and_functions_of_ones_own():
    def double(x):
        return 2 * x

    layer = Dense(2, activation=double, kernel_regularizer=L2(0.5))
    other = Dense.from_config(layer.get_config())
    assert other.activation is double
    assert other.kernel_regularizer.l2 == 0.5
    assert Dense(2, leaky_relu).get_config()["activation"] == "leaky_relu"


@pytest.mark.parametrize("name", ["ReLU", "LeakyReLU", "Rescaling", "Dropout"])
def test_numbers_of_numpy_leave_float32_alone(name):
    layer = getattr(layers, name)(np.float64(0.5))
    y = layer(np.ones((2, 3), "float32"), training=True)
    assert y.dtype == layer.backward(y).dtype == np.float32


def test_a_subclass_may_hand_another_dy_to_the_layer_above():
    class Rows(Dense):
        def call(self, x, training=False):
            return super().call(x.reshape(-1, 3)).reshape(*x.shape[:-1], 2)

        def backward(self, dy):
            return super().backward(dy.reshape(-1, 2)).reshape(*dy.shape[:-1], 3)

    layer = Rows(2)
    y = layer(np.ones((4, 5, 3)))
    assert layer.backward(y).shape == (4, 5, 3)
    with pytest.raises(ValueError, match=r"shape of dy: .* \(4, 5, 2\), received \(20, 2\)"):
        layer.backward(y.reshape(-1, 2))


def test_a_subclass_needs_call_and_backward():
    class Nothing(Layer):
        pass

    with pytest.raises(NotImplementedError, match="Nothing has no call method"):
        Nothing()(np.ones((1, 2)))
    with pytest.raises(NotImplementedError, match="Nothing has no backward method"):
        Nothing().backward(np.ones((1, 2)))


# ---------------------------------------------------------------- Input and symbolic tensors


def test_input_has_a_batch_axis():
    x = Input((28, 28, 1), name="image")
    assert (x.shape, x.name, x.layer, x.inputs) == ((None, 28, 28, 1), "image", None, [])
    assert "image" in repr(x)
    assert Input((None, 4), batch_size=2).shape == (2, None, 4)


@pytest.mark.parametrize("shape", [None, 5, (0,), (3, -1), (2.5,), "ab"])
def test_input_of_no_shape_gets_a_sentence(shape):
    with pytest.raises(ValueError, match=r"Input: shape: expected a tuple of positive integers"):
        Input(shape)


def test_symbolic_tensors_record_the_graph():
    x = Input((4,))
    hidden = Dense(3)(x)
    y = Add()([hidden, Dense(3)(x)])
    assert isinstance(y, SymbolicTensor)
    assert y.inputs[0] is hidden
    assert [t.inputs for t in y.inputs] == [[x], [x]]
    assert y.shape == (None, 3)


def test_symbolic_tensor_has_no_numbers():
    with pytest.raises(TypeError, match=r"holds no numbers yet"):
        np.asarray(Input((3,)))
    with pytest.raises(TypeError, match=r"holds no numbers yet"):
        np.tanh(Input((3,)))


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Dense(0), ["Dense: units", "positive integer", "0", "Dense(16)"]),
        (lambda: Dense(2.5), ["Dense: units", "2.5"]),
        (lambda: Dense(True), ["Dense: units", "True"]),
        (lambda: Dense(2, "rellu"), ["rellu", "Did you mean 'relu'"]),
        (lambda: Dense(2)(np.ones(3)), ["(batch, features)", "(3,)", "reshape(-1, 1)"]),
        (lambda: Dense(2)(3.0), ["batch axis", "()"]),
        (lambda: Dense(2)([[1, 2], [3]]), ["one array"]),
        (lambda: Add()(np.ones((2, 3))), ["list of inputs", "Add()([a, b])"]),
        (lambda: Add()([]), ["list of inputs"]),
        (lambda: Add()([np.ones((2, 3)), np.ones((2, 4))]), ["(2, 3)", "(2, 4)", "1x1"]),
        (lambda: Add()([np.ones((2, 3)), np.ones((1, 3))]), ["(1, 3)"]),
        (lambda: Add()([np.ones((2, 3)), np.ones((2, 3, 1))]), ["(2, 3, 1)"]),
        (lambda: Concatenate()([np.ones((2, 3)), np.ones((1, 3))]), ["axis -1", "(1, 3)"]),
        (lambda: Concatenate(5)([np.ones((2, 3)), np.ones((2, 3))]), ["axis 5"]),
        (lambda: Reshape((5,))(np.ones((2, 6))), ["6 cells", "(5,)"]),
        (lambda: Reshape((-1, -1))(np.ones((2, 6))), ["At most one axis may be -1"]),
        (lambda: ZeroPadding2D(-1), ["ZeroPadding2D: padding", "none negative", "-1"]),
        (lambda: ZeroPadding2D((1, 2, 3)), ["ZeroPadding2D: padding", "(1, 2, 3)"]),
        (lambda: ZeroPadding2D(((1.5, 1), (1, 1))), ["ZeroPadding2D: padding", "(1.5, 1)"]),
        (lambda: ZeroPadding2D("same"), ["ZeroPadding2D: padding", "'same'"]),
        (lambda: ZeroPadding2D()(np.ones((2, 3, 3))), ["4 axes", "(2, 3, 3)"]),
        (lambda: BatchNormalization(momentum=1.5), ["momentum", "from 0 to 1", "1.5"]),
        (lambda: BatchNormalization(axis=0)(np.ones((2, 3))), ["axis 0", "batch"]),
        (lambda: LayerNormalization(axis=3)(np.ones((2, 3))), ["axis 3", "(2, 3)"]),
        (lambda: layers.ReLU(max_value=-1), ["ReLU: max_value", "-1"]),
        (lambda: layers.LeakyReLU(negative_slope=-1), ["LeakyReLU: negative_slope", "-1"]),
        (lambda: layers.Softmax(axis=4)(np.ones((2, 3))), ["axis 4"]),
    ],
)
def test_wrong_arguments_and_inputs_get_a_sentence(make, words):
    with pytest.raises(ValueError, match=r".") as caught:
        make()
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("make", [lambda: Dense(2), BatchNormalization, LayerNormalization])
def test_another_width_than_built_for_gets_a_sentence(make):
    layer = make()
    layer(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"expected 3 on axis -1, as when.*received \(2, 4\)"):
        layer(np.ones((2, 4)))


@pytest.mark.parametrize("argument", ["input_shape", "input_dim"])
def test_old_input_arguments_point_to_input(argument):
    with pytest.raises(TypeError, match=r"Put Input\(\(features,\)\) before the first layer"):
        Dense(2, **{argument: 3})


def test_another_rank_than_built_for():
    """As in Keras, layer normalisation takes it and batch normalisation does not."""
    x = np.linspace(-1, 1, 80).reshape(2, 5, 8) ** 2
    layer, other = LayerNormalization(dtype="float64"), LayerNormalization(dtype="float64")
    layer(x[0])
    np.testing.assert_array_equal(layer(x), other(x))
    np.testing.assert_array_equal(layer.backward(x), other.backward(x))
    layer = BatchNormalization()
    layer(x[0])
    with pytest.raises(ValueError, match=r"expected 2 axes, as when .*received \(2, 5, 8\)"):
        layer(x, training=True)


def test_padding_takes_integers_of_numpy():
    assert ZeroPadding2D(np.int64(1)).padding == ((1, 1), (1, 1))
    assert ZeroPadding2D((np.int64(1), 2)).padding == ((1, 1), (2, 2))


def test_flatten_keeps_an_unknown_length():
    assert Flatten()(Input((None, 3))).shape == (None, None)
    assert Reshape((-1, 1))(Input((None, 3))).shape == (None, None, 1)
