"""Other people's libraries, each in a virtual environment of its own under ``.tools/peers``, made when first asked for.

A peer never enters our own environment: its arm runs as a child process with the interpreter that `python` gives.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".tools" / "peers"

# Peer -> what is installed for it, pinned. The version of a peer is part of every figure that it appears in.
PINS: dict[str, tuple[str, ...]] = {
    "cleanlab": ("cleanlab==2.9.0",),
    "crowd-kit": ("crowd-kit==1.4.2",),
    "datasketch": ("datasketch==2.0.0",),
    "doccano": ("doccano==1.8.4", "marshmallow<4", "numpy<2", "setuptools<80"),
    "formats": ("spacy==3.8.18", "datasets==5.2.0", "openpyxl==3.1.5", "pycocotools==2.0.11"),
    "krippendorff": ("krippendorff==0.9.0",),
    "label-studio": ("label-studio==1.23.2",),
    "modAL": ("modAL-python==0.4.2.1",),
    "object-store": ("moto[server]==5.2.5", "s3fs==2026.9.0"),
    "scikit-activeml": ("scikit-activeml==1.0.1",),
    "small-text": ("small-text==1.4.1",),
}

# Peers that do not install on the Python that runs us.
PYTHONS: dict[str, str] = {"doccano": "3.10"}


def python(name: str) -> Path:
    """The interpreter of that peer's environment; makes it on the first call, which needs uv and a package index."""
    if name not in PINS:
        raise KeyError(f"there is no peer {name!r}; known are {', '.join(sorted(PINS))}")
    home = FOLDER / name
    interpreter = home / "bin" / "python"
    wanted = "\n".join(PINS[name])
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two measurements may ask for the same peer at once
        mark = home / "installed"
        if mark.exists() and mark.read_text("utf-8") == wanted:
            return interpreter
        uv = [sys.executable, "-m", "uv"]
        subprocess.run(
            [*uv, "venv", "--quiet", "--clear", "--python", PYTHONS.get(name, sys.executable), str(home)], check=True
        )
        subprocess.run([*uv, "pip", "install", "--quiet", "--python", str(interpreter), *PINS[name]], check=True)
        mark.write_text(wanted, "utf-8")
    return interpreter


def arm(name: str, script: Path, *arguments: object, threads: int = 1) -> dict[str, Any]:
    """Run a script with that peer's interpreter; what it prints last is one JSON object, which is given back.

    threads: of the linear algebra; figures of CPU seconds are compared with one.
    """
    return child(python(name), script, *arguments, threads=threads)


def child(interpreter: Path | str, script: Path, *arguments: object, threads: int = 1) -> dict[str, Any]:
    """The same with any interpreter, so that our own arm runs just as a peer's does."""
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    command: Sequence[str] = [str(interpreter), str(script), *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, **limits})
    return json.loads(done.stdout.strip().splitlines()[-1])
