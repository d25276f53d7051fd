"""Histograms of oriented gradients and a coarse colour layout, in plain numpy.

Dalal and Triggs 2005: unsigned gradients in 9 directions, cells of 8 x 8 pixels, overlapping blocks of 2 x 2 cells, each block
scaled to length 1, cut at 0.2 and scaled again.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
DIRECTIONS = 9
CELL = 8


def oriented_gradients(grey: Floats) -> Floats:
    """(n, features) from (n, side, side) grey images in [0, 1] with a side divisible by 8."""
    count, side = grey.shape[0], grey.shape[1]
    cells = side // CELL
    right = np.zeros_like(grey)
    down = np.zeros_like(grey)
    right[:, :, 1:-1] = grey[:, :, 2:] - grey[:, :, :-2]
    down[:, 1:-1, :] = grey[:, 2:, :] - grey[:, :-2, :]
    strength = np.hypot(right, down)
    place = (np.arctan2(down, right) / np.float32(np.pi) % 1) * DIRECTIONS
    low = np.floor(place).astype(np.int64)
    part = (place - low).astype(np.float32)
    row = np.repeat(np.arange(cells), CELL)
    cell = (np.arange(count)[:, None, None] * cells + row[None, :, None]) * cells + row[None, None, :]
    bins = count * cells * cells * DIRECTIONS
    grid = np.bincount((cell * DIRECTIONS + low % DIRECTIONS).ravel(), (strength * (1 - part)).ravel(), bins)
    grid += np.bincount((cell * DIRECTIONS + (low + 1) % DIRECTIONS).ravel(), (strength * part).ravel(), bins)
    grid = grid.reshape(count, cells, cells, DIRECTIONS).astype(np.float32)
    blocks = np.concatenate((grid[:, :-1, :-1], grid[:, :-1, 1:], grid[:, 1:, :-1], grid[:, 1:, 1:]), axis=3)
    for cut in (0.2, None):
        blocks /= np.sqrt((blocks * blocks).sum(axis=3, keepdims=True) + 1e-4)
        if cut is not None:
            np.minimum(blocks, cut, out=blocks)
    return blocks.reshape(count, -1)


def colour_layout(colour: Floats) -> Floats:
    """(n, 4 * 4 * 3) mean colours of a 4 x 4 grid from (n, side, side, 3) images in [0, 1]."""
    count, side = colour.shape[0], colour.shape[1]
    step = side // 4
    return colour.reshape(count, 4, step, 4, step, 3).mean(axis=(2, 4)).reshape(count, -1)
