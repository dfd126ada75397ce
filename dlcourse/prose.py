"""Numbers in the prose of a chapter come from the code that the chapter runs.

glue("accuracy", 0.9731)           # in a code cell
... reaches {glue:text}`accuracy:.1%` on digits it has never seen.
"""

from __future__ import annotations

import numpy as np


def glue(name: str, value: object) -> None:
    """Store a value under a name that the text of the same chapter can quote.

    This writes the output that MyST-NB's `glue` writes, so that a downloaded chapter runs without
    MyST-NB; outside the book it shows nothing.
    """
    from IPython.display import display

    # NumPy writes its numbers as np.float64(...), which the text could not format.
    value = value.item() if isinstance(value, np.generic) else value
    prefix = "application/papermill.record/"
    display(
        {f"{prefix}text/plain": repr(value)},
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": prefix}},
    )
