"""Initializers: Keras's distributions, fans and defaults; seeds that mean what they say."""

import inspect

import numpy as np
import pytest

from dlcourse import initializers
from dlcourse.gradcheck import scaled_error

PRESETS = [
    "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal",
]  # fmt: skip
RANDOM = [
    *PRESETS, "RandomNormal", "TruncatedNormal", "RandomUniform", "VarianceScaling", "Orthogonal",
]  # fmt: skip
FIXED = ["Zeros", "Ones", "Constant"]
KERNELS = {
    "dense": (40, 60),
    "conv1d": (3, 20, 40),
    "conv2d": (3, 5, 16, 8),
    "conv3d": (2, 2, 3, 8, 12),
    "depthwise": (5, 5, 64, 1),
    "bias": (1000,),
}


def make(name, **arguments):
    return getattr(initializers, name)(**arguments)


@pytest.mark.parametrize("shape", [*KERNELS.values(), (), (0, 3), (1, 1)])
def test_fans_equal_keras(keras, shape):
    from keras.src.initializers.random_initializers import compute_fans

    assert initializers.compute_fans(shape) == compute_fans(shape)
    if len(shape) > 2:
        axes = ([0, 1], [len(shape) - 1])
        assert initializers.compute_fans(shape, *axes) == compute_fans(shape, *axes)


def test_fans_by_hand():
    assert initializers.compute_fans((64, 10)) == (64, 10)
    assert initializers.compute_fans((3, 3, 8, 16)) == (72, 144)


@pytest.mark.parametrize("shape", KERNELS.values(), ids=KERNELS)
@pytest.mark.parametrize("name", PRESETS)
def test_scale_equals_keras(keras, monkeypatch, name, shape):
    # What Keras asks its random generator for: the limit or the standard deviation, exactly.
    asked = {}
    for function in ("uniform", "truncated_normal"):
        monkeypatch.setattr(
            f"keras.src.initializers.random_initializers.random.{function}",
            lambda shape, function=function, **k: asked.update(k, function=function),
        )
    getattr(keras.initializers, name)(seed=1)(shape)
    stddev = make(name).variance(shape) ** 0.5
    if asked["function"] == "uniform":
        assert asked["maxval"] == pytest.approx(3**0.5 * stddev, rel=1e-14)
        assert asked["minval"] == -asked["maxval"]
    else:
        assert asked["stddev"] == pytest.approx(stddev / initializers.TRUNCATED_STDDEV, rel=1e-14)
        assert asked["mean"] == 0
    assert ("uniform" in make(name).distribution) == (asked["function"] == "uniform")


@pytest.mark.parametrize("name", [n for n in RANDOM if n != "Orthogonal"])
def test_distribution_equals_keras(keras, name):
    # Kolmogorov-Smirnov: the two samples of 100,000 could come from one distribution.
    from scipy.stats import ks_2samp

    shape = (250, 400)
    ours = make(name, seed=1)(shape).ravel()
    theirs = np.asarray(getattr(keras.initializers, name)(seed=2)(shape)).ravel()
    assert ks_2samp(ours, theirs).pvalue > 0.001
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.15)
    # And a spread that is 5 % too large would be noticed.
    assert ks_2samp(ours * 1.05, theirs).pvalue < 0.001


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
@pytest.mark.parametrize("distribution", ["uniform", "truncated_normal", "untruncated_normal"])
def test_variance_scaling_has_the_variance_it_promises(mode, distribution):
    shape = (100, 900)
    w = initializers.VarianceScaling(2.0, mode, distribution, seed=3)(shape)
    n = {"fan_in": 100, "fan_out": 900, "fan_avg": 500}[mode]
    # The relative error of a variance from 90,000 draws is about 0.5 %.
    assert w.var() == pytest.approx(2 / n, rel=0.03)
    assert abs(w.mean()) < 4 * (2 / n) ** 0.5 / 300


def test_truncated_stddev_is_what_its_name_says():
    from scipy.stats import truncnorm

    assert truncnorm(-2, 2).std() == pytest.approx(initializers.TRUNCATED_STDDEV, rel=1e-12)
    w = initializers.TruncatedNormal(mean=1.0, stddev=0.5, seed=1)((100, 100))
    assert np.abs(w - 1).max() <= 1
    assert np.abs(w - 1).max() > 0.95


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5), (3, 3, 4, 8), (2, 2, 1, 9)])
def test_orthogonal(shape):
    w = initializers.Orthogonal(gain=3.0, seed=1)(shape, dtype="float64").reshape(-1, shape[-1])
    w = w if len(w) >= w.shape[1] else w.T
    assert scaled_error(w.T @ w, 9 * np.eye(w.shape[1])) < 1e-14


def test_orthogonal_prefers_no_direction():
    # Without the signs of R's diagonal the first entry would be negative almost always.
    first = [initializers.Orthogonal(seed=i)((3, 3))[0, 0] for i in range(300)]
    assert 0.4 < (np.array(first) > 0).mean() < 0.6


@pytest.mark.parametrize("name", FIXED)
def test_fixed_values_equal_keras(keras, name):
    arguments = {"value": 0.25} if name == "Constant" else {}
    ours = make(name, **arguments)((2, 3))
    np.testing.assert_array_equal(ours, getattr(keras.initializers, name)(**arguments)((2, 3)))


@pytest.mark.parametrize("name", RANDOM)
def test_seeds(name):
    shape = (4, 5)
    seeded = make(name, seed=7)
    # As in Keras, calling it again gives the same numbers.
    np.testing.assert_array_equal(seeded(shape), seeded(shape))
    np.testing.assert_array_equal(seeded(shape), make(name, seed=7)(shape))
    assert (seeded(shape) != make(name, seed=8)(shape)).any()
    unseeded = make(name)
    np.testing.assert_array_equal(unseeded(shape), unseeded(shape))
    assert (unseeded(shape) != make(name)(shape)).any()
    drawing_on = make(name, seed=np.random.default_rng(7))
    first = drawing_on(shape)
    np.testing.assert_array_equal(first, seeded(shape))
    assert (drawing_on(shape) != first).any()


def test_no_global_state():
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    initializers.GlorotUniform()((10, 10))
    np.testing.assert_array_equal(before, np.random.get_state()[1])


@pytest.mark.parametrize("name", RANDOM + FIXED)
def test_dtype_and_shape(name):
    for shape in ((3, 4), (2, 3, 4)):
        assert make(name)(shape).shape == shape
        assert make(name)(shape).dtype == np.float32
        assert make(name)(list(shape), dtype="float64").dtype == np.float64
    if name != "Orthogonal":
        assert make(name)(()).shape == ()
        assert make(name)(3).shape == (3,)


def test_float_type_follows_the_config(keras):
    assert initializers.Zeros()((2,)).dtype == np.float64  # the keras fixture sets float64


def test_float32_is_the_rounded_float64():
    for name in RANDOM:
        exact = make(name, seed=1)((4, 5), dtype="float64")
        np.testing.assert_array_equal(make(name, seed=1)((4, 5)), exact.astype(np.float32))


@pytest.mark.parametrize("name", RANDOM + FIXED)
def test_signature_and_config_equal_keras(keras, name):
    ours = inspect.signature(getattr(initializers, name)).parameters
    theirs = inspect.signature(getattr(keras.initializers, name)).parameters
    assert list(ours) == list(theirs)
    assert [p.default for p in ours.values()] == [p.default for p in theirs.values()]
    arguments = {"seed": 3} if "seed" in ours else {}
    config = make(name, **arguments).get_config()
    assert config == getattr(keras.initializers, name)(**arguments).get_config()
    again = initializers.get({"class_name": name, "config": config})
    assert type(again).__name__ == name
    np.testing.assert_array_equal(again((3, 4)), make(name, **arguments)((3, 4)))


def test_config_of_a_generator_is_plain_data():
    assert initializers.HeNormal(seed=np.random.default_rng(1)).get_config()["seed"] is None


def test_get_knows_keras_names(keras):
    from keras.src.initializers import ALL_OBJECTS_DICT

    for name, ours in initializers._BY_NAME.items():
        assert ALL_OBJECTS_DICT[name].__name__ == ours.__name__
        assert type(initializers.get(name)) is ours


def test_get():
    assert initializers.get(None) is None
    assert isinstance(initializers.get(initializers.HeNormal), initializers.HeNormal)
    ours = initializers.HeNormal(seed=1)
    assert initializers.get(ours) is ours
    values = np.arange(6.0).reshape(2, 3)
    given = initializers.get(values)((2, 3))
    np.testing.assert_array_equal(given, values)
    given[0, 0] = 99  # a weight changes in place: the array that was given must not
    assert values[0, 0] == 0


I = initializers  # noqa: E741
MISTAKES = [
    (lambda: I.get("glorot"), r"Unknown initializer 'glorot'. Did you mean '\w*glorot\w*'\?"),
    (lambda: I.get(3), "initializer: expected a name, an Initializer, an array or None, received"),
    (lambda: I.get(np.zeros((2, 3)))((3, 2)), r"expected an array of shape \(3, 2\), received an"),
    (lambda: I.GlorotUniform(seed="one"), "GlorotUniform: seed: expected an integer from 0 up,"),
    (lambda: I.GlorotUniform(seed=-1), "seed: expected an integer from 0 up.*received -1"),
    (lambda: I.GlorotUniform(seed=1.5), "received 1.5"),
    (lambda: I.RandomNormal(stddev=-1), "RandomNormal: stddev: expected a number from 0 up"),
    (lambda: I.TruncatedNormal(stddev=np.nan), "TruncatedNormal: stddev: expected a number"),
    (lambda: I.RandomUniform(1.0, -1.0), "RandomUniform: minval and maxval: expected minval <= ma"),
    (lambda: I.VarianceScaling(scale=0), "VarianceScaling: scale: expected a positive number"),
    (lambda: I.VarianceScaling(mode="fan"), "Unknown mode of VarianceScaling: 'fan'. Did you mean"),
    (lambda: I.VarianceScaling(distribution="gauss"), "Unknown distribution of VarianceScaling:"),
    (lambda: I.Orthogonal()((3,)), r"Orthogonal: shape: expected at least two axes, received \(3,"),
    (lambda: I.Zeros()((2, -1)), r"Zeros: shape: expected integers from 0 up, received \(2, -1\)"),
    (lambda: I.Zeros()((2, 1.5)), r"received \(2, 1.5\)"),
    (lambda: I.HeNormal()((None, 3)), r"received \(None, 3\)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), MISTAKES)
def test_mistakes_get_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_an_initializer_of_your_own():
    class Halves(initializers.Initializer):
        def values(self, shape):
            return np.full(shape, 0.5)

    assert (Halves()((2, 2)) == 0.5).all()
    with pytest.raises(NotImplementedError, match="Initializer has no values method"):
        initializers.Initializer()((2,))
