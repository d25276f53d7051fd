"""Step 2: which items to ask about next. One strategy per file; pure functions of scores, embeddings and chance."""

from .auto import auto
from .least_confidence import least_confidence
from .margin import margin
from .picks import mix
from .random import random
from .typiclust import typiclust

__all__ = ["auto", "least_confidence", "margin", "mix", "random", "typiclust"]
