"""A picture is a figure and the sentence that says what it shows.

The sentence is the picture for a reader who cannot see it, and the caption for one who can. In a
notebook and in the book a picture appears as inline SVG: sharp at every size, and drawn in the
page's own ink, so that it is as readable on a dark page as on a light one.
"""

from __future__ import annotations

import functools
import hashlib
import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from dlcourse.messages import wrong
from dlcourse.plots.style import COLOURS, INK, PAPER, style_context

_PAGE_PAPER = "var(--pst-color-background, var(--jp-layout-color0, #fff))"


@dataclass(frozen=True)
class Picture:
    """A figure with the sentence that describes it; shows itself as the last line of a cell."""

    figure: Figure
    sentence: str

    def svg(self) -> str:
        """Return the figure as an SVG element that takes ink and paper from the page around it."""
        buffer = io.StringIO()
        with style_context():
            # Not Figure.savefig, which lays a figure out twice.
            # No metadata: the date would make every build of the same book different.
            FigureCanvasSVG(self.figure).print_svg(
                buffer, metadata={"Date": None, "Creator": None, "Format": None}
            )
        return _themed(buffer.getvalue(), self.sentence)

    def html(self) -> str:
        """Return the picture and its caption as one HTML figure."""
        return (
            f'<figure class="dl-picture" style="margin:0">{self.svg()}'
            # Hidden from screen readers because the SVG carries the same sentence as its label.
            f'<figcaption aria-hidden="true">{html.escape(self.sentence)}</figcaption></figure>'
        )

    def _repr_html_(self) -> str:
        return self.html()


def drawing(draw: Callable) -> Callable[..., Picture]:
    """Decorate a function that returns (figure, sentence): it draws in our style, gives a Picture.

    @drawing
    def line(slope):
        figure, axes = canvas()
        axes.plot([0, 1], [0, slope])
        return figure, f"A line of slope {slope}."
    """

    @functools.wraps(draw)
    def styled(*args: object, **kwargs: object) -> Picture:
        with style_context():
            result = draw(*args, **kwargs)
        if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[0], Figure)):
            raise TypeError(wrong(f"{draw.__name__}: the result", "(figure, sentence)", result))
        return Picture(*result)

    return styled


def _themed(svg: str, sentence: str) -> str:
    """Cut out of an SVG what a page has no use for, and put the page's ink and paper in."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # This style sheet would reach every drawing of the page; the root element says it below.
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    # Matplotlib numbers its groups in every figure anew: two figures on a page would share names.
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1; font-family: inherit", svg)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    # What follows halves the text: a page holds hundreds of states, each a whole drawing.
    svg = re.sub(r' transform="rotate\(-?0 [^"]*"', "", svg)
    svg = re.sub(r' (?:d|x|y)="[^"]*"', lambda match: re.sub(r"(\.\d\d)\d+", r"\1", match[0]), svg)
    svg = svg.replace(INK, "currentColor").replace(PAPER, _PAGE_PAPER)
    for name, colour in vars(COLOURS).items():
        # A dark page asks for a lighter blue: its style sheet may set the colour of each meaning.
        svg = svg.replace(colour, f"var(--dl-{name}, {colour})")
    svg = _renamed(re.sub(r"\s*\n\s*", " ", svg))
    label = html.escape(sentence, quote=True)
    width = re.search(r'<svg[^>]* width="([^"]*)"', svg)[1]
    style = f"width:100%;max-width:{width};height:auto;stroke-linejoin:round"
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" style="{style}" ', 1)


def _renamed(svg: str) -> str:
    """Give the markers and clip paths of a drawing names that no other drawing has.

    Matplotlib names them by their shape. A page that holds a name a hundred times works, but
    each time one of its holders comes or goes, the browser builds all that refer to it anew.
    """
    mark = hashlib.sha256(svg.encode()).hexdigest()[:6]
    names = dict.fromkeys(re.findall(r' id="([^"]+)"', svg))
    new = {name: f"d{mark}-{number}" for number, name in enumerate(names)}
    reference = re.compile(r'(\bid="|href="#|url\(#)([^")]+)')
    return reference.sub(lambda match: match[1] + new.get(match[2], match[2]), svg)
