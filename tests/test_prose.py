"""Numbers for the text: stored as MyST-NB's own glue stores them."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse.prose import glue


@pytest.mark.parametrize(
    ("value", "stored"),
    [(0.5, "0.5"), (np.float64(0.5), "0.5"), (np.int64(3), "3"), ("three", "'three'")],
)
def test_value_is_stored_under_its_name(monkeypatch, value, stored):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *data, **kw: shown.append((data, kw)))
    glue("answer", value)
    ((data,), options) = shown[0]
    assert data == {"application/papermill.record/text/plain": stored}
    assert options["metadata"]["scrapbook"]["name"] == "answer"


def test_it_writes_what_myst_nb_writes(monkeypatch):
    from myst_nb import glue as original

    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *data, **kw: shown.append((data, kw)))
    monkeypatch.setattr(
        "myst_nb.ext.glue.ipy_display", lambda *data, **kw: shown.append((data, kw))
    )
    glue("answer", 0.5)
    original("answer", 0.5, display=False)
    ours, theirs = shown
    assert ours[0] == theirs[0]
    assert ours[1]["metadata"] == theirs[1]["metadata"]
