"""A Sphinx extension: each chapter offers itself as a notebook, to download or to open elsewhere.

The theme has buttons for that, and asks for notebooks as sources; ours are Markdown.
`tools/book.py` writes every chapter, with its outputs, to _sources/.  Where the book is built on
GitHub, which tells the name of the repository, the chapter can also be opened in Colab and on
Binder, from the branch `notebooks` that the publishing workflow pushes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

COLAB = "https://colab.research.google.com/github/{repository}/blob/notebooks/{name}.ipynb"
BINDER = "https://mybinder.org/v2/gh/{repository}/notebooks?labpath={name}.ipynb"


def offer_notebook(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Name the notebook of a page, which makes the theme show its download button."""
    if _is_notebook(app, pagename):
        context["ipynb_source"] = f"{pagename}.ipynb"


def offer_services(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Add the buttons that open a page in Colab and on Binder, if the repository is known."""
    repository = os.environ.get("GITHUB_REPOSITORY")
    if not repository or not _is_notebook(app, pagename):
        return
    name = pagename.split("/")[-1]
    buttons = [
        {
            "type": "link",
            "text": service,
            "tooltip": f"Open this chapter in {service}",
            "icon": "fas fa-rocket",
            "url": address.format(repository=repository, name=name),
            "label": f"launch-{service.lower()}",
        }
        for service, address in (("Colab", COLAB), ("Binder", BINDER))
    ]
    context["header_buttons"].append(
        {
            "type": "group",
            "tooltip": "Open this chapter as a live notebook",
            "icon": "fas fa-rocket",
            "buttons": buttons,
            "label": "launch-buttons",
        }
    )


def _is_notebook(app: Sphinx, pagename: str) -> bool:
    source = Path(app.srcdir) / f"{pagename}.md"
    return source.exists() and "```{code-cell}" in source.read_text()


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect before and after the theme's own buttons are made (at priority 501)."""
    app.connect("html-page-context", offer_notebook, priority=400)
    app.connect("html-page-context", offer_services, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
