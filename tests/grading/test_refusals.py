"""What an instructor asks for is done, or refused in a sentence; what was said before is kept."""

import unicodedata

import pytest
from class_room import grades as rows
from hostile import CHAPTER, FULL, POINTS, VICTIM
from test_command import here, refused

from dlcourse.grading.gradebook import Gradebook

DECOMPOSED = unicodedata.normalize("NFD", "Zoë")


@pytest.fixture
def room(tmp_path):
    """Make a class in which nothing is to be run, so that a test takes no time."""
    folder = tmp_path / "in"
    for name in (DECOMPOSED, "=HYPERLINK(1)"):
        (folder / name).mkdir(parents=True)
        (folder / name / f"{CHAPTER}.ipynb").write_text("")
    (folder / "onlypdf").mkdir()
    (folder / "onlypdf" / "03.pdf").write_text("")
    (folder / "report.pdf").write_text("")
    (folder / "zoe_3_assignsubmission_file_.zip").write_text("")
    grade = ["grade", folder, "--out", tmp_path / "out", "--assignment", CHAPTER]
    return grade, tmp_path / "out"


def test_rules_are_kept_until_others_are_given(room):
    grade, out = room
    assert "--grace needs --due" in refused(*grade, "--grace", 5)
    assert not out.exists()
    here(*grade, "--due", "2026-03-01T18:00+00:00", "--late", 0.1)
    said = here(*grade, "--keep", "last")
    assert "10 % a day, last attempt." in said
    here(*grade, "--due", "none")
    with Gradebook(out) as book:
        assert (book.policy.due, book.policy.keep) == ("", "last")


def test_times_are_kept_and_names_that_match_nobody_said(room, tmp_path):
    grade, out = room
    (tmp_path / "times.csv").write_text("student,time\nZoë,2026-03-01T18:30Z\nzeo,2026-03-01\n")
    warning = "times.csv: 1 name is nobody's here: zeo; 3 students have no time"
    assert warning in here(*grade, "--times", tmp_path / "times.csv")
    assert warning in here(*grade)
    assert rows(out)["Zoë"]["handed in"] == "2026-03-01 18:30 UTC"


def test_who_handed_in_no_notebook_has_a_row(room):
    grade, out = room
    said = here(*grade)
    assert "Not read: report.pdf, zoe_3_assignsubmission_file_.zip (unpack it)." in said
    assert "4 of them could not be read" in said
    assert rows(out)["onlypdf"]["note"] == "No notebook: handed in 03.pdf."
    assert rows(out)["zoe"]["note"].endswith(".zip. Unpack it.")
    assert "Could not be read" in (out / "summary.html").read_text("utf-8")


def test_points_by_hand_are_possible_ones_and_what_came_of_them_is_said(room):
    grade, out = room
    here(*grade)
    mark = ["mark", out, "Zoë", CHAPTER, VICTIM]
    for points in (99, -3, "nan"):
        assert f"from 0 to {POINTS[VICTIM]} here" in refused(*mark, "--points", points)
    assert "Give --points, --comment or --clear" in refused(*mark)
    assert "--clear takes back" in refused(*mark, "--clear", "--points", 1)
    said = here(*mark, "--points", 1)
    assert f"Zoë, {VICTIM}: 1 of {POINTS[VICTIM]} (grader: 0); total 1 of {FULL}" in said
    assert (rows(out)["Zoë"]["points"], rows(out)["Zoë"]["of"]) == ("1.0", str(FULL))
    assert "total" in here("mark", out, "'=HYPERLINK(1)", CHAPTER, VICTIM, "--points", 1)
    assert "handed in nothing for 03" in refused("mark", out, "Zoë", "03_activations", "--clear")
    assert "Did you mean onlypdf?" in refused("mark", out, "onlypfd", CHAPTER, "--clear")


def test_nobody_is_not_graded_again(room):
    grade, out = room
    here(*grade)
    assert "There are: =HYPERLINK(1), Zoë" in refused("regrade", out, "--student", "qqq")
    assert f"There are: {CHAPTER}." in refused("regrade", out, "--assignment", "qqq")


def test_options_that_would_do_nothing_are_refused(room, tmp_path):
    grade, out = room
    file = tmp_path / "a.ipynb"
    file.write_text("")
    assert "--due, --late need a folder" in refused("grade", file, "--due", "x", "--late", 0.1)
    assert "--out needs a folder" in refused("grade", file, "--out", "o1")
    assert "--summary cannot be written" in refused("grade", file, "--summary", "/nope/x.md")
    here(*grade)
    assert "--roster is for Canvas" in refused("export", out, "moodle", "--roster", file)


def test_exports_say_whom_they_leave_out_and_why_a_mark_is_what_it_is(room, tmp_path):
    grade, out = room
    here(*grade)
    here("mark", out, "Zoë", CHAPTER, VICTIM, "--points", 1, "--comment", "Nearly.")
    (tmp_path / "list.csv").write_text("Student,ID\nZoë,1\n")
    said = here("export", out, "canvas", "--roster", tmp_path / "list.csv")
    assert "Not in the class list, so not exported: =HYPERLINK(1), onlypdf, zoe." in said
    here("export", out, "moodle")
    text = (out / "export" / f"moodle-{CHAPTER}.csv").read_text("utf-8")
    assert f"{VICTIM}: Nearly." in text
    assert "your instructor gave 1 point." in text
    here("export", out, "github")
    assert "This file is empty." in (out / f"export/github/{CHAPTER}/Zoë.json").read_text("utf-8")
