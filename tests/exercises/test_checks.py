"""The two lines of a check cell: in a notebook, in a process, and where the truth is hidden."""

import inspect
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from exercise_cells import ROOT, role, run_cell
from IPython.core.interactiveshell import InteractiveShell

from dlcourse.grading import CheckFailed, check, reveal
from dlcourse.grading.checks import source_of
from dlcourse.grading.judge import expected
from dlcourse.grading.probes.tensorflow import double_precision
from dlcourse.grading.values import loads

WRONG = "import numpy as np\n\ndef tanh_slope(x):\n    return 1 - np.tanh(x)\n"
RIGHT = "import numpy as np\n\ndef tanh_slope(x):\n    return 1 - np.tanh(x) ** 2\n"
BANNED = (
    "from dlcourse.activations import tanh\n\ndef tanh_slope(x):\n    return 1 - tanh(x) ** 2\n"
)


def function(source):
    namespace = {}
    run_cell(source, namespace, "test_checks")
    return namespace["tanh_slope"]


def test_a_right_answer_gets_one_line_with_its_points(capsys):
    check("tanh_slope", function(RIGHT))
    assert (
        capsys.readouterr().out == "tanh_slope: right, 1 point. 4 values tried, all as expected.\n"
    )


def test_the_line_of_a_right_answer_does_not_depend_on_the_draw(capsys):
    for seed in range(5):
        check("tanh_slope", function(RIGHT), seed=seed)
    assert len(set(capsys.readouterr().out.splitlines())) == 1


def test_a_wrong_answer_raises_with_what_was_tried_expected_received_and_a_hint():
    with pytest.raises(CheckFailed) as failure:
        check("tanh_slope", function(WRONG))
    first, *rows = str(failure.value).splitlines()
    assert first == "tanh_slope: not right yet."
    names = [row.split()[0] for row in rows if row[2] != " "]
    assert names == ["Tried", "Expected", "Received", "Hint", "Repeat"]
    assert max(map(len, rows)) <= 88
    assert "The square is missing" in str(failure.value)


def test_each_check_draws_fresh_inputs_and_a_seed_repeats_them():
    def message(**options):
        with pytest.raises(CheckFailed) as failure:
            check("tanh_slope", function(WRONG), **options)
        return str(failure.value)

    first, second = message(), message()
    assert first != second
    seed = int(re.search(r"seed=(\d+)", first)[1])
    assert message(seed=seed) == first


def test_a_ban_is_enforced_in_the_notebook_too():
    with pytest.raises(CheckFailed, match="may not use dlcourse"):
        check("tanh_slope", function(BANNED))


def test_an_unknown_name_says_which_is_nearest():
    with pytest.raises(KeyError, match="Did you mean 'tanh_slope'"):
        check("tanh_slop", function(RIGHT))


def test_what_an_answer_prints_and_warns_does_not_reach_the_reader(capsys):
    def tanh_slope(x):
        print("trying", x)
        print("warning", file=sys.stderr)
        np.log(np.zeros(1))
        return 1 - np.tanh(x) ** 2

    check("tanh_slope", tanh_slope)
    captured = capsys.readouterr()
    assert "trying" not in captured.out
    assert captured.err == ""


def test_the_source_of_a_class_and_of_a_function_is_their_whole_cell():
    namespace = {}
    text = "import math\n\nclass A:\n    def f(self):\n        return 1\n\ndef g():\n    return 2\n"
    run_cell(text, namespace, "two")
    assert source_of(namespace["A"]) == text
    assert source_of(namespace["g"]) == text
    assert source_of(role) == inspect.getsource(role)
    assert source_of(3) is None
    assert source_of(np.tanh) is None


def test_a_notebook_shows_the_report_and_no_traceback(capsys):
    shell = InteractiveShell.instance()
    try:
        shell.run_cell("from dlcourse.grading import check")
        shell.run_cell(WRONG)
        capsys.readouterr()
        result = shell.run_cell('check("tanh_slope", tanh_slope)')
        shown = capsys.readouterr().out
    finally:
        InteractiveShell.clear_instance()
    assert isinstance(result.error_in_exec, CheckFailed)
    assert shown.strip() == str(result.error_in_exec)
    assert "Traceback" not in shown
    assert "checks.py" not in shown


def test_reveal_displays_the_values_for_the_seed_and_judges_nothing(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    for seed in ("3", "4"):
        monkeypatch.setenv("DLCOURSE_SEED", seed)
        reveal("tanh_slope", function(RIGHT))
    monkeypatch.delenv("DLCOURSE_SEED")
    reveal("tanh_slope", function(WRONG))
    texts = [data["text/plain"] for data in shown]
    assert texts[:2] == [expected("tanh_slope", 3), expected("tanh_slope", 4)]
    assert loads(texts[2]).keys() == loads(texts[0]).keys()
    assert texts[2] != expected("tanh_slope", 0)


HIDDEN = """
import sys

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("dlcourse.grading.questions"):
            raise ImportError(name)

sys.meta_path.insert(0, Hide())
import numpy as np
from dlcourse.grading import check, reveal

def tanh_slope(x):
    return np.tanh(x)

check("tanh_slope", tanh_slope)
reveal("tanh_slope", tanh_slope)
loaded = [name for name in sys.modules if name.startswith("dlcourse.grading")]
assert not any("questions" in name for name in loaded), loaded
assert "tensorflow" not in sys.modules
"""


def test_where_the_truth_is_hidden_check_says_so_and_reveal_works():
    environment = {**os.environ, "DLCOURSE_SEED": "5"}
    command = [sys.executable, "-c", HIDDEN]
    run = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("tanh_slope: judged elsewhere.\n")


def test_the_modules_beside_the_students_code_hold_no_truth():
    """What the sandbox can read must not import what it cannot."""
    folder = ROOT / "dlcourse" / "grading"
    beside = [*folder.glob("probes/*.py"), folder / "trial.py", folder / "values.py"]
    for path in beside:
        text = path.read_text("utf-8")
        assert "grading.questions" not in text, path
        assert "grading.judge" not in text, path


def test_keras_is_asked_in_double_precision_and_set_back():
    import keras

    keras.layers.Dense(1)  # after which Keras remembers float32
    policy = keras.config.dtype_policy()
    with double_precision():
        assert keras.layers.Dense(1).dtype == "float64"
    assert keras.config.floatx() == "float32"
    assert keras.config.dtype_policy() is policy


def test_a_failure_says_the_line_that_repeats_it():
    with pytest.raises(CheckFailed) as failure:
        check("tanh_slope", function(WRONG), seed=98044)
    assert str(failure.value).endswith('\n  Repeat    check("tanh_slope", tanh_slope, seed=98044)')
