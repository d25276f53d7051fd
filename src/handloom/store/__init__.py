"""The only code that touches the database and the disk."""

from . import schema
from .database import Store
from .writer import Tx

__all__ = ["Store", "Tx", "schema"]
