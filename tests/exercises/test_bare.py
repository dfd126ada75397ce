"""The checks need NumPy alone, as in a browser; what needs TensorFlow says so in a sentence."""

import subprocess
import sys

import pytest

BARE = """
import sys

ABSENT = {absent!r}

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
from dlcourse.grading import CheckFailed, check
from dlcourse.grading.probes import CHAPTERS
from dlcourse.grading.questions import questions_of

for question in [q for chapter in CHAPTERS for q in questions_of(chapter)]:
    try:
        check(question.name, question.truth)
    except CheckFailed as failed:
        print(failed)
    try:
        check(question.name, ...)
    except CheckFailed as failed:
        assert "Hint" in str(failed) or "TensorFlow" in str(failed)
assert not ABSENT & {{name.partition(".")[0] for name in sys.modules}}
"""
ABSENT = {
    *("tensorflow", "keras", "pytest", "_pytest", "nbval", "typer", "rich", "jinja2", "jupytext"),
    *("nbformat", "nbclient", "jupyter_client", "dask", "distributed", "IPython", "matplotlib"),
    *("scipy", "sklearn", "pandas", "resource", "fcntl", "multiprocessing"),
}


@pytest.fixture(scope="module")
def output():
    code = BARE.format(absent=ABSENT)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_question_without_keras_is_checked_with_numpy_alone(output):
    assert output.count(": right, ") == 81


def test_a_question_with_keras_says_what_it_needs_and_where_that_is(output):
    assert output.count("cannot be checked here") == 4
    assert output.count("needs TensorFlow") == 4
    assert output.count("Colab") == 4
    assert "Traceback" not in output
