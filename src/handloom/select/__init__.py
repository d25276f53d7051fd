"""Step 2: which items to ask about next. One strategy per file; pure functions of scores, embeddings and chance."""

from .anchors import anchors
from .auto import auto
from .badge import badge
from .bald import bald
from .bandit import bandit
from .batch import settle
from .cluster_margin import cluster_margin
from .committee import committee
from .cost import expected_seconds, measured_rows
from .density import density
from .entropy import entropy
from .gain_per_second import gain_per_second
from .k_center import k_center
from .least_confidence import least_confidence
from .margin import margin
from .noise_stability import noise_stability
from .picks import mix
from .prob_cover import prob_cover
from .random import random
from .typiclust import typiclust

__all__ = [
    "anchors",
    "auto",
    "badge",
    "bald",
    "bandit",
    "cluster_margin",
    "committee",
    "density",
    "entropy",
    "expected_seconds",
    "gain_per_second",
    "k_center",
    "least_confidence",
    "margin",
    "measured_rows",
    "mix",
    "noise_stability",
    "prob_cover",
    "random",
    "settle",
    "typiclust",
]
