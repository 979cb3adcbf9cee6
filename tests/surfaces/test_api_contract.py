"""The API against its own description: whatever is sent, no server error, and answers of the shape described."""

from __future__ import annotations

import pytest

from monitor.learn.rows import REASONS
from monitor.surfaces.web.openapi import description
from monitor.surfaces.web.server import create_app
from monitor.triage.decide import LABELS
from monitor.triage.rows import QueueRow
from tests.surfaces.conftest import HOST, House

schemathesis = pytest.importorskip("schemathesis", reason="needs the package schemathesis")
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from schemathesis.checks import response_schema_conformance  # noqa: E402

N_EXAMPLES = 20
QUIET = settings(
    max_examples=N_EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.mark.filterwarnings("ignore")
def test_no_request_makes_a_server_error(house: House) -> None:
    """Promise: no 5xx but /health saying that all is not well; every answer is one the description names."""
    house.entry("aaaa1111", "Alleged plot foiled")
    token = house.reviewers.add("bot", "2026-01-31T00:00:00.000000Z")
    app = create_app(house.open, house.reviewers, frozenset({HOST}), house.now.timestamp)
    headers = {"Authorization": f"Bearer bot:{token}", "Host": HOST}
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=headers)
    bad: list[str] = []
    good: set[str] = set()
    n_calls = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @QUIET
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            nonlocal n_calls
            answer = case.call(headers=headers)
            n_calls += 1
            if answer.status_code >= 500 and case.path != "/health":
                bad.append(f"{case.method} {case.path}: {answer.status_code} {answer.text[:200]}")
            elif str(answer.status_code) not in case.operation.definition.raw["responses"]:
                bad.append(f"{case.method} {case.path}: {answer.status_code} is not described")
            elif answer.status_code < 300:
                case.validate_response(answer, checks=[response_schema_conformance])
                good.add(f"{case.method} {case.path}")

        check()
    assert bad == []
    assert n_calls > 30
    assert {"GET /api/queue", "GET /api/status", "GET /api/labels"} <= good


def test_the_description_says_every_field(house: House) -> None:
    """Promise: what a script may send and will get is described to the last field, from the types themselves."""
    schemas = description()["components"]["schemas"]
    assert set(schemas["QueueRow"]["properties"]) == set(QueueRow.__struct_fields__)
    assert schemas["NewLabel"]["properties"]["label"]["enum"] == list(LABELS)
    assert schemas["QueueRow"]["properties"]["behind"]["enum"] == ["", *REASONS]
    bare = [name for name, schema in schemas.items() if schema.get("type") == "object" and not schema.get("properties")]
    assert bare == ["Object"]
