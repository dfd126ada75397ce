"""A Sphinx extension: chapters link to a row of the ledger as to any other label.

    {ref}`its row in the ledger <ledger-conv2d>`

The rows are made when the page runs, so Sphinx does not see their names by itself.  A link to a
row that there is not is a warning, and with that an error of the build.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

ANCHOR = re.compile(r'id="(ledger-[a-z0-9_-]+)"')


def register_rows(app: Sphinx, doctree: nodes.document) -> None:
    """Tell Sphinx of each anchor `ledger-…` in the outputs of a page."""
    page, domain = app.env.docname, app.env.domains["std"]
    for html in doctree.findall(nodes.raw):
        for name in ANCHOR.findall(html.astext()):
            domain.labels[name] = (page, name, "the ledger")
            domain.anonlabels[name] = (page, name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect after a page is read; Sphinx keeps and forgets the labels with those of the page."""
    app.connect("doctree-read", register_rows)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
