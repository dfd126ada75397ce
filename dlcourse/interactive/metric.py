"""Figures of the chapter on measuring success: a threshold to move, calibration, leakage."""

from __future__ import annotations

import functools

import numpy as np

from dlcourse import metrics
from dlcourse.activations import sigmoid
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing, log_scale

Array = np.ndarray

THRESHOLDS = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
SHARES = {"half of them": 0.5, "one in ten": 0.1, "one in fifty": 0.02}
PEOPLE = 5000


@functools.cache
def screening(share: str) -> tuple[Array, Array]:
    """Return who of 5,000 people is ill (1) and the probability that a calibrated test gives them.

    What the test measures is normal with mean 0 in the healthy and 2 in the ill, so the true
    probability of being ill follows from Bayes' rule, and the test says just that.
    """
    rng = np.random.default_rng(7)
    sick = (rng.random(PEOPLE) < SHARES[share]).astype(int)
    measured = rng.normal(2.0 * sick, 1.0)
    prior = SHARES[share]
    return sick, sigmoid(2 * measured - 2 + np.log(prior / (1 - prior)))


def counts(share: str, threshold: float) -> tuple[int, int, int, int]:
    """Return (true positives, false positives, false negatives, true negatives)."""
    sick, probability = screening(share)
    (tn, fp), (fn, tp) = metrics.confusion_matrix(sick, (probability > threshold).astype(int))
    return int(tp), int(fp), int(fn), int(tn)


def scores(share: str, threshold: float) -> dict[str, float]:
    """Return accuracy, precision, recall and F1 at a threshold."""
    tp, fp, fn, tn = counts(share, threshold)
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn)
    both = precision + recall
    return {
        "accuracy": (tp + tn) / PEOPLE,
        "precision": precision,
        "recall": recall,
        "F1": 2 * precision * recall / both if both else 0.0,
    }


@drawing
def draw_people(share: str, threshold: float):
    """Draw how many healthy and ill people get each probability, cut at the threshold."""
    sick, probability = screening(share)
    figure, axes = canvas(width=4.6, height=3.4)
    bins = np.linspace(0, 1, 41)
    for label, colour, name in ((0, COLOURS.data, "healthy"), (1, COLOURS.other, "ill")):
        heights, _ = np.histogram(probability[sick == label], bins)
        axes.stairs(heights, bins, color=colour, alpha=0.6, label=name, fill=True)
    axes.axvline(threshold, color=COLOURS.accent, linewidth=2.5)
    log_scale(axes, "y")
    axes.set(xlim=(0, 1), ylim=(0.7, 5000), xlabel="probability of being ill", ylabel="people")
    axes.text(threshold + 0.015, 2600, "alarm →", va="center")
    figure.legend(loc="outside upper center", ncols=2)
    tp, fp, fn, tn = counts(share, threshold)
    return figure, (
        f"Threshold {threshold:g}, ill: {share}. Alarm for {tp} ill and {fp} healthy people; "
        f"{fn} ill people are missed, {tn} healthy ones left in peace."
    )


@drawing
def draw_scores(share: str, threshold: float):
    """Draw the four scores as bars."""
    values = scores(share, threshold)
    figure, axes = canvas(width=4.6, height=3.4)
    colours = [COLOURS.muted, COLOURS.prediction, COLOURS.prediction, COLOURS.prediction]
    axes.bar(list(values), list(values.values()), color=colours, width=0.6)
    for place, value in enumerate(values.values()):
        axes.text(place, value + 0.02, f"{value:.0%}", ha="center")
    axes.set(ylim=(0, 1.12))
    axes.set_yticks([0, 0.5, 1], ["0", "50%", "100%"])
    text = ", ".join(f"{name} {value:.1%}" for name, value in values.items())
    text = text[0].upper() + text[1:]
    never = 1 - np.mean(screening(share)[0])
    return figure, f"{text}. Never raising the alarm would have accuracy {never:.1%}."


def _square(axes, xlabel: str, ylabel: str) -> None:
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel=xlabel, ylabel=ylabel)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])


@drawing
def draw_roc(share: str, threshold: float):
    """Draw the ROC curve, with the threshold's point on it."""
    sick, probability = screening(share)
    figure, axes = canvas(width=4.6, height=3.4)
    fpr, tpr, _ = metrics.roc_curve(sick, probability)
    _, fp, _, tn = counts(share, threshold)
    recall = scores(share, threshold)["recall"]
    axes.fill_between(*_thin(fpr, tpr), color=COLOURS.data, alpha=0.12, linewidth=0)
    axes.plot([0, 1], [0, 1], color=COLOURS.muted, linewidth=1, linestyle="--")
    axes.plot(*_thin(fpr, tpr), color=COLOURS.data)
    axes.scatter(fp / (fp + tn), recall, color=COLOURS.accent, s=80, zorder=3)
    _square(axes, "false alarms ÷ healthy", "recall")
    axes.set_title("ROC curve")
    area = metrics.roc_auc_score(sick, probability)
    return figure, (
        f"Area under the ROC curve {area:.3f}. The dot: recall {recall:.1%}, false alarms for "
        f"{fp / (fp + tn):.1%} of the healthy."
    )


@drawing
def draw_precision_recall(share: str, threshold: float):
    """Draw the precision-recall curve, with the threshold's point on it."""
    sick, probability = screening(share)
    figure, axes = canvas(width=4.6, height=3.4)
    precision, recall, _ = metrics.precision_recall_curve(sick, probability)
    now = scores(share, threshold)
    axes.plot(*_thin(recall, precision), color=COLOURS.prediction)
    axes.scatter(now["recall"], now["precision"], color=COLOURS.accent, s=80, zorder=3)
    axes.axhline(np.mean(sick), color=COLOURS.muted, linewidth=1, linestyle="--")
    _square(axes, "recall", "precision")
    axes.set_title("precision–recall curve")
    average = metrics.average_precision_score(sick, probability)
    return figure, (
        f"Average precision {average:.3f}; alarms at random have {np.mean(sick):.3f}, the dashed "
        f"line. The dot: recall {now['recall']:.1%}, precision {now['precision']:.1%}."
    )


def _thin(x: Array, y: Array, points: int = 120) -> tuple[Array, Array]:
    """Return a curve by at most so many of its points, the ends among them."""
    keep = np.unique(np.linspace(0, len(x) - 1, points).astype(int))
    return x[keep], y[keep]


def threshold_explorer() -> Explorer:
    """Return the figure in which a threshold trades missed people for false alarms."""
    return Explorer(
        draw_people,
        draw_scores,
        draw_roc,
        draw_precision_recall,
        threshold=Slider(THRESHOLDS, label="threshold", start=0.5),
        share=Choice(list(SHARES), label="how many are ill", start="one in ten"),
    )


# --- calibration -------------------------------------------------------------------------------

SHARPNESS = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0]


def sharpened(factor: float) -> tuple[Array, Array]:
    """Return labels, and the test's probabilities with log-odds multiplied by a factor."""
    sick, probability = screening("half of them")
    return sick, sigmoid(factor * (np.log(probability) - np.log1p(-probability)))


def calibration_error(factor: float, bins: int = 10) -> float:
    """Return the mean distance between said and true probability over the people."""
    sick, probability = sharpened(factor)
    happened, said = metrics.calibration_curve(sick, probability, n_bins=bins)
    sizes = np.histogram(probability, bins, (0, 1))[0]
    return float(np.sum(sizes[sizes > 0] * np.abs(happened - said)) / PEOPLE)


@drawing
def draw_calibration(factor: float):
    """Draw how often it happened over how probable it was said to be."""
    sick, probability = sharpened(factor)
    happened, said = metrics.calibration_curve(sick, probability, n_bins=10)
    figure, axes = canvas(width=4.8, height=4.0)
    axes.plot([0, 1], [0, 1], color=COLOURS.muted, linewidth=1, linestyle="--")
    axes.plot(said, happened, color=COLOURS.prediction, marker="o")
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.set(xlabel="probability said", ylabel="how often ill")
    area = metrics.roc_auc_score(sick, probability)
    word = {True: "over-confident", False: "too cautious"}[factor > 1]
    if factor == 1:
        word = "calibrated"
    return figure, (
        f"Log-odds times {factor:g}: {word}; said and true probability differ by "
        f"{calibration_error(factor):.3f} on average. The area under the ROC curve is {area:.3f}."
    )


def calibration_explorer() -> Explorer:
    """Return the figure in which confidence changes and ranking does not."""
    return Explorer(draw_calibration, factor=Slider(SHARPNESS, label="confidence", start=3.0))


# --- leakage -----------------------------------------------------------------------------------


def leaky_accuracy(select_first: bool, seed: int = 0, people: int = 60, genes: int = 3000) -> float:
    """Return the cross-validated accuracy of a nearest-mean rule on pure noise.

    The 20 features that go best with the labels are chosen either once, from all samples
    (`select_first`), or anew from the training samples of each fold.
    """
    from dlcourse.datasets import k_fold

    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(people, genes)), rng.permutation(np.arange(people) % 2)

    def select(rows: Array) -> Array:
        difference = x[rows][y[rows] == 1].mean(axis=0) - x[rows][y[rows] == 0].mean(axis=0)
        return np.argsort(-np.abs(difference))[:20]

    chosen, right = select(np.arange(people)), 0
    for train, test in k_fold(people, 5, seed=seed):
        columns = chosen if select_first else select(train)
        means = [x[train][y[train] == label][:, columns].mean(axis=0) for label in (0, 1)]
        distances = [np.sum((x[test][:, columns] - mean) ** 2, axis=1) for mean in means]
        right += int(np.sum((distances[1] < distances[0]) == y[test]))
    return right / people


MEASUREMENTS = [20, 50, 200, 1000, 3000]
SEEDS = 10


@functools.cache
def mean_accuracy(select_first: bool, genes: int) -> float:
    """Return the cross-validated accuracy on noise, the mean of ten experiments."""
    found = [leaky_accuracy(select_first, seed, genes=genes) for seed in range(SEEDS)]
    return float(np.mean(found))


@drawing
def draw_leak(genes: int):
    """Draw the accuracy on pure noise over the number of measurements to choose from."""
    figure, axes = canvas(width=5.2, height=3.3)
    for first, colour, name in (
        (True, COLOURS.loss, "chosen from all people"),
        (False, COLOURS.prediction, "chosen inside each fold"),
    ):
        values = [mean_accuracy(first, number) for number in MEASUREMENTS]
        axes.plot(MEASUREMENTS, values, color=colour)
        axes.scatter(genes, mean_accuracy(first, genes), color=colour, s=60, zorder=3)
        height = 0.97 if first else 0.4
        axes.text(22, height, name, color=colour, va="center")
    axes.axhline(0.5, color=COLOURS.muted, linewidth=1, linestyle="--")
    log_scale(axes, "x")
    axes.set(xlabel="measurements to choose 20 from", ylabel="right answers", ylim=(0.3, 1.02))
    axes.set_xticks(MEASUREMENTS, [f"{number:,}" for number in MEASUREMENTS])
    axes.set_yticks([0.5, 0.75, 1], ["50%", "75%", "100%"])
    return figure, (
        f"60 people, {genes:,} measurements of pure noise, 20 of them chosen. Chosen from all "
        f"people: {mean_accuracy(True, genes):.0%} right. Chosen inside each fold: "
        f"{mean_accuracy(False, genes):.0%}. Guessing gives 50%."
    )


def leak_explorer() -> Explorer:
    """Return the figure in which noise seems to predict a coin."""
    return Explorer(
        draw_leak, genes=Slider(MEASUREMENTS, label="measurements", start=200, form="{:,}")
    )
