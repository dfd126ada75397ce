"""Fixtures shared by all tests: a seeded generator, and Keras in float64 on one thread."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a generator with a fixed seed, the same for every test."""
    return np.random.default_rng(20_240_229)


@pytest.fixture
def keras():
    """Yield Keras with floatx set to float64, and set both libraries back afterwards."""
    from dlcourse import twins

    with twins.float_type("float64") as keras:
        yield keras
