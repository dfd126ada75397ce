"""The ledger: every exported name has a row, a mistake fails the page, links find their rows."""

import dataclasses
import re

import numpy as np
import pytest

from dlcourse import (
    activations,
    autodiff,
    initializers,
    ledger,
    losses,
    metrics,
    optimizers,
    regularizers,
)
from dlcourse import layers as layers_module
from dlcourse import schedules as schedules_module
from dlcourse.ledger import layers as ledger_of_layers
from dlcourse.ledger.entry import Case, Entry, differences_in
from dlcourse.ledger.page import number_text

MODULES = {
    "activations": activations,
    "losses": losses,
    "layers": layers_module,
    "initializers": initializers,
    "regularizers": regularizers,
    "optimizers": optimizers,
    "schedules": schedules_module,
    "metrics": metrics,
    "autodiff": autodiff,
}
NO_ROW = {
    *("step", "step_derivative"),  # Keras has no step
    *("vjp", "softmax_vjp", "log_softmax_vjp"),  # the gradients of the rows of the activations
    *("get", "on_logits", "compute_fans", "Input", "SymbolicTensor"),  # compute no numbers
    *("Layer", "Loss", "Metric", "Optimizer", "LearningRateSchedule"),  # to be subclassed
    *("Initializer", "RandomInitializer", "Regularizer"),
    *("Tape", "ancestors", "edges", "label", "to_dot"),  # record and draw what the nodes compute
}
ENTRIES = [(kind, entry) for kind in ledger.KINDS for entry in ledger.entries(kind)]


def exported(module):
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    ]
    return {name for name in names if name != "schedules"}


@pytest.mark.parametrize("kind", MODULES)
def test_every_exported_name_has_a_row(kind):
    named = {name for entry in ledger.entries(kind) for name in (entry.name, *entry.also)}
    derivatives = {f"{name}_derivative" for name in named}  # the gradients of the same row
    assert exported(MODULES[kind]) - derivatives - NO_ROW == named
    assert set(MODULES) == set(ledger.KINDS)


@pytest.mark.parametrize(("kind", "entry"), ENTRIES, ids=lambda v: getattr(v, "name", v))
def test_row_holds_for_other_seeds_than_the_page_s(keras, kind, entry):
    quick = kind not in ("optimizers", "initializers")
    for seed in (1, 2) if quick else (1,):
        row = entry.measure(seed)
        assert row.problems() == []
        assert row.cases == entry.cases
        if entry.plain:
            assert 1e-12 < row.plain < 1e-6  # the allowance is needed, and it is small


def test_anchors_are_lower_case_names_and_occur_once():
    found = [name for kind, entry in ENTRIES for name in ledger.anchors(kind, entry)]
    assert len(found) == len(set(found))
    assert {"ledger-relu", "ledger-conv2d", "ledger-adam", "ledger-huber"} < set(found)
    assert {"ledger-layers-relu", "ledger-metrics-meansquarederror"} < set(found)
    assert all(re.fullmatch(r"ledger-[a-z0-9_-]+", name) for name in found)


def entry(case, **more):
    return Entry("thing", "its twin", lambda rng, number: case, cases=2, **more)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (Case(1e-11), "thing, output: error 1e-11, allowed 1e-12."),
        (Case(0.0, 1e-11), "thing, gradients: error 1e-11, allowed 1e-12."),
        (Case(0.0, 0.0, 1e-6), "thing, gradient check: error 1e-06, allowed 1e-07."),
        (Case(float("nan")), "thing, output: error nan, allowed 1e-12."),
        (Case(0.0, float("inf")), "thing, gradients: error inf, allowed 1e-12."),
    ],
)
def test_a_row_that_does_not_hold_fails_the_page(keras, monkeypatch, case, words):
    assert entry(case).measure().problems() == [words]
    monkeypatch.setitem(ledger.KINDS, "schedules", (lambda: [entry(case)], "rates"))
    with pytest.raises(ledger.LedgerError, match="The ledger does not hold") as caught:
        ledger.show("schedules")
    assert words in str(caught.value)


def test_the_worst_case_counts_wherever_it_stands():
    for worst in range(3):
        cases = [Case(2e-16, 1e-16, 1e-9)] * 3
        cases[worst] = Case(5e-16, 7e-16, 3e-9)
        one = Entry("thing", "", lambda rng, number, cases=cases: cases[number], cases=3)
        row = one.measure()
        assert (row.forward, row.gradients, row.check) == (5e-16, 7e-16, 3e-9)


def test_a_case_without_gradients_does_not_hide_those_of_another():
    cases = [Case(0.0), Case(0.0, 7e-16), Case(0.0, None, 3e-9)]
    row = Entry("thing", "", lambda rng, number: cases[number], cases=3).measure()
    assert (row.gradients, row.check) == (7e-16, 3e-9)


def test_same_seed_same_row(keras):
    dense = next(e for e in ledger.entries("layers") if e.name == "Dense")
    assert dense.measure(seed=4, cases=3) == dense.measure(seed=4, cases=3)
    assert dense.measure(seed=4, cases=3) != dense.measure(seed=5, cases=3)


def test_comparison_of_layers_sees_a_wrong_weight_gradient(keras, rng, monkeypatch):
    backward = layers_module.Dense.backward

    def wrong(self, dy):
        dx = backward(self, dy)
        self.grads["bias"] = self.grads["bias"] / 2
        return dx

    monkeypatch.setattr(layers_module.Dense, "backward", wrong)
    case = ledger_of_layers.compare(
        layers_module.Dense(2), keras.layers.Dense(2), rng.normal(size=(4, 3)), rng, False
    )
    assert case.forward < 1e-12 < case.gradients


def test_table_has_a_row_with_its_numbers_and_remark(keras, monkeypatch):
    rows = [entry(Case(0.0, 2.2e-16), remark="A < B."), entry(Case(1e-13), also=("other",))]
    rows[1] = dataclasses.replace(rows[1], name="second")
    monkeypatch.setitem(ledger.KINDS, "schedules", (lambda: rows, "rates"))
    html = ledger.show("schedules")._repr_html_()
    assert '<tbody id="ledger-thing">' in html
    assert '<span id="ledger-other"></span>' in html
    assert "A &lt; B." in html
    assert '<td data-title="rates">equal</td><td data-title="gradients">2.2·10⁻¹⁶</td>' in html
    assert '<td data-title="gradients">–</td>' in html  # the second has none
    assert "gradient check" not in html  # no row has one


def test_versions_name_what_was_compared():
    html = ledger.versions()._repr_html_()
    for name in ("numpy 2", "tensorflow 2", "keras 3", "scikit-learn 1", "Python 3"):
        assert name.split()[0] in html


def test_numbers_are_written_for_people():
    assert [number_text(e) for e in (None, 0, 2.22e-16, 1e-9)] == [
        "–",
        "equal",
        "2.2·10⁻¹⁶",
        "1.0·10⁻⁹",
    ]


def test_remarks_come_from_docstrings():
    text = "Do it.\n\n    Differs from the paper: its slope\n    is 0.01.\n\n    Shapes: any.\n"
    assert differences_in(text) == "Differs from the paper: its slope is 0.01."
    assert differences_in(None) == ""


def test_unknown_kind():
    with pytest.raises(ValueError, match="Did you mean 'layers'"):
        ledger.entries("layer")


def test_keras_takes_an_input_of_equal_length_for_a_bias(keras, rng):
    """Why the ledger's batches for Add are longer than any other axis."""
    square, column = rng.normal(size=(3, 3)), rng.normal(size=(3, 1))
    np.testing.assert_array_equal(
        layers_module.Add(dtype="float64")([square, column]), square + column
    )
    theirs = keras.layers.Add()([square, column]).numpy()
    np.testing.assert_allclose(theirs, square + column.ravel(), rtol=1e-15)
