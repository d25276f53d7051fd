"""The public methods of a workspace, the same in process and over HTTP, and the table of operations behind them."""

from .addresses import OPERATIONS, Address
from .project import ProjectHandle
from .workspace import Handle

__all__ = ["OPERATIONS", "Address", "Handle", "ProjectHandle"]
