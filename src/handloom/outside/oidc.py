"""Signing in with a provider of identities: OpenID Connect, authorization code with PKCE, state and nonce.

The ID token is verified with joserfc (extra ``oidc``): its signature by the provider's published keys, issuer, audience,
expiry and nonce. Nothing here knows who may come in; that is judged by `handloom.operations.signing_in`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from ..core.errors import Malformed, MissingExtra, NotLoggedIn, Unavailable
from ..core.later import later
from ..core.roles import ROLES

if TYPE_CHECKING:
    import httpx
else:
    httpx = later("httpx")

FILE = "sign-in.json"
_ENVIRONMENT = "HANDLOOM_OIDC_"
_SECONDS = 10.0
_MOST_REPLY = 1024 * 1024
_LEEWAY = 60
"""Seconds that the provider's clock may be off."""
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures with a public key only: a token signed with the client's secret, or with nothing, is none."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """How people sign in. label: on the button; address: of this server as browsers see it, None: as they ask for it.

    domains: whose verified mail addresses may come in uninvited; role: of those; role_claim, roles: which claim says the
    role, and which of its values means which role; name_claim: what people are called by, their mail address unless told.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    label: str = ""
    address: str | None = None
    scopes: str = "openid email profile"
    name_claim: str = "email"
    role: str = "annotator"
    role_claim: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    domains: tuple[str, ...] = ()


_NAMES = ("issuer", "client_id", "label", "address", "scopes", "name_claim", "role", "role_claim", "roles", "domains")


def settings(folder: Path, environment: Mapping[str, str]) -> SignIn | None:
    """From ``sign-in.json`` in the workspace's folder and variables HANDLOOM_OIDC_*, which win; None where neither names
    an issuer. The client's secret comes from HANDLOOM_OIDC_CLIENT_SECRET alone. Raises `Malformed`."""
    path = folder / FILE
    found: dict[str, Any] = {}
    if path.is_file():
        try:
            found = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise Malformed(f"{path} is no JSON: {error}") from None
        if not isinstance(found, dict) or set(found) - set(_NAMES):
            raise Malformed(f"{path} is an object with {', '.join(_NAMES)}; secrets belong into the environment")
    for name in _NAMES:
        said = environment.get(_ENVIRONMENT + name.upper())
        if said:
            found[name] = said
    if not found.get("issuer"):
        return None
    listed = found.get("domains") or ()
    pairs = found.get("roles") or {}
    if isinstance(listed, str):
        listed = [part.strip() for part in listed.split(",") if part.strip()]
    if isinstance(pairs, str):
        pairs = dict(_pair(part) for part in pairs.split(",") if part.strip())
    made = found | {"domains": tuple(one.lower().lstrip("@") for one in listed), "roles": pairs}
    return _checked(made, environment.get(_ENVIRONMENT + "CLIENT_SECRET") or None)


def _pair(text: str) -> tuple[str, str]:
    value, found, role = text.strip().rpartition("=")
    if not found:
        raise Malformed("roles are written as value=role,value=role")
    return value, role


def _checked(found: dict[str, Any], secret: str | None) -> SignIn:
    if not isinstance(found.get("client_id"), str):
        raise Malformed(f"an issuer without a client: set {_ENVIRONMENT}CLIENT_ID, or client_id in {FILE}")
    wanted = [*found["roles"].values(), found.get("role") or "annotator"]
    if not set(wanted) <= set(ROLES):
        raise Malformed(
            f"roles of people who sign in are some of {', '.join(ROLES)}; found {', '.join(map(str, wanted))}"
        )
    issuer = str(found["issuer"])
    _trusted(issuer)
    given = {name: found[name] for name in _NAMES if found.get(name)}
    given |= {"issuer": issuer, "label": found.get("label") or urlsplit(issuer).hostname or issuer}
    return SignIn(**given, client_secret=secret)


def _trusted(address: str) -> str:
    """An address that secrets may be sent to: https, or this very machine."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")):
        return address
    raise Malformed(f"a provider of identities has an https address; found {address[:80]!r}")


def require_library() -> None:
    """Raise `MissingExtra` unless the library that verifies tokens is installed."""
    if find_spec("joserfc") is None:
        raise MissingExtra("joserfc", "oidc")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in on its way. state comes back from the provider, nonce in the token; verifier proves who asked (PKCE)."""

    redirect: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def challenge(self) -> str:
        """SHA-256 of the verifier, base64 without padding (RFC 7636)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Provider:
    """A provider of identities, as its discovery document describes it; read once, its keys again when one is unknown."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        self._described: dict[str, Any] | None = None
        self._keys: dict[str, Any] | None = None

    def address(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in. Raises `Unavailable`."""
        asked = {
            "response_type": "code",
            "client_id": self._sign_in.client_id,
            "redirect_uri": attempt.redirect,
            "scope": self._sign_in.scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        where = self._described_as("authorization_endpoint")
        return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(asked)}"

    def claims(self, code: str, attempt: Attempt, now: float) -> dict[str, Any]:
        """What the provider says about whoever came back with this code, verified. Raises `NotLoggedIn`, `Unavailable`."""
        given = self._exchange(code, attempt)
        token = given.get("id_token")
        if not isinstance(token, str):
            raise NotLoggedIn("the provider sent no ID token; is the scope openid allowed to this client?")
        claims = self._verified(token, attempt, now)
        if self._sign_in.name_claim not in claims or "email" not in claims:
            claims = {**self._more(given.get("access_token"), claims), **claims}
        return claims

    def _exchange(self, code: str, attempt: Attempt) -> dict[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": attempt.redirect}
        form["code_verifier"] = attempt.verifier
        headers, secret, client = {}, self._sign_in.client_secret, self._sign_in.client_id
        methods = self._description().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if secret is not None and "client_secret_basic" in methods:
            pair = f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        else:
            form["client_id"] = client
            if secret is not None:
                form["client_secret"] = secret
        status, said = _fetch("POST", self._described_as("token_endpoint"), data=form, headers=headers)
        if status != 200:
            raise NotLoggedIn(f"the provider did not take its own code: {str(said.get('error', status))[:80]}")
        return said

    def _verified(self, token: str, attempt: Attempt, now: float) -> dict[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError

        wanted: dict[str, Any] = {
            "iss": {"essential": True, "value": self._sign_in.issuer},
            "aud": {"essential": True, "value": self._sign_in.client_id},
            "sub": {"essential": True},
            "exp": {"essential": True},
            "nonce": {"essential": True, "value": attempt.nonce},
        }
        try:
            claims = self._decoded(token)
            jwt.JWTClaimsRegistry(now=int(now), leeway=_LEEWAY, **wanted).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise NotLoggedIn(f"the provider's ID token is not valid: {type(error).__name__}") from None
        audience = claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", self._sign_in.client_id if not several else None) != self._sign_in.client_id:
            raise NotLoggedIn("the provider's ID token was made for another client")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 400:
            raise NotLoggedIn("the provider's ID token names nobody")
        return dict(claims)

    def _decoded(self, token: str) -> dict[str, Any]:
        from joserfc import jwk, jwt
        from joserfc.errors import BadSignatureError, InvalidKeyIdError, MissingKeyError

        try:
            return jwt.decode(token, jwk.KeySet.import_key_set(self._key_set()), algorithms=_ALGORITHMS).claims
        except (BadSignatureError, InvalidKeyIdError, MissingKeyError, ValueError):  # it may have new keys since
            self._keys = None
            return jwt.decode(token, jwk.KeySet.import_key_set(self._key_set()), algorithms=_ALGORITHMS).claims

    def _more(self, access: Any, claims: Mapping[str, Any]) -> dict[str, Any]:
        """What the user-info address adds, where it is about the same person."""
        where = self._description().get("userinfo_endpoint")
        if not isinstance(access, str) or not isinstance(where, str):
            return {}
        status, said = _fetch("GET", _trusted(where), headers={"authorization": f"Bearer {access}"})
        return said if status == 200 and said.get("sub") == claims["sub"] else {}

    def _key_set(self) -> Any:
        if self._keys is None:
            status, said = _fetch("GET", self._described_as("jwks_uri"))
            if status != 200 or not isinstance(said.get("keys"), list):
                raise Unavailable("the provider of identities publishes no keys right now; try again in a moment")
            self._keys = said
        return self._keys

    def _description(self) -> dict[str, Any]:
        if self._described is None:
            status, said = _fetch("GET", self._sign_in.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if status != 200 or said.get("issuer") != self._sign_in.issuer:
                raise Unavailable(
                    f"{self._sign_in.issuer} does not describe itself as this issuer; look at {_ENVIRONMENT}ISSUER"
                )
            self._described = said
        return self._described

    def _described_as(self, name: str) -> str:
        found = self._description().get(name)
        if not isinstance(found, str):
            raise Unavailable(f"the provider of identities names no {name}")
        return _trusted(found)


def _fetch(method: str, address: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of a reply, an empty one where it is none. Raises `Unavailable`."""
    try:
        with httpx.stream(method, address, timeout=_SECONDS, follow_redirects=False, **more) as response:
            read = b""
            for part in response.iter_bytes():
                read += part
                if len(read) > _MOST_REPLY:
                    raise Unavailable("the provider of identities says more than it should")
    except httpx.HTTPError as error:
        raise Unavailable(f"the provider of identities cannot be reached: {type(error).__name__}") from None
    try:
        said = json.loads(read)
    except ValueError:
        said = {}
    return response.status_code, said if isinstance(said, dict) else {}
