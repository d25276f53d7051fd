"""Step 1: readers and writers of formats, column mapping, image checks, references to media, exact duplicates."""

from .convert import Account, find_writer, write
from .laying_out import laid_out
from .looking import Encoding, Look, find_encoding, look
from .mapping import Columns, Guess, guess
from .media import MediaPolicy, fetch
from .normalise import Duplicates, content_digest, record_digest, records_digest
from .sources import find_reader, preview, read

__all__ = [
    "Account",
    "Columns",
    "Duplicates",
    "Encoding",
    "Guess",
    "Look",
    "MediaPolicy",
    "content_digest",
    "fetch",
    "find_encoding",
    "find_reader",
    "find_writer",
    "guess",
    "laid_out",
    "look",
    "preview",
    "read",
    "record_digest",
    "records_digest",
    "write",
]
