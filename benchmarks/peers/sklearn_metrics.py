#!/usr/bin/env python3
"""Reference values of metrics, by scikit-learn, for common/src/test/resources/metrics.

    sklearn_metrics.py TO_FILE

The calibration error is computed here by its definition, as scikit-learn has none.
"""

import json
import sys

import numpy as np
import sklearn
from sklearn import metrics as m


def calibration_error(probabilities, actual):
    predicted, confidence = probabilities.argmax(1), probabilities.max(1)
    bins = np.minimum((confidence * 10).astype(int), 9)
    return sum(
        (bins == b).mean() * abs(confidence[bins == b].mean() - (predicted == actual)[bins == b].mean())
        for b in range(10) if (bins == b).any())


def classes(random, samples, count, levels):
    actual = random.integers(0, count, samples)
    if samples > count:
        actual[:count] = np.arange(count)
    logits = random.normal(size=(samples, count)) + 1.5 * np.eye(count)[actual]
    logits = np.round(logits * levels) / levels
    if count == 2:
        outputs = (1 / (1 + np.exp(-(logits[:, 1] - logits[:, 0])))).astype(np.float32).reshape(-1, 1)
        p = np.column_stack([1 - outputs[:, 0].astype(float), outputs[:, 0].astype(float)])
    else:
        e = np.exp(logits)
        outputs = (e / e.sum(1, keepdims=True)).astype(np.float32)
        p = outputs.astype(float)
        p /= p.sum(1, keepdims=True)
    predicted = (outputs[:, 0] > 0.5).astype(int) if count == 2 else outputs.argmax(1)
    each = m.precision_recall_fscore_support(actual, predicted, labels=range(count), zero_division=0)
    macro = m.precision_recall_fscore_support(actual, predicted, average="macro", zero_division=0)
    weighted = m.precision_recall_fscore_support(actual, predicted, average="weighted", zero_division=0)
    one_hot = np.eye(count)[actual]
    return {
        "outputs": [float(x) for x in outputs.ravel()], "count": count, "actual": actual.tolist(),
        "accuracy": m.accuracy_score(actual, predicted),
        "balancedAccuracy": m.balanced_accuracy_score(actual, predicted),
        "precision": each[0].tolist(), "recall": each[1].tolist(), "f1": each[2].tolist(),
        "support": each[3].tolist(), "macro": list(macro[:3]), "weighted": list(weighted[:3]),
        "rocAuc": m.roc_auc_score(actual, p[:, 1]) if count == 2 else m.roc_auc_score(actual, p, multi_class="ovr"),
        "prAuc": m.average_precision_score(actual, p[:, 1]) if count == 2
        else m.average_precision_score(one_hot, p, average="macro"),
        "logLoss": m.log_loss(actual, p, labels=range(count)),
        "brier": m.brier_score_loss(actual, p[:, 1]) if count == 2 else m.brier_score_loss(actual, p),
        "calibrationError": calibration_error(p, actual),
    }


def numbers(random, samples):
    actual = random.normal(size=samples).astype(np.float32)
    predicted = (actual + 0.7 * random.normal(size=samples)).astype(np.float32)
    a, b = actual.astype(float), predicted.astype(float)
    return {"outputs": b.tolist(), "targets": a.tolist(), "rmse": m.mean_squared_error(a, b) ** 0.5,
            "mae": m.mean_absolute_error(a, b), "r2": m.r2_score(a, b)}


if __name__ == "__main__":
    generator = np.random.default_rng(20261121)
    found = {
        "origin": "scikit-learn " + sklearn.__version__ + ", benchmarks/peers/sklearn_metrics.py",
        "classes": [classes(generator, n, k, levels)
                    for n, k, levels in [(60, 2, 1e9), (80, 2, 2), (70, 3, 1e9), (90, 5, 2), (25, 7, 1)]],
        "numbers": [numbers(generator, n) for n in (2, 50)],
    }
    with open(sys.argv[1], "w") as out:
        json.dump(found, out, indent=1)
        out.write("\n")
