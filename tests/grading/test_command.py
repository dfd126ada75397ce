"""The command: for a student, for an instructor, and for whoever types something else."""

import hostile
import pytest
from class_room import COMMAND, LIMITS, dlcourse, feedback, grades, write
from hostile import ANSWERS, CHAPTER, FULL, QUESTIONS, ROOT, STARTERS, VICTIM, Case
from typer.main import get_command
from typer.testing import CliRunner

from dlcourse.grading import classwork, grade_cli
from dlcourse.grading.cli import app

SEED = ["--seed", "7"]


def file(tmp_path, answers=None, name="work.ipynb"):
    path = tmp_path / name
    path.write_bytes(hostile.dump(hostile.notebook(answers)))
    return path


def here(*arguments: object, code: int = 0) -> str:
    """Run the command in this process, which is faster; return what it says."""
    run = CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "300"})
    assert run.exit_code == code, run.output
    return " ".join(run.output.split())  # a line may be broken anywhere


def refused(*arguments: object) -> str:
    """Return what the command says when it refuses to do something."""
    return here(*arguments, code=2)


def test_every_command_and_option_is_explained():
    commands = get_command(app).commands
    assert {"grade", "regrade", "mark", "report", "export", "exercises"} <= commands.keys()
    for name in ("grade", "regrade", "mark", "report", "export"):
        assert commands[name].help
        for parameter in commands[name].params:
            assert parameter.name == "help" or parameter.help, f"{name} {parameter.name}"


def test_a_student_gets_a_table_of_questions_points_and_hints(tmp_path):
    wrong = {VICTIM: hostile.WRONG[VICTIM], QUESTIONS[1]: STARTERS[QUESTIONS[1]]}
    run = dlcourse("grade", file(tmp_path, wrong), *SEED)
    lost = hostile.POINTS[VICTIM] + hostile.POINTS[QUESTIONS[1]]
    assert f"{FULL - lost} of {FULL} points" in run.stdout
    for name in QUESTIONS:
        assert name in run.stdout
    for word in ("tried", "expected", "received", "hint", "no answer yet", "Isolation: "):
        assert word in run.stdout
    assert "Traceback" not in run.stdout + run.stderr


def test_a_seed_repeats_a_report_word_for_word(tmp_path):
    path = file(
        tmp_path,
        {
            VICTIM: hostile.inside("return X.sum(), y.mean()").replace(
                "*args, **kwargs", "X, y, epochs"
            )
        },
    )
    one, two, three = (dlcourse("grade", path, "--seed", seed).stdout for seed in ("7", "7", "8"))
    assert one == two != three


def test_several_files_and_a_summary_for_ci(tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n")
    good, bad = file(tmp_path), tmp_path / "bad.ipynb"
    bad.write_text("")
    run = dlcourse("grade", good, bad, "--summary", summary, *SEED, check=False)
    assert run.returncode == 1
    text = summary.read_text("utf-8")
    assert text.startswith("# Before\n### work.ipynb")
    assert f"**{FULL} of {FULL} points.**" in text
    assert "This file is empty." in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.ipynb"], "nowhere.ipynb does not exist"),
        ([ROOT / "README.md", "--assignment", "99_dreams"], "No assignment '99_dreams'"),
        ([ROOT / "chapters"], "holds no notebook"),
        ([ROOT / "exercises", ROOT / "README.md"], "one folder of submissions"),
        ([ROOT / "exercises", "--due", "tomorrow"], "--due is a date such as"),
        ([ROOT / "exercises", "--keep", "worst"], "'worst' is not one of"),
        ([ROOT / "exercises", "--late", "0.1"], "--late needs --due"),
        ([ROOT / "exercises", "--late", "10", "--due", "2026-03-01"], "Invalid value for '--late'"),
        ([ROOT / "exercises", "--times", "nowhere.csv"], "No such file or directory: nowhere.csv."),
        ([ROOT / "exercises", "--times", ROOT / "README.md"], "expected the columns student"),
        ([ROOT / "exercises", "--exercises", ROOT / "docs"], "Name the folder of the exercises"),
        ([ROOT / "exercises", "--sandbox", "none"], "'none' is not one of"),
        ([ROOT / "exercises", "--out", ROOT / "README.md"], "No results can be written to"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path, arguments, says, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert says in refused("grade", *arguments)


def test_a_time_that_is_none_is_said(tmp_path):
    times = tmp_path / "times.csv"
    times.write_text("student,time\nada,yesterday\n")
    said = refused("grade", ROOT / "exercises", "--times", times, "--out", tmp_path / "out")
    assert "the time of ada is a date such as 2026-03-01T18:30" in said
    times.write_bytes(b"student,time\nad\xe4,2026-03-01\n")
    assert "is not a CSV file in UTF-8" in refused("grade", ROOT / "exercises", "--times", times)


def test_archives_are_to_be_unpacked_first(tmp_path):
    (tmp_path / "submissions.zip").write_bytes(b"PK")
    assert "Unpack submissions.zip first." in refused("grade", tmp_path)


def test_a_gradebook_that_is_none_is_said(tmp_path):
    (tmp_path / "gradebook.sqlite").write_bytes(b"no database" * 100)
    assert "is not a gradebook" in refused("report", tmp_path)


@pytest.mark.parametrize("command", ["regrade", "report", "mark", "export"])
def test_commands_on_results_need_results(tmp_path, command):
    more = {"mark": ["ada", CHAPTER], "export": ["canvas"]}.get(command, [])
    assert "holds no gradebook" in refused(command, tmp_path, *more)


def test_a_course_from_handing_in_to_export(tmp_path):
    """Grade, decide by hand, grade again, hand in again, export: nothing decided is lost."""
    folder, out = tmp_path / "in", tmp_path / "out"
    wrong = {VICTIM: hostile.WRONG[VICTIM]}
    cases = [
        Case("ada", lambda: hostile.dump(hostile.notebook())),
        Case("bob", lambda: hostile.dump(hostile.notebook(wrong))),
    ]
    write(folder, cases, [])
    dlcourse("grade", folder, "--out", out, *LIMITS)
    assert float(grades(out)["bob"]["points"]) == FULL - hostile.POINTS[VICTIM]
    here("mark", out, "bob", CHAPTER, VICTIM, "--points", 1, "--comment", "Half way.")
    decided = FULL - hostile.POINTS[VICTIM] + 1
    assert float(grades(out)["bob"]["points"]) == decided
    again = dlcourse("regrade", out, "--student", "bob")
    assert "2 submissions of 2 students" in again.stdout
    assert float(grades(out)["bob"]["points"]) == decided
    assert "Half way." in feedback(out, "bob")

    (folder / "bob" / "second.ipynb").write_bytes(
        hostile.dump(hostile.notebook({VICTIM: ANSWERS[VICTIM] + "\n# mended"}))
    )
    dlcourse(
        "grade",
        folder,
        "--out",
        out,
        *LIMITS,
        "--due",
        "2020-01-01T00:00",
        "--late",
        "0.25",
        "--late-at-most",
        "0.5",
    )
    assert float(grades(out)["ada"]["points"]) == FULL / 2
    assert grades(out)["ada"]["penalty"] == "50%"
    assert grades(out)["bob"]["attempts"] == "2"

    here("mark", out, "bob", CHAPTER, VICTIM, "--clear")
    for platform, name in (("canvas", "canvas.csv"), ("moodle", f"moodle-{CHAPTER}.csv")):
        here("export", out, platform)
        assert "ada" in (out / "export" / name).read_text("utf-8")
    here("export", out, "github")
    assert (out / "export" / "github" / CHAPTER / "ada.json").exists()
    here("report", out)

    for wrong_call, says in (
        (["eve", CHAPTER], "No student 'eve'"),
        (["bob", "99_dreams"], "No assignment '99_dreams'"),
        (["bob", CHAPTER, "dreams"], "has no question 'dreams'"),
    ):
        assert says in refused("mark", out, *wrong_call)


def test_every_solution_gets_full_marks_and_every_starter_none(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    for solution in (ROOT / "exercises" / "solutions").glob("*.ipynb"):
        for who, source in (
            ("solved", solution),
            ("untouched", ROOT / "exercises" / solution.name),
        ):
            path = folder / f"{who} {solution.stem}" / solution.name
            path.parent.mkdir(parents=True)
            path.write_bytes(source.read_bytes())
    dlcourse("grade", folder, "--out", out, "--seed", "11", "--jobs", "2")
    rows = grades(out)
    assert len(rows) >= 2
    for student, row in rows.items():
        deserved = float(row["of"]) if student.startswith("solved") else 0.0
        assert float(row["points"]) == deserved, feedback(out, student)
        assert row["assignment"] == student.partition(" ")[2]


def test_the_command_is_installed_under_its_name():
    assert COMMAND[1:] == ["-m", "dlcourse.grading.cli"]
    from importlib.metadata import entry_points

    (script,) = entry_points(group="console_scripts", name="dlcourse")
    assert script.value == "dlcourse.grading.cli:app"


def test_the_exercises_are_found_above_the_notebook_and_above_the_current_folder(
    tmp_path, monkeypatch
):
    installed = tmp_path / "lib" / "dlcourse" / "grading" / "grade_cli.py"
    monkeypatch.setattr(grade_cli, "__file__", str(installed))
    solutions = tmp_path / "course" / "exercises" / "solutions"
    solutions.mkdir(parents=True)
    name = f"{CHAPTER}.ipynb"
    (solutions / name).write_bytes((ROOT / "exercises" / "solutions" / name).read_bytes())
    work = tmp_path / "course" / "my" / "work.ipynb"
    work.parent.mkdir()
    monkeypatch.chdir(tmp_path)
    assert list(grade_cli._assignments(None, [work])) == [CHAPTER]
    with pytest.raises(classwork.Stop, match=f"Looked for .*{tmp_path}/exercises.*--exercises"):
        grade_cli._assignments(None)
    monkeypatch.chdir(work.parent)
    assert list(grade_cli._assignments(None)) == [CHAPTER]
