"""The equivalence ledger: what dlcourse computes, and how far that is from TensorFlow.

    ledger.rows("layers")              # measured now: the largest errors over random cases
    ledger.show("layers")              # the same as a table for the page, or an error
    ledger.entries("layers")[0].measure(seed=1, cases=500)

Each entry has one generator of random cases: shapes, arguments, weights, data. The tests of the
package run the same entries, from other seeds and with more cases.
"""

from dlcourse.ledger.entry import Case, Entry, Row
from dlcourse.ledger.kinds import KINDS, LedgerError, anchors, entries, rows
from dlcourse.ledger.page import show, versions

__all__ = [
    "KINDS",
    "Case",
    "Entry",
    "LedgerError",
    "Row",
    "anchors",
    "entries",
    "rows",
    "show",
    "versions",
]
