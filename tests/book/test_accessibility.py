"""The built pages can be used without seeing them, without a mouse, in light and in dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_pages import ALIVE, PAGES

import book

# docutils gives the bibliography roles that ARIA 1.3 has dropped; nothing of ours is in there.
NOT_OURS = {"exclude": [[".citation-list"]]}
# axe would load style sheets anew, some from an address at which there are none.
OPTIONS = {"resultTypes": ["violations"], "preload": False}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("opened", PAGES, indirect=True)
def test_axe_finds_nothing(opened, scheme):
    # A closed answer is as much part of the page as an open one.
    opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    with opened.in_theme(scheme):
        result = Axe().run(opened.page, context=NOT_OURS, options=OPTIONS).response
    found = [
        f"{violation['id']}: {node['html'][:200]}\n    {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"][:3]
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("opened", PAGES, indirect=True)
def test_every_picture_says_what_it_shows(opened):
    mute = opened.page.eval_on_selector_all(
        "article img, article svg[role=img]",
        """pictures => pictures
            .filter(p => !(p.getAttribute('alt') ?? p.getAttribute('aria-label') ?? '').trim())
            .map(p => p.outerHTML.slice(0, 200))""",
    )
    assert mute == []
    bare = opened.page.eval_on_selector_all(
        "article .cell_output svg:not([role=img], .dl-picture svg *, .icon)",
        "pictures => pictures.map(p => p.outerHTML.slice(0, 200))",
    )
    assert bare == []


@pytest.mark.parametrize("opened", PAGES, indirect=True)
def test_no_output_is_a_leftover_of_python(opened):
    outputs = opened.page.locator("article .cell_output").all_inner_texts()
    assert not [text for text in outputs if " object at 0x" in text or "<Figure size" in text]


def test_the_first_key_press_offers_to_skip_to_the_text(visit):
    page = visit(ALIVE[0]).page
    page.keyboard.press("Tab")
    assert "Skip to main content" in page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")


def test_one_can_see_where_the_focus_is(visit):
    page = visit(ALIVE[1]).page
    unmarked = []
    for _ in range(60):
        page.keyboard.press("Tab")
        look = page.evaluate(
            """() => {
                const focused = document.activeElement, style = getComputedStyle(focused);
                const marked = style.outlineStyle !== 'none' && style.outlineWidth !== '0px'
                    || style.boxShadow !== 'none';
                return marked ? '' : focused.outerHTML.slice(0, 150);
            }"""
        )
        if look:
            unmarked.append(look)
    assert unmarked == []


@pytest.mark.parametrize("opened", ALIVE, indirect=True)
def test_the_theme_restyles_the_pictures_at_once(opened):
    ink, inks = "getComputedStyle(document.querySelector('.dl-explorer svg')).color", set()
    for theme in ("light", "dark"):
        with opened.in_theme(theme):
            inks.add(opened.page.evaluate(ink))
    assert len(inks) == 2


def test_a_lost_reader_finds_the_way_home(browser, site):
    page = browser.new_context().new_page()
    page.goto(f"{site}/404.html")
    assert page.locator("#home").get_attribute("href") == "/"
    assert (book.HTML / "index.html").exists()
