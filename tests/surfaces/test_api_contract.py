"""The API against its own description: whatever is sent, no server error, and answers of the shape described."""

from __future__ import annotations

import pytest

from monitor.surfaces.web.server import create_app
from tests.surfaces.conftest import HOST, House

schemathesis = pytest.importorskip("schemathesis", reason="needs the package schemathesis")
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402

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

        check()
    assert bad == []
    assert n_calls > 30
