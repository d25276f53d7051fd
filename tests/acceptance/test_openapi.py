"""The OpenAPI document is complete, and nothing that fits it (or does not) makes the server fail."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from handloom.handle import OPERATIONS

from .conftest import Site

EXAMPLES = 12
"""Per operation: what is searched for is a fault, not a proof, and the whole must take less than a minute."""


@schemathesis.serializer("application/x-ndjson")
def _ndjson(_context: Any, value: Any) -> bytes:
    return str(value).encode("utf-8", "replace")


@pytest.fixture
def document(site: Site) -> dict[str, Any]:
    return site.connect().get("/openapi.json").json()


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, op) for path, item in document["paths"].items() for method, op in item.items()]


def test_every_operation_says_what_it_is_and_how_it_fails(document: dict[str, Any]) -> None:
    names = [op["operationId"] for _, _, op in _operations(document)]
    assert len(names) == len(set(names))
    for path, method, op in _operations(document):
        where = f"{method} {path}"
        assert op.get("description"), where
        assert op["tags"], where
        good = [status for status in op["responses"] if status.startswith("2") or status == "303"]
        assert good, where
        for status in ("400", "401", "403", "404", "409", "422", "503"):
            schema = op["responses"][status]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Error"}, where
        for status in good:
            content = op["responses"][status].get("content", {})
            assert status in ("204", "303") or content, where
            assert all(kind.get("schema") for kind in content.values()), where


def test_every_request_body_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for path, method, op in _operations(document):
        for kind, body in op.get("requestBody", {}).get("content", {}).items():
            if kind == "application/json":
                name = body["schema"]["$ref"].rsplit("/", 1)[1]
                assert "example" in schemas[name], f"{method} {path}: {name}"
            elif kind == "application/x-ndjson":
                assert "example" in body


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    known = set(document["components"]["schemas"])

    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*(references(value) for value in node.values()))
        return set().union(*(references(value) for value in node)) if isinstance(node, list) else set()

    assert {ref.rsplit("/", 1)[1] for ref in references(document)} <= known


def test_every_name_in_the_document_is_told_without_its_module(document: dict[str, Any]) -> None:
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def test_every_operation_of_the_handles_has_its_address(document: dict[str, Any]) -> None:
    addresses = {(method.upper(), path) for path, method, _ in _operations(document)}
    for name, address in OPERATIONS.items():
        assert (address.method, "/api/v1" + address.path) in addresses, name


def test_only_health_login_and_what_is_signed_are_open(document: dict[str, Any]) -> None:
    assert document["security"]
    open_ones = {path for path, _, op in _operations(document) if op.get("security") == []}
    paths = ("health", "login", "login/ways", "oidc/start", "oidc/callback", "workforce/{name}/answers")
    assert open_ones == {f"/api/v1/{path}" for path in paths}


def _is_fine(response: httpx.Response) -> bool:
    if response.status_code < 400:
        return True
    return response.status_code < 500 and set(response.json()) == {"code", "message", "details"}


@pytest.mark.slow
def test_nothing_that_fits_the_document_makes_the_server_fail(site: Site, document: dict[str, Any]) -> None:
    project = site.project(items=5)
    site.ask(project, 5)
    schema = schemathesis.openapi.from_dict(document)
    failed: list[str] = []
    headers = {"Authorization": site.owner.headers["authorization"]}
    rules = settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path == "/api/v1/events" or operation.path.endswith("/token"):
            continue  # an endless stream; and the owner's token has to last

        @rules
        @given(case=operation.as_strategy())
        def fuzz(case: Any) -> None:
            if case.path_parameters and "project" in case.path_parameters:
                case.path_parameters["project"] = project
            if case.path.startswith("/api/v1/actors/"):
                case.path_parameters["actor"] = "a999"
            response = case.call(base_url=site.url, headers=headers)
            if response.status_code >= 500 or (response.status_code >= 400 and "code" not in response.text):
                failed.append(f"{case.method} {response.request.url} {case.body!r}: {response.text[:200]}")

        fuzz()
    assert failed == []


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
def test_nothing_at_all_makes_the_hot_addresses_fail(any_site: Site) -> None:
    project = any_site.project(items=5)
    any_site.ask(project, 5)
    question = any_site.owner.post(f"/projects/{project}/claim", json={"n": 1}).json()["questions"][0]["id"]
    fields = ("id", "question", "outcome", "value", "seconds", "note", "supersedes", "guidelines", "confidence", "n")
    bodies = _json | st.dictionaries(st.sampled_from(fields), _json)
    paths = st.sampled_from(
        [
            "/answers",
            "/claims/release",
            "/login",
            "/projects",
            f"/projects/{project}/claim",
            f"/projects/{project}/items",
        ]
    )

    @settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(path=paths, body=bodies, fixed=st.booleans())
    def fuzz(path: str, body: Any, fixed: bool) -> None:
        if fixed and isinstance(body, dict):
            body = {"id": "7e2f2f1e-5d5c-4a35-9e0a-0a5f0f6f1f10", "question": question} | body
        assert _is_fine(any_site.owner.post(path, json=body))

    fuzz()


@pytest.mark.slow
def test_nothing_at_all_in_an_address_makes_it_fail(any_site: Site) -> None:
    project = any_site.project(items=5)
    names = st.sampled_from(["cursor", "limit", "search", "label", "state", "task", "lane", "what", "format", "size"])
    paths = st.sampled_from(["items", "questions", "decisions", "models", "jobs", "releases", "predictions", "export"])

    @settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(path=paths, query=st.dictionaries(names, st.text(max_size=12), max_size=3), name=st.text(max_size=8))
    def fuzz(path: str, query: dict[str, str], name: str) -> None:
        sendable = {k: v for k, v in query.items() if v.isprintable()}
        assert _is_fine(any_site.owner.get(f"/projects/{project}/{path}", params=sendable))
        if name.isprintable() and name.strip("./"):
            quoted = httpx.URL("http://x/").copy_with(params={"q": name}).query.decode().removeprefix("q=")
            assert _is_fine(any_site.owner.get(f"/projects/{quoted}/{path}"))

    fuzz()
