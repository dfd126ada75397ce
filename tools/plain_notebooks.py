"""Publish each chapter as a notebook that any notebook program can show and run.

A chapter is written in MyST, which adds boxes, links between pages and numbers from code to
Markdown.  JupyterLab, VS Code and Colab know Markdown only.  So the published notebooks say the
same in plain Markdown: boxes become quotations, answers open on a click, numbers stand as text, and
the source that a chapter shows stands in the cell.  The first cell installs the package if needed.
"""

from __future__ import annotations

import ast
import html
import os
import re
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from pybtex.database import Person, parse_file

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"(?P<marks>`{3,}|:{3,})\{(?P<name>[\w-]+)\} *(?P<argument>.*)")
GLUE = "application/papermill.record/text/plain"


def titles() -> dict[str, str]:
    """Return the title that each label of the book's sources stands before."""
    found: dict[str, str] = {}
    for path in [*(ROOT / "chapters").glob("*.md"), ROOT / "genindex.md"]:
        pairs = re.findall(r"(?m)^\(([\w-]+)\)=\n+#+ (.+)$", path.read_text())
        found |= dict(pairs)
    return found


def authors(people: list[Person]) -> str:
    """Return the names of authors as a text cites them."""
    names = [" ".join(person.last_names) for person in people]
    if len(names) > 2:
        return f"{names[0]} et al."
    return " and ".join(names)


def papers() -> dict[str, tuple[str, str]]:
    """Return (authors, year) for each key of the bibliography."""
    entries = parse_file(str(ROOT / "chapters" / "references.bib")).entries
    return {
        key: (authors(entry.persons.get("author", [])), entry.fields.get("year", ""))
        for key, entry in entries.items()
    }


@dataclass
class Plain:
    """Turns MyST into plain Markdown; `values` are the numbers that the chapter glued."""

    values: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=titles)
    papers: dict[str, tuple[str, str]] = field(default_factory=papers)

    def text(self, source: str) -> str:
        """Return a whole Markdown cell in plain Markdown."""
        lines, done = source.split("\n"), []
        while lines:
            line = lines.pop(0)
            if match := FENCE.fullmatch(line):
                body = _take_block(lines, match["marks"])
                done.append(self._directive(match["name"], match["argument"], body))
            elif re.match(r"`{3,}|~{3,}", line):
                marks = re.match(r"[`~]+", line)[0]
                done += [line, *_take_block(lines, marks), marks]
            elif not re.fullmatch(r"\([\w-]+\)=", line):
                while re.search(r"\{[\w:]+\}`[^`]*$", line) and lines:
                    line += "\n" + lines.pop(0)  # the role ends on a later line
                done.append(self._roles(line))
        text = "\n".join(done)
        return re.sub(r"(?m)^\$\$ \([\w-]+\)$", "$$", text).strip("\n")

    def _roles(self, line: str) -> str:
        return re.sub(r"\{([\w:]+)\}`([^`]*)`", lambda m: self._role(m[1], m[2]), line)

    def _role(self, role: str, content: str) -> str:
        named = re.fullmatch(r"(.*?)\s*<(.*)>", content, re.DOTALL)
        if role == "glue:text":
            return self._value(content)
        if role in ("cite:t", "cite:p"):
            cited = [self.papers[key.strip()] for key in content.split(",")]
            if role == "cite:t":
                return ", ".join(f"{names} ({year})" for names, year in cited)
            return "(" + "; ".join(f"{names}, {year}" for names, year in cited) + ")"
        if role == "eq":
            return "the formula above"
        if role in ("ref", "numref", "doc"):
            return named[1] if named else f"*{self.titles.get(content, content)}*"
        return named[1] if named else content

    def _value(self, content: str) -> str:
        name, _, form = content.partition(":")
        value = ast.literal_eval(self.values[name])
        return format(value, form) if form else str(value)

    def _directive(self, name: str, argument: str, body: list[str]) -> str:
        options = {}
        while body and (option := re.fullmatch(r":([\w-]+):\s*(.*)", body[0])):
            options[option[1]] = option[2]
            body.pop(0)
        if name == "literalinclude":
            return f"```python\n{_source(argument, options)}\n```"
        inner = self.text("\n".join(body).strip("\n"))
        title = self._roles(argument)
        if name == "dropdown":
            summary = re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(title, quote=False))
            return f"<details>\n<summary>{summary}</summary>\n\n{inner}\n\n</details>"
        if name in ("button-ref", "tableofcontents"):
            return ""
        if name in ("admonition", "note", "tip", "warning"):
            quoted = f"**{title or name.capitalize()}**\n\n{inner}"
            return "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))
        return inner if name == "grid" or not title else f"**{title}**\n\n{inner}"


def _take_block(lines: list[str], marks: str) -> list[str]:
    """Take the lines up to the fence that closes a block, and that fence."""
    body = []
    while lines and (line := lines.pop(0)).rstrip() != marks:
        body.append(line)
    return body


def _source(argument: str, options: dict[str, str]) -> str:
    """Return the source of the function or class that a literalinclude shows."""
    code = (ROOT / "chapters" / argument).read_text()
    if "pyobject" not in options:
        return code.rstrip()
    node: ast.AST = ast.parse(code)
    for name in options["pyobject"].split("."):
        node = next(child for child in ast.iter_child_nodes(node) if _name(child) == name)
    start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return textwrap.dedent("\n".join(code.split("\n")[start - 1 : node.end_lineno]))


def _name(node: ast.AST) -> str | None:
    return getattr(node, "name", None)


def install_cell() -> nbformat.NotebookNode:
    """Return the cell that installs the package where a notebook runs without it."""
    repository = os.environ.get("GITHUB_REPOSITORY")
    if repository:
        install = f'%pip install -q "dlcourse @ git+https://github.com/{repository}"'
    else:
        install = 'raise SystemExit("Install the course first: pip install . in its folder.")'
    cell = new_code_cell(
        "# The notebook needs the course's package, and nothing else.\n"
        f"try:\n    import dlcourse\nexcept ImportError:\n    {install}"
    )
    cell.id = "install"
    return cell


def with_install(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a notebook that starts with the cell that installs the package."""
    cells = [cell for cell in notebook.cells if cell.get("id") != "install"]
    notebook.cells = [install_cell(), *cells]
    return notebook


def publish(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return an executed chapter as it is published: plain Markdown, its outputs kept."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    values = {
        output.metadata["scrapbook"]["name"]: output.data[GLUE]
        for output in outputs
        if GLUE in output.get("data", {})
    }
    plain = Plain({name.removeprefix(GLUE): value for name, value in values.items()})
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = plain.text(cell.source)
    for output in outputs:
        if "text/html" in output.get("data", {}):
            output.data["text/html"] = _fold_strip(output.data["text/html"])
    notebook = with_install(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for key in ("source_map", "jupytext"):
        notebook.metadata.pop(key, None)
    return notebook


def _fold_strip(markup: str) -> str:
    """Fold the still pictures, which stand in for a slider on paper, below the slider."""
    folded = (
        "<details><summary>the same, as still pictures</summary>"
        '<div style="display:flex;flex-wrap:wrap;gap:1rem">'
    )
    if not markup.startswith('<div class="dl-strip">'):
        return markup
    markup = re.sub(r"<noscript>.*?</noscript>", "", markup)
    return markup.replace('<div class="dl-strip">', folded, 1) + "</details>"
