"""Make mutants: every place within functions that one of mutmut's operators changes.

Left out are strings and assignments of None (most fail at once, or are texts for people), defaults,
decorators and annotations (evaluated before a test starts), and the arguments of logging and translation.
Arguments left out or None are the most numerous by far and the easiest to kill: a third of each sample.
"""

from __future__ import annotations

import difflib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import (
    mutation_operators,
    operator_arg_removal,
    operator_assignment,
    operator_string,
)

LEFT_OUT = {operator_string, operator_assignment}
OPERATORS = [each for each in mutation_operators if each[1] not in LEFT_OUT]
SAID = {"_", "gettext", "ngettext", "pgettext", "gettext_lazy", "cast", "isinstance"}
LOGGERS = {"log", "logger"}


@dataclass(frozen=True)
class Mutant:
    """A file with one change, and the lines of the statement that has it."""

    path: Path
    lines: range
    line: int
    is_argument: bool
    module: cst.Module
    node: cst.CSTNode
    replacement: cst.CSTNode

    def source(self) -> str:
        changed = self.module.deep_replace(self.node, self.replacement)  # type: ignore[arg-type]
        assert isinstance(changed, cst.Module)
        return changed.code

    def difference(self) -> list[str]:
        """The lines that change: "- before", "+ after"."""
        texts = (self.module.code.splitlines(), self.source().splitlines())
        changed = [line for line in difflib.ndiff(*texts) if line[0] in "-+"]
        return [f"{line[0]} {line[1:].strip()}" for line in changed]


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, path: Path, module: cst.Module) -> None:
        super().__init__()
        self.path = path
        self.module = module
        self.found: list[Mutant] = []
        self._functions = 0
        self._statements: list[range] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator | cst.Parameters) or _is_said(node):
            return False
        if isinstance(node, cst.FunctionDef):
            self._functions += 1
        if _is_statement(node):
            self._statements.append(self._lines(node))
        if self._functions and self._statements:
            self._mutate(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef):
            self._functions -= 1
        if _is_statement(original_node):
            self._statements.pop()

    def _lines(self, node: cst.CSTNode) -> range:
        """The statement's lines; of one that has a body, those before the body."""
        where = self.get_metadata(PositionProvider, node)
        body = getattr(getattr(node, "body", None), "body", None)
        if isinstance(node, cst.SimpleStatementLine) or not body:
            return range(where.start.line, where.end.line + 1)
        first = self.get_metadata(PositionProvider, body[0]).start.line
        return range(where.start.line, max(first, where.start.line + 1))

    def _mutate(self, node: cst.CSTNode) -> None:
        line = self.get_metadata(PositionProvider, node).start.line
        for kind, operator in OPERATORS:
            if isinstance(node, kind):
                is_argument = operator is operator_arg_removal
                lines = self._statements[-1]
                self.found += [
                    Mutant(self.path, lines, line, is_argument, self.module, node, replacement)
                    for replacement in operator(node)
                ]


def _is_statement(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement)


def _is_said(node: cst.CSTNode) -> bool:
    """Whether this only tells a person something, or the type checker."""
    if not isinstance(node, cst.Call):
        return False
    if isinstance(node.func, cst.Attribute):
        return isinstance(node.func.value, cst.Name) and node.func.value.value in LOGGERS
    return isinstance(node.func, cst.Name) and node.func.value in SAID


def mutants_of(path: Path) -> list[Mutant]:
    wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8")))
    finder = _Finder(path, wrapper.module)
    wrapper.visit(finder)
    return finder.found


def sample(paths: Iterable[Path], size: int, seed: int) -> list[Mutant]:
    """The same ones for the same sources and seed."""
    everything = [mutant for path in sorted(paths) for mutant in mutants_of(path)]
    chance = random.Random(seed)
    arguments = [each for each in everything if each.is_argument]
    others = [each for each in everything if not each.is_argument]
    third = min(size // 3, len(arguments))
    chosen = chance.sample(arguments, third)
    return chosen + chance.sample(others, min(size - third, len(others)))
