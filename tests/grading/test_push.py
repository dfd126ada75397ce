"""A push to a course's fork is graded, and its table shown in the run's summary."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import hostile
import yaml
from hostile import CHAPTER, FULL, ROOT

from grade_push import changed

WORKFLOW = ROOT / ".github" / "workflows" / "grade.yml"


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "work")
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path) -> str:
    """Make a fork with two exercises as they are handed out; return its commit."""
    git(folder, "init", "-q")
    (folder / "exercises" / "solutions").mkdir(parents=True)
    for name in (CHAPTER, "03_activations"):
        shutil.copy(ROOT / "exercises" / f"{name}.ipynb", folder / "exercises")
    return commit(folder)


def test_what_a_push_changed_is_found(tmp_path):
    start = repository(tmp_path)
    own = tmp_path / "exercises" / f"{CHAPTER}.ipynb"
    own.write_bytes(hostile.dump(hostile.notebook()))
    (tmp_path / "exercises" / "03_activations.ipynb").unlink()
    (tmp_path / "exercises" / "solutions" / "x.ipynb").write_text("{}")
    after = commit(tmp_path)
    for before in (start, "0" * 40, "", "f" * 40):
        assert changed(before, after, tmp_path) == [own]
    assert changed(after, after, tmp_path) == []


def test_the_command_of_the_workflow_shows_a_table(tmp_path):
    steps = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]["grade"]["steps"]
    (line,) = [step["run"] for step in steps if "grade_push" in step.get("run", "")]
    start = repository(tmp_path)
    wrong = {hostile.VICTIM: hostile.WRONG[hostile.VICTIM]}
    (tmp_path / "exercises" / f"{CHAPTER}.ipynb").write_bytes(hostile.dump(hostile.notebook(wrong)))
    after, summary = commit(tmp_path), tmp_path / "summary.md"
    for name, value in {
        ".venv/bin/python": sys.executable,
        '"$BEFORE"': start,
        '"$GITHUB_SHA"': after,
        '"$GITHUB_STEP_SUMMARY"': str(summary),
    }.items():
        assert name in line
        line = line.replace(name, value)
    subprocess.run([*line.split(), "--folder", str(tmp_path)], cwd=ROOT, check=True)
    text = summary.read_text("utf-8")
    assert f"**{FULL - hostile.POINTS[hostile.VICTIM]} of {FULL} points.**" in text
    assert re.search(rf"\| {hostile.VICTIM.replace('_', '._')} \| 0 of \d \| tried: ", text), text


def test_the_workflow_runs_in_forks_and_reads_only():
    flow = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    assert flow["permissions"] == {"contents": "read"}
    assert "github.event.repository.fork" in flow["jobs"]["grade"]["if"]
    assert flow[True]["push"]["paths"] == ["exercises/*.ipynb"]  # YAML reads `on` as true
