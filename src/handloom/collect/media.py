"""References to media: ``data:`` URLs, paths below allowed folders and, where allowed, public internet addresses."""

from __future__ import annotations

import base64
import binascii
import http.client
import ipaddress
import socket
import ssl
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import BadReference, TooLarge
from .images import MAX_BYTES

_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class MediaPolicy:
    """What a reference may point to.

    roots: folders below which paths may be read. internet: whether http(s) addresses are fetched.
    limit: bytes. resolve: name to addresses; an argument, so that tests need no network.
    """

    roots: tuple[Path, ...] = ()
    internet: bool = False
    limit: int = MAX_BYTES
    resolve: Callable[[str, int], list[str]] | None = None


def fetch(reference: Mapping[str, Any], policy: MediaPolicy) -> bytes:
    """Bytes behind ``{"path": ...}`` or ``{"url": ...}``. Raises `BadReference`, `TooLarge`."""
    path, url = reference.get("path"), reference.get("url")
    if isinstance(path, str) and url is None:
        return _from_path(path, policy)
    if isinstance(url, str) and path is None:
        return _from_url(url, policy)
    raise BadReference('an image is given as {"blob": ...}, {"path": "..."} or {"url": "data:image/png;base64,..."}')


def _from_path(text: str, policy: MediaPolicy) -> bytes:
    if not policy.roots:
        raise BadReference("paths are not allowed here: no folder for media was named when the server was started")
    if "\0" in text:
        raise BadReference("a path holds no NUL character")
    for root in policy.roots:
        base = root.resolve()
        try:
            # resolve() follows links and '..', so what is compared is the file that would be read.
            found = (base / text).resolve()
            if not found.is_relative_to(base) or not found.is_file():
                continue
            if found.stat().st_size > policy.limit:
                raise TooLarge(f"{text[:200]} is larger than {policy.limit:,} bytes", limit=policy.limit)
            return found.read_bytes()
        except OSError as error:  # among others a name that is longer than file names may be
            raise BadReference(f"{text[:200]!r} cannot be read: {error.strerror}") from error
    raise BadReference(f"{text[:200]!r} is no file below the folders that are allowed for media")


def _from_url(url: str, policy: MediaPolicy) -> bytes:
    scheme = url.partition(":")[0].lower()
    if scheme == "data":
        return _from_data(url, policy.limit)
    if scheme not in ("http", "https"):
        raise BadReference(f"an address begins with data:, http: or https:; found {url[:40]!r}")
    if not policy.internet:
        raise BadReference(
            "addresses on the internet are not fetched here; send the bytes, as an upload or as a data: address"
        )
    return _from_internet(url, policy)


def _from_data(url: str, limit: int) -> bytes:
    head, comma, body = url[len("data:") :].partition(",")
    if not comma:
        raise BadReference("a data: address looks like data:image/png;base64,iVBORw0...")
    if len(body) > limit * 4 // 3 + 4:
        raise TooLarge(f"the data: address holds more than {limit:,} bytes", limit=limit)
    if not head.lower().endswith(";base64"):
        return urllib.parse.unquote_to_bytes(body)
    try:
        return base64.b64decode(urllib.parse.unquote(body), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadReference(f"the data: address is not base64: {error}") from error


def _from_internet(url: str, policy: MediaPolicy) -> bytes:
    """One GET without redirects. The address that was checked is dialled itself: a second look-up could differ."""
    parts = urllib.parse.urlsplit(url)
    secure = parts.scheme.lower() == "https"
    try:
        host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    except ValueError as error:
        raise BadReference(f"{url[:200]!r} is no address: {error}") from error
    address = _public(host, port, policy.resolve or _addresses)
    target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
    try:
        raw = socket.create_connection((address, port), timeout=_TIMEOUT)
        connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if secure else raw
        connection.request("GET", target, headers={"User-Agent": "handloom"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise BadReference(
                f"{host} answered {answer.status}; the address must give the bytes itself, without a redirect"
            )
        data = answer.read(policy.limit + 1)
    except (OSError, http.client.HTTPException) as error:
        raise BadReference(f"{host} cannot be reached: {error}") from error
    finally:
        connection.close()
    if len(data) > policy.limit:
        raise TooLarge(f"{url[:200]} is larger than {policy.limit:,} bytes", limit=policy.limit)
    return data


def _addresses(host: str, port: int) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _public(host: str, port: int, resolve: Callable[[str, int], list[str]]) -> str:
    """An address of this host; refused when any of them is not public."""
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise BadReference(f"the host {host[:200]!r} is not known") from error
    if not found or not all(_is_public(a) for a in found):
        raise BadReference(f"the host {host[:200]!r} is not on the public internet")
    return found[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_global and not mapped.is_multicast
