"""A course that runs nbgrader grades the very same notebooks, and gives the same marks."""

import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from exercise_cells import FOLDER, checks_of, role, table
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from dlcourse.grading.questions import questions_of

CHAPTER = "03_activations"


def submission(path, answers):
    """Write the student's notebook with some answers filled in."""
    notebook = nbformat.read(FOLDER / f"{CHAPTER}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and role(cell) == "answer":
            cell.source = answers.get(cell.id, cell.source)
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """Return nbgrader's gradebook after it has graded three students."""
    commands = str(Path(sys.executable).parent)  # nbgrader calls alembic by its name
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("PATH", commands + os.pathsep + os.environ["PATH"])
    course = tmp_path_factory.mktemp("course")
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = "dlcourse"
    config.CourseDirectory.db_url = f"sqlite:///{course}/gradebook.db"
    source = course / "source" / "chapter" / f"{CHAPTER}.ipynb"
    source.parent.mkdir(parents=True)
    shutil.copy(FOLDER / "solutions" / f"{CHAPTER}.ipynb", source)
    solved = {
        name: cells[1]
        for name, cells in checks_of(FOLDER / "solutions" / f"{CHAPTER}.ipynb").items()
    }
    wrong = {(e.question, e.mistake): e.code for e in table("wrong")}
    for student, answers in {
        "solved": solved,
        "untouched": {},
        "one_wrong": solved | {"collapse": wrong["collapse", "lost_bias"]},
    }.items():
        submission(course / "submitted" / student / "chapter" / f"{CHAPTER}.ipynb", answers)
    api = NbGraderAPI(config=config)
    assert api.generate_assignment("chapter")["success"]
    for student in ("solved", "untouched", "one_wrong"):
        result = api.autograde("chapter", student)
        assert result["success"], result["error"]
    with Gradebook(config.CourseDirectory.db_url) as book:
        yield book
    monkeypatch.undo()


def marks(gradebook, student):
    notebook = gradebook.find_submission_notebook(CHAPTER, "chapter", student)
    return {grade.name.removesuffix("_check"): grade.auto_score for grade in notebook.grades}


def test_nbgrader_gives_full_marks_to_the_solutions(gradebook):
    wanted = {question.name: question.points for question in questions_of(CHAPTER)}
    assert marks(gradebook, "solved") == wanted
    assert sum(wanted.values()) == gradebook.find_assignment("chapter").max_score


def test_nbgrader_gives_nothing_to_the_untouched_notebook(gradebook):
    assert set(marks(gradebook, "untouched").values()) == {0.0}


def test_nbgrader_takes_the_points_of_the_wrong_answer_alone(gradebook):
    wanted = {question.name: question.points for question in questions_of(CHAPTER)}
    assert marks(gradebook, "one_wrong") == wanted | {"collapse": 0.0}
