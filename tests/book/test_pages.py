"""Every page of the built book: complete, without errors, and served by nobody but the book."""

from __future__ import annotations

import gzip
import re

import pytest
from conftest import explorers

import book

PAGES = book.pages()
ALIVE = [page for page in PAGES if explorers(page)]


@pytest.mark.parametrize("opened", PAGES, indirect=True)
def test_page_is_whole_and_fetches_nothing_from_outside(opened):
    opened.page.wait_for_load_state("networkidle")
    assert opened.errors == []
    assert opened.outside == []
    text = opened.page.inner_text("article")
    assert "Traceback (most recent call last)" not in text
    assert len(text) > 200


@pytest.mark.parametrize("opened", PAGES, indirect=True)
def test_page_fits_a_phone(opened):
    with opened.on_a_phone():
        excess = opened.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    assert excess <= 0, f"the page is {excess} px wider than the screen"


@pytest.mark.parametrize("name", ALIVE)
def test_states_weigh_at_most_one_and_a_half_megabytes(name):
    text = (book.HTML / f"{name}.html").read_text()
    states = re.findall(r"widget-state\+json\">(.*?)</script>", text, flags=re.DOTALL)
    weight = len(gzip.compress("".join(states).encode()))
    assert 0 < weight <= 1_500_000


@pytest.mark.parametrize("opened", ALIVE, indirect=True)
def test_strip_stands_in_for_sliders_on_paper(opened):
    strip, slider = (
        opened.page.locator(".dl-strip").first,
        opened.page.locator(".dl-explorer").first,
    )
    on_screen = strip.is_visible(), slider.is_visible()
    with opened.on_paper():
        on_paper = strip.is_visible(), slider.is_visible()
    assert (on_screen, on_paper) == ((False, True), (True, False))


@pytest.mark.parametrize("name", ALIVE)
def test_strip_stands_in_for_sliders_without_javascript(visit, name):
    visited = visit(name, java_script_enabled=False)
    strips = visited.page.locator(".dl-strip")
    assert strips.count() == explorers(name)
    assert all(strips.nth(i).is_visible() for i in range(strips.count()))


def test_pages_work_from_the_file_system(visit):
    visited = visit(ALIVE[0], address=book.HTML.as_uri())
    assert visited.page.locator(".dl-explorer svg").first.is_visible()
    assert visited.outside == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_are_drawn_in_ink_that_stands_out(visit, scheme):
    visited = visit(ALIVE[0], color_scheme=scheme)
    ink, paper = visited.page.evaluate(
        """() => [getComputedStyle(document.querySelector('.dl-explorer svg')).color,
                  getComputedStyle(document.body).backgroundColor]"""
    )
    assert contrast(ink, paper) >= 7


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two CSS colours as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted([luminance(one), luminance(other)], reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("opened", ALIVE, indirect=True)
def test_a_step_of_a_slider_touches_its_own_picture_only(opened):
    page = opened.page
    # Either of these makes the browser work on the whole page whenever one picture changes.
    assert page.evaluate("window.FontAwesome.config.observeMutations") is False
    names = page.eval_on_selector_all(
        ".dl-picture svg", "all => all.map(svg => [...svg.querySelectorAll('[id]')].map(e => e.id))"
    )
    drawings = {frozenset(one) for one in names}
    assert len(set().union(*drawings)) == sum(map(len, drawings))
