"""Exercises that grade themselves: `check` in a notebook, `dlcourse grade` on the command line."""

from dlcourse.grading.checks import CheckFailed, check, reveal

__all__ = ["CheckFailed", "check", "reveal"]
