"""Importing the package is light, every name is reachable, and modules import downwards only."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dlcourse

PACKAGE = Path(dlcourse.__file__).parent
HEAVY = ("tensorflow", "keras", "matplotlib", "sklearn", "scipy", "pytest", "ipywidgets", "IPython")

# The order of the design: a module imports only from its own line and from those above it.
ORDER = [
    ["runtime", "messages", "config", "arguments", "arrays", "lazy", "prose"],
    ["activations", "initializers", "losses", "regularizers", "metrics"],
    ["layers"],
    [
        "optimizers",
        "schedules",
        "callbacks",
        "models",
        "datasets",
        "utils",
        "perceptron",
    ],
    ["autodiff"],
    ["gradcheck"],
    ["plots"],
    ["interactive"],
    ["twins"],
    ["ledger"],
    ["grading"],
]
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    """Return the first name after "dlcourse": "layers" for dlcourse/layers/core.py."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path):
    """Yield the full names of everything that a file imports."""
    yield from imported_by(ast.parse(path.read_text(encoding="utf-8")))


def imported_by(tree: ast.Module):
    """Yield the full names of everything that a piece of program imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "Write imports in full, from dlcourse."
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh Python has loaded after running the code."""
    code += "\nimport sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    return set(run.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    loaded = modules_after("import dlcourse")
    assert "dlcourse" in loaded
    assert not loaded & set(HEAVY)


def test_building_and_training_needs_numpy_alone():
    loaded = modules_after(
        "import dlcourse as k\n"
        "x, y = k.datasets.moons(20, seed=0)\n"
        "model = k.Sequential([k.Input((2,)), k.layers.Dense(2, activation='softmax')])\n"
        "loss = k.losses.SparseCategoricalCrossentropy()\n"
        "model.compile(k.optimizers.Adam(), loss, metrics=['accuracy'])\n"
        "model.fit(x, y, verbose=0, callbacks=[k.callbacks.TerminateOnNaN()])\n"
    )
    assert "numpy" in loaded
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize("name", [n for n in dlcourse.__all__ if n[0].islower()])
def test_every_module_is_reachable_by_attribute(name):
    assert getattr(dlcourse, name) is importlib.import_module(f"dlcourse.{name}")


def test_main_classes_are_at_the_top_and_listed():
    from dlcourse.layers import Input
    from dlcourse.models import Model, Sequential

    assert dlcourse.Input is Input
    assert dlcourse.Model is Model
    assert dlcourse.Sequential is Sequential
    assert set(dlcourse.__all__) <= set(dir(dlcourse))


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(AttributeError, match="Did you mean 'optimizers'"):
        _ = dlcourse.optimisers


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_import_only_from_above(path):
    module = module_of(path)
    if module in ("__init__", "__main__"):
        return
    assert module in LEVEL, f"Say in ORDER where {module} belongs."
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "dlcourse":
            continue
        other = parts[1] if len(parts) > 1 else ""
        if other in LEVEL:
            assert LEVEL[other] <= LEVEL[module], f"{path.name} imports {name}"
        elif module != "twins":  # which hands the whole package to the source text it trains
            assert other in ("", "__version__"), f"{path.name} imports {name}"


# Where Keras is the subject: the twins, and the exercises of the chapter on Keras itself.
WITH_KERAS = {"twins", "grading/probes/tensorflow.py", "grading/questions/answers/tensorflow.py"}
KERAS = {"keras", "tensorflow", "tf_keras"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_twins_imports_keras_and_only_when_it_is_needed(path):
    name = path.relative_to(PACKAGE).as_posix()
    if not {name, module_of(path)} & WITH_KERAS:
        assert not {n.split(".")[0] for n in imports(path)} & KERAS
    # The one import by name: Keras's own downloads, for mnist and fashion_mnist.
    text = path.read_text(encoding="utf-8")
    by_name = re.search(r'import_module\(f?"(keras|tensorflow)', text)
    assert bool(by_name) == (name == "datasets/download.py")
    at_the_top = ast.Module(
        [node for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)], []
    )
    assert not {n.split(".")[0] for n in imported_by(at_the_top)} & KERAS
