"""All entries of the ledger, by kind, and the name under which a chapter links to each."""

from __future__ import annotations

from collections.abc import Callable

from dlcourse import twins
from dlcourse.ledger import activations, layers, losses, metrics, tape, training, weights
from dlcourse.ledger.entry import Entry, Row
from dlcourse.messages import unknown_name

# Each kind: its entries, and what "forward" measures there.
KINDS: dict[str, tuple[Callable[[], list[Entry]], str]] = {
    "activations": (activations.entries, "output"),
    "losses": (losses.entries, "loss"),
    "layers": (layers.entries, "output"),
    "initializers": (weights.initializer_entries, "values"),
    "regularizers": (weights.regularizer_entries, "penalty"),
    "optimizers": (training.optimizer_entries, "weights over 200 steps"),
    "schedules": (training.schedule_entries, "rates of 200 steps"),
    "metrics": (metrics.entries, "result"),
    "autodiff": (tape.entries, "value"),
}


class LedgerError(AssertionError):
    """A row of the ledger has an error that is larger than allowed."""


def entries(kind: str) -> list[Entry]:
    """Return the entries of a kind, in the order of the page.

    Errors: ValueError for an unknown kind, with the nearest known one.
    """
    if kind not in KINDS:
        raise ValueError(unknown_name("kind of entry:", kind, KINDS))
    return KINDS[kind][0]()


def rows(kind: str) -> list[Row]:
    """Measure all entries of a kind in float64 and return their rows.

    Errors: LedgerError, naming all of them, if an error is larger than allowed.
    """
    with twins.float_type("float64"):
        found = [entry.measure() for entry in entries(kind)]
    problems = [problem for row in found for problem in row.problems()]
    if problems:
        raise LedgerError("The ledger does not hold. " + " ".join(problems))
    return found


def anchors(kind: str, entry: Entry) -> list[str]:
    """Return the names that links to a row use: `ledger-` and an exported name in lower case.

    Where two rows share a name, such as an activation and a layer, the second to come on the page
    also says its kind: `ledger-relu` is the function, `ledger-layers-relu` the layer.
    """
    taken = _names_before(kind, entry)
    return [
        f"ledger-{kind}-{name}" if name in taken else f"ledger-{name}" for name in _names(entry)
    ]


def _names(entry: Entry) -> list[str]:
    """Return the names of an entry in lower case, each once."""
    return list(dict.fromkeys(name.lower() for name in (entry.name, *entry.also)))


def _names_before(kind: str, entry: Entry) -> set[str]:
    """Return the names of all entries that come earlier on the page."""
    before: set[str] = set()
    for other_kind in KINDS:
        for other in entries(other_kind):
            if (other_kind, other.name) == (kind, entry.name):
                return before
            before.update(_names(other))
    return before
