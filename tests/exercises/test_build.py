"""The notebooks are what their sources give, to the last byte, in nbgrader's schema."""

import re
import subprocess
import sys

import nbformat
import pytest
from exercise_cells import FOLDER, ROOT, run_cell
from nbgrader.nbgraderformat import MetadataValidator
from typer.testing import CliRunner

from dlcourse.grading import book_pages, build
from dlcourse.grading.cli import app
from dlcourse.grading.questions import find, questions_of

CHAPTERS = build.chapters(ROOT)
HEADER = "---\njupytext: {text_representation: {extension: .md, format_name: myst}}\n---\n"


def source(answer, check='check("neuron", neuron)', hidden='reveal("neuron", neuron)'):
    return (
        f"{HEADER}\n## A neuron\n\nA statement.\n\n```{{code-cell}} ipython3\n{answer}\n```\n\n"
        f"```{{code-cell}} ipython3\n{check}\n### BEGIN HIDDEN TESTS\n{hidden}\n"
        "### END HIDDEN TESTS\n```\n"
    )


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_notebooks_are_fresh(chapter):
    assert build.stale(ROOT, chapter) == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_student_sees_no_solution_and_no_hidden_check(chapter):
    text = (FOLDER / f"{chapter}.ipynb").read_text("utf-8")
    for trace in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", 'reveal(\\"', "STUB"):
        assert trace not in text
    for cell in nbformat.reads(text, as_version=4).cells:
        assert not cell.get("outputs")
        if cell.cell_type == "code":
            compile(cell.source, cell.id, "exec")


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("folder", ["", "solutions"])
def test_every_cell_carries_valid_nbgrader_metadata(chapter, folder):
    notebook = nbformat.read(FOLDER / folder / f"{chapter}.ipynb", as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    ids = [cell.metadata["nbgrader"]["grade_id"] for cell in notebook.cells]
    assert ids == [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        data = cell.metadata["nbgrader"]
        assert data["locked"] is not data["solution"]
        assert data.get("points", 0) == (
            find(cell.id.removesuffix("_check")).points if data["grade"] else 0
        )


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_question_has_a_statement_with_its_marks_time_and_bans(chapter):
    notebook = nbformat.read(FOLDER / f"{chapter}.ipynb", as_version=4)
    statements = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "markdown"}
    for question in questions_of(chapter):
        text = statements[f"{question.name}_statement"]
        unit = "point" if question.points == 1 else "points"
        marks = f"*{question.points} {unit} · about {question.minutes} min · {question.kind}*"
        assert marks in text
        for name in question.banned:
            assert f"`{name}`" in text


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_stored_outputs_hold_no_errors_and_no_chatter(chapter):
    notebook = nbformat.read(FOLDER / "solutions" / f"{chapter}.ipynb", as_version=4)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    assert outputs
    for out in outputs:
        assert out.output_type != "error"
        assert out.get("name") != "stderr"


def test_the_page_of_solutions_is_fresh_and_shows_each_one_folded_and_bare():
    page = (ROOT / "chapters" / "solutions.md").read_text("utf-8")
    names = [question.name for chapter in CHAPTERS for question in questions_of(chapter)]
    assert page.count("{dropdown}") == len(names)
    assert f"{len(names)} questions" in page
    assert "### BEGIN" not in page
    assert "..." not in "".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        compile(code, "solution", "exec")


def test_the_page_of_exercises_shows_the_hint_that_it_announces(capsys):
    page = (ROOT / "chapters" / "exercises.md").read_text("utf-8")
    (code,) = re.findall(r"```\{code-cell\} ipython3\n(.*?)```", page, re.DOTALL)
    run_cell(code, {}, "of the page")
    report = " ".join(capsys.readouterr().out.split())
    assert "Hint" in report
    assert find("line_gradient").hints["n_times"] in report


def test_a_second_build_gives_the_same_bytes(tmp_path):
    chapter = "02_perceptron"
    built = [path.relative_to(ROOT) for path in build.paths(ROOT, chapter)]
    (tmp_path / built[0]).parent.mkdir(parents=True)
    (tmp_path / built[0]).write_bytes((ROOT / built[0]).read_bytes())
    build.make(tmp_path, chapter)
    for path in built[1:]:
        assert (tmp_path / path).read_bytes() == (ROOT / path).read_bytes()


def test_check_fails_when_a_notebook_is_stale_and_writes_nothing(tmp_path):
    chapter = "02_perceptron"
    for path in build.paths(ROOT, chapter):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    command = ["exercises", "build", "--check", "--root", str(tmp_path)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    for name in ("exercises", "solutions"):
        assert f"{name}.md is not what the sources give" in " ".join(result.output.split())
    (tmp_path / "chapters").mkdir()
    for path, text in book_pages.pages(tmp_path).items():
        path.write_text(text, "utf-8")
    assert CliRunner().invoke(app, command).exit_code == 0
    student = build.paths(tmp_path, chapter)[1]
    edited = student.read_text("utf-8").replace("Rosenblatt", "Somebody")
    student.write_text(edited, "utf-8")
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    assert "02_perceptron.ipynb is not what its source gives" in " ".join(result.output.split())
    assert student.read_text("utf-8") == edited


@pytest.mark.parametrize(
    ("answer", "stub"),
    [
        (
            "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION",
            "def f(x):\n    return ...  # replace this line by your code",
        ),
        ("### BEGIN SOLUTION\na = 1\nb = 2\n### END SOLUTION", "a = ...\nb = ..."),
        (
            "### BEGIN STUB\na = 0  # wrong\n### END STUB\n### BEGIN SOLUTION\na = 1\n"
            "### END SOLUTION",
            "a = 0  # wrong",
        ),
    ],
)
def test_stub(answer, stub):
    assert build.stub(answer) == stub


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("### BEGIN SOLUTION\na = 1",), "never closed"),
        (("### BEGIN SOLUTION\nprint(1)\n### END SOLUTION",), "come with a STUB"),
        (
            ("### BEGIN SOLUTION\na = 1\n### END SOLUTION", 'check("nuron", a)'),
            "no question 'nuron'",
        ),
        (
            ("### BEGIN SOLUTION\na = 1\n### END SOLUTION", 'check("neuron", a)', "pass"),
            "with the same arguments",
        ),
        (("### BEGIN SOLUTION\nneuron = 1\n### END SOLUTION",), "expected the questions"),
    ],
)
def test_a_faulty_source_is_refused_with_a_sentence(arguments, message):
    with pytest.raises(build.SourceError, match=message):
        build.build(source(*arguments), "02_perceptron")


def test_nbval_passes_on_a_solution_notebook_and_fails_when_an_answer_is_changed(tmp_path):
    """All solution notebooks are run by tools/check.py; here, what nbval makes of a changed one."""
    whole = FOLDER / "solutions" / "02_perceptron.ipynb"
    notebook = nbformat.read(whole, as_version=4)
    for cell in notebook.cells:
        if cell.id == "neuron":
            cell.source = cell.source.replace("x @ weights + bias", "x @ weights")
            break
    changed = tmp_path / "changed.ipynb"
    nbformat.write(notebook, changed)
    options = ["--nbval", "-q", "-p", "no:cacheprovider", "--color=no"]
    command = [sys.executable, "-m", "pytest", *options, str(whole), str(changed)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert re.findall(r"^FAILED .*::Cell (\d+)", result.stdout, re.MULTILINE) == ["2"]
    assert "The bias is missing from the sum." in result.stdout
    assert "1 failed, 21 passed" in result.stdout
