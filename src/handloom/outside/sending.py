"""Sends a message to an address that somebody entered: never longer than told, never to where it should not go.

The name is resolved here, every address it stands for is judged, and the connection goes to the one that was judged, so
a name that points elsewhere a moment later changes nothing. Redirects are not followed, proxies of the environment
not used, and of the reply only its beginning is read.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..core.errors import BadReference, Unavailable
from ..core.later import later

if TYPE_CHECKING:
    import httpx
else:  # 50 ms that only whoever sends pays
    httpx = later("httpx")

MOST_REPLY = 64 * 1024
MAX_ADDRESS = 2000
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Received:
    """What came back. body: its first 64 KiB."""

    status: int
    body: bytes


def checked(address: object) -> str:
    """An address as it is stored; raises `BadReference`. A user name or password in it would end up in logs."""
    wanted = "an address is http:// or https://, a host, and a path without user name, password or fragment"
    text = address.strip() if isinstance(address, str) else ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadReference(wanted, field="address") from None
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= MAX_ADDRESS and port != 0
    if (
        not plain
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or "@" in parts.netloc
        or parts.fragment
    ):
        raise BadReference(f"{wanted}; found {text[:80]!r}", field="address")
    return text


def allowed(ip: Ip, *, private: bool) -> bool:
    """Whether a message may go there: anywhere public, and with ``private`` into private networks and this machine.

    Never to link-local addresses, where clouds hand out the credentials of a machine, nor to groups or nobody.
    """
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False
    return ip.is_global or (private and (ip.is_private or ip.is_loopback))


def post(address: str, body: bytes, headers: Mapping[str, str], *, private: bool, seconds: float) -> Received:
    """Send a POST and give what came back, whatever its status. Raises `Unavailable` after ``seconds`` at the latest.

    private: whether the address may lie in a private network. Errors name the host, never the path or the headers.
    """
    try:
        return asyncio.run(asyncio.wait_for(_post(address, body, headers, private), seconds))
    except TimeoutError:
        raise Unavailable(f"{urlsplit(address).hostname} did not answer within {seconds:g} seconds") from None


async def _post(address: str, body: bytes, headers: Mapping[str, str], private: bool) -> Received:
    url = httpx.URL(address)
    host, port = url.host, url.port or (443 if url.scheme == "https" else 80)
    ip = await _resolved(host, port, private)
    request = httpx.Request(
        "POST",
        url.copy_with(host=str(ip)),
        headers={"content-type": "application/json", **headers, "host": url.netloc.decode("ascii")},
        content=body,
        extensions={"sni_hostname": host, "timeout": httpx.Timeout(None).as_dict()},
    )
    try:
        async with httpx.AsyncHTTPTransport() as transport:
            response = await transport.handle_async_request(request)
            read = b""
            async for part in response.stream:  # type: ignore[union-attr]
                read += part
                if len(read) >= MOST_REPLY:
                    break
            await response.aclose()
            return Received(response.status_code, read[:MOST_REPLY])
    except (httpx.HTTPError, OSError) as error:
        raise Unavailable(f"{host} cannot be reached: {type(error).__name__}") from None


async def _resolved(host: str, port: int, private: bool) -> Ip:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unavailable(f"there is no host {host[:80]!r}") from None
    ips = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for ip in ips:
        if not allowed(ip, private=private):
            raise Unavailable(f"{host[:80]} lies where messages may not go; an owner may allow private networks")
    return ips[0]
