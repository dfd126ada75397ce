"""One suite that every exported class and function passes, found without anyone naming it.

A new class is tested as soon as it is exported. If it cannot be made without arguments, it needs a
line in EXAMPLES.
"""

import inspect
import json
import types

import numpy as np
import pytest

import dlcourse
from dlcourse import (
    activations,
    callbacks,
    config,
    datasets,
    gradcheck,
    initializers,
    layers,
    ledger,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    schedules,
    twins,
    utils,
)

MODULES = (
    activations,
    callbacks,
    config,
    datasets,
    gradcheck,
    initializers,
    layers,
    ledger,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    schedules,
    twins,
    utils,
)

# The arguments of classes that need some.
EXAMPLES = {
    "Activation": {"activation": "tanh"},
    "AveragePooling2D": {"pool_size": 2},
    "Conv1D": {"filters": 3, "kernel_size": 2},
    "Conv2D": {"filters": 3, "kernel_size": 2},
    "CosineDecay": {"initial_learning_rate": 0.5, "decay_steps": 10},
    "CosineDecayRestarts": {"initial_learning_rate": 0.5, "first_decay_steps": 10},
    "CSVLogger": {"filename": "log.csv"},
    "Dense": {"units": 3},
    "DepthwiseConv2D": {"kernel_size": 2},
    "Dropout": {"rate": 0.5},
    "ExponentialDecay": {"initial_learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.5},
    "InverseTimeDecay": {"initial_learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.5},
    "LearningRateScheduler": {"schedule": lambda epoch, rate: rate},
    "LeakyReLU": {"negative_slope": 0.25},  # Keras rounds its default, 0.3, to float32
    "MeanMetricWrapper": {"fn": losses.mean_squared_error},
    "ModelCheckpoint": {"filepath": "model.npz"},
    "PiecewiseConstantDecay": {"boundaries": [5], "values": [0.5, 0.25]},
    "PolynomialDecay": {"initial_learning_rate": 0.5, "decay_steps": 10},
    "Rescaling": {"scale": 0.5},
    "Reshape": {"target_shape": (-1,)},
    "SpatialDropout2D": {"rate": 0.5},
}
# What is meant to be subclassed or is made by something else, and is no example of its kind.
BASES = {
    *("Callback", "CallbackList", "Initializer", "Layer", "LearningRateSchedule", "Loss"),
    *("Metric", "Optimizer", "RandomInitializer", "Regularizer", "SymbolicTensor"),
    *("FitComparison", "GradientError", "Report", "Case", "Entry", "Row", "LedgerError"),
}
# What an argument of a name takes of all that a wrong call could hand over.
TAKES = {
    "name": (str,),
    "filename": (str,),
    "separator": (str,),
    "monitor": (str,),
    "noise_shape": (list,),  # compared with the input, once there is one
    "target_shape": (list,),
    "layers": (list,),
    "input_axes": (list,),
    "output_axes": (list,),
    "padding": (np.ndarray,),  # ((top, bottom), (left, right))
}
IMAGE = (2, 5, 5, 4)
INPUT_SHAPES = {"Dense": (2, 4), "Conv1D": (2, 6, 4)}
INPUT_SHAPES |= dict.fromkeys(("Activation", "Softmax", "LayerNormalization"), (2, 4))


def exported():
    """Yield (module, name, value) for all that the modules export."""
    for module in MODULES:
        names = getattr(module, "__all__", None) or [
            name
            for name, value in vars(module).items()
            if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
        ]
        for name in names:
            value = getattr(module, name)
            if callable(value) and not isinstance(value, types.ModuleType):
                yield module, name, value


EXPORTED = list(exported())
CLASSES = [
    (module, name, value)
    for module, name, value in EXPORTED
    if inspect.isclass(value) and name not in BASES
]
FUNCTIONS = [(m, n, v) for m, n, v in EXPORTED if not inspect.isclass(v)]


def arguments_of(cls):
    """Return the names of the arguments of a constructor."""
    parameters = inspect.signature(cls).parameters.values()
    return [p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]


def takes(name, value):
    """Return whether an argument of this name takes such a value."""
    if name.endswith("_initializer") and isinstance(value, np.ndarray):
        return True  # the values themselves
    return isinstance(value, TAKES.get(name, ()))


def of(module):
    """Return the classes of a module as parameters of a test."""
    return [pytest.param(c, id=name) for m, name, c in CLASSES if m is module]


def make(cls, **further):
    """Return an object of a class, from its example arguments or from none."""
    if issubclass(cls, models.Model):
        inputs = layers.Input((4,))
        if cls is models.Sequential:
            return cls([inputs, layers.Dense(2)])
        return cls(inputs, layers.Dense(2)(inputs))
    return cls(**EXAMPLES.get(cls.__name__, {}), **further)


def input_for(cls, rng, batch=2):
    """Return an input (a list for a merging layer) that a layer takes."""
    shape = (batch, *INPUT_SHAPES.get(cls.__name__, IMAGE)[1:])
    if cls in (layers.Add, layers.Concatenate):
        return [rng.normal(size=shape), rng.normal(size=shape)]
    return rng.normal(size=shape)


def example_targets(loss_or_metric, rng, batch=6):
    """Return labels and predictions that suit a loss or a metric, by what its name says."""
    name = loss_or_metric.__class__.__name__
    scores = rng.uniform(0.1, 0.9, (batch, 3))
    if name.startswith("Sparse"):
        return rng.integers(0, 3, batch), scores / scores.sum(axis=1, keepdims=True)
    if "Categorical" in name or name in ("F1Score", "KLDivergence"):
        one_hot = np.eye(3)[rng.integers(0, 3, batch)]
        return one_hot, scores / scores.sum(axis=1, keepdims=True)
    if name in ("Precision", "Recall", "AUC") or name.startswith("Binary"):
        return rng.integers(0, 2, (batch, 1)).astype(float), scores[:, :1]
    if "Hinge" in name:
        return rng.choice([-1.0, 1.0], (batch, 3)), scores
    return rng.normal(size=(batch, 3)), scores


# ---------------------------------------------------------------- everything


@pytest.mark.parametrize("entry", EXPORTED, ids=lambda e: f"{e[0].__name__[9:]}.{e[1]}")
class TestDocumentation:
    def test_begins_with_one_sentence(self, entry):
        text = inspect.getdoc(entry[2])
        assert text, "a docstring is missing"
        first = text.split("\n\n")[0].replace("\n", " ")
        assert first.endswith((".", ":")), first
        assert len(first) < 200, first

    def test_says_what_its_twin_is(self, entry):
        module, name, value = entry
        at_home = {schedules: "optimizers.schedules"}.get(module, module.__name__[9:])
        keras = twins.import_keras()
        home = keras
        for part in at_home.split("."):
            home = getattr(home, part, None)
        if hasattr(home, name) and name not in BASES and name != "get":
            assert "Keras twin:" in inspect.getdoc(value) or "keras.config" in module.__doc__

    def test_is_typed(self, entry):
        function = entry[2].__init__ if inspect.isclass(entry[2]) else entry[2]
        if function is object.__init__ or isinstance(function, types.WrapperDescriptorType):
            return
        signature = inspect.signature(function)
        untyped = [
            name
            for name, parameter in signature.parameters.items()
            if parameter.annotation is inspect.Parameter.empty and name != "self"
        ]
        assert untyped == []
        assert signature.return_annotation is not inspect.Signature.empty


class TestEveryClass:
    @pytest.mark.parametrize("cls", [pytest.param(c, id=n) for _, n, c in CLASSES])
    def test_can_be_made_and_shows_its_name(self, cls):
        text = repr(make(cls))
        assert cls.__name__ in text
        assert " object at 0x" not in text

    @pytest.mark.parametrize(
        "cls", [pytest.param(c, id=n) for m, n, c in CLASSES if m is not callbacks]
    )
    def test_configuration_is_plain_and_makes_an_equal_object(self, cls):
        one = make(cls)
        described = one.get_config()
        if cls is not metrics.MeanMetricWrapper:  # which holds a function
            assert json.loads(json.dumps(described)).keys() == described.keys()
        two = type(one).from_config(described)
        assert type(two) is type(one)
        assert two.get_config() == described

    @pytest.mark.parametrize(
        "cls",
        # MeanMetricWrapper hands further arguments on to its function.
        [pytest.param(c, id=n) for _, n, c in CLASSES if c is not metrics.MeanMetricWrapper],
    )
    def test_refuses_an_argument_that_it_does_not_have(self, cls):
        with pytest.raises(TypeError, match=r"no_such_argument|takes no arguments"):
            cls(**EXAMPLES.get(cls.__name__, {}), no_such_argument=1)

    @pytest.mark.parametrize(
        "cls",
        # The mistakes of a Model are in the connections of its tensors: tests/models/test_model.py.
        [pytest.param(c, id=n) for _, n, c in CLASSES if c is not models.Model],
    )
    def test_refuses_arguments_of_the_wrong_kind_with_a_sentence(self, cls):
        for name in arguments_of(cls):
            for bad in (object(), "banana", float("nan"), [], np.ones((2, 2)), {"a": 1}):
                if takes(name, bad):
                    continue
                with pytest.raises((ValueError, TypeError)) as caught:
                    cls(**EXAMPLES.get(cls.__name__, {}) | {name: bad})
                text = str(caught.value)
                assert any(w in text for w in ("expected", "Unknown")), (name, bad, text)
                assert any(w in text for w in ("received", "Known names")), (name, bad, text)


# ---------------------------------------------------------------- layers


@pytest.mark.parametrize("cls", of(layers))
class TestEveryLayer:
    def test_documentation_has_its_parts(self, cls):
        text = inspect.getdoc(cls)
        for part in ("Shapes:", "Keras twin:", "    y"):
            assert part in text, part

    def test_gradients_equal_slopes(self, cls, rng):
        layer = make(cls, dtype="float64")
        report = gradcheck.check_layer(layer, input_for(cls, rng))
        assert report.error < 1e-7
        assert report.entries > 0

    def test_equals_its_twin(self, keras, cls, rng):
        """Output, gradients of the input and of the weights, in training where it is the same."""
        import tensorflow as tf

        x = input_for(cls, rng)
        several = isinstance(x, list)
        tensors = [layers.Input(a.shape[1:]) for a in (x if several else [x])]
        ours = models.Model(
            tensors if several else tensors[0],
            make(cls)(tensors if several else tensors[0]),
        )
        ours.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in ours.get_weights()])
        theirs = twins.to_keras(ours)
        training = cls not in (layers.Dropout, layers.SpatialDropout2D)
        inputs = [tf.constant(a) for a in (x if several else [x])]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            y = theirs(inputs if several else inputs[0], training=training)
            dy = rng.normal(size=y.shape)
            total = tf.reduce_sum(y * dy)
        expected = tape.gradient(total, [*inputs, *theirs.trainable_variables])
        assert twins.largest_difference(ours(x, training=training), y.numpy()) < 1e-12
        dxs = ours.backward(dy)
        gradients = [ours.grads[name] for name in ours.weight_names(trainable=True)]
        found = [*(dxs if several else [dxs]), *gradients]
        assert twins.largest_difference(found, [e.numpy() for e in expected]) < 1e-12

    def test_takes_one_sample(self, cls, rng):
        x = input_for(cls, rng, batch=1)
        layer = make(cls)
        y = layer(x)
        shapes = [a.shape for a in x] if isinstance(x, list) else x.shape
        assert y.shape == layer.compute_output_shape(shapes)
        dx = layer.backward(np.ones_like(y))
        assert [d.shape for d in dx] == shapes if isinstance(x, list) else dx.shape == shapes

    def test_keeps_its_float_type_and_its_input(self, cls, rng):
        x = input_for(cls, rng)
        before = np.array(x)
        for dtype in ("float32", "float64"):
            layer = make(cls, dtype=dtype)
            y = layer(x, training=True)
            assert y.dtype == dtype
            dx = layer.backward(np.ones_like(y))
            assert all(d.dtype == dtype for d in (dx if isinstance(x, list) else [dx]))
            assert all(g.dtype == dtype for g in layer.grads.values())
        np.testing.assert_array_equal(np.array(x), before)

    def test_refuses_bad_input_with_a_sentence(self, cls, rng):
        x = input_for(cls, rng)

        def bad(change):
            return [change(a) for a in x] if isinstance(x, list) else change(x)

        for change in (lambda a: a.astype(str), lambda a: a[:0], lambda a: a[0, ..., None] * 1j):
            with pytest.raises(ValueError, match=r"expected .*, received"):
                make(cls)(bad(change))
        if cls.input_rank is not None:
            with pytest.raises(ValueError, match=f"expected {cls.input_rank} axes"):
                make(cls)(bad(lambda a: a[..., None]))


# ---------------------------------------------------------------- losses, metrics, regularizers


@pytest.mark.parametrize("cls", of(losses))
class TestEveryLoss:
    def test_gradient_equals_slopes(self, cls, rng):
        loss = make(cls)
        assert gradcheck.check_loss(loss, *example_targets(loss, rng)).error < 1e-7

    def test_equals_its_twin(self, keras, cls, rng):
        import tensorflow as tf

        loss = make(cls)
        y_true, y_pred = example_targets(loss, rng)
        weight = rng.uniform(0, 2, len(y_true))
        with tf.GradientTape() as tape:
            prediction = tf.constant(y_pred)
            tape.watch(prediction)
            theirs = getattr(keras.losses, cls.__name__)()(y_true, prediction, weight)
        assert abs(loss(y_true, y_pred, weight) - theirs.numpy()) < 1e-12
        expected = tape.gradient(theirs, prediction).numpy()
        assert twins.largest_difference(loss.gradient(y_true, y_pred, weight), expected) < 1e-12

    def test_takes_one_sample(self, cls, rng):
        loss = make(cls)
        y_true, y_pred = example_targets(loss, rng, batch=1)
        assert np.isfinite(loss(y_true, y_pred))
        assert loss.gradient(y_true, y_pred).shape == y_pred.shape

    def test_refuses_bad_input_with_a_sentence(self, cls, rng):
        loss = make(cls)
        y_true, y_pred = example_targets(loss, rng)
        for bad in ((y_true, y_pred[:-1]), (y_true[:0], y_pred[:0]), (y_true, y_pred.astype(str))):
            with pytest.raises(ValueError, match="expected"):
                loss(*bad)


@pytest.mark.parametrize("cls", of(metrics))
class TestEveryMetric:
    def test_equals_its_twin_over_two_batches(self, keras, cls, rng):
        ours = make(cls)
        arguments = EXAMPLES.get(cls.__name__, {})
        if cls is metrics.MeanMetricWrapper:
            arguments = {"fn": keras.losses.mean_squared_error}
        theirs = getattr(keras.metrics, cls.__name__)(**arguments)
        for batch in (6, 3):
            data = example_targets(ours, rng, batch)
            # TensorFlow finds the top k of float32 only.
            data = [np.asarray(a, np.float32) if a.dtype.kind == "f" else a for a in data]
            data = data[1:] if cls is metrics.Mean else data
            ours.update_state(*data)
            theirs.update_state(*data)
        expected = np.asarray(theirs.result())
        assert np.shape(ours.result()) == expected.shape
        np.testing.assert_allclose(ours.result(), expected, atol=1e-6)

    def test_reset_forgets(self, cls, rng):
        metric = make(cls)
        data = example_targets(metric, rng)
        data = data[1:] if cls is metrics.Mean else data
        before = metric.result()
        first = metric(*data)
        metric.reset_state()
        np.testing.assert_array_equal(metric.result(), before)
        np.testing.assert_array_equal(metric(*data), first)


@pytest.mark.parametrize("cls", of(regularizers))
class TestEveryRegularizer:
    def test_gradient_equals_slopes_and_its_twin(self, keras, cls, rng):
        penalty = cls(**dict.fromkeys(cls().get_config(), 0.25))
        twin = getattr(keras.regularizers, cls.__name__)(**penalty.get_config())
        w = rng.normal(size=(3, 4))
        slopes = gradcheck.numerical_gradient(penalty, w)
        assert gradcheck.scaled_error(penalty.gradient(w), slopes) < 1e-8
        assert float(penalty(w)) == pytest.approx(float(twin(keras.ops.convert_to_tensor(w))))
        assert penalty(w) > 0


@pytest.mark.parametrize("cls", of(initializers))
class TestEveryInitializer:
    def test_shape_float_type_and_seed(self, cls):
        initializer = make(cls)
        for dtype in ("float32", "float64"):
            w = initializer((6, 5), dtype=dtype)
            assert w.shape == (6, 5)
            assert w.dtype == dtype
            assert np.isfinite(w).all()
        if "seed" in initializer.get_config():
            one, two, three = (cls(seed=s)((6, 5)) for s in (1, 1, 2))
            np.testing.assert_array_equal(one, two)
            assert np.any(one != three)

    def test_name_is_known(self, cls):
        assert type(initializers.get(cls.__name__)) is cls


# ---------------------------------------------------------------- training


@pytest.mark.parametrize("cls", of(optimizers))
class TestEveryOptimizer:
    def test_goes_down_a_bowl(self, cls):
        w = np.array([1.0, -2.0])
        optimizer = cls(learning_rate=1.0 if cls is optimizers.Adadelta else 0.01)
        before = float(w @ w)
        for _ in range(200):
            optimizer.apply([2 * w], [w])
        assert w @ w < before

    def test_name_is_known(self, cls):
        assert type(optimizers.get(cls.__name__)) is cls
        assert type(optimizers.get(cls.__name__.lower())) is cls

    def test_trains_float32_weights_of_any_shape(self, cls):
        variables = [np.ones(s, np.float32) for s in ((), (1,), (2, 3), (2, 2, 2, 2))]
        optimizer = make(cls)
        optimizer.apply([np.ones_like(v) for v in variables], variables)
        assert all(v.dtype == np.float32 for v in variables)
        assert all(np.all(v < 1) for v in variables)


@pytest.mark.parametrize("cls", of(schedules))
class TestEverySchedule:
    def test_gives_positive_rates_and_trains(self, cls):
        schedule = make(cls)
        rates = [schedule(step) for step in range(30)]
        assert all(isinstance(rate, float) and 0 <= rate <= 0.5 for rate in rates)
        assert rates[0] == 0.5
        assert min(rates) < 0.5
        optimizer, w = optimizers.SGD(schedule), np.array([0.0])
        for _ in range(3):
            optimizer.apply([np.ones(1)], [w])
        assert w[0] == pytest.approx(-sum(rates[:3]))


@pytest.mark.parametrize("cls", of(callbacks))
class TestEveryCallback:
    def test_can_be_used_twice_in_training(self, cls, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        x, y = datasets.moons(40, seed=0)
        model = models.Sequential([layers.Input((2,)), layers.Dense(2, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        callback = make(cls)
        for _ in range(2):
            history = model.fit(
                x, y, epochs=2, validation_split=0.2, verbose=0, callbacks=[callback]
            )
            assert history.epoch == [0, 1]


# ---------------------------------------------------------------- functions


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(f, id=n)
        for m, n, f in FUNCTIONS
        if m is activations and n not in ("get", "vjp") and not n.endswith("_vjp")
    ],
)
class TestEveryActivation:
    def test_keeps_shape_and_float_type(self, function, rng):
        x = rng.normal(size=(3, 4))
        shape = (3,) if function is activations.logsumexp else (3, 4)
        for dtype in (np.float32, np.float64):
            y = function(x.astype(dtype))
            assert y.shape == shape
            assert y.dtype == dtype
        assert function(np.array([[1, 2], [3, 4]])).dtype == np.float64
        assert np.shape(function([[1.0, 2.0]])) == shape[:-1][:0] + np.shape(
            function(np.array([[1.0, 2.0]]))
        )

    def test_stays_finite_at_a_thousand(self, function):
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            assert np.isfinite(function(np.array([[-1000.0, 0.0, 1000.0]]))).all()

    def test_does_not_change_its_input(self, function, rng):
        x = rng.normal(size=(3, 4))
        before = x.copy()
        function(x)
        np.testing.assert_array_equal(x, before)

    def test_refuses_text_with_a_sentence(self, function):
        with pytest.raises(ValueError, match="expected an array of real numbers"):
            function(np.array([["a", "b"]]))


GETTERS = [(m, f) for m, n, f in FUNCTIONS if n == "get" and m is not schedules]


@pytest.mark.parametrize(("module", "get"), GETTERS, ids=[m.__name__[9:] for m, _ in GETTERS])
def test_every_get_answers_an_unknown_name_with_the_nearest(module, get):
    known = {
        activations: "relu",
        initializers: "glorot_uniform",
        losses: "mse",
        metrics: "precision",
        optimizers: "adam",
        regularizers: "l2",
    }[module]
    with pytest.raises(ValueError, match=rf"Unknown .*'{known}x'\. Did you mean '{known}'\?"):
        get(f"{known}x")


def test_every_kind_of_class_was_found():
    """A guard for the suite itself: discovery that finds nothing would pass everything."""
    counts = {module.__name__[9:]: len(of(module)) for module in MODULES}
    for name, least in {
        "layers": 22,
        "losses": 10,
        "metrics": 12,
        "optimizers": 8,
        "schedules": 6,
        "callbacks": 8,
        "initializers": 12,
        "regularizers": 3,
    }.items():
        assert counts[name] >= least, name
    assert set(dlcourse.__all__) >= {module.__name__[9:] for module in MODULES}
