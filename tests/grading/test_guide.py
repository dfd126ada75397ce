"""The instructor's guide says only what the command understands, and names what there is."""

import re
import shlex

import pytest
from hostile import ROOT
from typer.main import get_command

from dlcourse.grading.cli import app

GUIDE = (ROOT / "chapters" / "instructors.md").read_text("utf-8")
LINES = re.findall(r"^dlcourse .+$|(?<=`)dlcourse [^`]+(?=`)", GUIDE, re.MULTILINE)


@pytest.mark.parametrize("line", LINES)
def test_each_command_of_the_guide_is_understood(line):
    name, *arguments = shlex.split(line)[1:]
    command = get_command(app).commands[name]
    if name == "exercises":
        name, *arguments = arguments
        command = command.commands[name]
    command.make_context(name, arguments)  # raises on an option or a value that there is not


def test_the_guide_has_commands():
    assert len(LINES) > 12
    assert {shlex.split(line)[1] for line in LINES} >= {"grade", "regrade", "mark", "export"}


@pytest.mark.parametrize("path", ["exercises/README.md", "benchmarks/hostile_table.py"])
def test_files_that_the_guide_names_are_there(path):
    assert path in GUIDE
    assert (ROOT / path).exists()
