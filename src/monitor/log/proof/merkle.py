"""The Merkle tree over event hashes: one signed root proves any single event with some twenty hashes.

The tree is that of RFC 9162 (Certificate Transparency), section 2.1, with the event hashes as leaf hashes: they
begin with 0x00 under the hash as the RFC asks of leaves (chain.py), inner nodes with 0x01. A tree of n leaves is kept
as its peaks: the roots of the full subtrees that n's binary digits name, largest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256

Leaves = Callable[[int, int], Iterable[bytes]]  # the leaf hashes with start <= index < end


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\1" + left + right).digest()


def grow(peaks: list[bytes], n_leaves: int, leaves: Iterable[bytes]) -> tuple[list[bytes], int]:
    """Return (peaks, number of leaves) of a tree extended by `leaves`."""
    peaks = list(peaks)
    for leaf in leaves:
        carry, size = leaf, n_leaves
        while size & 1:
            carry = node(peaks.pop(), carry)
            size >>= 1
        peaks.append(carry)
        n_leaves += 1
    return peaks, n_leaves


def root_of(peaks: list[bytes]) -> bytes:
    """Return the root hash of the tree with these peaks; 32 zero bytes for the empty tree."""
    if not peaks:
        return bytes(32)
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node(peak, root)
    return root


def inclusion_path(leaves: Leaves, index: int, size: int) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of the first `size` leaves (RFC 9162, 2.1.3.1)."""
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            path.append(_range_root(leaves, middle, end))
            end = middle
        else:
            path.append(_range_root(leaves, start, middle))
            start = middle
    return path[::-1]


def _range_root(leaves: Leaves, start: int, end: int) -> bytes:
    return root_of(grow([], 0, leaves(start, end))[0])


def root_from_path(leaf: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """Return the root an audit path leads to, or None where the path does not fit (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    number, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if number & 1 or number == last:
            root = node(sibling, root)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            root = node(root, sibling)
        number >>= 1
        last >>= 1
    return root if last == 0 else None


def consistency_path(leaves: Leaves, first: int, second: int) -> list[bytes]:
    """Return the proof that the tree of `second` leaves begins with that of `first` (RFC 9162, 2.1.4.1)."""
    return _subproof(leaves, first, 0, second, whole=True) if 0 < first < second else []


def _subproof(leaves: Leaves, first: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    if first == end - start:
        return [] if whole else [_range_root(leaves, start, end)]
    half = 1 << (end - start - 1).bit_length() - 1
    if first <= half:
        path = _subproof(leaves, first, start, start + half, whole=whole)
        return [*path, _range_root(leaves, start + half, end)]
    path = _subproof(leaves, first - half, start + half, end, whole=False)
    return [*path, _range_root(leaves, start, start + half)]


def is_consistent(first: int, second: int, first_root: bytes, second_root: bytes, path: list[bytes]) -> bool:
    """Return whether a path proves that one tree begins with the other (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = path if first & (first - 1) else [first_root, *path]
    if not path:
        return False
    number, last = first - 1, second - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old, new = node(step, old), node(step, new)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            new = node(new, step)
        number, last = number >> 1, last >> 1
    return last == 0 and (old, new) == (first_root, second_root)
