"""The only code that touches the database and the disk."""

from .database import Store
from .writer import Tx

__all__ = ["Store", "Tx"]
