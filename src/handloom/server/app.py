"""The application: routes, the gate before them, the pages behind them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from .. import __version__
from ..outside.oidc import SignIn
from ..workspace import Workspace
from . import errors, ui
from .direct import Direct
from .gate import LOOPBACK, Gate
from .openapi import document
from .routes import (
    bundles,
    cascades,
    connections,
    curation,
    datasets,
    events,
    files,
    items,
    maps,
    models,
    people,
    profiles,
    projects,
    questions,
    requests,
    signing_in,
    team,
    uploads,
)
from .security import Guard
from .sse import Bell

PREFIX = "/api/v1"
# Addresses are tried in this order, so the hottest come first.
_ROUTERS = (
    *(questions.routes, items.routes, files.routes, models.routes, events.routes, projects.routes),
    cascades.routes,
    uploads.routes,
    maps.routes,
    *(
        people.routes,
        team.routes,
        datasets.routes,
        requests.routes,
        curation.routes,
        connections.routes,
        signing_in.routes,
        bundles.routes,
        profiles.routes,
    ),
)


def create_app(
    workspace: Workspace,
    *,
    hosts: frozenset[str] | None = LOOPBACK,
    pages: Path | None = None,
    sign_in: SignIn | None = None,
) -> FastAPI:
    """An ASGI application over an open workspace.

    hosts: names that the Host header may carry; None: any, for a server that is reached by others.
    pages: folder of the built web pages, by default the one inside the package.
    sign_in: the provider of identities, where people may sign in with one.
    """
    app = FastAPI(
        title="handloom",
        version=__version__,
        description="The human-in-the-loop cycle of a machine-learning model.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.guard = Guard(workspace.site)
    app.state.door = None if sign_in is None else signing_in.Door(sign_in)
    app.state.stopping = threading.Event()  # set when the server is told to stop
    app.state.bell = Bell(workspace.store, app.state.stopping)
    errors.install(app)
    for routes in _ROUTERS:
        app.include_router(routes, prefix=PREFIX)
    ui.install(app, pages)
    app.add_middleware(
        Direct, site=workspace.site, routes=questions.routes.routes, prefix=PREFIX, functions=questions.HOT
    )
    app.add_middleware(Gate, hosts=hosts)
    describe: Any = app.openapi
    app.openapi = lambda: document(app, describe)  # type: ignore[method-assign]
    return app
