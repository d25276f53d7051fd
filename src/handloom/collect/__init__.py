"""Step 1: readers of files and folders, column mapping, image checks, references to media, exact duplicates."""

from .mapping import Columns, Guess, guess
from .media import MediaPolicy, fetch
from .normalise import Duplicates, content_digest
from .sources import find_reader, preview, read

__all__ = [
    "Columns",
    "Duplicates",
    "Guess",
    "MediaPolicy",
    "content_digest",
    "fetch",
    "find_reader",
    "guess",
    "preview",
    "read",
]
