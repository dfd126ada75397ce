"""The linter of the prose finds what it should, and leaves code, formulas and names alone."""

from __future__ import annotations

import pytest

import prose


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The color of a neuron.", "write 'colour'"),
        ("We tokenize.", "write it with s"),
        ("We analyzed it.", "write 'analysed'"),
        ("Simply add them.", "leave out 'Simply'"),
        ("A powerful idea.", "leave out 'powerful'"),
        ("It works!", "no exclamation marks"),
        ("It works \N{PARTY POPPER}", "no emoji"),
        ("It is is so.", "stands twice"),
        ("```{admonition} Predict\nThe behavior of it.\n```", "write 'behaviour'"),
        ("Line one.\n\n```python\nx = 1\n```\n\nThe center.", ":7: "),
    ],
)
def test_a_fault_is_found(text, found):
    (problem,) = prose.problems("page.md", text)
    assert found in problem


@pytest.mark.parametrize(
    "text",
    [
        "```{code-cell} ipython3\nax.plot(color='red')\n```",
        "Call `normalize(x)` and `center`.",
        "The size of a prize, and an optimizer's program.",
        r"$n!$ and $\text{color}$, or $$\text{color}$$",
        "See {ref}`the color <sec-color>` and [this](color.md).",
        "---\nauthor: color\n---\nText.",
    ],
)
def test_code_formulas_and_names_are_left_alone(text):
    assert list(prose.problems("page.md", text)) == []


def test_proselint_reads_the_prose_and_not_the_code():
    page = "It is very unique.\n\n```{code-cell} ipython3\nvery = unique\n```\n"
    found = prose.proselint({"chapters/page.md": page})
    assert found
    assert all(line.startswith("chapters/page.md:1:") for line in found)
