"""How each question tries an answer: inputs and calls, without any truth. One module a chapter."""

from __future__ import annotations

from importlib import import_module

from dlcourse.grading.trial import Probe
from dlcourse.messages import unknown_name

CHAPTERS = {
    "01_introduction": "introduction",
    "02_perceptron": "perceptron",
    "03_activations": "activations",
    "04_layers": "layers",
    "05_losses": "losses",
    "06_gradient_descent": "descent",
    "07_backpropagation": "backpropagation",
    "08_optimizers": "optimizers",
    "09_training": "training",
    "10_regularisation": "regularisation",
    "11_metrics": "metrics",
    "12_keras": "tensorflow",
    "13_convolution": "convolution",
    "14_cnn": "cnn",
}


def find_probe(name: str) -> Probe:
    """Return the probe of a question: the function of that name in one of the modules here."""
    known: list[str] = []
    for topic in CHAPTERS.values():
        module = import_module(f"{__name__}.{topic}")
        if name in module.PROBES:
            return module.PROBES[name]
        known += module.PROBES
    raise KeyError(unknown_name("question", name, known))
