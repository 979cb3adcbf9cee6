"""What a mutant is: one change at a point of decision, made in the syntax tree and written out as text.

Turned: comparisons, `and` and `or`, plus and minus, `not`. Dropped: guards (`if`, `… if … else …`, the `if` of a
comprehension), which then always or never hold, and raises. Moved: whole numbers by one, True and False.

Never made, because nobody could tell: changes outside of functions (names, types, decorators with the sizes of their
caches), in annotations and in asserts, which speak to the type checker; numbers within the words of a message (an
f-string, what is raised); how many letters of a digest are kept; and arguments that say how long to wait, how much to
hold in memory or how wide to indent (QUIET).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

QUIET = {"timeout", "timeout_s", "maxsize", "buffering", "indent", "stacklevel", "daemon", "strict"}
_TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip
_NOT_CODE = {"annotation", "returns", "decorator_list", "args"}  # fields of a function or an assignment


@dataclass(frozen=True)
class _Site:
    """A node, where it hangs, and the lines whose running runs it."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST
    lines: range
    worded: bool  # within the words of a message

    def put(self, node: ast.AST) -> None:
        """Hang another node in its place."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@dataclass(frozen=True)
class Mutant:
    """One change: where it is, what it does, and the lines whose running runs it."""

    path: Path
    line: int
    what: str
    lines: range
    tree: ast.Module
    site: _Site
    node: ast.AST

    @property
    def place(self) -> str:
        """Return FILE:LINE, the file below src/monitor."""
        return f"{str(self.path).rpartition('src/monitor/')[2]}:{self.line}"

    def text(self) -> str:
        """Return the whole text of the file with the change."""
        self.site.put(ast.copy_location(self.node, self.site.node))
        text = ast.unparse(self.tree)
        self.site.put(self.site.node)
        return text


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a file; the file itself is not touched."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for function in functions:
        for index, statement in enumerate(function.body):
            for site in list(_sites(function, "body", index, statement, _span(statement), worded=False)):
                yield from _changed(path, tree, site)


def _changed(path: Path, tree: ast.Module, site: _Site) -> Iterator[Mutant]:
    for what, node in _changes(site):
        before = ast.unparse(site.node).strip().splitlines()[0][:90]
        line = getattr(site.node, "lineno", site.lines.start)
        yield Mutant(path, line, f"{before}   ->   {what}", site.lines, tree, site, node)


def _sites(
    parent: ast.AST, field: str, index: int | None, node: ast.AST, lines: range, *, worded: bool
) -> Iterator[_Site]:
    """Yield a node and all below it, but no functions within (they come by themselves), annotations and asserts."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assert):
        return
    if (isinstance(node, ast.keyword) and node.arg in QUIET) or (field == "slice" and _is_digest(parent)):
        return
    yield _Site(parent, field, index, node, lines, worded)
    worded = worded or isinstance(node, ast.JoinedStr | ast.Raise)
    for name, value in ast.iter_fields(node):
        if name in _NOT_CODE and isinstance(node, ast.AnnAssign | ast.arg):
            continue
        for place, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(child, ast.AST):
                below = _span(child) if isinstance(child, ast.stmt) or _compound(node) else lines
                yield from _sites(node, name, place, child, below, worded=worded)


def _is_digest(node: ast.AST) -> bool:
    """Say whether a part is taken of a digest: a letter more or less of it means the same."""
    called = node.value if isinstance(node, ast.Subscript) else None
    return isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute) and "digest" in called.func.attr


def _compound(node: ast.AST) -> bool:
    return isinstance(node, ast.match_case | ast.ExceptHandler) or (
        isinstance(node, ast.stmt) and any(isinstance(child, ast.stmt) for child in ast.iter_child_nodes(node))
    )


def _span(node: ast.AST) -> range:
    """The lines that show that a statement ran: of a compound one, those of its head."""
    if isinstance(node, ast.If | ast.While):
        node = node.test
    first = getattr(node, "lineno", 0)
    if isinstance(node, ast.stmt) and _compound(node):
        return range(first, first + 1)
    return range(first, (getattr(node, "end_lineno", first) or first) + 1)


def _changes(site: _Site) -> Iterator[tuple[str, ast.AST]]:
    """Yield what a node can become, each with a word for it."""
    node: Any = site.node
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _TURNED:
        turned: Any = _TURNED[type(node.ops[0])]
        yield turned.__name__, ast.Compare(node.left, [turned()], node.comparators)
    elif isinstance(node, ast.BoolOp) and type(node.op) in _TURNED:
        turned = _TURNED[type(node.op)]
        yield turned.__name__, ast.BoolOp(turned(), node.values)
    elif isinstance(node, ast.BinOp) and type(node.op) in _TURNED:
        turned = _TURNED[type(node.op)]
        yield turned.__name__, ast.BinOp(node.left, turned(), node.right)
    elif isinstance(node, ast.If):
        for value in (True, False):
            yield f"if {value}", ast.If(ast.Constant(value), node.body, node.orelse)
    elif isinstance(node, ast.IfExp):
        yield "if True", node.body
        yield "if False", node.orelse
    elif isinstance(node, ast.comprehension):
        if node.ifs:
            yield "without if", ast.comprehension(node.target, node.iter, [], node.is_async)
    elif isinstance(node, ast.Raise):
        yield "no raise", ast.Pass()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "without not", node.operand
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield repr(not node.value), ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and type(node.value) is int and not site.worded:
        yield repr(node.value + 1), ast.Constant(node.value + 1)
