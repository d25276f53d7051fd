"""What all answers share, and the form of every error."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Time = str
"""ISO 8601 in UTC: 2026-11-21T05:14:35.120Z."""


def example(**fields: Any) -> ConfigDict:
    """A config that carries an example into the OpenAPI document."""
    return ConfigDict(defer_build=True, json_schema_extra={"example": fields})


class Shown(BaseModel):
    """Base of all answers of the server. They only document, so their validators are never built."""

    model_config = ConfigDict(defer_build=True)


class Error(Shown):
    """Every error looks like this. ``code`` is stable; ``message`` says what was found, expected, and what to do."""

    model_config = example(
        code="HL021",
        message="HL021: label 'spma' is not in task mail@1 (ham, spam). Did you mean 'spam'?",
        details={"label": "spma", "known": ["ham", "spam"]},
    )
    code: str
    message: str
    details: dict[str, Any]


class Health(Shown):
    """Whether the server is up."""

    model_config = example(status="ok", version="0.1.0")
    status: Literal["ok"]
    version: str


class Who(Shown):
    """An actor in short."""

    id: str
    name: str
