"""The interface described in OpenAPI 3.1; its schemas are those that the tests hold the answers to."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from candyce.library.finding.asked import LAST_PAGE, LETTERS, SORTS
from candyce.library.finding.facets import FACETS
from candyce.library.models import Execution, Resource

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
NAMED = {"$ref": "#/components/schemas/Named"}


def make_document() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Candyce library",
            "version": "1",
            "description": "Resources of the library that the caller may read: without an account,"
            " those for everyone.",
            "license": {"name": "CC0 1.0", "identifier": "CC0-1.0"},
        },
        "servers": [{"url": settings.CANDYCE_PORTAL_URL}],
        "paths": {
            "/api/library/": {"get": _list_operation()},
            "/api/library/{id}/": {"get": _resource_operation()},
        },
        "components": {
            "schemas": {
                "Named": _object(id=TEXT, name=TEXT),
                "Resource": _resource_schema(),
                "Page": _page_schema(),
                "Error": _object(error=_object(code=TEXT, message=TEXT, fields={"type": "object"})),
            }
        },
    }


def _list_operation() -> dict[str, Any]:
    parameters = [
        _query("q", {"type": "string", "maxLength": LETTERS}, "Words to look for."),
        *(_facet_parameter(facet) for facet in FACETS),
        _query("sort", {"type": "string", "enum": list(SORTS), "default": SORTS[0]}, "Order."),
        _query(
            "page", {"type": "integer", "minimum": 1, "maximum": LAST_PAGE, "default": 1}, "Page."
        ),
    ]
    return {
        "operationId": "listResources",
        "summary": "Search the library",
        "description": "Values that do not exist are passed over. Harvest everything through OAI-PMH.",
        "parameters": parameters,
        "responses": {"200": _response("A page of resources.", "Page"), "304": _unchanged()},
    }


def _resource_operation() -> dict[str, Any]:
    return {
        "operationId": "getResource",
        "summary": "One resource",
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": TEXT}],
        "responses": {
            "200": _response("The resource.", "Resource"),
            "304": _unchanged(),
            "404": _response("It does not exist, or is not for the caller.", "Error"),
        },
    }


def _facet_parameter(facet: Any) -> dict[str, Any]:
    items: dict[str, Any] = {"type": "string"}
    if not facet.open:
        items["enum"] = list(facet.labels)
    values = {"type": "array", "items": items}
    text = "Resources with all of these." if facet.every else "Resources with one of these."
    return _query(facet.name, values, text)


def _query(name: str, schema: dict[str, Any], text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": text, "schema": schema}


def _response(text: str, schema: str) -> dict[str, Any]:
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"description": text, "content": {"application/json": content}}


def _unchanged() -> dict[str, Any]:
    return {"description": "As the caller has it (If-None-Match)."}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"oneOf": [schema, {"type": "null"}]}


def _named(values: list[str]) -> dict[str, Any]:
    return _object(id={"type": "string", "enum": values}, name=TEXT)


def _resource_schema() -> dict[str, Any]:
    link = {"type": "string", "format": "uri"}
    moment = {"type": "string", "format": "date-time"}
    return _object(
        id=TEXT,
        url=link,
        title=TEXT,
        abstract=TEXT,
        discipline=_named(Resource.Discipline.values),
        levels={"type": "array", "items": _named(Resource.Level.values)},
        kind=_named(Resource.Kind.values),
        keywords=TEXTS,
        objectives=TEXTS,
        programme=TEXT,
        theme=TEXT,
        duration={"type": "string", "pattern": r"^PT(\d+H)?(\d+M)?$", "description": "ISO 8601"},
        language={"type": "string", "description": "BCP 47"},
        licence=_object(
            id={"type": "string", "description": "SPDX"}, name=TEXT, url=_or_null(link)
        ),
        authors=TEXTS,
        doi=_or_null(TEXT),
        offline={"type": "boolean", "description": "Works without a network"},
        packages=TEXTS,
        edition={"type": "integer", "minimum": 1},
        published=moment,
        updated=moment,
        rating=_or_null(
            _object(
                value={"type": "number", "minimum": 1, "maximum": 5},
                count={"type": "integer", "minimum": 1},
            )
        ),
        recommended=_or_null({"type": "string", "description": "The label of an inspector"}),
        execution=_or_null(
            _object(result={"type": "string", "enum": Execution.Result.values}, at=moment)
        ),
        adapted_from=_or_null(link),
    )


def _page_schema() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    choice = _object(id=TEXT, name=TEXT, count=count)
    link = _or_null({"type": "string", "format": "uri"})
    return _object(
        total=count,
        page={"type": "integer", "minimum": 1},
        pages=count,
        page_size=count,
        next=link,
        previous=link,
        facets={
            "type": "object",
            "description": "By facet; of those whose values are open (themes, packages), the 100 most frequent.",
            "additionalProperties": {"type": "array", "items": choice},
        },
        resources={"type": "array", "items": {"$ref": "#/components/schemas/Resource"}},
    )
