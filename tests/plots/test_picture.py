"""Pictures: inline SVG in the page's own colours, carrying their sentence."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import matplotlib
import matplotlib.pyplot as plt
import pytest

from dlcourse.plots import COLOURS, INK, Picture, canvas, drawing


@drawing
def two_lines():
    figure, axes = canvas()
    axes.plot([0, 1], color=COLOURS.data)
    axes.plot([1, 0], color=COLOURS.loss)
    axes.set_title("Crossing")
    return figure, 'Two lines cross; one is "up" & one is <down>.'


def test_picture_is_wellformed_and_labelled():
    root = ElementTree.fromstring(two_lines().svg())
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Two lines cross; one is "up" & one is <down>.'
    texts = ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("text")]
    assert "Crossing" in texts


def test_colours_come_from_the_page():
    svg = two_lines().svg()
    assert INK not in svg
    assert "currentColor" in svg
    assert f"var(--dl-data, {COLOURS.data})" in svg
    assert f"var(--dl-loss, {COLOURS.loss})" in svg


def test_text_takes_the_font_of_the_page_and_keeps_its_digits():
    @drawing
    def labelled():
        figure, axes = canvas()
        axes.text(0.123456, 0.5, "0.999089")
        return figure, "A number."

    svg = labelled().svg()
    families = re.findall(r"font-family: ([^;\"]*)", svg)
    assert families
    assert set(families) == {"inherit"}
    assert ">0.999089<" in svg
    assert not re.search(r' [dxy]="[^"]*\.\d{3}', svg)


def test_caption_is_escaped_and_not_read_twice():
    html = two_lines()._repr_html_()
    assert '<figcaption aria-hidden="true">Two lines cross; one is &quot;up&quot; &amp; one' in html


def test_same_picture_gives_the_same_text():
    assert two_lines().html() == two_lines().html()


def test_drawing_leaves_the_style_of_the_reader_alone():
    before = dict(matplotlib.rcParams)
    two_lines().html()
    assert dict(matplotlib.rcParams) == before
    assert plt.get_fignums() == []


def test_drawing_explains_a_wrong_result():
    @drawing
    def forgetful():
        return canvas()[0]

    with pytest.raises(TypeError, match=r"forgetful: the result: expected \(figure, sentence\)"):
        forgetful()


def test_picture_keeps_name_and_signature_of_the_drawing():
    assert two_lines.__name__ == "two_lines"
    assert isinstance(two_lines(), Picture)


def test_two_drawings_share_no_names():
    def names(height):
        figure, axes = canvas()
        axes.plot([0, 1], [0, height], "o")
        svg = Picture(figure, "A line.").svg()
        defined = set(re.findall(r'\bid="([^"]+)"', svg))
        assert defined
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= defined
        return defined

    assert not names(1) & names(2)
    assert names(1) == names(1)
