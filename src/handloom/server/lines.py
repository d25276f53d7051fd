"""Lines of a streamed body, in chunks: constant memory however long the body is."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ..core.errors import HandloomError, TooLarge
from ..jobs.intake import MAX_LINE
from ..operations.imports import CHUNK, CHUNK_BYTES

Numbered = tuple[int, bytes | HandloomError]


class LineCutter:
    """Cuts bytes into numbered lines. Blank ones are left out; one over the limit becomes its error."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._skipping = False
        self._number = 0
        self.ready: list[Numbered] = []
        self.size = 0

    def feed(self, chunk: bytes) -> None:
        """More bytes; lines that they complete go to ``ready``."""
        *whole, rest = chunk.split(b"\n")
        if whole:
            self._rest += whole[0]
            self._end(bytes(self._rest))
            self._rest.clear()
            for line in whole[1:]:
                self._end(line)
        self._rest += rest
        if len(self._rest) > MAX_LINE:
            self._skipping = True
            self._rest.clear()

    def finish(self) -> None:
        """No more bytes come."""
        if self._rest or self._skipping:
            self._end(bytes(self._rest))
            self._rest.clear()

    def take(self) -> list[Numbered]:
        """The lines that are ready."""
        ready, self.ready, self.size = self.ready, [], 0
        return ready

    def _end(self, raw: bytes) -> None:
        self._number += 1
        line = raw.strip(b"\r \t" if self._number > 1 else b"\r \t\xef\xbb\xbf")
        if self._skipping or len(line) > MAX_LINE:
            self._skipping = False
            words = f"a line has at most {MAX_LINE // 2**20} MiB; this one is longer"
            self.ready.append((self._number, TooLarge(words, limit=MAX_LINE)))
        elif line:
            self.ready.append((self._number, line))
            self.size += len(line)


async def chunks(body: AsyncIterator[bytes]) -> AsyncIterator[list[Numbered]]:
    """Numbered lines, `CHUNK` of them or `CHUNK_BYTES` at a time."""
    cutter = LineCutter()
    async for part in body:
        cutter.feed(part)
        while len(cutter.ready) > CHUNK:
            ready = cutter.take()
            yield ready[:CHUNK]
            cutter.ready, cutter.size = ready[CHUNK:], sum(len(x) for _, x in ready[CHUNK:] if isinstance(x, bytes))
        if len(cutter.ready) == CHUNK or cutter.size >= CHUNK_BYTES:
            yield cutter.take()
    cutter.finish()
    while cutter.ready:
        ready = cutter.take()
        yield ready[:CHUNK]
        cutter.ready = ready[CHUNK:]
