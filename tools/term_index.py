"""A Sphinx extension: under each word of the glossary, the index lists chapters that use it.

Chapters mark the places where a word is first used with `{term}`, and Sphinx puts only the glossary
itself into the index.  Here each such place becomes an entry too, under the title of its chapter.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import index, pending_xref
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


def glossary_terms(path: Path) -> dict[str, str]:
    """Return the terms that the glossary defines, as it spells them, by their small letters."""
    body = re.search(r"```\{glossary\}(.*?)```", path.read_text(), flags=re.DOTALL)
    names = re.findall(r"(?m)^(?!:)(\S.*)$", body[1] if body else "")
    return {name.strip().lower(): name.strip() for name in names}


class IndexTerms(SphinxTransform):
    """Put an index entry before the first link to each term of a page."""

    default_priority = 500

    def apply(self, **kwargs: object) -> None:
        """Insert the entries; the glossary makes its own."""
        title = self.document.next_node(nodes.title)
        if title is None or self.env.docname.endswith("glossary"):
            return
        unseen = glossary_terms(Path(self.env.srcdir) / "chapters" / "glossary.md")
        for link in list(self.document.findall(pending_xref)):
            name = " ".join(link.get("reftarget", "").lower().split())
            if link.get("reftype") != "term" or name not in unseen:
                continue
            term = unseen.pop(name)
            identity = f"term-{nodes.make_id(term)}"
            entry = ("single", f"{term}; {title.astext()}", identity, "", None)
            at = link.parent.index(link)
            link.parent[at:at] = [index(entries=[entry]), nodes.target("", "", ids=[identity])]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the transform; it runs on each page by itself."""
    app.add_transform(IndexTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
