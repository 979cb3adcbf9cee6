"""What polling decides stays as it is written down, or is changed on purpose: at every bound, on both sides."""

from __future__ import annotations

import pytest

from tests.poll.decisions import FILES, FOLDER


@pytest.mark.parametrize("name", sorted(FILES))
def test_nothing_is_decided_otherwise_than_before(name: str) -> None:
    """Promise: "why was it asked then, why is it new" can be told. After a change: python -m tests.poll.decisions."""
    assert list(FILES[name]()) == (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").split("\n")[:-1]
