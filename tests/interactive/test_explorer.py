"""The Explorer: its three forms show the same states, and mistakes in its use are explained."""

from __future__ import annotations

import ipywidgets as widgets
import pytest

from dlcourse.interactive import Choice, Explorer, Slider
from dlcourse.plots import canvas, drawing


@drawing
def line(slope, name="a"):
    figure, axes = canvas()
    axes.plot([0, 1], [0, slope])
    return figure, f"Line {name} of slope {slope}."


@drawing
def mirror(slope):
    figure, axes = canvas()
    axes.plot([0, 1], [0, -slope])
    return figure, f"Mirrored: slope {-slope}."


def explorer() -> Explorer:
    return Explorer(line, mirror, slope=Slider([1, 2, 3], start=2), name=Choice(["a", "b"]))


def find(widget: widgets.Widget, kind: type) -> list:
    """Return all widgets of a kind below a widget, from the outside in."""
    found = [widget] if isinstance(widget, kind) else []
    for child in getattr(widget, "children", ()):
        found += find(child, kind)
    return found


def test_live_form_draws_when_a_slider_moves():
    live = explorer().live()
    slider = find(live, widgets.SelectionSlider)[0]
    first, second = find(live, widgets.HTML)
    assert "Line a of slope 2." in first.value
    slider.index = 2
    assert "Line a of slope 3." in first.value
    assert "Mirrored: slope -3." in second.value
    find(live, widgets.Dropdown)[0].index = 1
    assert "Line b of slope 3." in first.value


def test_page_form_holds_every_state_once():
    page = explorer().page()
    texts = [html.value for html in find(page, widgets.HTML)]
    sentences = [f"Line {name} of slope {slope}." for slope in (1, 2, 3) for name in "ab"]
    sentences += [f"Mirrored: slope {-slope}." for slope in (1, 2, 3)]
    assert len(texts) == len(sentences)
    assert all(sentence in text for sentence, text in zip(sentences, texts, strict=True))


def test_page_form_starts_where_the_live_form_starts():
    page, live = explorer().page(), explorer().live()
    outer = find(page, widgets.Stack)[0]
    inner = outer.children[outer.selected_index]
    assert inner.children[inner.selected_index].value == find(live, widgets.HTML)[0].value


def test_every_stack_is_linked_to_its_slider(monkeypatch):
    links = []
    monkeypatch.setattr(widgets, "jslink", lambda source, target: links.append((source, target)))
    page = explorer().page()
    linked = [stack.model_id for _, (stack, _) in links]
    assert sorted(linked) == sorted(stack.model_id for stack in find(page, widgets.Stack))
    for (handle, source), (stack, target) in links:
        assert (source, target) == ("index", "selected_index")
        assert len(stack.children) == len(handle.options)


def test_strip_shows_the_first_slider_from_end_to_end():
    strip = explorer().strip(most=2)
    assert strip.count("<svg") == 4
    for sentence in ("Line a of slope 1.", "Line a of slope 3.", "Mirrored: slope -3."):
        assert sentence in strip


def test_page_form_is_chosen_by_the_build(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    monkeypatch.delenv("DLCOURSE_PAGE", raising=False)
    explorer()._ipython_display_()
    assert len(shown) == 1
    assert not find(shown[0], widgets.Stack)
    monkeypatch.setenv("DLCOURSE_PAGE", "1")
    explorer()._ipython_display_()
    assert find(shown[1], widgets.Stack)
    assert "dl-strip" in shown[2].data


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Explorer(line, slope=[1, 2]), TypeError, "expected a Slider or a Choice"),
        (lambda: Explorer(line, slope=Slider([])), ValueError, "expected at least one value"),
        (lambda: Explorer(line, slop=Slider([1])), ValueError, "Did you mean 'slop'"),
        (lambda: Explorer(mirror, slope=Slider([1]), x=Slider([1])), ValueError, "'x'"),
        (lambda: Slider([1, 2], start=5).first(), ValueError, r"one of \[1, 2\], received 5"),
    ],
)
def test_mistakes_are_explained(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_figures_are_loaded_by_name_and_a_slip_is_explained():
    from dlcourse import interactive, plots

    assert callable(interactive.perceptron.explorer)
    assert callable(plots.perceptron.neuron)
    with pytest.raises(AttributeError, match="Did you mean 'perceptron'"):
        _ = interactive.perceptrn
