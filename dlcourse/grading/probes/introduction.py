"""How the answers of chapter 1 are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.trial import Probe, Trial, keep_choice, keep_value


def weighted_sum(answer: Any, trial: Trial) -> None:
    """Try plain lists, as the statement shows them, of several lengths."""
    trial.call("the statement's example", answer, [2.0, 3.0], [0.5, -1.0], 4.0)
    for n in (3, 5):
        inputs, weights = trial.rng.normal(size=(2, n)).round(3).tolist()
        trial.call(f"{n} inputs", answer, inputs, weights, round(trial.rng.normal(), 3))


def features_and_labels(answer: Any, trial: Trial) -> None:
    """Try a square table first, where rows and columns can be mixed up, then a longer one."""
    for rows, columns in ((3, 3), (5, 3)):
        table = trial.rng.normal(size=(rows, columns)).round(2)
        label = f"{rows} rows, {columns} columns"
        trial.call(label, answer, table, names=("features", "labels"))


def line_by_hand(answer: Any, trial: Trial) -> None:
    """Keep the two numbers of the line."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        trial.keep("your answer", answer)
        return
    for name, part in zip(("slope", "intercept"), answer, strict=True):
        trial.keep(name, part if part is None or part is ... else np.asarray(part))


PROBES: dict[str, Probe] = {
    "program_that_learns": keep_choice,
    "nested_fields": keep_choice,
    "weighted_sum": weighted_sum,
    "updates_in_training": keep_value,
    "features_and_labels": features_and_labels,
    "line_by_hand": line_by_hand,
}
