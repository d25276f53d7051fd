"""Checkouts in an object store over the real S3 protocol: kept, read, large, shared, cut off, and refused.

python -m bench.object_store [--mib 160]

The store is moto's server in a process and an environment of its own (`bench.peers`); each scenario is a process of ours
that has s3fs beside it, as after ``pip install 'handloom[objects]' s3fs``. A scenario that finds a fault ends with an error.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from handloom.core.errors import Unavailable
from handloom.store import Store, checkouts, commits
from handloom.store.commits import Commit
from handloom.workspace import Workspace

from . import peers
from .serving import free_port

PEER = "object-store"
BUCKET = "kept"
URL = f"s3://{BUCKET}/handloom/checkouts"
SECRET = "NotToBeReadByAnybody0123456789"
LABELS = ("ham", "spam")


class Heard(logging.Handler):
    """What the log was told."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Moto:
    """moto's server, which can be killed and started again on the same port; what it held is gone then."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [str(peers.python(PEER)), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        made = subprocess.Popen(command, **quiet)
        for _ in range(600):
            if made.poll() is not None:
                raise RuntimeError("moto's server ended at once")
            with suppress(OSError):
                urllib.request.urlopen(self.url, timeout=5).close()
                return made
            time.sleep(0.1)
        raise RuntimeError("moto's server does not listen")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def make_bucket(self) -> None:
        request = urllib.request.Request(f"{self.url}/{BUCKET}", method="PUT")
        urllib.request.urlopen(request, timeout=30).close()

    def check_credentials(self) -> None:
        """From now on nobody is let in whom it does not know, and it knows nobody."""
        address, plain = f"{self.url}/moto-api/reset-auth", {"content-type": "text/plain"}
        request = urllib.request.Request(address, data=b"0", headers=plain, method="POST")
        urllib.request.urlopen(request, timeout=30).close()

    def again(self) -> None:
        self.process = self._started()
        self.make_bucket()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def _moto() -> Iterator[Moto]:
    server = Moto()
    try:
        yield server
    finally:
        server.kill()


def _given(server: Moto, **environment: str) -> dict[str, str]:
    """The environment of a process whose s3fs finds the server as it would find Amazon's."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = peers.python(PEER).parents[1] / "lib" / version / "site-packages"
    known = {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "PYTHONPATH": os.pathsep.join((str(peers.ROOT), str(packages))),
    }
    return {name: value for name, value in {**os.environ, **known, **environment}.items() if value}


def _command(name: str, mib: int, url: str) -> list[str]:
    return [sys.executable, "-m", "bench.object_store", "--arm", name, "--url", url, "--mib", str(mib)]


def _arm(name: str, server: Moto, mib: int = 1, url: str = URL, **environment: str) -> dict[str, Any]:
    """One scenario in a process of its own; an empty value takes a variable of the environment away."""
    given = _given(server, **environment)
    done = subprocess.run(
        _command(name, mib, url), env=given, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stdout}{done.stderr}")
    if SECRET in done.stdout + done.stderr:
        raise SystemExit(f"{name} told the secret")
    return json.loads(done.stdout.splitlines()[-1])


def _cut_off(mib: int) -> dict[str, Any]:
    """The scenario `cut`, its server killed when a quarter has come."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with _moto() as server:
        server.make_bucket()
        with subprocess.Popen(_command("cut", mib, URL), env=_given(server), **pipes) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == "sending\n"
            before = _resident(server.process.pid)
            while _resident(server.process.pid) < before + mib / 4:
                time.sleep(0.005)
            server.kill()
            assert process.stdout.readline() == "sent\n"
            server.again()
            process.stdin.write("\n")
            process.stdin.flush()
            last = process.stdout.read().splitlines()[-1]
    return json.loads(last)


def _resident(pid: int) -> float:
    """MiB of memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


# --- scenarios, each in a process of its own ---------------------------------------------------------------------------


def _version(folder: Path, url: str, n: int = 2000) -> tuple[Store, Commit]:
    """A workspace that keeps its checkouts there, and a version of n labels."""
    site, _ = Workspace.create(folder / "w", checkouts=url)
    project = site.create_project(
        "mail", [{"name": "mail", "kind": "text_class@1", "labels": list(LABELS)}], {"auto": False}
    )
    project.add_items({"data": {"text": f"message {k}"}, "labels": {"mail": LABELS[k % 2]}} for k in range(n))
    project.dataset.commit("first")
    with site.store.read() as connection:
        found = commits.newest(connection, 1)
    assert found is not None
    return site.store, found


def _name(commit: Commit) -> str:
    return f"{commit.digest[:2]}/{commit.digest}.{commit.task_id}.parquet"


def _timed(what: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = what()
    return time.perf_counter() - start, found


def kept(folder: Path, url: str, heard: Heard, _mib: int) -> dict[str, Any]:
    """Put, get, and removed for an erasure, also what another process kept meanwhile."""
    import s3fs

    store, commit = _version(folder, url)
    with store:
        place = checkouts.place(store)
        assert place.get(_name(commit)) is None
        first, made = _timed(lambda: checkouts.table(store, commit))
        again, read = _timed(lambda: checkouts.table(store, commit))
        assert read.equals(made)
        place.forget(7)  # another task's: nothing goes, and the listing is remembered by s3fs
        assert place.get(_name(commit)) is not None
        other = s3fs.S3FileSystem(skip_instance_cache=True)
        other.pipe_file(f"{url.removeprefix('s3://')}/ff/another.1.parquet", b"kept by another process")
        place.forget(1)
        left = s3fs.S3FileSystem(skip_instance_cache=True).find(url)
        assert left == [], left
    assert heard.lines == []
    return {"first": first, "again": again, "rows": read.num_rows}


def large(_folder: Path, url: str, heard: Heard, mib: int) -> dict[str, Any]:
    """A checkout that is sent in parts comes back byte for byte."""
    table, place = _bulky(mib), checkouts.InObjects(url)
    put, _ = _timed(lambda: place.put("aa/large.1.parquet", table))
    get, read = _timed(lambda: place.get("aa/large.1.parquet"))
    assert read is not None
    assert read.equals(table)
    assert heard.lines == []
    return {"mib": mib, "put": put, "get": get}


def shared(_folder: Path, url: str, heard: Heard, _mib: int) -> dict[str, Any]:
    """Many write one name at once while others read it: who reads gets nothing or the whole."""
    table, name = _bulky(4), "bb/shared.1.parquet"
    seen = {"nothing": 0, "whole": 0}
    over = threading.Event()

    def write() -> None:
        place = checkouts.InObjects(url)
        for _ in range(5):
            place.put(name, table)

    def read() -> None:
        place = checkouts.InObjects(url)
        while not over.is_set():
            found = place.get(name)
            assert found is None or found.equals(table)
            seen["nothing" if found is None else "whole"] += 1

    writers, readers = [[threading.Thread(target=one) for _ in range(2)] for one in (write, read)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    for thread in readers:
        thread.join()
    assert heard.lines == [], heard.lines
    assert checkouts.InObjects(url).get(name) is not None
    return seen


def gone(folder: Path, url: str, heard: Heard, _mib: int) -> dict[str, Any]:
    """A store that cannot be reached or refuses us costs time and a line in the log; removing from it is refused."""
    store, commit = _version(folder, url)
    with store:
        seconds, found = _timed(lambda: checkouts.table(store, commit))
        assert found.num_rows == commit.rows
        said = None
        try:
            checkouts.place(store).forget(1)
        except Unavailable as error:
            said = str(error)
    assert heard.lines, "nobody was told"
    return {"seconds": seconds, "told": heard.lines, "remove": said}


def cut(_folder: Path, url: str, heard: Heard, mib: int) -> dict[str, Any]:
    """A large checkout is being sent while the server is killed from outside; then it is back, empty."""
    table, place = _bulky(mib), checkouts.InObjects(url)
    place.put("cc/small.1.parquet", _bulky(1))
    print("sending", flush=True)
    seconds, _ = _timed(lambda: place.put("cc/large.1.parquet", table))
    told = list(heard.lines)
    print("sent", flush=True)
    sys.stdin.readline()
    assert place.get("cc/large.1.parquet") is None
    place.put("cc/large.1.parquet", table)
    found = place.get("cc/large.1.parquet")
    assert found is not None
    assert found.equals(table)
    return {"seconds": seconds, "told": told}


def _bulky(mib: int) -> pa.Table:
    """A table that no compression makes smaller."""
    return pa.table({"value": pa.array([secrets.token_bytes(1 << 16) for _ in range(mib * 16)], pa.binary())})


SCENARIOS = {"kept": kept, "large": large, "shared": shared, "gone": gone, "cut": cut}


def _inside(name: str, url: str, mib: int) -> None:
    heard = Heard()
    logging.getLogger("handloom.store").addHandler(heard)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(SCENARIOS[name](Path(folder), url, heard, mib)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=160, help="size of the large checkout")
    parser.add_argument("--arm", choices=sorted(SCENARIOS), help=argparse.SUPPRESS)
    parser.add_argument("--url", default=URL, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.arm:
        _inside(asked.arm, asked.url, asked.mib)
        return
    refused: dict[str, dict[str, Any]] = {}
    with _moto() as server:
        server.make_bucket()
        for name in ("kept", "large", "shared"):
            _say(name, _arm(name, server, asked.mib))
        refused["no such bucket"] = _arm("gone", server, url="s3://not-there/x")
        nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": "/nonexistent"}
        refused["no credentials"] = _arm("gone", server, **nobody)
        held = f"s3://AKIAEXAMPLE:{SECRET}@not-there/x?token={SECRET}"
        refused["secret in the address"] = _arm("gone", server, url=held)
        server.check_credentials()
        refused["wrong credentials"] = _arm("gone", server)
        server.kill()
        refused["nobody listens"] = _arm("gone", server)
    for name, found in refused.items():
        _say(name, found)
        if found["remove"] is None and name != "no such bucket":
            raise SystemExit(f"{name}: removing what cannot be reached was said to be done")
    _say("killed while receiving", _cut_off(asked.mib))


def _say(name: str, found: dict[str, Any]) -> None:
    print(f"{name}: {json.dumps(found)}", flush=True)


if __name__ == "__main__":
    main()
