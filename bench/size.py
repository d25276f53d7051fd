"""What `pip install handloom` takes on disk: the installed wheel with everything it needs, in a fresh environment.

python -m bench.size
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="handloom-bench-") as temporary:
        folder = Path(temporary)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)], check=True)
        wheel = next(folder.glob("handloom-*.whl"))
        subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
        python = folder / "env" / "bin" / "python"
        before = sum(p.stat().st_size for p in (folder / "env").rglob("*") if p.is_file() and not p.is_symlink())
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", str(wheel)], check=True)
        after = sum(p.stat().st_size for p in (folder / "env").rglob("*") if p.is_file() and not p.is_symlink())
        packages = subprocess.run([str(python), "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True)
        out = {
            "wheel_mb": round(wheel.stat().st_size / 1e6, 2),
            "installed_mb": round((after - before) / 1e6),
            "packages": len(packages.stdout.splitlines()),
        }
    print(out, flush=True)
    return out


if __name__ == "__main__":
    main()
