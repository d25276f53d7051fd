"""The only code that touches the database and the disk."""

from . import people_schema, schema, version_schema
from .database import Store
from .writer import Tx

__all__ = ["Store", "Tx", "people_schema", "schema", "version_schema"]
