"""Saving and loading: the same outputs, the same training afterwards, and no code in the file."""

import json
import pickle

import numpy as np
import pytest

from dlcourse import Input, Model, Sequential, datasets, layers, losses, metrics, optimizers
from dlcourse.models import load_model
from dlcourse.regularizers import L2
from dlcourse.schedules import CosineDecay

RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.normal(size=(40, 8, 8, 2)).astype(np.float32), RNG.integers(0, 3, 40)


def cnn():
    model = Sequential(
        [
            Input((8, 8, 2)),
            layers.ZeroPadding2D(1),
            layers.Conv2D(4, (3, 2), strides=2, padding="same", activation="relu"),
            layers.BatchNormalization(momentum=0.9),
            layers.MaxPooling2D(),
            layers.SpatialDropout2D(0.1, seed=1),
            layers.Flatten(),
            layers.Dropout(0.25, seed=2),
            layers.Dense(3, activation="softmax", kernel_regularizer=L2(0.01)),
        ]
    )
    model.compile(optimizers.Nadam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def residual():
    inputs = Input((8, 8, 2), name="image")
    x = layers.Conv2D(2, 3, padding="same")(inputs)
    x = layers.Add()([x, inputs])
    pooled = [layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)]
    x = layers.Concatenate()(pooled)
    x = layers.LayerNormalization()(x)
    model = Model(inputs, layers.Dense(3)(x), name="skips")
    model.compile(
        optimizers.SGD(CosineDecay(0.1, 20), momentum=0.9),
        losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[metrics.SparseTopKCategoricalAccuracy(k=2)],
    )
    return model


def nested():
    inner = Sequential([Input((8, 8, 2)), layers.Flatten(), layers.Dense(4)], name="inner")
    model = Sequential([Input((8, 8, 2)), inner, layers.ReLU(), layers.Dense(3)], name="outer")
    model.compile("adam", losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


class Cubed(losses.Loss):
    def call(self, y_true, y_pred):
        return (np.abs(y_pred - y_true) ** 3).mean(axis=-1)

    def call_gradient(self, y_true, y_pred):
        return 3 * (y_pred - y_true) * np.abs(y_pred - y_true) / y_pred.shape[-1]


class Slow(optimizers.SGD):
    pass


class Largest(metrics.Metric):
    def reset_state(self):
        self.largest = 0.0

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest = max(self.largest, float(np.max(y_pred)))

    def result(self):
        return self.largest


def bias(y_true, y_pred):
    return (y_pred - y_true).mean(axis=-1)


@pytest.mark.parametrize("make", [cnn, residual, nested])
class TestRoundTrip:
    def test_outputs_and_configuration(self, make, tmp_path):
        model = make()
        model.fit(IMAGES, LABELS, verbose=0, seed=0)
        model.save(tmp_path / "model.npz")
        again = load_model(tmp_path / "model.npz")
        np.testing.assert_array_equal(again.predict(IMAGES), model.predict(IMAGES))
        assert json.dumps(again.get_config()) == json.dumps(model.get_config())
        assert again.weight_names() == model.weight_names()
        assert type(again) is type(model)

    def test_training_goes_on_as_if_nothing_had_happened(self, make, tmp_path):
        model = make()
        for layer in model.layers:
            if isinstance(layer, layers.Dropout):
                layer.rate = 0.0  # the state of a random generator is not saved
        model.fit(IMAGES, LABELS, epochs=2, verbose=0, seed=0)
        model.save(tmp_path / "model.npz")
        again = load_model(tmp_path / "model.npz")
        histories = [
            m.fit(IMAGES, LABELS, epochs=2, verbose=0, seed=1).history for m in (model, again)
        ]
        assert histories[0] == histories[1]
        assert again.optimizer.iterations == model.optimizer.iterations == 8
        for one, two in zip(model.get_weights(), again.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)

    def test_weights_alone_go_into_a_new_model(self, make, tmp_path):
        model, other = make(), make()
        model.save_weights(tmp_path / "w.npz")
        other.load_weights(tmp_path / "w.npz")
        np.testing.assert_array_equal(other.predict(IMAGES), model.predict(IMAGES))
        model.save(tmp_path / "all.npz")
        third = make()
        third.load_weights(tmp_path / "all.npz")
        np.testing.assert_array_equal(third.predict(IMAGES), model.predict(IMAGES))


class TestFile:
    def test_holds_plain_arrays_under_plain_names(self, tmp_path):
        model = cnn()
        model.fit(IMAGES, LABELS, verbose=0)
        model.save(tmp_path / "model.npz")
        with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
            assert {f"weights/{name}" for name in model.weight_names()} <= set(file.files)
            name = model.weight_names(trainable=True)[0]
            assert f"optimizer/{name}/momentum" in file.files
            assert all(file[name].dtype.kind in "fU" for name in file.files)
            assert json.loads(str(file["config"]))["format"] == 2

    def test_a_file_that_holds_a_program_is_refused(self, tmp_path):
        class Evil:
            def __reduce__(self):
                return (open, (str(tmp_path / "harm"), "w"))

        np.savez(tmp_path / "evil.npz", config=np.array([Evil()], dtype=object))
        (tmp_path / "evil2.npz").write_bytes(pickle.dumps(Evil()))
        for name in ("evil.npz", "evil2.npz"):
            with pytest.raises(ValueError, match=r"expected an .npz file of plain arrays"):
                load_model(tmp_path / name)
        assert not (tmp_path / "harm").exists()

    def test_names_in_the_file_reach_nothing_but_layers(self, tmp_path):
        cnn().save(tmp_path / "model.npz")
        with np.load(tmp_path / "model.npz") as file:
            arrays = dict(file)
        for name in ("Dens", "__builtins__", "SymbolicTensor"):
            changed = json.loads(str(arrays["config"]))
            changed["model"]["config"]["layers"][-1]["class_name"] = name
            np.savez(tmp_path / "changed.npz", **arrays | {"config": np.array(json.dumps(changed))})
            with pytest.raises(ValueError, match=f"Unknown layer in the file: '{name}'"):
                load_model(tmp_path / "changed.npz")

    def test_an_interrupted_save_leaves_the_old_file(self, tmp_path, monkeypatch):
        model = cnn()
        model.save(tmp_path / "model.npz")
        before = (tmp_path / "model.npz").read_bytes()

        def interrupted(file, **arrays):
            file.write(b"half")
            raise KeyboardInterrupt

        monkeypatch.setattr(np, "savez", interrupted)
        with pytest.raises(KeyboardInterrupt):
            model.save(tmp_path / "model.npz")
        assert (tmp_path / "model.npz").read_bytes() == before
        assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]

    def test_saving_touches_no_other_file(self, tmp_path):
        (tmp_path / "model.part").write_text("mine")
        cnn().save(tmp_path / "model.npz")
        assert (tmp_path / "model.part").read_text() == "mine"
        assert len(list(tmp_path.iterdir())) == 2

    def test_numbers_of_numpy_are_numbers(self, tmp_path):
        shape = (np.prod((2, 3)),)
        model = Sequential(
            [
                Input(shape),
                layers.Reshape((np.int64(3), 2)),
                layers.Dropout(np.float64(0.5), seed=np.int64(1)),
            ]
        )
        model.save(tmp_path / "model.npz")
        again = load_model(tmp_path / "model.npz")
        assert again.output_shape == model.output_shape == (None, 3, 2)
        assert again.layers[1].seed == 1

    def test_without_the_optimizer(self, tmp_path):
        model = cnn()
        model.save(tmp_path / "model.npz")
        assert load_model(tmp_path / "model.npz", compile=False).optimizer is None
        plain = Sequential([Input((2,)), layers.Dense(1)])
        plain.save(tmp_path / "plain.npz")
        assert load_model(tmp_path / "plain.npz").optimizer is None

    def test_layers_of_your_own(self, tmp_path):
        class Doubled(layers.Dense):
            def call(self, x, training=False):
                return 2 * super().call(x, training)

        model = Sequential([Input((2,)), Doubled(3)])
        model.save(tmp_path / "model.npz")
        again = load_model(tmp_path / "model.npz", custom_objects={"Doubled": Doubled})
        x = np.ones((1, 2))
        np.testing.assert_array_equal(again(x), model(x))

    @pytest.mark.parametrize("loss", [Cubed(), Cubed])
    def test_losses_and_metrics_of_your_own(self, loss, tmp_path):
        model = Sequential([Input((2,)), layers.Dense(1)])
        model.compile(Slow(0.5), loss, metrics=[bias, Largest(name="top"), "mae"])
        x, y = RNG.normal(size=(2, 8, 2))
        y = y[:, :1]
        model.fit(x, y, verbose=0)
        model.save(tmp_path / "model.npz")
        own = {c.__name__: c for c in (Cubed, Slow, bias, Largest)}
        again = load_model(tmp_path / "model.npz", custom_objects=own)
        assert type(again.optimizer) is Slow
        expected = model.evaluate(x, y, return_dict=True)
        assert set(expected) == {"loss", "bias", "top", "mae"}
        assert again.evaluate(x, y, return_dict=True) == expected

    @pytest.mark.parametrize(
        ("compiled", "name"),
        [
            ({"loss": Cubed()}, "loss 'Cubed'"),
            ({"loss": "mse", "metrics": [bias]}, "metric 'bias'"),
            ({"loss": "mse", "weighted_metrics": [Largest()]}, "metric 'Largest'"),
        ],
    )
    def test_what_is_your_own_is_asked_for(self, compiled, name, tmp_path):
        model = Sequential([Input((2,)), layers.Dense(1)])
        model.compile("sgd", **compiled)
        model.save(tmp_path / "model.npz")
        with pytest.raises(ValueError, match=f"Unknown {name}.*custom_objects=.*compile=False"):
            load_model(tmp_path / "model.npz")
        assert load_model(tmp_path / "model.npz", compile=False).optimizer is None


class TestOptimizerState:
    """What an optimizer remembers belongs to a weight, whichever others are trained."""

    @staticmethod
    def trained(first, second):
        model = Sequential(
            [Input((first,)), *(layers.Dense(n, use_bias=False) for n in (first, second))]
        )
        model.compile("adam", "mse")
        x, y = RNG.normal(size=(16, first)), RNG.normal(size=(16, second))
        return model, x, y

    @pytest.mark.parametrize("units", [(3, 3), (3, 2)])
    def test_a_layer_frozen_after_training(self, units, tmp_path):
        model, x, y = self.trained(*units)
        model.fit(x, y, verbose=0)
        model.layers[0].trainable = False
        model.save(tmp_path / "model.npz")
        again = load_model(tmp_path / "model.npz")
        (state,) = again.optimizer.states
        for slot, array in model.optimizer.states[1].items():
            np.testing.assert_array_equal(state[slot], array)
        again.fit(x, y, verbose=0)

    def test_a_layer_thawed_after_training_starts_afresh(self, tmp_path):
        model, x, y = self.trained(3, 3)
        model.layers[0].trainable = False
        model.fit(x, y, verbose=0)
        model.layers[0].trainable = True
        model.save(tmp_path / "model.npz")
        first, second = load_model(tmp_path / "model.npz").optimizer.states
        assert not first["momentum"].any()
        np.testing.assert_array_equal(second["momentum"], model.optimizer.states[0]["momentum"])


class TestErrors:
    def test_file_names(self, tmp_path):
        model = cnn()
        with pytest.raises(ValueError, match=r"ends in \.npz, received 'model.keras'"):
            model.save("model.keras")
        with pytest.raises(FileNotFoundError, match=r"There is no file 'nowhere.npz'"):
            load_model("nowhere.npz")
        model.save(tmp_path / "model.npz")
        with pytest.raises(FileExistsError, match="overwrite=True"):
            model.save(tmp_path / "model.npz", overwrite=False)

    def test_folders(self, tmp_path):
        model = cnn()
        with pytest.raises(FileNotFoundError, match=r"no folder '.*missing'\. Make it first"):
            model.save(tmp_path / "missing" / "model.npz")
        (tmp_path / "folder.npz").mkdir()
        with pytest.raises(ValueError, match=r"expected the name of a file.*choose another"):
            model.save(tmp_path / "folder.npz")
        assert [path.name for path in tmp_path.iterdir()] == ["folder.npz"]

    def test_other_contents(self, tmp_path):
        model = cnn()
        model.save_weights(tmp_path / "weights.npz")
        with pytest.raises(ValueError, match="goes into a model with load_weights"):
            load_model(tmp_path / "weights.npz")
        with pytest.raises(ValueError, match=r"expected .* arrays, received"):
            residual().load_weights(tmp_path / "weights.npz")
        (tmp_path / "text.npz").write_text("hello")
        with pytest.raises(ValueError, match=r"expected an .npz file"):
            load_model(tmp_path / "text.npz")
        config = np.array(json.dumps({"format": 99}))
        np.savez(tmp_path / "future.npz", config=config)
        with pytest.raises(ValueError, match="format of the file: expected 2, received 99"):
            load_model(tmp_path / "future.npz")

    def test_an_argument_that_is_no_plain_data(self, tmp_path):
        model = Sequential([Input((2,)), layers.Dense(1, activation=lambda x: x)])
        with pytest.raises(ValueError, match=r"cannot be saved.*plain arguments"):
            model.save(tmp_path / "model.npz")

    def test_a_model_that_is_not_built(self, tmp_path):
        with pytest.raises(ValueError, match="not built yet"):
            Sequential([layers.Dense(1)]).save(tmp_path / "model.npz")
        Sequential([Input((2,)), layers.Dense(1)]).save_weights(tmp_path / "weights.npz")
        with pytest.raises(ValueError, match=r"received 2\. The model is not built yet: put Input"):
            Sequential([layers.Dense(1)]).load_weights(tmp_path / "weights.npz")


def test_datasets_and_models_work_together(tmp_path):
    """The recipe of the training chapter: train, save, load, and predict the same digits."""
    (x, y), (x_test, _) = datasets.digits.load_data()
    model = Sequential(
        [
            Input((8, 8)),
            layers.Rescaling(1 / 16),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=2, verbose=0, seed=0)
    model.save(tmp_path / "digits.npz")
    again = load_model(tmp_path / "digits.npz")
    np.testing.assert_array_equal(again.predict(x_test), model.predict(x_test))
