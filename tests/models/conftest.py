"""Models of these tests have the same first weights in every run, so that no result is luck."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def repeatable_weights(monkeypatch):
    """Count 1, 2, 3, … where initializers without a seed would ask for a fresh one."""
    seeds = itertools.count(1)
    monkeypatch.setattr(np.random, "SeedSequence", lambda: SimpleNamespace(entropy=next(seeds)))
