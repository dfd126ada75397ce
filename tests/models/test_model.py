"""Sequential and the functional Model: structure, weights, forward, backward, and errors."""

import re

import numpy as np
import pytest

import dlcourse
from dlcourse import Input, Model, Sequential, gradcheck, layers, twins
from dlcourse.models import Model as ModelClass


def mlp(**options):
    return Sequential(
        [Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2, **options)], name="mlp"
    )


def residual():
    """Return a model with a skip connection, two branches, and frozen weights in one of them."""
    inputs = Input((5,), name="start")
    x = layers.Dense(5, activation="tanh", name="first")(inputs)
    left = layers.Dense(4, name="left")(x)
    right = layers.Dense(4, name="right", trainable=False)(x)
    merged = layers.Concatenate(name="both")([left, right])
    x = layers.Add(name="sum")([layers.Dense(5, name="back")(merged), inputs])
    return Model(inputs, layers.Dense(1, name="last")(x), name="residual")


def loss_gradient_by_steps(model, x, dy, array, step=1e-6):
    """Return the slope of Σ model(x) dy by every number of an array, by small steps both ways."""
    slopes = np.zeros_like(array)
    for i in np.ndindex(array.shape):
        before = array[i]
        sums = []
        for sign in (1, -1):
            array[i] = before + sign * step
            sums.append(float((model(x, training=True) * dy).sum()))
        array[i] = before
        slopes[i] = (sums[0] - sums[1]) / (2 * step)
    return slopes


@pytest.fixture
def float64():
    before = dlcourse.config.floatx()
    dlcourse.config.set_floatx("float64")
    yield
    dlcourse.config.set_floatx(before)


class TestBackward:
    @pytest.mark.parametrize("make", [mlp, residual], ids=["mlp", "residual"])
    def test_gradients_equal_slopes(self, float64, rng, make):
        model = make()
        x = rng.normal(size=(6, *model.input_shape[1:]))
        dy = rng.normal(size=(6, *model.output_shape[1:]))
        model(x, training=True)
        dx = model.backward(dy)
        expected = loss_gradient_by_steps(model, x, dy, x)
        assert gradcheck.scaled_error(dx, expected) < 1e-8
        for name, weight in zip(
            model.weight_names(trainable=True), model.trainable_weights, strict=True
        ):
            expected = loss_gradient_by_steps(model, x, dy, weight)
            assert gradcheck.scaled_error(model.grads[name], expected) < 1e-8, name

    def test_equals_a_gradient_tape(self, keras, rng):
        model = residual()
        model.compile("sgd", "mse")
        theirs = twins.to_keras(model)
        theirs.compile("sgd", "mse")
        x, y = rng.normal(size=(7, 5)), rng.normal(size=(7, 1))
        gradients = twins.gradients(model, x, y), twins.gradients(theirs, x, y)
        assert twins.largest_difference(*gradients) < 1e-12
        assert len(gradients[0]) == 8  # "right" is frozen

    def test_a_branch_is_trained_although_the_other_one_is_the_input(self, keras, rng):
        inputs = Input((3,))
        model = Model(inputs, layers.Add()([inputs, layers.Dense(3)(inputs)]))
        model.compile("sgd", "mse")
        theirs = twins.to_keras(model)
        theirs.compile("sgd", "mse")
        x, y = rng.normal(size=(7, 3)), rng.normal(size=(7, 3))
        gradients = twins.gradients(model, x, y), twins.gradients(theirs, x, y)
        assert twins.largest_difference(*gradients) < 1e-12

    def test_gradients_of_a_value_that_feeds_twice_add_up(self, float64):
        inputs = Input((2,))
        model = Model(inputs, layers.Add()([inputs, layers.Activation("linear")(inputs)]))
        model(np.ones((1, 2)))
        assert model.backward(np.array([[1.0, 3.0]])).tolist() == [[2.0, 6.0]]

    def test_stops_where_no_weights_are_left(self):
        """What lies before the first weights need not run backward, or work out ∂L/∂x."""

        class Alarm(layers.Activation):
            def backward(self, dy):
                raise AssertionError("this layer need not run backward")

        model = Sequential([Input((4,)), Alarm("linear"), layers.Dense(3), layers.Dense(2)])
        model.compile("sgd", "mse")
        model.train_on_batch(np.ones((2, 4)), np.ones((2, 2)))
        assert not model.layers[1].needs_input_gradient
        assert model.layers[2].needs_input_gradient

    def test_gradient_of_the_input_comes_when_asked_for(self):
        model = mlp()
        model.compile("sgd", "mse")
        x = np.ones((2, 4), np.float32)
        model.train_on_batch(x, np.ones((2, 2)))
        model(x)
        assert model.backward(np.ones((2, 2), np.float32)).shape == (2, 4)


class TestStructure:
    def test_sequential_from_nothing(self):
        model = Sequential()
        model.add(Input((4,)))
        model.add(layers.Dense(3))
        model.add(layers.Dense(2))
        assert model.output_shape == (None, 2)
        assert model.count_params() == 4 * 3 + 3 + 3 * 2 + 2
        removed = model.pop()
        assert removed.units == 2
        assert model.output_shape == (None, 3)
        assert model(np.ones((5, 4))).shape == (5, 3)

    def test_is_built_by_its_first_data(self):
        model = Sequential([layers.Dense(3), layers.Dense(2)])
        assert not model.built
        assert model(np.ones((5, 7))).shape == (5, 2)
        assert model.layers[0].kernel.shape == (7, 3)
        again = Sequential([layers.Dense(3)])
        again.build((None, 6))
        assert again.count_params() == 21

    def test_layers_run_in_an_order_in_which_each_has_its_inputs(self):
        names = [layer.name for layer in residual().layers]
        assert names.index("first") < names.index("left") < names.index("both")
        assert names.index("both") < names.index("back") < names.index("sum") < names.index("last")

    def test_a_deep_chain_needs_no_deep_stack(self):
        x = inputs = Input((1,))
        for _ in range(3000):
            x = layers.Activation("linear")(x)
        assert Model(inputs, x)(np.ones((1, 1))) == 1

    def test_a_part_of_a_model_is_a_model(self, rng):
        model = residual()
        part = Model(model.input, model.get_layer("both").output)
        x = rng.normal(size=(3, 5)).astype(np.float32)
        assert part.predict(x).shape == (3, 8)
        model.layers[0].kernel[...] = 0
        model.layers[0].bias[...] = 0
        assert np.all(
            part.predict(x) == np.concatenate([model.get_layer(n).bias for n in ("left", "right")])
        )

    def test_several_inputs_and_outputs(self, rng):
        a, b = Input((2,)), Input((3,))
        both = layers.Concatenate()([a, b])
        model = Model([a, b], [layers.Dense(4)(both), both])
        x = [rng.normal(size=(5, 2)), rng.normal(size=(5, 3))]
        outputs = model(x)
        assert [o.shape for o in outputs] == [(5, 4), (5, 5)]
        dxs = model.backward([np.ones((5, 4), np.float32), np.zeros((5, 5), np.float32)])
        assert [d.shape for d in dxs] == [(5, 2), (5, 3)]
        predicted = model.predict(x, batch_size=2)
        np.testing.assert_allclose(predicted[0], outputs[0], rtol=1e-6)
        np.testing.assert_array_equal(predicted[1], outputs[1])
        assert model.output_shape == [(None, 4), (None, 5)]

    def test_a_model_inside_a_model(self, float64, rng):
        inner = Sequential([Input((4,)), layers.Dense(3, activation="tanh")], name="inner")
        model = Sequential([Input((4,)), inner, layers.Dense(2)], name="outer")
        assert model.weight_names()[0].startswith("inner/dense")
        assert model.count_params() == 15 + 8
        x, dy = rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
        model(x)
        dx = model.backward(dy)
        assert gradcheck.scaled_error(dx, loss_gradient_by_steps(model, x, dy, x)) < 1e-8
        kernel = inner.layers[0].kernel
        expected = loss_gradient_by_steps(model, x, dy, kernel)
        name = model.weight_names()[0]
        assert gradcheck.scaled_error(model.grads[name], expected) < 1e-8
        model.compile("sgd", "mse")
        before = kernel.copy()
        model.fit(x, dy, verbose=0)
        assert np.any(kernel != before)

    def test_repr(self):
        assert repr(mlp()) == "<Sequential name='mlp' of 2 layers>"


class TestWeights:
    def test_order_and_names_are_keras_s(self, keras):
        def build(k):
            inputs = k.Input((4,))
            x = k.layers.Dense(3)(inputs)
            x = k.layers.BatchNormalization()(x)
            frozen = k.layers.Dense(3, trainable=False)
            x = k.layers.Add()([x, frozen(x)])
            return k.Model(inputs, k.layers.Dense(2)(x))

        ours, theirs = build(dlcourse), build(keras)
        for kind in ("weights", "trainable_weights", "non_trainable_weights"):
            expected = [tuple(w.shape) for w in getattr(theirs, kind)]
            assert [w.shape for w in getattr(ours, kind)] == expected
        ends = [name.rpartition("/")[2] for name in ours.weight_names()]
        assert ends == [w.path.rpartition("/")[2] for w in theirs.weights]

    def test_get_and_set(self):
        one, two = mlp(), mlp()
        two.set_weights(one.get_weights())
        x = np.ones((3, 4))
        np.testing.assert_array_equal(one(x), two(x))
        one.get_weights()[0][...] = 7  # copies: the model does not change
        np.testing.assert_array_equal(one(x), two(x))

    def test_freezing_a_model_freezes_its_layers(self):
        model = mlp()
        model.trainable = False
        assert model.trainable_weights == []
        assert len(model.non_trainable_weights) == 4
        model.layers[1].trainable = True
        assert len(model.trainable_weights) == 2

    def test_get_layer(self):
        model = residual()
        assert model.get_layer("left").units == 4
        assert model.get_layer(index=0) is model.layers[0]


class TestErrors:
    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: Sequential([layers.Dense]), r"Write Dense\(\.\.\.\), with brackets"),
            (lambda: Sequential([3]), "expected layers, received 3"),
            (lambda: Sequential([layers.Dense(1), Input((3,))]), "Input comes first, and once"),
            (lambda: Sequential([Input((3,)), Input((3,))]), "Input comes first, and once"),
            (lambda: Sequential().pop(), "no layer to take away"),
            (lambda: Sequential()(np.ones((1, 1))), r"no layers yet\. Use add"),
            (lambda: Model(np.ones(3), np.ones(3)), "expected symbolic tensors"),
            (lambda: mlp().get_layer("dens"), "Unknown layer 'dens'. Did you mean"),
            (lambda: mlp()(np.ones((3, 5))), r"expected \(batch, 4\), received \(3, 5\)"),
            (lambda: mlp()(np.ones(4)), r"One sample needs a batch axis too: x\[None\]"),
            (lambda: mlp()(np.ones((3, 2, 2))), r"Flatten the samples: x\.reshape\(len\(x\), -1\)"),
            (lambda: mlp().set_weights([np.ones(3)]), "expected 4 arrays, received 1"),
            (lambda: mlp().set_weights([np.ones(1)] * 4), r"shape of kernel"),
            (lambda: Sequential([layers.Dense(2)]).summary(), "shapes are not known yet"),
            (lambda: Sequential([layers.Dense(2)]).get_config(), "not built yet"),
            (lambda: Sequential([layers.Dense(2)]).count_params(), "built"),
        ],
    )
    def test_says_what_is_wrong(self, make, words):
        with pytest.raises(ValueError, match=words):
            make()

    def test_missing_channels(self):
        model = Sequential([Input((8, 8, 1)), layers.Conv2D(2, 3)])
        with pytest.raises(ValueError, match=r"Add the channel axis: x\[\.\.\., None\]"):
            model(np.ones((2, 8, 8)))

    def test_an_output_that_needs_another_input(self):
        a, b = Input((2,)), Input((2,), name="other")
        with pytest.raises(ValueError, match=r"'other'.*not among the inputs"):
            Model(a, layers.Add()([a, b]))

    def test_an_input_that_nothing_needs(self):
        a, b = Input((2,)), Input((2,), name="other")
        with pytest.raises(ValueError, match=r"no output depends on the input.*'other'"):
            Model([a, b], layers.Dense(1)(a))

    def test_a_layer_in_two_places(self):
        inputs = Input((2,))
        shared = layers.Dense(2, name="shared")
        with pytest.raises(ValueError, match="'shared' is called twice"):
            Model(inputs, layers.Add()([shared(inputs), shared(shared(inputs))]))
        with pytest.raises(ValueError, match="is called twice"):
            Sequential([inputs, shared, shared])

    def test_two_layers_of_one_name(self):
        with pytest.raises(ValueError, match="two layers are called 'twin'"):
            Sequential([Input((2,)), layers.Dense(2, name="twin"), layers.Dense(2, name="twin")])

    def test_another_number_of_inputs(self):
        a, b = Input((2,)), Input((2,))
        model = Model([a, b], layers.Add()([a, b]))
        with pytest.raises(ValueError, match="expected 2 arrays, one for each Input, received 3"):
            model([np.ones((1, 2))] * 3)


class TestSummary:
    def test_sequential(self, capsys):
        model = Sequential(
            [Input((4,)), layers.Dense(3, name="one"), layers.BatchNormalization(name="two")],
            name="net",
        )
        model.summary()
        lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
        assert lines[0] == 'Model: "net"'
        assert "one (Dense) (None, 3) 15" in lines
        assert "two (BatchNormalization) (None, 3) 12" in lines
        assert lines[-3:] == [
            "Total params: 27",
            "Trainable params: 21",
            "Non-trainable params: 6",
        ]

    def test_functional_shows_what_feeds_what(self, capsys):
        residual().summary()
        lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
        assert "start (Input) (None, 5) 0" in lines
        assert "sum (Add) (None, 5) 0 back, start" in lines
        assert "Non-trainable params: 24" in lines

    def test_counts_are_keras_s(self, keras, capsys):
        model = residual()
        twin = twins.to_keras(model)
        model.summary()
        ours = capsys.readouterr().out
        lines = []
        twin.summary(print_fn=lines.append)
        for kind in ("Total params", " Trainable params", "Non-trainable params"):
            counts = [
                next(line for line in f" {text}".splitlines() if kind.strip() in f" {line}")
                for text in (ours, "\n".join(lines))
            ]
            numbers = [re.search(r": ([\d,]+)", count).group(1) for count in counts]
            assert numbers[0] == numbers[1]


def test_model_is_a_layer():
    assert issubclass(ModelClass, layers.Layer)
