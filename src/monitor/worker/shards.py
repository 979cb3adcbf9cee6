"""Long work in shards, shared out over every worker on a log: whoever is free takes the next one.

A claim holds a shard, and the server frees it when its holder dies: so what a killed worker had in hand is taken up by
another, and nothing else is done twice. The log says which shards are done; what they are is their owner's business.
On a log of one machine they come one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from monitor.worker.workspace import Workspace

Shard = TypeVar("Shard")
Done = TypeVar("Done")
WAIT_S = 60.0


def share_out(
    workspace: Workspace,
    shards: Iterable[Shard],
    name: Callable[[Shard], str],
    do: Callable[[Shard], Done],
    *,
    wait: bool = True,
) -> Iterator[tuple[Shard, Done]]:
    """Do each shard that nobody has in hand, then with `wait` those others had, and yield what `do` returned.

    `name` is the same for a shard on every machine. `do` looks at the log first and returns at once where it is done.
    """
    in_other_hands: list[tuple[Shard, str]] = []
    for shard in shards:
        with workspace.alone(called := f"shard {name(shard)}") as mine:
            done = do(shard) if mine else None
        if done is None:
            in_other_hands.append((shard, called))
        else:
            yield shard, done
    while wait and in_other_hands:
        shard, called = in_other_hands[0]
        with workspace.alone(called, WAIT_S) as mine:
            done = do(shard) if mine else None
        if done is not None:
            in_other_hands.pop(0)
            yield shard, done
