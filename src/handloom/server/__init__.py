"""HTTP: routes, who may come in, errors as JSON, events, the web pages."""

import gc

# Ten thousands of lasting objects are made by these imports and no garbage: collecting meanwhile costs 0.2 s of CPU.
_collecting = gc.isenabled()
gc.disable()
from .app import create_app  # noqa: E402
from .run import run  # noqa: E402

if _collecting:
    gc.enable()

__all__ = ["create_app", "run"]
