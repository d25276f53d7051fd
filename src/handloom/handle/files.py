"""Files in and out of a project, of any format, as its handle offers them."""

from __future__ import annotations

import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core.errors import HandloomError, WrongState

LIVE = ("queued", "running")
_LOOK = 0.1


class FileHandle:
    """``project.files``. Work is done by a job: in this process at once, behind a server by its worker."""

    def __init__(
        self,
        call: Callable[..., Any],
        send: Callable[[Path, str, str | None], dict[str, Any]],
        fetch: Callable[[str], Iterator[bytes]],
    ) -> None:
        self._call = call
        self._send = send
        self._fetch = fetch

    def upload(self, file: Path | str, task: str | None = None) -> dict[str, Any]:
        """Send a file or folder and see what would be made of it: ``{"id", "preview", "labels", ...}``."""
        path = Path(file)
        if not path.is_dir():
            return self._send(path, path.name, task)
        with tempfile.TemporaryDirectory() as folder:
            return self._send(_zipped(path, Path(folder) / "folder.zip"), f"{path.name}.zip", task)

    def preview(self, upload: str, task: str | None = None, **options: Any) -> dict[str, Any]:
        """What would be made of it with other options: encoding, reader, delimiter, sheet, columns."""
        return self._call("look_at_upload", upload=upload, task=task, **options)

    def bring(self, upload: str, task: str | None = None, **options: Any) -> dict[str, Any]:
        """Import what was sent; the job."""
        return self._call("bring_upload", upload=upload, task=task, **options)

    def forget(self, upload: str) -> dict[str, Any]:
        """Remove what was sent and is not wanted."""
        return self._call("forget_upload", upload=upload)

    def report(self, job: str) -> dict[str, Any]:
        """What became of an import."""
        return self._call("import_report", job=job)

    def import_file(self, file: Path | str, task: str | None = None, **options: Any) -> dict[str, Any]:
        """Send, import, wait; the report: ``{"state", "added", "duplicates", "rejected", "rejected_total", "notes", ...}``.

        options: encoding, reader, delimiter, sheet, and columns, as ``{"fields": {"text": ["body"]}, "label": "kind"}``.
        """
        sent = self.upload(file, task)
        job = self.wait(self.bring(sent["id"], task, **options))
        return self.report(job["id"]) | {"error": job["error"]}

    def make_export(
        self, format: str, what: str = "labels", task: str | None = None, at: str | None = None
    ) -> dict[str, Any]:
        """Write the project as a file of a format in a worker; the job."""
        return self._call("make_export", format=format, what=what, task=task, at=at)

    def export_report(self, job: str) -> dict[str, Any]:
        """What was written, and what the format could not hold."""
        return self._call("export_report", job=job)

    def fetch(self, job: str) -> Iterator[bytes]:
        """The file of an export, in pieces; a folder comes as a zip."""
        return self._fetch(job)

    def export_file(
        self, file: Path | str, format: str, what: str = "labels", task: str | None = None, at: str | None = None
    ) -> dict[str, Any]:
        """Export, wait, and put it there; the account of what was lost. A format that is a folder makes one, or a zip
        where the name ends in ``.zip``."""
        target = Path(file)
        job = well(self.wait(self.make_export(format, what, task, at)))
        told = self.export_report(job["id"])
        part = target.with_name(f".part-{target.name}")
        try:
            with part.open("wb") as out:
                out.writelines(self.fetch(job["id"]))
            if told["file"].endswith(".zip") and target.suffix != ".zip":
                _unzip(part, target)
            else:
                part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return told | {"file": str(target)}

    def wait(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """The job when it has ended, however it did."""
        while job["state"] in LIVE:
            time.sleep(_LOOK)
            job = self._call("job", job=job["id"])
        return dict(job)


def well(job: dict[str, Any]) -> dict[str, Any]:
    """The job, when it has ended well. Raises `HandloomError` in its own words, with its code, otherwise."""
    if job["state"] == "done":
        return job
    told = job["error"] or {"code": WrongState.code, "message": f"it was {job['state']}"}
    error = HandloomError(f"job {job['id']}: {told['message']}")
    error.code = told["code"]  # type: ignore[misc]  # an instance's own, as the server said it
    raise error


def _zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as pack:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            pack.write(path, path.relative_to(folder).as_posix())
    return target


def _unzip(pack: Path, target: Path) -> None:
    """What our own writer packed, as a folder, whole or not at all."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(17, "is there already", str(target))
    whole = target.with_name(f".whole-{target.name}")
    shutil.rmtree(whole, ignore_errors=True)
    with zipfile.ZipFile(pack) as packed:
        packed.extractall(whole)  # refuses names that lead out by itself
    if target.is_dir():
        target.rmdir()
    whole.replace(target)
