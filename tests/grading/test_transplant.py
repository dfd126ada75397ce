"""Answers are taken from a submission as data, by written rules, and what is odd is said."""

import json

import hostile
import pytest
from hostile import ANSWERS, CHAPTER, QUESTIONS, ROOT, STARTERS, VICTIM, cell_of, dump, notebook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlcourse.grading.assignment import NotAnAssignment, load, load_all, reference
from dlcourse.grading.transplant import LARGEST_ANSWER, read

ASSIGNMENTS = load_all(ROOT / "exercises")


def test_an_untouched_notebook_gives_the_starters():
    found = read(dump(hostile.STUDENT), ASSIGNMENTS)
    assert found.assignment == CHAPTER
    assert found.answers == STARTERS
    assert found.notes == ()


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_each_notebook_is_recognised_by_its_questions(name):
    content = (ROOT / "exercises" / f"{name}.ipynb").read_bytes()
    assert read(content, ASSIGNMENTS).assignment == name


def test_it_is_recognised_without_metadata_too():
    data = notebook()
    for cell in data["cells"]:
        del cell["id"]
        cell["metadata"] = {}
    found = read(dump(data), ASSIGNMENTS)
    assert (found.assignment, found.answers) == (CHAPTER, ANSWERS)
    assert len(found.notes) == len(QUESTIONS)


def test_the_answer_that_differs_from_the_starter_is_taken_wherever_it_stands():
    data = notebook({VICTIM: "answer = 1"})
    copy = json.loads(json.dumps(cell_of(data, VICTIM)))
    copy["source"] = [STARTERS[VICTIM]]
    for cells in (data["cells"] + [copy], [copy] + data["cells"]):
        found = read(dump({**data, "cells": cells}), ASSIGNMENTS)
        assert found.answers[VICTIM] == "answer = 1"


def test_of_two_different_answers_the_last_one_is_taken():
    data = notebook({VICTIM: "answer = 1"})
    copy = json.loads(json.dumps(cell_of(data, VICTIM)))
    copy["source"] = ["answer = 2"]
    data["cells"].append(copy)
    found = read(dump(data), ASSIGNMENTS)
    assert found.answers[VICTIM] == "answer = 2"
    assert "2 times with different answers; the last one was taken" in found.notes[0]


def test_another_question_is_never_taken_for_a_missing_one():
    data = notebook()
    data["cells"].remove(cell_of(data, VICTIM))
    found = read(dump(data), ASSIGNMENTS)
    assert VICTIM not in found.answers
    assert found.answers.keys() == ANSWERS.keys() - {VICTIM}


def test_a_long_answer_is_cut_and_it_is_said():
    found = read(dump(notebook({VICTIM: "x = 1\n" * 100_000})), ASSIGNMENTS)
    assert len(found.answers[VICTIM]) == LARGEST_ANSWER
    assert "only the first" in found.notes[0]


def test_equal_answers_have_equal_digests_whatever_surrounds_them():
    one, two = notebook(), notebook()
    two["cells"][0]["source"] = ["another heading"]
    two["metadata"] = {"kernelspec": {"name": "conda"}}
    three = notebook({VICTIM: ANSWERS[VICTIM] + "\n"})
    digests = [read(dump(data), ASSIGNMENTS).digest for data in (one, two, three)]
    assert digests[0] == digests[1] != digests[2]


def test_no_solution_is_left_where_there_is_no_answer():
    cells = reference(ASSIGNMENTS[CHAPTER], {}, "", dict.fromkeys(QUESTIONS, "expected"))
    assert {cell["source"] for cell in cells if cell["role"] == "answer"} == {""}
    for solution in ANSWERS.values():
        assert solution not in json.dumps(cells)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200))
def test_no_bytes_at_all_raise(content):
    assert read(content, ASSIGNMENTS).problem


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "source", "input", "metadata", "nbgrader", "grade_id", "id", "cell_type"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON, st.sampled_from([*QUESTIONS, *STARTERS.values()]))
def test_no_json_at_all_raises(data, word):
    for content in (data, {"cells": data}, {"cells": [data]}, {"worksheets": [{"cells": data}]}):
        text = json.dumps(content)
        read(text.encode(), ASSIGNMENTS, CHAPTER)
        read(text.replace('""', json.dumps(word)).encode(), ASSIGNMENTS)


def test_a_notebook_without_questions_is_no_assignment(tmp_path):
    path = tmp_path / "plain.ipynb"
    path.write_text('{"cells": []}')
    with pytest.raises(NotAnAssignment, match="there are none"):
        load(path)
    with pytest.raises(NotAnAssignment, match="--exercises"):
        load_all(tmp_path)


def test_the_modules_to_warm_are_those_that_the_notebook_imports():
    assert "numpy" in ASSIGNMENTS[CHAPTER].modules
    assert not {"keras", "tensorflow"} & set(ASSIGNMENTS[CHAPTER].modules)
    assert {"keras", "tensorflow"} & set(ASSIGNMENTS["12_keras"].modules)


def with_own(answers, *texts):
    """Return a notebook to which a student added cells of their own."""
    data = notebook(answers)
    own = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    data["cells"] += [{**own, "id": f"own{n}", "source": [text]} for n, text in enumerate(texts)]
    return dump(data)


@pytest.mark.parametrize("left", [STARTERS[VICTIM], f"{STARTERS[VICTIM]}\n", " \n"])
def test_an_answer_in_a_cell_below_the_stub_is_taken_and_it_is_said(left):
    found = read(with_own({VICTIM: left}, ANSWERS[VICTIM], "import math\nhelp_me = 1"), ASSIGNMENTS)
    assert found.answers == ANSWERS
    assert found.notes == (
        f"{VICTIM}: its cell was left as it was, and another cell defines `{VICTIM}`. That cell "
        "was graded.",
    )
    assert found.own_names == ("help_me", "math")


def test_of_two_cells_below_the_stub_neither_is_taken_and_it_is_said():
    left = {VICTIM: STARTERS[VICTIM]}
    found = read(with_own(left, ANSWERS[VICTIM], f"{VICTIM} = 1"), ASSIGNMENTS)
    assert found.answers[VICTIM] == STARTERS[VICTIM]
    assert "It is not clear which one counts" in found.notes[0]


def test_an_answer_in_its_cell_is_never_replaced_by_another():
    found = read(with_own({VICTIM: "x = 1"}, ANSWERS[VICTIM]), ASSIGNMENTS)
    assert (found.answers[VICTIM], found.notes) == ("x = 1", ())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 ...", "This file is a PDF"),
        (b"PK\x03\x04...", "Unpack it"),
        (b"import numpy as np\n", "does not begin like a notebook"),
        (b'\xef\xbb\xbf {"cells": [', "cut off"),
    ],
)
def test_what_is_no_notebook_is_named_by_its_first_bytes(content, words):
    assert words in read(content, ASSIGNMENTS).problem


def test_the_notebook_of_another_assignment_is_named():
    found = read(dump(notebook()), ASSIGNMENTS, "05_losses")
    assert found.problem.startswith(f"This notebook answers {CHAPTER}, not 05_losses.")
    assert found.answers == {}
    assert read(dump(notebook()), ASSIGNMENTS, CHAPTER).answers == ANSWERS
