"""Parts of models, models inside models, merges of one, and a Sequential that changes."""

import numpy as np
import pytest

import dlcourse
from dlcourse import Input, Model, Sequential, layers, twins
from dlcourse.models import load_model


class TestPartOfAModel:
    @staticmethod
    def whole():
        """Return a model, a value inside it, and the model from there on."""
        inputs = Input((4,))
        hidden = layers.Dense(3, activation="tanh", name="before")(inputs)
        x = layers.Add()([layers.Dense(3, name="after")(hidden), hidden])
        output = layers.Dense(2, name="last")(x)
        return Model(inputs, output), hidden, Model(hidden, output)

    def test_equals_that_part_and_shares_its_weights(self, rng):
        model, hidden, part = self.whole()
        x = rng.normal(size=(8, 4)).astype(np.float32)
        values = Model(model.input, hidden).predict(x)
        np.testing.assert_array_equal(part.predict(values), model.predict(x))
        assert [layer.name for layer in part.layers][::2] == ["after", "last"]
        assert part.layers[-1] is model.layers[-1]
        part.compile("sgd", "mse")
        before = model.predict(x)
        part.fit(values, np.ones((8, 2)), verbose=0)
        assert np.any(model.predict(x) != before)
        np.testing.assert_array_equal(part.predict(values), model.predict(x))

    def test_equals_keras(self, keras, rng):
        def build(k):
            inputs = k.Input((4,))
            hidden = k.layers.Dense(3, activation="tanh")(inputs)
            output = k.layers.Dense(2)(k.layers.Add()([k.layers.Dense(3)(hidden), hidden]))
            return k.Model(hidden, output)

        ours, theirs = build(dlcourse), build(keras)
        theirs.set_weights(ours.get_weights())
        values = rng.normal(size=(8, 3))
        expected = theirs.predict(values, verbose=0)
        np.testing.assert_allclose(ours.predict(values), expected, rtol=1e-5, atol=1e-6)

    def test_can_be_saved_printed_and_carried_over(self, keras, rng, tmp_path, capsys):
        _, hidden, part = self.whole()
        part.save(tmp_path / "part.npz")
        values = rng.normal(size=(8, 3)).astype(np.float32)
        again = load_model(tmp_path / "part.npz")
        np.testing.assert_array_equal(again.predict(values), part.predict(values))
        theirs = twins.to_keras(part).predict(values, verbose=0)
        np.testing.assert_allclose(theirs, part.predict(values), rtol=1e-5, atol=1e-6)
        part.summary()
        assert "before (Input)" in capsys.readouterr().out
        assert part.input is hidden

    def test_what_lies_before_its_input_is_not_used(self):
        model, hidden, _ = self.whole()
        with pytest.raises(ValueError, match="no output depends on the input"):
            Model([model.input, hidden], layers.Dense(1)(hidden))


class TestMergeOfOne:
    @pytest.mark.parametrize("merge", ["Add", "Concatenate"])
    def test_runs_trains_and_is_saved(self, merge, rng, tmp_path):
        inputs = Input((4,))
        merged = getattr(layers, merge)()([layers.Dense(3)(inputs)])
        model = Model(inputs, merged)
        model.compile("sgd", "mse")
        x = rng.normal(size=(8, 4)).astype(np.float32)
        before = model.predict(x)
        np.testing.assert_array_equal(before, model.layers[0](x))
        model.fit(x, np.ones((8, 3)), verbose=0)
        assert np.any(model.predict(x) != before)
        model.save(tmp_path / "model.npz")
        again = load_model(tmp_path / "model.npz")
        np.testing.assert_array_equal(again.predict(x), model.predict(x))


class TestModelInsideAModel:
    def test_has_one_input_and_one_output(self):
        a, b = Input((4,)), Input((4,))
        two_outputs = Model(a, [layers.Dense(2)(a), layers.Dense(3)(a)], name="fork")
        two_inputs = Model([a, b], layers.Add()([a, b]), name="join")
        words = r"a model inside a model: expected \(1, 1\), received "
        with pytest.raises(ValueError, match=rf"fork: .*{words}\(1, 2\)\. Call its layers"):
            two_outputs(Input((4,)))
        for x in ([a, b], a):
            with pytest.raises(ValueError, match=rf"join: .*{words}\(2, 1\)"):
                two_inputs(x)
        with pytest.raises(ValueError, match=rf"{words}\(2, 1\)"):
            Sequential([layers.Dense(1)])([a, b])

    def test_takes_its_input_in_a_list_too(self):
        inner = Sequential([Input((4,)), layers.Dense(3)])
        assert inner([Input((4,))]).shape == (None, 3)


class TestSequentialThatChanges:
    def test_pop_and_add_after_compile(self, rng):
        x, y = rng.normal(size=(8, 4)), np.arange(8) % 3
        model = Sequential(
            [Input((4,)), *(layers.Dense(3, activation="softmax") for _ in range(2))]
        )

        def loss_of_a_new_model():
            fresh = Sequential([Input((4,)), *model.layers])
            fresh.compile("sgd", "sparse_categorical_crossentropy")
            return fresh.evaluate(x, y)

        model.compile("sgd", "sparse_categorical_crossentropy")
        model.evaluate(x, y)
        last = model.pop()
        assert model.evaluate(x, y) == loss_of_a_new_model()
        model.add(last)
        assert model.evaluate(x, y) == loss_of_a_new_model()

    def test_what_is_added_to_a_frozen_model_is_frozen(self):
        model = Sequential([Input((4,)), layers.Dense(3)])
        model.trainable = False
        model.add(layers.Dense(1))
        assert model.trainable_weights == []
        model.trainable = True
        assert len(model.trainable_weights) == 4

    def test_a_build_that_fails_changes_nothing(self):
        model = Sequential([layers.Dense(3)])
        model.build((None, 4))
        with pytest.raises(ValueError, match="shape of the input"):
            model.build((None, 5))
        model.add(layers.Dense(2))
        assert model(np.ones((6, 4))).shape == (6, 2)


def test_set_weights_copies_all_or_nothing():
    model = Sequential([Input((4,)), layers.Dense(3), layers.Dense(2, name="last")])
    before = model.get_weights()
    changed = [weight + 1 for weight in before[:3]] + [np.ones(5)]
    with pytest.raises(ValueError, match=r"last: shape of bias: expected \(2,\), received \(5,\)"):
        model.set_weights(changed)
    for weight, old in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)
