"""The gradebook keeps what it was told; reports and exports say what it holds."""

import csv
import io
import json
import os
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hostile import CHAPTER, FULL, POINTS, QUESTIONS, ROOT, dump, notebook

from dlcourse.grading import exports, pages, reports
from dlcourse.grading.assignment import load_all
from dlcourse.grading.gradebook import Gradebook, write_atomically
from dlcourse.grading.handed_in import HandedIn, find, read_times
from dlcourse.grading.policy import Manual, Policy
from dlcourse.grading.results import Graded, QuestionResult
from dlcourse.grading.transplant import read

ASSIGNMENTS = load_all(ROOT / "exercises")
ASSIGNMENT = ASSIGNMENTS[CHAPTER]


def result(digest: str, right: set[str], hint: str = "Look again.") -> Graded:
    questions = tuple(
        QuestionResult(
            name,
            float(POINTS[name] if name in right else 0),
            float(POINTS[name]),
            name in right,
            hint="" if name in right else hint,
            mistake="" if name in right else "sign",
        )
        for name in QUESTIONS
    )
    return Graded(digest, CHAPTER, questions, isolation="none: a test", seed=7)


def hand_in(book: Gradebook, student: str, right: set[str], time: float = 0.0, number: str = ""):
    submission = read(dump(notebook({QUESTIONS[0]: f"# {student} {time}"})), ASSIGNMENTS)
    one = HandedIn(student, Path("x"), f"{student}/{time:g}.ipynb", time, number)
    book.add(one, submission)
    book.write(result(submission.digest, right), ASSIGNMENT)
    return submission


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path, seed=7) as book:
        yield book


def marks(book):
    return {one.student: one.mark for one in book.attempts(ASSIGNMENTS) if one.counts}


def test_what_has_no_result_is_to_be_graded_and_nothing_else(book):
    hand_in(book, "ada", set())
    other = read(dump(notebook({QUESTIONS[0]: "# new"})), ASSIGNMENTS)
    book.add(HandedIn("bob", Path("x"), "bob.ipynb", 0.0), other)
    tasks = list(book.to_grade(ASSIGNMENTS, {}))
    assert [task.digest for task in tasks] == [other.digest]
    assert tasks[0].answers == other.answers
    assert tasks[0].seed == 7


def test_equal_answers_are_graded_once(book):
    same = read(dump(notebook()), ASSIGNMENTS)
    for student in ("ada", "bob", "eve"):
        book.add(HandedIn(student, Path("x"), f"{student}.ipynb", 0.0), same)
    assert len(list(book.to_grade(ASSIGNMENTS, {}))) == 1
    book.write(result(same.digest, set(QUESTIONS)), ASSIGNMENT)
    assert marks(book) == dict.fromkeys(("ada", "bob", "eve"), FULL)


def test_a_failure_of_the_grader_is_no_result(book):
    submission = hand_in(book, "ada", set(QUESTIONS))
    book.forget()
    book.write(Graded(submission.digest, CHAPTER, failure="the engine ended"), ASSIGNMENT)
    assert len(list(book.to_grade(ASSIGNMENTS, {}))) == 1
    assert book.attempts(ASSIGNMENTS)[0].pending
    assert "not graded yet" in reports.grades(book.attempts(ASSIGNMENTS))


def test_another_version_of_the_exercise_is_graded_anew(book):
    hand_in(book, "ada", set(QUESTIONS))
    cells = (*ASSIGNMENT.cells[:-1], replace(ASSIGNMENT.cells[-1], source="changed"))
    changed = {CHAPTER: replace(ASSIGNMENT, cells=cells)}
    assert changed[CHAPTER].digest != ASSIGNMENT.digest
    assert len(list(book.to_grade(changed, {}))) == 1


def test_points_by_hand_are_kept_whatever_is_graded_again(book):
    submission = hand_in(book, "ada", set())
    book.decide("ada", CHAPTER, QUESTIONS[0], Manual(0.5, "A good try."))
    assert marks(book) == {"ada": 0.5}
    book.forget()
    book.write(result(submission.digest, {QUESTIONS[1]}), ASSIGNMENT)
    assert marks(book) == {"ada": 0.5 + POINTS[QUESTIONS[1]]}
    hand_in(book, "ada", {QUESTIONS[2]}, time=5.0)
    assert marks(book)["ada"] >= 0.5 + POINTS[QUESTIONS[2]]


def test_a_file_that_is_gone_is_forgotten_and_one_that_changed_replaced(book):
    hand_in(book, "ada", set(QUESTIONS))
    hand_in(book, "bob", set(QUESTIONS))
    book.keep_only([HandedIn("bob", Path("x"), "bob/0.ipynb", 0.0)])
    assert marks(book).keys() == {"bob"}
    book.add(HandedIn("bob", Path("x"), "bob/0.ipynb", 9.0), read(b"", ASSIGNMENTS, CHAPTER))
    assert marks(book) == {"bob": 0.0}


def test_the_seed_is_kept(tmp_path):
    with Gradebook(tmp_path) as first:
        seed = first.seed
    with Gradebook(tmp_path) as second:
        assert second.seed == seed


def test_a_file_that_cannot_be_read_counts_towards_the_only_assignment(book):
    hand_in(book, "ada", set(QUESTIONS))
    book.add(HandedIn("bob", Path("x"), "bob.ipynb", 0.0), read(b"", ASSIGNMENTS))
    book.assign_unknown()
    rows = list(csv.DictReader(io.StringIO(reports.grades(book.attempts(ASSIGNMENTS)))))
    assert {row["assignment"] for row in rows} == {CHAPTER}


def test_the_gradebook_is_for_its_owner_alone(tmp_path):
    Gradebook(tmp_path).close()
    assert (tmp_path / "gradebook.sqlite").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("path", "student", "number"),
    [
        ("Ada Lovelace_1815_assignsubmission_file_/my work.ipynb", "Ada Lovelace", "1815"),
        ("lovelaceada_1815_90210_work.ipynb", "lovelaceada", "1815"),
        ("lovelaceada_LATE_1815_90210_work-2.ipynb", "lovelaceada", "1815"),
        ("ada/02_perceptron/02_perceptron.ipynb", "ada", ""),
        ("ada/second try/work.ipynb", "ada", ""),
        ("ada.ipynb", "ada", ""),
        ("O'Brien, Zoë.IPYNB", "O'Brien, Zoë", ""),
    ],
)
def test_students_are_found_in_every_layout(tmp_path, path, student, number):
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{}")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "old.ipynb").write_text("{}")
    (tmp_path / "notes.txt").write_text("")
    found = find(tmp_path)
    assert [(one.student, one.number) for one in found] == [(student, number)]


def test_two_people_of_one_name_stay_two(tmp_path):
    """Else one of them would have the better mark of both."""
    for folder in ("Ada L_1815_assignsubmission_file_", "Ada L_1816_assignsubmission_file_"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.ipynb").write_text("{}")
    (tmp_path / b"bob\xff.ipynb".decode("utf-8", "surrogateescape")).write_text("{}")
    (tmp_path / b"bob\xfe.ipynb".decode("utf-8", "surrogateescape")).write_text("{}")
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "first.ipynb").write_text("{}")
    (tmp_path / "eve.ipynb").write_text("{}")  # this is the same one
    students = [one.student for one in find(tmp_path)]
    expected = ["Ada L (1815)", "Ada L (1816)", "bob\\xfe", "bob\\xff", "eve", "eve"]
    assert students == expected


def test_marks_of_direction_in_a_name_are_spelt_out(tmp_path):
    (tmp_path / "ada\u202egpj.ipynb").write_text("{}")
    assert find(tmp_path)[0].student == "ada\\u202egpj"


def test_a_file_dated_beyond_all_calendars_is_reported_all_the_same(tmp_path):
    path = tmp_path / "in" / "ada.ipynb"
    path.parent.mkdir()
    path.write_bytes(dump(notebook()))
    one = replace(find(path.parent)[0], time=1e15)  # some file systems keep no such date
    with Gradebook(tmp_path, seed=7) as book:
        book.put("policy", Policy("2026-03-01T18:00+00:00", 0.1, 0.5).as_dict())
        submission = read(*one.content()[:1], ASSIGNMENTS)
        book.add(one, submission)
        book.write(result(submission.digest, set(QUESTIONS)), ASSIGNMENT)
        attempts = book.attempts(ASSIGNMENTS)
    pages.write(tmp_path, attempts, [], ABOUT)
    assert attempts[0].mark == FULL / 2
    assert "at no date that there is" in (tmp_path / "feedback" / "ada.html").read_text("utf-8")


def test_a_gigabyte_is_not_read(tmp_path):
    path = tmp_path / "ada.ipynb"
    with path.open("wb") as file:
        file.truncate(2**30)
    content, problem = find(tmp_path)[0].content()
    assert content == b""
    assert problem.startswith("This file has 1,074 MB; at most 16 MB are read.")


def test_a_pattern_for_a_name_forgets_that_name_alone(book):
    hand_in(book, "a_a", set())
    hand_in(book, "aba", set(), time=1.0)
    assert book.forget(student="%") == 0
    assert book.forget(student="a_a") == 1


def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.ipynb")
    content, problem = find(tmp_path)[0].content()
    assert content == b""
    assert problem == "This is not a file. Hand in the notebook itself."


def test_times_come_from_a_table(tmp_path):
    table = tmp_path / "times.csv"
    table.write_text("student,time\nada,2026-03-01T18:30\n")
    (tmp_path / "ada.ipynb").write_text("{}")
    assert find(tmp_path, read_times(table))[0].time == read_times(table)["ada"]
    table.write_text("name\nada\n")
    with pytest.raises(ValueError, match="expected the columns student and time"):
        read_times(table)


@pytest.fixture
def small_class(book):
    book.put("policy", Policy("1970-01-01T00:00", 0.5).as_dict())
    hand_in(book, "ada", set(QUESTIONS), number="1815")
    hand_in(book, "ada", set(), time=1.0, number="1815")
    hand_in(book, "=cmd()", {QUESTIONS[1]}, number="")
    hand_in(book, "<b>zoë</b>", set(), number="77")
    book.decide("<b>zoë</b>", CHAPTER, QUESTIONS[2], Manual(1.5, "Nearly <i>there</i>."))
    return book.attempts(ASSIGNMENTS)


ABOUT = {
    "submissions": 4,
    "pending": 0,
    "isolation": "none: a test",
    "seed": 7,
    "version": "1",
    "now": 0.0,
}


def test_grades_are_a_row_a_student(small_class):
    rows = {r["student"]: r for r in csv.DictReader(io.StringIO(reports.grades(small_class)))}
    assert rows.keys() == {"ada", "'=cmd()", "<b>zoë</b>"}
    assert rows["ada"]["points"] == str(float(FULL))
    assert rows["ada"]["attempts"] == "2"
    assert rows["<b>zoë</b>"]["points"] == "1.5"


def test_junit_counts_questions_and_failures(small_class):
    root = ElementTree.fromstring(reports.junit(small_class))
    suites = {suite.get("name"): suite for suite in root}
    assert suites["ada"].get("failures") == "0"
    assert suites["<b>zoë</b>"].get("failures") == str(len(QUESTIONS))
    assert {case.get("name") for case in suites["ada"]} == set(QUESTIONS)


def test_pages_show_marks_hints_and_comments_and_run_nothing(small_class, tmp_path):
    pages.write(tmp_path, small_class, [], ABOUT)
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "feedback").iterdir()}
    assert len(written) == 3
    zoe = next(text for name, text in written.items() if "zoë" in name)
    assert "Look again." in zoe
    assert "Nearly &lt;i&gt;there&lt;/i&gt;." in zoe
    assert "given by your instructor" in zoe
    assert "<b>zo" not in zoe
    assert "This attempt counts." in written["ada.html"]
    summary = (tmp_path / "summary.html").read_text("utf-8")
    assert "2 ×" in summary
    for name in written:
        assert f"feedback/{name.split('-')[0].split('.')[0][:3]}" in summary or "zo" in name


def test_a_hint_is_shown_as_it_is_meant_and_holds_no_markup_of_an_answers_own():
    said = pages.inline("Use `a < b` and *not* 2 * a * b, or x*y*z: <img src=x onerror=`alert(1)`>")
    assert said == (
        "Use <code>a &lt; b</code> and <em>not</em> 2 * a * b, or x*y*z: "
        "&lt;img src=x onerror=<code>alert(1)</code>&gt;"
    )


def test_pages_of_students_with_like_names_are_different():
    names = {reports.file_name(student) for student in ("a/b", "a_b", "a?b", "A_b", "..", "ž")}
    assert len(names) == 6
    assert all("/" not in name and not name.startswith(".") for name in names)


def test_the_class_summary_counts_mistakes(small_class):
    (about,) = pages.overviews(small_class)
    first = about.questions[QUESTIONS[0]]
    (mistake,) = first.mistakes
    assert (first.right, first.of, mistake.name, mistake.hint) == (1, 3, "sign", "Look again.")
    assert mistake.students == ["<b>zoë</b>", "=cmd()"]
    assert about.marks == [1.5, POINTS[QUESTIONS[1]] / 1, FULL]
    assert about.bars == [0, 2, 0, 0, 0, 0, 0, 0, 0, 1]
    assert (about.full, about.median) == (1, sorted(about.marks)[1])


def test_canvas_matches_its_class_list_by_number_login_and_name(small_class):
    roster = (
        "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
        '"Lovelace, Ada",1815,,al,A\n"Doe, Jo",1,,<b>zoë</b>,A\n"Nobody, No",2,,nn,B\n'
    )
    rows = list(csv.reader(io.StringIO(exports.canvas(small_class, roster))))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", CHAPTER]
    assert rows[1][-1] == str(float(FULL))
    assert [(row[1], row[-1]) for row in rows[2:]] == [
        ("1815", str(float(FULL))),
        ("1", "1.5"),
        ("2", ""),
    ]
    with pytest.raises(exports.NoMatch, match="columns Student and ID"):
        exports.canvas(small_class, "name\nx\n")
    with pytest.raises(exports.NoMatch, match="the list of this class"):
        exports.canvas(small_class, "Student,ID\nNobody,5\n")


def test_moodle_gets_a_grading_worksheet(small_class):
    rows = list(csv.DictReader(io.StringIO(exports.moodle(small_class, CHAPTER))))
    found = {row["Identifier"] for row in rows}
    assert found == {"Participant 77", "Participant 1815", "'=cmd()"}
    by_name = {row["Full name"]: row for row in rows}
    assert by_name["ada"]["Grade"] == str(float(FULL))
    assert "Nearly <i>there</i>." in by_name["<b>zoë</b>"]["Feedback comments"]


def test_github_gets_a_test_a_question(small_class, tmp_path):
    paths = exports.write(tmp_path, small_class, "github")
    data = {path.stem: json.loads(path.read_text("utf-8")) for path in paths}
    assert data["ada"]["status"] == "pass"
    assert data["ada"]["max_score"] == FULL
    assert sum(test["score"] for test in data["ada"]["tests"]) == FULL
    zoe = next(value for name, value in data.items() if "zoë" in name)
    assert zoe["status"] == "fail"
    assert sum(test["score"] for test in zoe["tests"]) == 1.5


FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_table_holds_a_formula_of_a_students_or_a_comments(book, formula):
    hand_in(book, formula, set(), number=formula)
    book.decide(formula, CHAPTER, "", Manual(-1, formula))
    attempts = book.attempts(ASSIGNMENTS)
    roster = f'Student,ID\n"{formula}","{formula}"\n'
    texts = [reports.grades(attempts), exports.canvas(attempts), exports.canvas(attempts, roster)]
    for text in [*texts, exports.moodle(attempts, CHAPTER)]:
        for row in csv.reader(io.StringIO(text, newline="")):
            for cell in row:
                assert cell == "-1.0" or not cell.strip().startswith(("=", "+", "-", "@", "＝"))


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, "before")
    with pytest.raises(TypeError):
        write_atomically(path, None)
    assert path.read_text() == "before"


def test_markdown_for_a_summary_shows_no_markup_of_an_answers_own():
    text = reports.markdown(result("d", set(), "<script>|`#"), "a|b.ipynb")
    assert "<script>" not in text
    assert text.count("\n| ") >= len(QUESTIONS)
