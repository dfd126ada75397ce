"""A chapter runs again when, and only when, something that it can reach has changed."""

from __future__ import annotations

import sys
from importlib import import_module

import pytest

import run_chapters
from run_chapters import EVERYWHERE, FIGURES, PACKAGE


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small package: two figures, of which one draws with the other, and a core."""
    for name in ("interactive/loss.py", "interactive/wheel.py", "plots/curve.py", "losses.py"):
        path = tmp_path / "dlcourse" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    for name in EVERYWHERE:
        (tmp_path / "dlcourse" / name).write_text("")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "dlcourse/interactive/loss.py").write_text("from dlcourse.plots import curve\n")
    (tmp_path / "chapter.md").write_text("from dlcourse.interactive import loss\n")
    monkeypatch.setattr(run_chapters, "ROOT", tmp_path)
    monkeypatch.setattr(run_chapters, "PACKAGE", tmp_path / "dlcourse")
    return tmp_path / "dlcourse"


@pytest.mark.parametrize(
    ("changed", "runs"),
    [
        ("interactive/loss.py", True),
        ("plots/curve.py", True),
        ("plots/style.py", True),
        ("losses.py", True),
        ("interactive/wheel.py", False),
    ],
)
def test_a_change_reaches_the_chapters_that_can_see_it(package, changed, runs):
    def digest():
        run_chapters._common.cache_clear()
        return run_chapters.chapter_digest(package.parent / "chapter.md")

    before = digest()
    (package / changed).write_text("changed = True\n")
    assert (digest() != before) is runs
    run_chapters._common.cache_clear()


FIGURE_MODULES = sorted(
    path
    for folder in FIGURES
    for path in (PACKAGE / folder).glob("*.py")
    if path.stem != "__init__" and path.relative_to(PACKAGE).as_posix() not in EVERYWHERE
)


@pytest.mark.parametrize("path", FIGURE_MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_figures_load_no_figure_that_the_search_does_not_find(path):
    loaded = [name for name in sys.modules if name.startswith(("dlcourse.plots", "dlcourse.inter"))]
    saved = {name: sys.modules.pop(name) for name in loaded}
    try:
        import_module(f"dlcourse.{path.parent.name}.{path.stem}")
        names = [name.split(".") for name in sys.modules if name.startswith("dlcourse.")]
    finally:
        sys.modules.update(saved)
    files = {PACKAGE / f"{'/'.join(parts[1:])}.py" for parts in names if parts[1] in FIGURES}
    found = run_chapters.reachable_figures(path.read_text()) | {path}
    assert files & set(FIGURE_MODULES) <= found
