"""The Explorer: pictures with sliders that work everywhere, from one definition.

    Explorer(draw, rate=Slider([0.1, 0.5, 1.0], label="learning rate"))

`draw(rate)` is a pure function that returns a Picture. With a live kernel (JupyterLab, VS Code,
Colab) it is called whenever the reader moves a slider. The published page has no kernel: there
every state is drawn ahead of time, and ipywidgets' own links show the one that the sliders point
at, so the page needs no server and no JavaScript of ours. On paper a strip of states remains.
`make book` asks for the page form by setting the environment variable DLCOURSE_PAGE.

Several draws may share the sliders. Each is drawn only for those that its signature names, so a
second view adds states instead of multiplying them.
"""

from __future__ import annotations

import inspect
import itertools
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from dlcourse.messages import unknown_name, wrong
from dlcourse.plots.picture import Picture


@dataclass(frozen=True)
class Slider:
    """A control that slides over an ordered sequence of values.

    `label`: the plain text beside it (no TeX: a screen reader would read the markup);
    `start`: the value shown first, by default the middle one; `form`: how values are written.
    """

    values: Sequence
    label: str = ""
    start: object = None
    form: str | Callable[[Any], str] = "{:g}"

    def options(self) -> list[tuple[str, object]]:
        """Return (text, value) for each value, in order."""
        write = self.form if callable(self.form) else self.form.format
        return [(write(value), value) for value in self.values]

    def first(self) -> int:
        """Return the index of the value shown first."""
        return _start_index(self, len(self.values) // 2)

    def widget(self, label: str) -> widgets.ValueWidget:
        """Return a fresh slider widget whose `index` says which value is chosen."""
        return widgets.SelectionSlider(
            options=self.options(),
            index=self.first(),
            description=label,
            style={"description_width": "initial"},
            layout={"width": "min(100%, 26rem)"},
        )


@dataclass(frozen=True)
class Choice:
    """A control that picks one of a few named options, e.g. an activation function."""

    values: Sequence[str]
    label: str = ""
    start: object = None

    def options(self) -> list[tuple[str, object]]:
        """Return (text, value) for each option, in order."""
        return [(str(value), value) for value in self.values]

    def first(self) -> int:
        """Return the index of the option shown first."""
        return _start_index(self, 0)

    def widget(self, label: str) -> widgets.ValueWidget:
        """Return a fresh drop-down widget whose `index` says which option is chosen."""
        return widgets.Dropdown(
            options=self.options(),
            index=self.first(),
            description=label,
            style={"description_width": "initial"},
            layout={"width": "min(100%, 26rem)"},
        )


def _start_index(control: Slider | Choice, default: int) -> int:
    if control.start is None:
        return default
    values = list(control.values)
    if control.start not in values:
        raise ValueError(wrong(f"{control.label}: start", f"one of {values}", control.start))
    return values.index(control.start)


class Explorer:
    """One or more pictures and the controls that move them; shows itself in a notebook or the book.

    draws: functions that return a Picture; each takes some of the controls by name.
    controls: name=Slider(...) or name=Choice(...), shown in this order.
    """

    def __init__(self, *draws: Callable[..., Picture], **controls: Slider | Choice) -> None:
        self.draws = draws
        self.controls = controls
        self._drawn: dict[tuple, str] = {}
        for name, control in controls.items():
            if not isinstance(control, Slider | Choice):
                raise TypeError(wrong(f"Explorer: {name}", "a Slider or a Choice", control))
            if len(control.values) == 0:
                raise ValueError(wrong(f"Explorer: {name}", "at least one value", control.values))
        used = {name for draw in draws for name in self._names(draw)}
        for name in controls:
            if name not in used:
                raise ValueError(unknown_name("slider (no draw function takes it)", name, used))

    def _names(self, draw: Callable[..., Picture]) -> list[str]:
        """Return the controls that a draw function takes, in the order of the controls."""
        parameters = inspect.signature(draw).parameters
        for name, parameter in parameters.items():
            if name not in self.controls and parameter.default is parameter.empty:
                raise ValueError(unknown_name(f"parameter of {draw.__name__}", name, self.controls))
        return [name for name in self.controls if name in parameters]

    def _label(self, name: str) -> str:
        return self.controls[name].label or name.replace("_", " ")

    def states(self, draw: Callable[..., Picture]) -> list[dict[str, object]]:
        """Return every combination of values that a draw function is drawn for."""
        names = self._names(draw)
        lists = [self.controls[name].values for name in names]
        return [dict(zip(names, values, strict=True)) for values in itertools.product(*lists)]

    def start(self) -> dict[str, object]:
        """Return the values shown first."""
        return {name: list(c.values)[c.first()] for name, c in self.controls.items()}

    # -- the three forms ----------------------------------------------------------------------

    def live(self) -> widgets.Widget:
        """Return the form for a running kernel: a moved slider calls draw."""
        handles = {name: c.widget(self._label(name)) for name, c in self.controls.items()}
        views = []
        for draw in self.draws:
            names = self._names(draw)
            view = widgets.HTML(layout={"width": "100%"})

            # The defaults bind this turn's draw, names and view, not the last turn's.
            def show(change=None, draw=draw, names=names, view=view):
                view.value = draw(**{name: handles[name].value for name in names}).html()

            for name in names:
                handles[name].observe(show, names="value")
            show()
            views.append(view)
        return _assemble(handles.values(), views)

    def page(self) -> widgets.Widget:
        """Return the form for the published page: all states drawn, shown by linked Stacks."""
        handles = {name: c.widget(self._label(name)) for name, c in self.controls.items()}
        # Layout and style are models of their own in the page: one for all states, not one each.
        shared = {"layout": widgets.Layout(width="100%"), "style": widgets.HTML().style}
        views = [self._stack(draw, self._names(draw), {}, handles, shared) for draw in self.draws]
        return _assemble(handles.values(), views)

    def _stack(
        self, draw: Callable, names: list[str], fixed: dict, handles: dict, shared: dict
    ) -> widgets.Widget:
        """Return nested Stacks, one level for each name, whose leaves are the drawn states."""
        if not names:
            return widgets.HTML(self._html(draw, fixed), **shared)
        name, *rest = names
        children = [
            self._stack(draw, rest, fixed | {name: value}, handles, shared)
            for value in self.controls[name].values
        ]
        stack = widgets.Stack(children, selected_index=handles[name].index, layout=shared["layout"])
        widgets.jslink((handles[name], "index"), (stack, "selected_index"))
        return stack

    def strip(self, most: int = 4) -> str:
        """Return the form for paper: up to `most` states of the first slider, side by side."""
        figures = []
        for draw in self.draws:
            names = self._names(draw)
            if not names:
                figures.append(self._html(draw, {}))
                continue
            lead = names[0]
            values = list(self.controls[lead].values)
            count = min(most, len(values))
            picks = [values[round(i * (len(values) - 1) / max(count - 1, 1))] for i in range(count)]
            rest = {name: self.start()[name] for name in names[1:]}
            figures += [self._html(draw, {lead: value} | rest) for value in picks]
        return f'<div class="dl-strip">{"".join(figures)}</div>'

    def _html(self, draw: Callable[..., Picture], state: dict[str, object]) -> str:
        """Return a state's picture, drawn once for the page and the strip together."""
        key = (draw, *state.values())
        if key not in self._drawn:
            self._drawn[key] = draw(**state).html()
        return self._drawn[key]

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        if not os.environ.get("DLCOURSE_PAGE"):
            display(self.live())
            return
        display(self.page())
        reveal = "<noscript><style>.dl-strip{display:flex!important}</style></noscript>"
        display(HTML(self.strip() + reveal))


def _assemble(handles: Iterable[widgets.Widget], views: Iterable[widgets.Widget]) -> widgets.Widget:
    """Lay out the controls above the pictures; both wrap where the page is narrow."""
    row = {"display": "flex", "flex_flow": "row wrap", "align_items": "flex-start"}
    stages = [widgets.Box([view], layout={"flex": "1 1 19rem", "min_width": "0"}) for view in views]
    for stage in stages:
        stage.add_class("dl-view")
    box = widgets.VBox([widgets.Box(list(handles), layout=row), widgets.Box(stages, layout=row)])
    box.add_class("dl-explorer")
    return box
