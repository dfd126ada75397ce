"""Every slider of the built book moves its picture and its sentence: by keyboard and by mouse."""

from __future__ import annotations

import pytest
from test_pages import ALIVE


def state(explorer) -> tuple[str, str]:
    """Return what an Explorer shows now: its drawings, and its sentences."""
    return explorer.evaluate(
        """element => {
            const views = [...element.querySelectorAll('.dl-picture')];
            const drawing = view => view.querySelector('svg').innerHTML;
            const sentence = view => view.querySelector('svg').getAttribute('aria-label');
            return [views.map(drawing).join(), views.map(sentence).join(' ')];
        }"""
    )


def settle(page) -> None:
    """Wait until the browser has painted what a key or the mouse has changed."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")


def each_explorer(page):
    explorers = page.locator(".dl-explorer")
    assert explorers.count() > 0
    for i in range(explorers.count()):
        yield explorers.nth(i)


@pytest.mark.parametrize("opened", ALIVE, indirect=True)
def test_sliders_by_keyboard(opened):
    for explorer in each_explorer(opened.page):
        for i in range(explorer.locator(".noUi-handle").count()):
            sweep_by_keyboard(opened.page, explorer, explorer.locator(".noUi-handle").nth(i))
    assert opened.errors == []


def sweep_by_keyboard(page, explorer, handle) -> None:
    handle.focus()
    page.keyboard.press("Home")
    settle(page)
    label = handle.get_attribute("aria-label")
    assert label, "a slider without a name"
    states, texts = [state(explorer)], [handle.get_attribute("aria-valuetext")]
    for _ in range(round(float(handle.get_attribute("aria-valuemax")))):
        page.keyboard.press("ArrowRight")
        settle(page)
        states.append(state(explorer))
        texts.append(handle.get_attribute("aria-valuetext"))
        assert states[-1][1] != states[-2][1], f"{label}: the sentence stays at {texts[-2:]}"
    assert len(set(texts)) == len(texts), f"{label}: says the same value twice: {texts}"
    drawings = {drawing for drawing, _ in states}
    assert len(drawings) > len(states) / 2, f"{label}: the picture hardly changes"
    page.keyboard.press("Home")
    settle(page)
    assert state(explorer) == states[0], f"{label}: the first state does not come back"
    page.keyboard.press("End")
    settle(page)
    assert state(explorer) == states[-1], f"{label}: End does not lead to the last state"


@pytest.mark.parametrize("opened", ALIVE, indirect=True)
def test_sliders_by_mouse(opened):
    for explorer in each_explorer(opened.page):
        for i in range(explorer.locator(".noUi-target").count()):
            drag_from_end_to_end(opened.page, explorer, explorer.locator(".noUi-target").nth(i))
    assert opened.errors == []


def drag_from_end_to_end(page, explorer, track) -> None:
    track.scroll_into_view_if_needed()
    handle = track.locator(".noUi-handle")

    def drag(to_right: bool) -> tuple[str, str]:
        grip, rail = handle.bounding_box(), track.bounding_box()
        middle = grip["y"] + grip["height"] / 2
        page.mouse.move(grip["x"] + grip["width"] / 2, middle)
        page.mouse.down()
        page.mouse.move(rail["x"] + (rail["width"] + 30 if to_right else -30), middle, steps=4)
        page.mouse.up()
        settle(page)
        return state(explorer)

    left, right = drag(to_right=False), drag(to_right=True)
    label = handle.get_attribute("aria-label")
    assert handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    assert left[0] != right[0], f"{label}: both ends show the same picture"
    assert left[1] != right[1], f"{label}: both ends say the same"


@pytest.mark.parametrize("opened", ALIVE, indirect=True)
def test_choices_by_keyboard_and_by_mouse(opened):
    for explorer in each_explorer(opened.page):
        for i in range(explorer.locator("select").count()):
            choose_every_option(opened.page, explorer, explorer.locator("select").nth(i))
    assert opened.errors == []


def choose_every_option(page, explorer, select) -> None:
    options = select.locator("option").all_inner_texts()
    by_mouse = []
    for option in options:
        select.select_option(label=option)
        settle(page)
        by_mouse.append(state(explorer))
    assert len({sentence for _, sentence in by_mouse}) == len(options), options
    assert len({drawing for drawing, _ in by_mouse}) > 1, options
    select.focus()
    page.keyboard.press("Home")
    settle(page)
    assert state(explorer) == by_mouse[0]
    for expected in by_mouse[1:]:
        page.keyboard.press("ArrowDown")
        settle(page)
        assert state(explorer) == expected


@pytest.mark.parametrize("opened", ALIVE, indirect=True)
def test_a_change_is_announced(opened):
    views = opened.page.locator(".dl-explorer .dl-view")
    for i in range(views.count()):
        assert views.nth(i).get_attribute("aria-live") == "polite"
        label = views.nth(i).locator("svg").get_attribute("aria-label")
        assert label == views.nth(i).locator("figcaption").inner_text()
