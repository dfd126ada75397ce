"""The data sets are what they say, repeatable, and prepared without leaks."""

import sys
import tracemalloc
import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import config, datasets, utils
from dlcourse.datasets import CURVES, augment, batches, k_fold, standardize, train_test_split

POINTS = [datasets.moons, datasets.circles, datasets.spirals, datasets.blobs, datasets.xor]


class TestPoints:
    @pytest.mark.parametrize("make", POINTS, ids=lambda f: f.__name__)
    def test_shapes_types_and_balance(self, make):
        x, y = make(samples=101, seed=0)
        assert x.shape == (101, 2)
        assert x.dtype == config.floatx()
        assert y.shape == (101,)
        assert y.dtype == np.int64
        counts = np.bincount(y)
        assert counts.min() > 0
        assert np.ptp(counts) <= 1

    @pytest.mark.parametrize("make", POINTS, ids=lambda f: f.__name__)
    def test_a_seed_repeats_and_leaves_the_global_state_alone(self, make):
        np.random.seed(1)
        before = np.random.get_state()[1].copy()
        one, two, three = make(seed=3), make(seed=3), make(seed=4)
        np.testing.assert_array_equal(one[0], two[0])
        np.testing.assert_array_equal(one[1], two[1])
        assert np.any(one[0] != three[0])
        np.testing.assert_array_equal(np.random.get_state()[1], before)

    @pytest.mark.parametrize("make", POINTS, ids=lambda f: f.__name__)
    def test_labels_come_in_no_order(self, make):
        _, y = make(samples=200, seed=0)
        assert np.count_nonzero(np.diff(y)) > 50
        # Labels in turn would change as often; but another seed draws another order.
        assert np.any(y != make(samples=200, seed=1)[1])

    def test_moons_lie_on_two_half_circles(self):
        x, y = datasets.moons(100, noise=0, seed=0)
        upper, lower = x[y == 0], x[y == 1]
        np.testing.assert_allclose(np.linalg.norm(upper, axis=1), 1, rtol=1e-6)
        np.testing.assert_allclose(np.linalg.norm(lower - [1, 0.5], axis=1), 1, rtol=1e-6)
        assert upper[:, 1].min() >= 0
        assert lower[:, 1].max() <= 0.5

    def test_circles_have_their_radii(self):
        x, y = datasets.circles(100, noise=0, factor=0.25, seed=0)
        radius = np.linalg.norm(x, axis=1)
        np.testing.assert_allclose(radius, np.where(y == 0, 1, 0.25), rtol=1e-6)

    def test_spirals_wind_by_their_class(self):
        x, y = datasets.spirals(300, noise=0, classes=3, turns=1.5, seed=0)
        radius = np.linalg.norm(x, axis=1)
        angle = np.arctan2(x[:, 1], x[:, 0])
        turn = (angle - 2 * np.pi * (1.5 * radius + y / 3)) / (2 * np.pi)
        np.testing.assert_allclose(turn, np.round(turn), atol=1e-5)

    def test_blobs_gather_around_their_centres(self):
        x, y = datasets.blobs(6000, noise=0.5, classes=3, features=4, seed=0)
        assert x.shape == (6000, 4)
        for label in range(3):
            np.testing.assert_allclose(x[y == label].std(axis=0), 0.5, rtol=0.1)

    def test_the_four_corners_of_xor(self):
        x, y = datasets.xor(4, noise=0, seed=1)
        assert sorted(map(tuple, x)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
        np.testing.assert_array_equal(y, x[:, 0] != x[:, 1])

    def test_noise_has_its_standard_deviation(self):
        clean, _ = datasets.xor(4000, noise=0, seed=5)
        noisy, _ = datasets.xor(4000, noise=0.25, seed=5)
        assert (noisy - clean).std() == pytest.approx(0.25, rel=0.05)

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: datasets.moons(1), "at least one for each of 2 classes, received 1"),
            (lambda: datasets.blobs(2), "3 classes"),
            (lambda: datasets.xor(noise=-1), "noise: expected zero or a positive number"),
            (lambda: datasets.circles(factor=1), "circles: factor"),
        ],
    )
    def test_says_what_is_wrong(self, make, words):
        with pytest.raises(ValueError, match=words):
            make()


class TestCurves:
    @pytest.mark.parametrize("kind", CURVES)
    def test_points_lie_on_the_curve_without_noise(self, kind):
        x, y = datasets.curve(kind, samples=50, noise=0, seed=0)
        assert x.shape == y.shape == (50, 1)
        assert -1 <= x.min() < x.max() <= 1
        np.testing.assert_allclose(y, CURVES[kind](x.astype(float)), atol=1e-6)

    def test_unknown_kind(self):
        with pytest.raises(ValueError, match="Did you mean 'sine'"):
            datasets.curve("sin")


class TestDigits:
    def test_is_the_data_of_scikit_learn_in_its_order(self):
        from sklearn.datasets import load_digits

        (x, y), (x_test, y_test) = datasets.digits.load_data()
        assert x.shape == (1437, 8, 8)
        assert x_test.shape == (360, 8, 8)
        assert x.dtype == np.uint8
        everything = load_digits()
        np.testing.assert_array_equal(np.concatenate([x, x_test]), everything.images)
        np.testing.assert_array_equal(np.concatenate([y, y_test]), everything.target)
        assert x.max() == 16

    def test_says_how_to_install_scikit_learn(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
        with pytest.raises(ImportError, match="pip install scikit-learn"):
            datasets.digits.load_data()


class TestDownloads:
    @pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
    def test_returns_what_keras_returns(self, monkeypatch, name):
        module = types.ModuleType(f"keras.datasets.{name}")
        module.load_data = lambda **arguments: ("the data", arguments)
        monkeypatch.setitem(sys.modules, f"keras.datasets.{name}", module)
        arguments = {"path": "mnist.npz"} if name == "mnist" else {}
        assert getattr(datasets, name).load_data() == ("the data", arguments)

    def test_says_what_to_do_without_a_network(self, monkeypatch):
        def fail(**arguments):
            raise Exception("URL fetch failure")

        module = types.ModuleType("keras.datasets.mnist")
        module.load_data = fail
        monkeypatch.setitem(sys.modules, "keras.datasets.mnist", module)
        with pytest.raises(OSError, match=r"could not be downloaded.*digits.*URL fetch failure"):
            datasets.mnist.load_data()

    def test_says_what_to_do_without_keras(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "keras.datasets.fashion_mnist", None)
        with pytest.raises(OSError, match=r"Keras, which is not installed.*digits"):
            datasets.fashion_mnist.load_data()


class TestSplits:
    @settings(max_examples=60, deadline=None)
    @given(n=st.integers(2, 60), share=st.floats(0.01, 0.99), seed=st.integers(0, 9))
    def test_each_sample_goes_to_one_side(self, n, share, seed):
        x = np.arange(n)
        if round(n * share) == n:
            return
        train, test, train_y, test_y = train_test_split(x, -x, test_size=share, seed=seed)
        assert sorted([*train, *test]) == list(range(n))
        assert len(test) == max(1, round(n * share))
        np.testing.assert_array_equal(train_y, -train)
        np.testing.assert_array_equal(test_y, -test)

    def test_is_repeatable_and_shuffles_both_parts(self):
        x = np.arange(100)
        one, two = (train_test_split(x, seed=2) for _ in range(2))
        np.testing.assert_array_equal(one[1], two[1])
        assert np.any(np.diff(one[0]) < 0)
        assert np.any(np.diff(one[1]) < 0)
        assert np.any(one[1] != train_test_split(x, seed=3)[1])

    def test_size_can_be_a_number_of_samples(self):
        assert [len(a) for a in train_test_split(np.arange(10), test_size=3)] == [7, 3]

    @settings(max_examples=30, deadline=None)
    @given(seed=st.integers(0, 100), share=st.sampled_from([0.1, 0.25, 0.5]))
    def test_stratified_parts_have_the_same_shares(self, seed, share):
        y = np.repeat([0, 1, 2], [60, 30, 10])
        y = np.random.default_rng(seed).permutation(y)
        _, test = train_test_split(y, test_size=share, stratify=y, seed=seed)
        assert np.all(np.abs(np.bincount(test, minlength=3) - share * np.bincount(y)) <= 1)

    @settings(max_examples=40, deadline=None)
    @given(n=st.integers(5, 50), folds=st.integers(2, 5), seed=st.integers(0, 9))
    def test_folds_validate_each_sample_once(self, n, folds, seed):
        pairs = list(k_fold(n, folds, seed))
        assert len(pairs) == folds
        assert sorted(np.concatenate([v for _, v in pairs])) == list(range(n))
        sizes = [len(v) for _, v in pairs]
        assert max(sizes) - min(sizes) <= 1
        for train, validation in pairs:
            assert sorted([*train, *validation]) == list(range(n))

    def test_numbers_of_folds_and_samples_can_be_numpy_s(self):
        for (a, b), (c, d) in zip(
            k_fold(np.int64(9), np.int64(3), 0), k_fold(9, 3, 0), strict=True
        ):
            np.testing.assert_array_equal(a, c)
            np.testing.assert_array_equal(b, d)

    @settings(max_examples=40, deadline=None)
    @given(n=st.integers(1, 50), size=st.integers(1, 60), shuffle=st.booleans())
    def test_batches_hold_each_sample_once(self, n, size, shuffle):
        x = np.arange(n)
        parts = list(batches(x, x * 2, batch_size=size, shuffle=shuffle, seed=0))
        assert [len(a) for a, _ in parts[:-1]] == [size] * (len(parts) - 1)
        assert sorted(np.concatenate([a for a, _ in parts])) == list(range(n))
        assert all(np.array_equal(2 * a, b) for a, b in parts)
        if not shuffle:
            np.testing.assert_array_equal(np.concatenate([a for a, _ in parts]), x)

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: train_test_split([1, 2], [1]), r"received \[2, 1\]"),
            (lambda: train_test_split([1, 2], test_size=2), "test_size: expected a share"),
            (lambda: train_test_split([1, 2], test_size=0), "test_size"),
            (lambda: train_test_split([1, 2], test_size=1.5), "test_size"),
            (lambda: train_test_split([1]), "at least one sample to train on"),
            (lambda: train_test_split([1, 2], stratify=[1]), "stratify"),
            (lambda: train_test_split([]), "at least one sample"),
            (lambda: list(k_fold(3, 4)), "a number from 2 to 3"),
            (lambda: list(k_fold([1, 2], 1)), "k_fold: folds"),
            (lambda: list(k_fold(4.0)), "k_fold: expected arrays with a first axis"),
            (lambda: list(batches([1], batch_size=0)), "batches: batch_size"),
        ],
    )
    def test_says_what_is_wrong(self, make, words):
        with pytest.raises(ValueError, match=words):
            make()


class TestStandardize:
    def test_train_gets_mean_0_and_spread_1_and_test_the_same_shift(self, rng):
        train, test = rng.normal(5, 3, (200, 4)), rng.normal(5, 3, (50, 4))
        a, b = standardize(train, test)
        np.testing.assert_allclose(a.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(a.std(axis=0), 1)
        np.testing.assert_allclose(b, (test - train.mean(axis=0)) / train.std(axis=0))

    def test_a_constant_feature_becomes_0(self):
        assert standardize(np.full((4, 1), 7.0)).tolist() == [[0.0]] * 4

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_a_constant_becomes_0_although_its_mean_is_rounded(self, dtype, rng):
        train = np.full((1000, 2), 0.1, dtype)
        train[:, 1] = rng.normal(size=1000)
        assert train[:, 0].mean() != train[0, 0]
        scaled, other = standardize(train, train[:5])
        assert not scaled[:, 0].any()
        assert not other[:, 0].any()
        assert scaled[:, 1].std() == pytest.approx(1, rel=1e-6)

    def test_keeps_float32_and_turns_integers_into_floats(self):
        assert standardize(np.ones((2, 2), np.float32)).dtype == np.float32
        assert standardize(np.eye(2, dtype=int)).tolist() == [[1.0, -1.0], [-1.0, 1.0]]

    def test_other_features(self):
        with pytest.raises(ValueError, match=r"features of shape \(3,\)"):
            standardize(np.ones((2, 3)), np.ones((2, 4)))


class TestAugment:
    images = np.arange(2 * 5 * 4, dtype=np.float32).reshape(2, 5, 4) + 1

    def test_changes_nothing_unless_asked(self):
        result = augment(self.images)
        np.testing.assert_array_equal(result, self.images)
        assert result is not self.images

    def test_shifts_by_whole_pixels_and_fills_with_zeros(self):
        seen = set()
        for seed in range(30):
            moved = augment(self.images, shift=1, seed=seed)
            for before, after in zip(self.images, moved, strict=True):
                frame = np.pad(before, 1)
                places = [
                    (i, j)
                    for i in range(3)
                    for j in range(3)
                    if np.array_equal(after, frame[i : i + 5, j : j + 4])
                ]
                assert len(places) == 1
                seen.add(places[0])
        assert len(seen) == 9

    def test_flips_left_to_right(self):
        flipped = augment(np.repeat(self.images[:1], 100, axis=0), flip=True, seed=0)
        mirrored = [np.array_equal(image, self.images[0, :, ::-1]) for image in flipped]
        same = [np.array_equal(image, self.images[0]) for image in flipped]
        assert all(a != b for a, b in zip(mirrored, same, strict=True))
        assert 30 < sum(mirrored) < 70

    def test_turns_about_the_centre(self):
        image = np.zeros((1, 5, 5, 1))
        image[0, 2, 3] = 1  # one pixel to the right of the centre
        turned = [datasets.augmentation._rotated(image[0], a) for a in (np.pi / 2, -np.pi / 2)]
        assert {tuple(int(i) for i in np.argwhere(t.round(6))[0][:2]) for t in turned} == {
            (1, 2),
            (3, 2),
        }
        assert sum(t.sum() for t in turned) == pytest.approx(2)

    def test_a_small_turn_changes_little_and_keeps_the_centre(self):
        image = np.zeros((1, 7, 7))
        image[0, 3, 3] = 1.0
        turned = augment(image, rotation=10, seed=0)
        assert turned[0, 3, 3] == pytest.approx(1)
        bar = np.zeros((1, 9, 9))
        bar[0, 4] = 1
        turned = augment(bar, rotation=20, seed=1)[0]
        assert 0 < np.abs(turned - bar[0]).max() < 1
        assert turned.sum() == pytest.approx(9, rel=0.15)

    def test_noise_and_whole_numbers(self):
        grey = np.full((100, 8, 8), 8, np.uint8)
        noisy = augment(grey, noise=2.0, seed=0)
        assert noisy.dtype == np.uint8
        assert noisy.astype(float).std() == pytest.approx(2, rel=0.1)
        assert augment(np.zeros((9, 8, 8), np.uint8), noise=50.0, seed=0).min() == 0

    def test_whole_numbers_with_a_sign_keep_it(self):
        dark = np.full((1, 8, 8), -5, np.int8)
        assert augment(dark, rotation=10, seed=0)[0, 4, 4] == -5
        assert augment(dark, noise=500.0, seed=0).min() == -128

    def test_is_repeatable(self):
        one, two = (augment(self.images, 2, 30, True, 0.1, seed=5) for _ in range(2))
        np.testing.assert_array_equal(one, two)

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: augment(np.ones((3, 3))), r"shape \(samples, height, width\)"),
            (lambda: augment(np.ones((1, 3, 3)), shift=3), "below the image's 3"),
            (lambda: augment(np.ones((0, 3, 3)), rotation=5), "with at least one sample, received"),
        ],
    )
    def test_says_what_is_wrong(self, make, words):
        with pytest.raises(ValueError, match=words):
            make()


class TestToCategorical:
    @pytest.mark.parametrize("labels", [[0, 2, 1], [[1], [0]], [[0, 1], [2, 2]], 3])
    @pytest.mark.parametrize("classes", [None, 5])
    def test_equals_keras(self, keras, labels, classes):
        ours = utils.to_categorical(labels, classes)
        theirs = keras.utils.to_categorical(labels, classes)
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype

    def test_takes_no_more_memory_than_its_result(self):
        tracemalloc.start()
        one_hot = utils.to_categorical([4999])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert one_hot.shape == (1, 5000)
        assert peak < 10 * one_hot.nbytes  # a unit matrix would take 5000 times as much

    @pytest.mark.parametrize(
        ("labels", "classes", "words"),
        [
            ([1, 2, 3], 3, "labels from 0 to 2, received 3.*start at 1"),
            ([-1], None, "received -1"),
            ([0.5], None, "integer labels"),
            ([], None, "at least one"),
        ],
    )
    def test_says_what_is_wrong(self, labels, classes, words):
        with pytest.raises(ValueError, match=words):
            utils.to_categorical(labels, classes)
