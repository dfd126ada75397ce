"""Bans: what would be the answer may not be used, however it is spelled; what is harmless may."""

import pytest

from dlcourse.grading.bans import banned_uses
from dlcourse.grading.question import Question

CONV = Question(
    "made_up", 1, 5, "implement", None, banned=("scipy", "np.convolve", "dlcourse", "keras")
)
FREE = Question("made_up", 1, 5, "implement", None)

BANNED = {
    "import": "import scipy",
    "import of a part": "import scipy.signal as s",
    "from import": "from scipy.signal import convolve2d",
    "import inside a function": "def f():\n    import dlcourse.activations",
    "import by way of another package": "from tensorflow import keras",
    "attribute of another package": "import tensorflow as tf\ntf.keras.layers.Dense(1)",
    "a name the notebook imported": "def f(x):\n    return dlcourse.activations.relu(x)",
    "the banned function": "np.convolve([1], [2])",
    "under another name of NumPy": "import numpy\nnumpy.convolve([1], [2])",
    "imported by its name": "from numpy import convolve as c",
    "kept in a variable": "f = np.convolve",
    "by getattr": 'getattr(np, "convolve")([1], [2])',
    "by getattr, put together": 'getattr(np, "conv" + "olve")([1], [2])',
    "by a dictionary": 'np.__dict__["convolve"]',
    "by vars": 'vars(np)["convolve"]',
    "by its name in a text": 'import operator\noperator.attrgetter("convolve")(np)',
    "by attrgetter": 'from operator import attrgetter\nattrgetter("con" + "volve")(np)',
    "by eval": 'eval("np.convo" + "lve")',
    "by exec": 'exec("import scipy")',
    "by __import__": '__import__("sci" + "py")',
    "by importlib": 'import importlib\nimportlib.import_module("sci" + "py")',
    "by sys.modules": 'import sys\nsys.modules["scipy"]',
    "by a module behind a module": 'np.random.os.sys.modules["scipy"]',
    "by builtins": 'import builtins\nbuiltins.eval("1")',
    "by the subclasses of object": "().__class__.__base__.__subclasses__()",
    "by the globals of a function": "np.sum.__globals__",
    "everything": "from numpy import *",
    "by a magic": "%run solution.py",
    "by a shell": "!python solution.py",
    "by a cell magic": "%%bash\ncat solution.ipynb",
    "by a pickle": "import pickle",
    "by a subprocess": "import subprocess",
}
ALLOWED = {
    "plain NumPy": "def f(x):\n    return np.maximum(x, 0)",
    "standard modules": "import math\nfrom itertools import product\nimport numpy as np",
    "a function of one's own with that name": "def convolve(a, b):\n    return a\n\nconvolve(1, 2)",
    "a class": "class A:\n    def __init__(self):\n        super().__init__()\n"
    "        self.x = 1\n\n    def __call__(self):\n        return self.x",
    "a picture": "import matplotlib.pyplot as plt\nplt.plot([1])",
    "the word in a comment or a text": '# scipy has one\n"""Like scipy\'s convolve, by hand."""',
    "the import of the first cell": "from dlcourse.grading import check, reveal",
    "printing": "print('trying', 1)",
}


@pytest.mark.parametrize("source", BANNED.values(), ids=BANNED)
def test_what_would_be_the_answer_is_refused(source):
    found = banned_uses(source, CONV)
    assert found
    assert all(sentence.startswith("An answer") and sentence.endswith(".") for sentence in found)


@pytest.mark.parametrize("source", ALLOWED.values(), ids=ALLOWED)
def test_what_is_harmless_is_allowed(source):
    assert banned_uses(source, CONV) == []


@pytest.mark.parametrize("source", ["import scipy", "import os", 'eval("1")', "%timeit 1"])
def test_a_question_without_bans_allows_everything_else(source):
    assert banned_uses(source, FREE) == []


@pytest.mark.parametrize(
    "source",
    [
        "import dlcourse.grading.questions",
        "from dlcourse.grading.questions import find",
        "from dlcourse import grading",
        "from dlcourse.grading import judge",
    ],
)
def test_no_answer_may_import_what_marks_it(source):
    assert any("that is what marks it" in sentence for sentence in banned_uses(source, FREE))


@pytest.mark.parametrize("source", ["def f(:", "\0", "(" * 5000, "x = 1\n  y = 2"])
def test_text_that_is_no_program_is_left_to_fail_when_it_runs(source):
    assert banned_uses(source, CONV) == []
