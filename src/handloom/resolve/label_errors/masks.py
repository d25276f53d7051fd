"""Instance masks that look wrong: with holes or loose pieces, much smaller than the rest, or not confirmed by a pixel model.

Most corrections of real masks are small: of 90 corrected images of nuclei, in 57 no instance changed by more than a tenth. A
pixel model cannot see that; the form of the masks can (``docs/numbers/label-errors.md``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SEEN = 0.5
SMALL = 0.1
"""Share of the median area below which an instance counts as a stray piece."""


@dataclass(frozen=True, slots=True)
class MaskSuspect:
    """One instance. All shares in [0, 1].

    holes: of its filled area. loose: of its area outside its largest piece. unseen: of its area that the pixel model calls
    background (0 without one). small: its area is below a tenth of the median of its image.
    """

    instance: int
    score: float
    holes: float
    loose: float
    unseen: float
    small: bool


@dataclass(frozen=True, slots=True)
class MaskReport:
    """instances: worst first. image: how much the image is worth a look, larger is worse, 0 for a flawless one.

    missed: share of what the pixel model calls foreground that no instance covers; None without a model.
    """

    instances: list[MaskSuspect]
    image: float
    missed: float | None


def masks(instances: npt.NDArray, foreground: npt.NDArray | None = None) -> MaskReport:
    """Look at (h, w) instance numbers (0 is background), maybe with a (h, w) cross-fitted chance of foreground."""
    seen = None if foreground is None else foreground >= SEEN
    places = _places(instances)
    areas = {number: int((instances[place] == number).sum()) for number, place in places.items()}
    typical = float(np.median(list(areas.values()))) if areas else 0.0
    found = []
    for number, place in places.items():
        mask = instances[place] == number
        holes, loose = _form(mask)
        unseen = 0.0 if seen is None else float((mask & ~seen[place]).sum() / areas[number])
        small = areas[number] < SMALL * typical
        score = 1 - (1 - holes) * (1 - loose) * (1 - unseen / 2) * (0.5 if small else 1.0)
        found.append(MaskSuspect(number, float(score), holes, loose, unseen, small))
    missed = None
    if seen is not None:
        missed = float((seen & (instances == 0)).sum() / max(int(seen.sum()), 1))
    # A hole of one pixel is as sure a slip as one of a hundred: what counts first is how many instances have one.
    slips = sum((one.holes > 0) + (one.loose > 0) + one.holes + one.loose for one in found)
    rest = sum(one.score for one in found) / max(len(found), 1)
    return MaskReport(sorted(found, key=lambda one: -one.score), float(slips + rest + (missed or 0.0)), missed)


def _places(instances: npt.NDArray) -> Mapping[int, tuple[slice, ...]]:
    """Instance to the rectangle that holds it."""
    from scipy import ndimage  # a tenth of a second, which whoever looks at texts need not pay

    found = ndimage.find_objects(instances)
    return {number: place for number, place in enumerate(found, 1) if place is not None}


def _form(mask: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Share of the filled area that is holes, and share of the area outside the largest piece (eight neighbours)."""
    from scipy import ndimage

    area = int(mask.sum())
    filled = int(np.asarray(ndimage.binary_fill_holes(mask)).sum())
    pieces = np.zeros(mask.shape, dtype=np.int32)
    ndimage.label(mask, np.ones((3, 3)), output=pieces)
    largest = int(np.bincount(pieces.ravel())[1:].max())
    return (filled - area) / filled, (area - largest) / area
