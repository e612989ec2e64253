"""Softmax regression (multinomial logistic regression) on a kernel, by L-BFGS; numpy and nothing else."""

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

MOST_STEPS = 80
CLOSE = 0.01
"""A slope this flat, for an example, is the bottom."""
SHORTEST_STEP = 1e-6
REMEMBERED = 8

Floats = NDArray[np.float64]


def fit(
    kernel: Floats, labels: NDArray[np.int64], count: int, strength: float, worth: Floats | None = None
) -> tuple[Floats, Floats]:
    """Fit weights of examples and a bias for each of ``count`` labels.

    ``kernel`` holds the products of all pairs of examples, ``labels`` the label of each. Every label weighs the same,
    however many examples it has, and each of these by its ``worth``, where it has one; ``strength`` weighs all of them
    against small weights. Gives the weights of the
    examples, shape (examples, labels), and the bias: a text's logits are its products with the examples, times these,
    plus that.
    """
    values, directions = np.linalg.eigh(kernel)
    kept = values > values.max() * 1e-6
    roots = np.sqrt(values[kept])
    features, back = directions[:, kept] * roots, directions[:, kept] / roots
    worth = np.ones(len(labels)) if worth is None else worth
    shares = strength * (len(labels) / count / np.bincount(labels, worth, minlength=count))[labels] * worth
    truth = np.eye(count)[labels]

    def slope(weights: Floats) -> tuple[float, Floats]:
        """The loss, and how it changes with each weight; the last row is the bias, which may be as large as it likes."""
        logits = features @ weights[:-1] + weights[-1]
        logits -= logits.max(axis=1, keepdims=True)
        raised = np.exp(logits)
        totals = raised.sum(axis=1, keepdims=True)
        loss = float((shares * (np.log(totals[:, 0]) - (logits * truth).sum(axis=1))).sum())
        wrong = (raised / totals - truth) * shares[:, None]
        by_weight = np.vstack([features.T @ wrong + weights[:-1], wrong.sum(axis=0)])
        return loss + 0.5 * float(np.square(weights[:-1]).sum()), by_weight

    weights = descend(slope, np.zeros((features.shape[1] + 1, count)), CLOSE * strength)
    return back @ weights[:-1], weights[-1]


def descend(
    slope: Callable[[Floats], tuple[float, Floats]], start: Floats, close: float, most_steps: int = MOST_STEPS
) -> Floats:
    """Go down to where ``slope``, which gives a value and its gradient, is flat (L-BFGS; Nocedal and Wright, 7.2)."""
    here = start
    value, gradient = slope(here)
    steps: deque[tuple[Floats, Floats, float]] = deque(maxlen=REMEMBERED)
    for _ in range(most_steps):
        if np.abs(gradient).max() <= close:
            break
        direction = -_curved(gradient, steps)
        decline, length = float(np.vdot(gradient, direction)), 1.0
        while True:
            there = here + length * direction
            next_value, next_gradient = slope(there)
            if next_value <= value + 1e-4 * length * decline or length < SHORTEST_STEP:
                break
            length /= 2
        moved, bent = there - here, next_gradient - gradient
        if (product := float(np.vdot(moved, bent))) > 0:
            steps.append((moved, bent, 1 / product))
        here, value, gradient = there, next_value, next_gradient
    return here


def _curved(gradient: Floats, steps: deque[tuple[Floats, Floats, float]]) -> Floats:
    """The gradient, bent by how the last steps changed it."""
    bent_gradient, taken = gradient.copy(), list[float]()
    for moved, bent, scale in reversed(steps):
        share = scale * float(np.vdot(moved, bent_gradient))
        taken.append(share)
        bent_gradient -= share * bent
    if steps:
        _, bent, scale = steps[-1]
        bent_gradient /= scale * float(np.vdot(bent, bent))
    else:
        bent_gradient /= max(1.0, float(np.abs(gradient).sum()))
    for (moved, bent, scale), share in zip(steps, reversed(taken), strict=True):
        bent_gradient += (share - scale * float(np.vdot(bent, bent_gradient))) * moved
    return bent_gradient
