"""The truth of each question, and its known mistakes: one module a chapter.

The grader hides this package from the process that runs the students' answers.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module

from dlcourse.grading.probes import CHAPTERS
from dlcourse.grading.question import Question
from dlcourse.messages import unknown_name


@cache
def questions_of(chapter: str) -> tuple[Question, ...]:
    """Return the questions of a chapter, such as "03_activations", in the order of its notebook."""
    module = import_module(f"{__name__}.{CHAPTERS[chapter]}")
    return tuple(replace(question, chapter=chapter) for question in module.QUESTIONS)


@cache
def find(name: str) -> Question:
    """Return the question of a name."""
    every = [question for chapter in CHAPTERS for question in questions_of(chapter)]
    for question in every:
        if question.name == name:
            return question
    raise KeyError(unknown_name("question", name, [question.name for question in every]))
