"""The OpenAPI 3.1 description of the API: its paths by hand, what is taken and given from the types themselves.

The tests hold it against the running server.
"""

from __future__ import annotations

from typing import Any

import msgspec

from monitor import __version__
from monitor.surfaces.condition import Condition
from monitor.surfaces.health import Health
from monitor.surfaces.web.apivalues import (
    ApiError,
    NewCorrection,
    NewLabel,
    QueueAnswer,
    SavedCorrection,
    SavedLabel,
)
from monitor.triage.story import StoryView
from monitor.views.queries.labels import LabelRow

_ERROR = {
    "description": "What was wrong, in words.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ApiError"}}},
}
_TEXT_ERROR = {"description": "Why the request was refused.", "content": {"text/plain": {"schema": {"type": "string"}}}}
_LIMIT = {
    "name": "limit", "in": "query", "description": "How many rows at most.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 500, "default": 50},
}  # fmt: skip
_SHOW = {
    "name": "show", "in": "query", "description": "`archive`: the stories that imported archives brought, no others.",
    "schema": {"type": "string", "enum": ["archive"]},
}  # fmt: skip


def description() -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "monitor",
            "version": __version__,
            "description": "Read the queue of reports of alleged state-linked plots, label it, correct its cards.",
        },
        "security": [{"token": []}],
        "paths": {
            "/api/queue": {
                "get": _get(
                    "The stories that wait for a decision, the day's rows first.", "QueueAnswer", [_LIMIT, _SHOW]
                )
            },
            "/api/status": {"get": _get("How things stand.", "Condition")},
            "/api/entries/{entry}": {"get": _get("An entry's story, with all evidence.", "StoryView", [_entry()], 404)},
            "/api/labels": {
                "get": _get("The newest labels.", "Labels", [_LIMIT]),
                "post": _post_label(),
            },
            "/api/corrections": {"post": _post_correction()},
            "/api/openapi.json": {"get": _get("This document.", "Object")},
            "/health": {"get": _health()},
            "/metrics": {"get": _metrics()},
        },
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "NAME:TOKEN as `monitor users add` shows it.",
                }
            },
            "schemas": _schemas(),
        },
    }


def _get(summary: str, schema: str, parameters: list[dict[str, Any]] | None = None, *more: int) -> dict[str, Any]:
    answers = {"200": _ok(schema), "401": _TEXT_ERROR, "429": _TEXT_ERROR}
    answers |= {str(code): _ERROR for code in (*more, *((400,) if parameters else ()))}
    return {"summary": summary, "parameters": parameters or [], "responses": answers}


def _ok(schema: str) -> dict[str, Any]:
    return {
        "description": "The answer.",
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def _entry() -> dict[str, Any]:
    return {
        "name": "entry", "in": "path", "required": True, "description": "An entry id, or the beginning of one.",
        "schema": {"type": "string", "minLength": 4},
    }  # fmt: skip


def _post_label() -> dict[str, Any]:
    return _post("Record a label; saying the same twice changes nothing.", "NewLabel", "SavedLabel")


def _post_correction() -> dict[str, Any]:
    summary = "Correct a field of a story's card; saying the same twice changes nothing."
    return _post(summary, "NewCorrection", "SavedCorrection")


def _post(summary: str, body: str, answer: str) -> dict[str, Any]:
    return {
        "summary": summary,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{body}"}}},
        },
        "responses": {
            "200": _ok(answer), "400": _ERROR, "401": _TEXT_ERROR, "403": _TEXT_ERROR, "404": _ERROR, "409": _ERROR,
            "413": _TEXT_ERROR, "429": _TEXT_ERROR,
        },
    }  # fmt: skip


def _health() -> dict[str, Any]:
    return {
        "summary": "200 when all is well, 503 with reasons when not.", "security": [],
        "responses": {"200": _ok("Health"), "503": _ok("Health")},
    }  # fmt: skip


def _metrics() -> dict[str, Any]:
    text = {"description": "Prometheus text.", "content": {"text/plain": {"schema": {"type": "string"}}}}
    return {"summary": "Figures for Prometheus.", "security": [], "responses": {"200": text}}


def _schemas() -> dict[str, Any]:
    """Return the schemas of all that is taken and given, made from the very types that are decoded and encoded."""
    types = (QueueAnswer, Condition, StoryView, LabelRow, Health, NewLabel, SavedLabel, NewCorrection, SavedCorrection,
             ApiError)  # fmt: skip
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        **schemas,
        "Labels": {"type": "array", "items": {"$ref": "#/components/schemas/LabelRow"}},
        "Object": {"type": "object"},
    }
