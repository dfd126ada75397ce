"""The published notebooks are plain: any notebook program shows them."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import book
import plain_notebooks

PUBLISHED = [
    book.HTML / "_sources" / "chapters" / f"{path.stem}.ipynb" for path in book.notebooks()
]
MYST = re.compile(r"\{[\w:-]+\}`[^`]*`|^\s*(?:`{3,}|:{3,})\{|^\([\w-]+\)=$|\$\$ \(", re.MULTILINE)


@pytest.fixture
def plain():
    return plain_notebooks.Plain(
        values={"rate": "0.12345", "name": "'three'"},
        titles={"sec-x": "The title"},
        papers={"a2020": ("A and B", "2020"), "c2021": ("C et al.", "2021")},
    )


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        ("(ch-x)=\n# Title", "# Title"),
        ("A {term}`loss`, two {term}`Losses <loss>`.", "A loss, two Losses."),
        ("See {ref}`sec-x` and {ref}`here <sec-x>`.", "See *The title* and here."),
        ("{ref}`The next\nchapter <sec-x>` says.", "The next\nchapter says."),
        ("{glue:text}`rate:.1%` of {glue:text}`name`", "12.3% of three"),
        (
            "{cite:t}`a2020` and others {cite:p}`a2020,c2021`",
            "A and B (2020) and others (A and B, 2020; C et al., 2021)",
        ),
        ("$$\ny = x\n$$ (eq-x)", "$$\ny = x\n$$"),
        (
            "```{admonition} Predict\n:class: tip\n\nWhat is {term}`x`?\n```",
            "> **Predict**\n>\n> What is x?",
        ),
        (
            "````{dropdown} Why `x`?\nIt is.\n```python\n{term}`x`\n```\n````",
            "<details>\n<summary>Why <code>x</code>?</summary>\n\nIt is.\n"
            "```python\n{term}`x`\n```\n\n</details>",
        ),
        (
            "::::{grid} 1 1 2 2\n:gutter: 3\n\n:::{grid-item-card} One\nText\n:::\n::::",
            "**One**\n\nText",
        ),
    ],
)
def test_myst_becomes_plain(plain, myst, markdown):
    assert plain.text(myst) == markdown


def test_the_source_that_a_chapter_shows_stands_in_the_notebook(plain):
    shown = plain.text("```{literalinclude} ../dlcourse/activations.py\n:pyobject: relu\n```")
    assert shown.startswith("```python\ndef relu(")
    assert shown.endswith("\n```")


def test_a_notebook_is_published_with_its_outputs_and_a_cell_that_installs(monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/course")
    strip = new_output("display_data", {"text/html": '<div class="dl-strip"><svg/></div>'})
    notebook = new_notebook(cells=[new_markdown_cell("x"), new_code_cell("1", outputs=[strip])])
    published = plain_notebooks.publish(notebook)
    nbformat.validate(published)
    first, _, code = published.cells
    assert "%pip install -q" in first.source
    assert "github.com/someone/course" in first.source
    assert code.outputs[0].data["text/html"].startswith("<details>")


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_published_notebooks_hold_no_myst(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"(?sm)^```.*?^```$|^~~~.*?^~~~$", "", cell.source)
            assert not MYST.findall(text)


@pytest.mark.parametrize("folder", ["exercises", "exercises/solutions"])
def test_each_notebook_of_exercises_is_offered_for_download_and_installs_the_package(folder):
    page = "exercises" if folder == "exercises" else "solutions"
    html = (book.HTML / "chapters" / f"{page}.html").read_text()
    offered = dict(re.findall(r'href="\.\./(_downloads/\w+/(\d\d_\w+\.ipynb))"', html))
    sources = sorted((book.ROOT / folder).glob("*.ipynb"))
    assert sorted(offered.values()) == [path.name for path in sources]
    for address, name in offered.items():
        published = nbformat.read(book.HTML / address, as_version=4)
        nbformat.validate(published)
        given = nbformat.read(book.ROOT / folder / name, as_version=4)
        assert published.cells[0].id == "install"
        assert [cell.source for cell in published.cells[1:]] == [c.source for c in given.cells]


@pytest.mark.parametrize("path", book.notebooks(), ids=lambda path: path.stem)
def test_each_chapter_offers_its_exercises(path):
    if re.match(r"\d\d_", path.stem):
        html = (book.HTML / "chapters" / f"{path.stem}.html").read_text()
        assert re.search(rf'href="\.\./_downloads/\w+/{path.stem}\.ipynb"', html)
