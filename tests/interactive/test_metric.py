"""The figures of the chapter on measuring success show what the chapter says."""

from __future__ import annotations

import numpy as np
import pytest

from dlcourse import metrics
from dlcourse.interactive import metric as figures


@pytest.mark.parametrize("share", list(figures.SHARES))
def test_scores_are_the_package_s_scores(share):
    sick, probability = figures.screening(share)
    for threshold in (0.1, 0.5):
        alarm = (probability > threshold).astype(int)
        found = figures.scores(share, threshold)
        assert found["accuracy"] == pytest.approx(np.mean(alarm == sick))
        assert found["precision"] == pytest.approx(metrics.precision_score(sick, alarm))
        assert found["recall"] == pytest.approx(metrics.recall_score(sick, alarm))
        assert found["F1"] == pytest.approx(metrics.f1_score(sick, alarm))


def test_the_test_is_calibrated_and_only_then():
    for share in figures.SHARES:
        sick, probability = figures.screening(share)
        assert np.mean(probability) == pytest.approx(np.mean(sick), abs=0.01)
    errors = [figures.calibration_error(factor) for factor in figures.SHARPNESS]
    assert figures.SHARPNESS[int(np.argmin(errors))] == 1.0


def test_rarity_moves_precision_recall_and_not_roc():
    areas = [metrics.roc_auc_score(*figures.screening(share)) for share in figures.SHARES]
    averages = [
        metrics.average_precision_score(*figures.screening(share)) for share in figures.SHARES
    ]
    assert np.ptp(areas) < 0.03
    assert np.ptp(averages) > 0.4


def test_the_leak_is_in_choosing_first():
    leaky = np.mean([figures.leaky_accuracy(True, seed) for seed in range(10)])
    honest = np.mean([figures.leaky_accuracy(False, seed) for seed in range(10)])
    assert leaky > 0.85
    assert honest == pytest.approx(0.5, abs=0.1)


def test_sentence_gives_the_counts():
    tp, fp, fn, tn = figures.counts("one in ten", 0.5)
    sentence = figures.draw_people("one in ten", 0.5).sentence
    assert f"Alarm for {tp} ill and {fp} healthy people; {fn} ill people are missed" in sentence
    assert tp + fp + fn + tn == figures.PEOPLE


def test_the_more_noise_to_choose_from_the_better_it_seems():
    seems = [figures.mean_accuracy(True, genes) for genes in figures.MEASUREMENTS]
    assert seems == sorted(seems)
    assert seems[-1] > seems[0] + 0.25
    assert f"{seems[2]:.0%} right" in figures.draw_leak(figures.MEASUREMENTS[2]).sentence
