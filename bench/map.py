"""The map at 100,000 items: what drawing it costs, how long a frame, a line around points and a look for neighbours take.

python -m bench.map [--items 100000] [--frames 120]

Texts are real where the data of the tests is there, else made up. The frames are those of a headless Chromium that has no
graphics card: what is drawn is drawn by the processor. Needs the built pages and a Chromium; without them only the rest.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import realdata
from tests.browser.site import FLAGS, PAGES, chromium

from . import serving

SOURCES = (
    ("topics/dblp_titles.parquet", "text", "label"),
    ("text/clinc150.parquet", "text", "label"),
    ("text/banking77.parquet", "text", "label"),
    ("text/snips_intents_slots.parquet", "text", "intent"),
)
BULK = 5_000
ASKED = 200

_FRAMES = """([rounds, kind]) => new Promise(done => {
  const canvas = document.querySelector('.map-canvas')
  const box = canvas.getBoundingClientRect()
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
  const point = (type, dx, dy) => canvas.dispatchEvent(
    new PointerEvent(type, {clientX: x + dx, clientY: y + dy, pointerId: 1, button: 0, bubbles: true}))
  const times = []
  let last = 0
  canvas.setPointerCapture = () => undefined
  if (kind === 'move') point('pointerdown', 0, 0)
  const tick = now => {
    if (last) times.push(now - last)
    last = now
    const k = times.length
    if (k >= rounds) {
      if (kind === 'move') point('pointerup', 0, 0)
      done(times)
      return
    }
    const deltaY = k % 60 < 30 ? -60 : 60
    if (kind === 'zoom') canvas.dispatchEvent(new WheelEvent('wheel', {deltaY, clientX: x, clientY: y, cancelable: true}))
    else if (kind === 'move') point('pointermove', 120 * Math.sin(k / 10), 80 * Math.cos(k / 10))
    requestAnimationFrame(tick)
  }
  requestAnimationFrame(tick)
})"""

_LASSO = """() => new Promise(done => {
  const canvas = document.querySelector('.map-canvas')
  const box = canvas.getBoundingClientRect()
  const [x, y, r] = [box.left + box.width / 2, box.top + box.height / 2, Math.min(box.width, box.height) / 4]
  const turn = k => k / 60 * 2 * Math.PI
  const at = k => ({
    clientX: x + r * Math.cos(turn(k)), clientY: y + r * Math.sin(turn(k)), pointerId: 1, button: 0, bubbles: true,
  })
  canvas.setPointerCapture = () => undefined
  canvas.dispatchEvent(new PointerEvent('pointerdown', at(0)))
  for (let k = 1; k <= 60; k++) canvas.dispatchEvent(new PointerEvent('pointermove', at(k)))
  const began = performance.now()
  canvas.dispatchEvent(new PointerEvent('pointerup', at(60)))
  const found = performance.now() - began
  const channel = new MessageChannel()
  channel.port1.onmessage = () => done({found, painted: performance.now() - began})
  requestAnimationFrame(() => channel.port2.postMessage(0))
})"""


def texts(n: int) -> tuple[str, list[str]]:
    """Where they come from, and n texts."""
    import pyarrow.parquet as pq

    found: list[str] = []
    for name, column, _ in SOURCES:
        path = realdata.folder() / name
        if path.exists() and len(found) < n:
            table = pq.read_table(path)
            if column in table.schema.names:
                found += [text for text in table[column].to_pylist() if text]
    if len(found) >= n:
        return "real titles and requests", found[:n]
    rows = [json.loads(line)["data"]["text"] for piece in serving.texts(n) for line in piece.splitlines()]
    return "made up", rows[:n]


def lines(rows: list[str]) -> Iterator[bytes]:
    """NDJSON in pieces of a thousand."""
    for start in range(0, len(rows), 1000):
        part = rows[start : start + 1000]
        made = [json.dumps({"key": f"t{start + k}", "data": {"text": text}}) for k, text in enumerate(part)]
        yield ("\n".join(made) + "\n").encode()


def draw(owner: serving.Connection, project: str) -> dict[str, Any]:
    """Draw the map and wait for it; what the job said."""
    job = owner.call("POST", f"/projects/{project}/map", {})
    while job["state"] in ("queued", "running"):
        time.sleep(0.5)
        job = owner.call("GET", f"/jobs/{job['id']}")
    assert job["state"] == "done", job
    return job


def recall(folder: Path, owner: serving.Connection, items: list[int], n: int) -> tuple[float, list[float]]:
    """Share of the n nearest that the server names, by brute force; and milliseconds of each look."""
    state = json.loads(next(folder.glob("cache/maps/t*/state.json")).read_text())
    place = folder / "cache" / "features" / state["features"]
    width = json.loads((place / "state.json").read_text())["latent"]
    vectors = np.fromfile(place / "vectors.f32", dtype="<f4").reshape(-1, width)
    ids = np.fromfile(place / "ids.i64", dtype="<i8")
    taken, shares = [], []
    for item in items:
        began = time.perf_counter()
        found = owner.call("GET", f"/items/i{item}/neighbours?n={n}")["neighbours"]
        taken.append((time.perf_counter() - began) * 1000)
        row = int(np.searchsorted(ids, item))
        gaps = np.linalg.norm(vectors - vectors[row], axis=1)
        gaps[row] = np.inf
        farthest = np.partition(gaps, n - 1)[n - 1]
        shares.append(np.mean([one["distance"] <= farthest + 1e-4 for one in found]))
    return float(np.mean(shares)), taken


def label(owner: serving.Connection, server: serving.Server, project: str) -> dict[str, float]:
    """Bulk label, and take it back: CPU of the server per item."""
    items = [f"i{k}" for k in range(1, BULK + 1)]
    before, began = serving.cpu(server.pid), time.perf_counter()
    done = owner.call("POST", f"/projects/{project}/bulk", {"items": items, "value": {"labels": ["a"]}, "seconds": 60})
    middle, wall = serving.cpu(server.pid), time.perf_counter() - began
    assert done["answered"] == BULK, done
    owner.call("POST", f"/bulk/{done['bulk']}/undo", {})
    after = serving.cpu(server.pid)
    return {
        "bulk_ms_per_item": round(1000 * (middle - before) / BULK, 3),
        "bulk_wall_s": round(wall, 2),
        "undo_ms_per_item": round(1000 * (after - middle) / BULK, 3),
    }


def frames(url: str, project: str, owner: serving.Connection, rounds: int) -> dict[str, Any]:
    """Milliseconds between frames while the map is zoomed and moved, and of a line around points."""
    from playwright.sync_api import sync_playwright

    me = owner.call("GET", "/me")["id"]
    path = owner.call("POST", f"/actors/{me}/login", {})["path"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url + path)
        page.wait_for_url(lambda address: "/login" not in address)
        began = time.perf_counter()
        page.goto(f"{url}/p/{project}/map")
        page.locator(".map-canvas").wait_for(timeout=120_000)
        first = time.perf_counter() - began
        page.wait_for_timeout(1500)
        idle = page.evaluate(_FRAMES, [rounds, "idle"])
        zoom = page.evaluate(_FRAMES, [rounds, "zoom"])
        page.keyboard.press("f")
        page.keyboard.press("m")
        page.wait_for_timeout(200)
        move = page.evaluate(_FRAMES, [rounds, "move"])
        page.keyboard.press("l")
        page.wait_for_timeout(200)
        lassos = [page.evaluate(_LASSO) for _ in range(5)]
        browser.close()
    return {
        "first_s": round(first, 2),
        **{f"{name}_frame_ms": spread(times) for name, times in (("idle", idle), ("zoom", zoom), ("move", move))},
        "lasso_found_ms": round(statistics.median(one["found"] for one in lassos), 1),
        "lasso_painted_ms": round(statistics.median(one["painted"] for one in lassos), 1),
    }


def spread(values: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    ordered = sorted(values)
    return {"p50": round(statistics.median(ordered), 1), "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 1)}


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--frames", type=int, default=120)
    args = parser.parse_args(arguments)
    source, rows = texts(args.items)
    out: dict[str, Any] = {"items": len(rows), "texts": source}
    with serving.serving() as server:
        owner = server.connect()
        task = {"name": "it", "kind": "text_class@1", "labels": ["a", "b", "c"]}
        settings = {"auto": False, "test_share": 0.0}
        project = owner.call("POST", "/projects", {"name": "map", "tasks": [task], "settings": settings})["id"]
        owner.lines(f"/projects/{project}/items", lines(rows))
        own = set(serving.tree(server.pid))
        before = serving.cpu(server.pid)
        draw(owner, project)
        out["encode_and_draw_cpu_s"] = round(serving.cpu(server.pid) - before, 1)
        before = serving.cpu(server.pid)
        owner.call("POST", f"/projects/{project}/map", {"fresh": True})
        draw(owner, project)
        out["draw_cpu_s"] = round(serving.cpu(server.pid) - before, 1)
        out["worker_peak_mb"] = round(max(serving.peak(pid) for pid in own | set(serving.tree(server.pid))), 0)
        for name in ("points", "colours"):
            before, began = serving.cpu(server.pid), time.perf_counter()
            size = len(owner.call("GET", f"/projects/{project}/map/{name}"))
            out[f"{name}_kb"], out[f"{name}_ms"] = size // 1024, round(1000 * (time.perf_counter() - began), 1)
        some = np.random.default_rng(0).choice(args.items, size=ASKED, replace=False) + 1
        for n in (30, 200):
            share, taken = recall(server.folder, owner, some.tolist(), n)
            out[f"neighbours_{n}"] = {"recall": round(share, 3), "ms": spread(taken)}
        out |= label(owner, server, project)
        if chromium() and PAGES.is_file():
            out["browser"] = frames(f"http://127.0.0.1:{server.port}", project, owner, args.frames)
    print(json.dumps(out, indent=1), flush=True)
    return out


if __name__ == "__main__":
    main()
