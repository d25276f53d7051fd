"""The OpenAPI document: what FastAPI finds, the errors that every address may answer with, and how to log in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from .responses import Error
from .security import COOKIE

_OPEN = frozenset(
    f"/api/v1/{path}"
    for path in ("health", "login", "login/ways", "oidc/start", "oidc/callback", "workforce/{name}/answers")
)
_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "hl_<actor>_<secret>; POST /actors gives one"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "from POST /login; anything but GET also needs the header X-Handloom-CSRF, from GET /me",
    },
}
_ERRORS = {
    "400": "What was sent makes no sense",
    "401": "Nobody is logged in",
    "403": "The role does not allow it",
    "404": "There is nothing of that name or id",
    "409": "It does not fit the present state",
    "413": "Over a limit",
    "422": "Not JSON, a wrong type, or a missing field",
    "503": "The workspace cannot serve right now",
    "507": "The disk is full",
}


def document(app: FastAPI, describe: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Built at the first request for it, then kept. Errors are added here and not at every route, where each would cost
    a validator at start-up."""
    if app.openapi_schema is None:
        schema = describe()
        parts = schema["components"]
        parts["securitySchemes"] = _SCHEMES
        parts["schemas"]["Error"] = Error.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):
            parts["schemas"].pop(name, None)
        schema["security"] = [{"token": []}, {"session": []}]
        for path, operations in schema["paths"].items():
            for operation in operations.values():
                operation["responses"] |= {
                    status: {
                        "description": words,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                    }
                    for status, words in _ERRORS.items()
                }
                if path in _OPEN:
                    operation["security"] = []
    assert app.openapi_schema is not None
    return app.openapi_schema
