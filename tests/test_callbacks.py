"""The callbacks: they act at the same epochs as Keras's, and say what is wrong."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dlcourse
from dlcourse import callbacks, datasets, layers, models
from dlcourse.callbacks import Callback, CallbackList, EarlyStopping, ModelCheckpoint

LOSSES = st.lists(st.sampled_from([0.5, 0.625, 0.75, 1.0, 1.5, math.nan]), min_size=1, max_size=12)
MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class ScriptedModel:
    """A model whose "weights" are the number of the present epoch, and that saves nothing."""

    def __init__(self, rate=1.0):
        self.stop_training = False
        self.optimizer = SimpleNamespace(learning_rate=rate)
        self.metrics = []
        self.weights = -1
        self.saved = []

    def get_weights(self):
        return [self.weights]

    def set_weights(self, weights):
        self.weights = weights[0]

    def save(self, path, overwrite=True):
        self.saved.append(str(path).rpartition("/")[2].rpartition(".")[0])

    save_weights = save


def run(callback, script, name="val_loss", batches=0):
    """Train a scripted model: each number of the script is the result of one epoch."""
    model = ScriptedModel()
    callback.set_model(model)
    callback.set_params({"epochs": len(script), "steps": batches, "verbose": 0})
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(script):
        callback.on_epoch_begin(epoch)
        model.weights = epoch
        for batch in range(batches):
            callback.on_train_batch_end(batch, {"loss": 1.0})
        logs = {"loss": 1.0, name: value}
        callback.on_epoch_end(epoch, logs)
        rates.append((model.optimizer.learning_rate, logs.get("learning_rate")))
        if model.stop_training:
            break
    callback.on_train_end({})
    return SimpleNamespace(
        epochs=epoch + 1, weights=model.weights, rates=rates, saved=model.saved, callback=callback
    )


class TestEarlyStopping:
    @MANY
    @given(
        script=LOSSES,
        patience=st.integers(0, 3),
        delta=st.sampled_from([0, 0.125, -0.25]),
        mode=st.sampled_from(["min", "max"]),
        baseline=st.sampled_from([None, 0.75]),
        restore=st.booleans(),
        start=st.integers(0, 3),
    )
    def test_stops_and_restores_as_keras_does(
        self, keras, script, patience, delta, mode, baseline, restore, start
    ):
        arguments = {
            "monitor": "val_loss",
            "min_delta": delta,
            "patience": patience,
            "mode": mode,
            "baseline": baseline,
            "restore_best_weights": restore,
            "start_from_epoch": start,
        }
        ours = run(EarlyStopping(**arguments), script)
        theirs = run(keras.callbacks.EarlyStopping(**arguments), script)
        assert ours.epochs == theirs.epochs
        assert ours.weights == theirs.weights
        assert ours.callback.stopped_epoch == theirs.callback.stopped_epoch
        assert ours.callback.wait == theirs.callback.wait
        assert ours.callback.best_epoch == theirs.callback.best_epoch

    def test_by_hand(self):
        result = run(EarlyStopping(patience=2, restore_best_weights=True), [3, 2, 1, 2, 3, 4])
        assert result.epochs == 5  # two epochs after the best one
        assert result.weights == 2  # those of the best
        assert run(EarlyStopping(patience=2), [3, 2, 1, 2, 3, 4]).weights == 4

    def test_can_be_used_again(self):
        stop = EarlyStopping(patience=1)
        assert run(stop, [1, 2, 3]).epochs == 2
        assert run(stop, [5, 4, 3, 4]).epochs == 4

    def test_direction_comes_from_the_name(self):
        assert run(EarlyStopping("val_accuracy"), [0.5, 0.6, 0.7], "val_accuracy").epochs == 3
        assert run(EarlyStopping("val_accuracy"), [0.7, 0.6, 0.5], "val_accuracy").epochs == 2
        assert run(EarlyStopping("val_mae"), [0.7, 0.6, 0.5], "val_mae").epochs == 3
        with pytest.raises(ValueError, match='Say mode="max" or mode="min"'):
            run(EarlyStopping("val_zest"), [1, 2, 3], "val_zest")

    def test_reports_when_asked(self, capsys):
        run(EarlyStopping(patience=1, verbose=1, restore_best_weights=True), [1, 2, 3])
        printed = capsys.readouterr().out
        assert "Epoch 2: early stopping" in printed
        assert "best epoch, 1" in printed

    def test_unknown_names(self):
        with pytest.raises(ValueError, match=r"'val_los'\. Did you mean 'val_loss'"):
            run(EarlyStopping("val_los"), [1])
        with pytest.raises(ValueError, match="need validation_data"):
            run(EarlyStopping("val_auc"), [1], name="auc")
        with pytest.raises(ValueError, match='mode: expected "auto", "min" or "max"'):
            EarlyStopping(mode="lowest")


class TestReduceLROnPlateau:
    @MANY
    @given(
        script=LOSSES,
        patience=st.integers(0, 3),
        cooldown=st.integers(0, 2),
        least=st.sampled_from([0.0, 0.25]),
        delta=st.sampled_from([0.0, 0.125]),
        mode=st.sampled_from(["min", "max"]),
    )
    def test_reduces_as_keras_does(self, keras, script, patience, cooldown, least, delta, mode):
        arguments = {
            "factor": 0.5,
            "patience": patience,
            "cooldown": cooldown,
            "min_lr": least,
            "min_delta": delta,
            "mode": mode,
        }
        ours = run(callbacks.ReduceLROnPlateau(**arguments), script)
        theirs = run(keras.callbacks.ReduceLROnPlateau(**arguments), script)
        assert ours.rates == theirs.rates

    def test_by_hand(self):
        reduce = callbacks.ReduceLROnPlateau(factor=0.5, patience=2, cooldown=1)
        rates = [rate for rate, _ in run(reduce, [1.0] * 9).rates]
        assert rates == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625]

    def test_reports_when_asked(self, capsys):
        run(callbacks.ReduceLROnPlateau(patience=1, verbose=1), [1.0, 1.0])
        assert "Epoch 2: learning rate reduced to 0.1" in capsys.readouterr().out

    def test_refuses_a_factor_that_does_not_reduce(self):
        with pytest.raises(ValueError, match=r"factor: expected a number in \(0, 1\), received 1"):
            callbacks.ReduceLROnPlateau(factor=1)


class TestModelCheckpoint:
    @MANY
    @given(
        script=LOSSES,
        best=st.booleans(),
        first=st.sampled_from([None, 0.75]),
        mode=st.sampled_from(["min", "max"]),
        weights=st.booleans(),
    )
    def test_saves_after_the_same_epochs_as_keras(self, keras, script, best, first, mode, weights):
        arguments = {
            "save_best_only": best,
            "initial_value_threshold": first,
            "mode": mode,
            "save_weights_only": weights,
        }
        ending = ".weights.h5" if weights else ".keras"
        ours = run(ModelCheckpoint("{epoch:02d}-{val_loss:.3f}.npz", **arguments), script)
        theirs = run(
            keras.callbacks.ModelCheckpoint("{epoch:02d}-{val_loss:.3f}" + ending, **arguments),
            script,
        )
        assert ours.saved == [name.removesuffix(".weights") for name in theirs.saved]

    def test_saves_every_so_many_batches_as_keras_does(self, keras):
        name = "{epoch}-{batch}"
        ours = run(ModelCheckpoint(name + ".npz", save_freq=3), [1, 1], batches=5)
        theirs = run(
            keras.callbacks.ModelCheckpoint(name + ".keras", save_freq=3, mode="min"),
            [1, 1],
            batches=5,
        )
        assert ours.saved == theirs.saved == ["1-3", "2-1", "2-4"]

    def test_writes_a_model_that_loads(self, tmp_path):
        model = small_model()
        x, y = datasets.moons(40, seed=0)
        save = ModelCheckpoint(tmp_path / "deep" / "best.npz", "loss", save_best_only=True)
        model.fit(x, y, epochs=2, verbose=0, callbacks=save, seed=0)
        again = models.load_model(tmp_path / "deep" / "best.npz")
        np.testing.assert_array_equal(again.predict(x), model.predict(x))

    def test_reports_when_asked(self, capsys):
        run(ModelCheckpoint("a.npz", verbose=1), [1.0])
        assert "Epoch 1: saved a.npz" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: ModelCheckpoint("a.keras"), r"a name that ends in \.npz, received 'a.keras'"),
            (lambda: ModelCheckpoint("a.npz", save_freq=0), "save_freq"),
            (
                lambda: run(ModelCheckpoint("{val_los}.npz"), [1.0]),
                r"'val_los'\. Did you mean 'val_loss'",
            ),
            (lambda: run(ModelCheckpoint("a{}.npz"), [1.0]), r"{epoch:02d}.*in it, received 'a{}"),
            (lambda: run(ModelCheckpoint("a{.npz"), [1.0]), r"filepath: expected e\.g\. {epoch"),
            (
                lambda: run(ModelCheckpoint("{loss:d}.npz"), [1.0]),
                r"in it, received '{loss:d}.*Unknown form",
            ),
        ],
    )
    def test_says_what_is_wrong(self, make, words):
        with pytest.raises(ValueError, match=words):
            make()


class TestCSVLogger:
    @pytest.mark.parametrize("name", ["val_loss", "accuracy"])
    @pytest.mark.parametrize("append", [False, True])
    def test_writes_the_same_file_as_keras(self, keras, tmp_path, name, append):
        texts = []
        for library in (callbacks, keras.callbacks):
            path = tmp_path / "log.csv"
            path.unlink(missing_ok=True)
            for script in ([0.5, 0.25], [1.5]):
                run(library.CSVLogger(str(path), separator=";", append=append), script, name)
            texts.append(path.read_bytes())
        assert texts[0] == texts[1]
        assert texts[0].count(b"epoch") == 1
        assert len(texts[0].splitlines()) == (4 if append else 2)


class TestLearningRateScheduler:
    def test_sets_the_rate_before_each_epoch_and_logs_it(self):
        result = run(callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2), [1, 1, 1])
        assert result.rates == [(0.5, 0.5), (0.25, 0.25), (0.125, 0.125)]

    @pytest.mark.parametrize(
        "schedule",
        [
            lambda epoch: 0.5**epoch,
            lambda epoch: np.float32(0.125) * epoch,
            lambda epoch, rate=8.0: rate / 2,
            lambda epoch, *, low=0.25: low,
            dlcourse.optimizers.schedules.InverseTimeDecay(0.5, 1, 1.0),
        ],
    )
    def test_takes_what_keras_takes(self, keras, schedule):
        ours, theirs = (
            run(library.LearningRateScheduler(schedule), [1, 1, 1])
            for library in (callbacks, keras.callbacks)
        )
        assert ours.rates == theirs.rates

    def test_refuses_a_schedule_with_other_parameters(self):
        for bad in (lambda: 0.1, lambda epoch, rate, step: rate, 0.1):
            with pytest.raises(ValueError, match="LearningRateScheduler: schedule: expected a fun"):
                callbacks.LearningRateScheduler(bad)

    def test_an_error_in_the_schedule_stays_what_it_is(self):
        with pytest.raises(TypeError, match="unsupported operand"):
            run(callbacks.LearningRateScheduler(lambda epoch, rate: rate + "1"), [1])

    def test_refuses_what_is_no_number(self):
        with pytest.raises(ValueError, match="schedule returns: expected a float, received None"):
            run(callbacks.LearningRateScheduler(lambda epoch, rate: None), [1])

    def test_reports_when_asked(self, capsys):
        run(callbacks.LearningRateScheduler(lambda epoch, rate: 0.25, verbose=1), [1])
        assert "Epoch 1: learning rate 0.25" in capsys.readouterr().out


def small_model(rate=0.1):
    model = models.Sequential([layers.Input((2,)), layers.Dense(2, activation="softmax")])
    model.compile(dlcourse.optimizers.SGD(rate), "sparse_categorical_crossentropy")
    return model


def diverging_model():
    """Return a model whose loss overflows within a few steps."""
    model = models.Sequential([layers.Input((2,)), layers.Dense(3), layers.Dense(1)])
    model.compile(dlcourse.optimizers.SGD(1e4), "mse")
    return model


class TestTerminateOnNaN:
    def test_ends_training_with_a_line_of_text(self, capsys):
        x, y = datasets.moons(200, seed=0)
        model = diverging_model()
        history = model.fit(
            x,
            y,
            epochs=9,
            batch_size=8,
            verbose=0,
            validation_data=(x, y),
            callbacks=[callbacks.TerminateOnNaN(), EarlyStopping(patience=9)],
        )
        assert history.epoch == [0]
        assert not math.isfinite(history.history["loss"][-1])
        assert math.isnan(history.history["val_loss"][-1])
        assert "training ends here" in capsys.readouterr().out
        assert all(np.isfinite(w).all() for w in model.get_weights())

    def test_raises_when_asked(self):
        x, y = datasets.moons(200, seed=0)
        with pytest.raises(RuntimeError, match=r"the loss is (nan|inf)"):
            diverging_model().fit(
                x, y, batch_size=8, verbose=0, callbacks=callbacks.TerminateOnNaN(raise_error=True)
            )

    def test_lets_finite_losses_pass(self):
        x, y = datasets.moons(40, seed=0)
        history = small_model().fit(x, y, 8, 3, verbose=0, callbacks=callbacks.TerminateOnNaN())
        assert history.epoch == [0, 1, 2]


class Diary(Callback):
    """Writes down what it is told."""

    def __init__(self):
        super().__init__()
        self.lines = []
        self.logs = []


def _note(name):
    def method(self, *arguments, logs=None):
        logs = next((a for a in arguments if isinstance(a, dict)), logs)
        number = [a for a in arguments if isinstance(a, int)]
        self.lines.append((name, *number))
        self.logs.append((name, sorted(logs) if logs else []))

    return method


HOOKS = [name for name in dir(Callback) if name.startswith("on_")]
for _name in HOOKS:
    if _name not in ("on_batch_begin", "on_batch_end"):
        setattr(Diary, _name, _note(_name))


class TestHooks:
    def test_have_keras_s_names(self, keras):
        assert set(HOOKS) == {n for n in dir(keras.callbacks.Callback) if n.startswith("on_")}

    def test_are_called_in_keras_s_order_and_with_its_logs(self, keras):
        class KerasDiary(keras.callbacks.Callback):
            def __init__(self):
                super().__init__()
                self.lines = []
                self.logs = []

        for name in HOOKS:
            if name not in ("on_batch_begin", "on_batch_end"):
                setattr(KerasDiary, name, _note(name))

        x, y = datasets.moons(50, seed=0)
        diaries = []
        for library, diary in ((dlcourse, Diary()), (keras, KerasDiary())):
            model = library.Sequential(
                [library.Input((2,)), library.layers.Dense(2, activation="softmax")]
            )
            model.compile(library.optimizers.SGD(0.125), "sparse_categorical_crossentropy")
            model.fit(x, y, epochs=2, verbose=0, callbacks=[diary], validation_split=0.2)
            model.evaluate(x, y, verbose=0, callbacks=[diary])
            model.predict(x, verbose=0, callbacks=[diary])
            diaries.append(diary)
        assert diaries[0].lines == diaries[1].lines
        training = ("on_train_batch_end", "on_epoch_end", "on_train_end", "on_test_end")
        ours, theirs = (
            [(name, logs) for name, logs in d.logs if name in training] for d in diaries
        )
        assert ours == theirs

    def test_on_batch_end_is_another_name_of_on_train_batch_end(self):
        class Counter(Callback):
            batches = 0

            def on_batch_end(self, batch, logs=None):
                assert logs["loss"] > 0
                self.batches += 1

        counter = Counter()
        x, y = datasets.moons(50, seed=0)
        small_model().fit(x, y, batch_size=20, epochs=2, verbose=0, callbacks=[counter])
        assert counter.batches == 6

    def test_know_the_model_and_the_plan(self):
        seen = {}

        class Look(Callback):
            def on_train_begin(self, logs=None):
                seen.update(self.params, model=self.model)

        x, y = datasets.moons(50, seed=0)
        model = small_model()
        model.fit(x, y, batch_size=20, epochs=2, verbose=0, callbacks=Look())
        assert seen == {"epochs": 2, "steps": 3, "verbose": 0, "model": model}

    def test_stop_training_ends_after_the_batch(self):
        class Stop(Callback):
            def on_train_batch_end(self, batch, logs=None):
                self.model.stop_training = batch == 1

        x, y = datasets.moons(50, seed=0)
        model = small_model()
        history = model.fit(x, y, batch_size=10, epochs=3, verbose=0, callbacks=[Stop()])
        assert history.epoch == [0]
        assert model.optimizer.iterations == 2

    def test_history_goes_on_when_it_is_used_again(self):
        history = callbacks.History()
        run(history, [1, 2])
        run(history, [3])
        assert history.history["val_loss"] == [1, 2, 3]
        assert history.epoch == [0]

    def test_refuses_what_is_no_callback(self):
        with pytest.raises(ValueError, match="with the brackets of the call"):
            CallbackList([EarlyStopping], model=None)
