"""Put a mutant into a running process: its functions get the changed source's code.

The modules are imported already, names are bound to their functions everywhere and decorators have
wrapped them; a function's `__code__` can be replaced all the same.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from types import CodeType, FunctionType

Place = tuple[str, str, int]  # file, qualified name, first line


class Functions:
    """All functions of these files that live in this process."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._by_place: dict[Place, list[FunctionType]] = defaultdict(list)
        names = {str(path) for path in paths}
        gc.unfreeze()  # tests/parallel.py froze what was imported, and gc does not list that
        for each in gc.get_objects():
            if type(each) is FunctionType and each.__code__.co_filename in names:
                self._by_place[_place(each.__code__)].append(each)
        gc.freeze()

    def swap(self, path: Path, source: str) -> bool:
        """Whether a function was changed. Raises SyntaxError or ValueError where it cannot be."""
        swapped = 0
        old = _codes(path.read_text(encoding="utf-8"), path)
        new = _codes(source, path)
        for key, code in old.items():
            if key in new and not _is_same(code, new[key]):
                for function in self._by_place.get(_place(code), []):
                    function.__code__ = new[key]
                    swapped += 1
        return swapped > 0


def _place(code: CodeType) -> Place:
    return code.co_filename, code.co_qualname, code.co_firstlineno  # type: ignore[attr-defined,unused-ignore]


def _codes(source: str, path: Path) -> dict[tuple[str, int], CodeType]:
    """The code of each function, by its qualified name and its turn among those of one name."""
    found: dict[tuple[str, int], CodeType] = {}
    todo = [compile(source, str(path), "exec", dont_inherit=True)]
    while todo:
        code = todo.pop(0)
        turn = sum(1 for name, _ in found if name == code.co_qualname)
        found[code.co_qualname, turn] = code
        todo += [each for each in code.co_consts if isinstance(each, CodeType)]
    return found


def _is_same(one: CodeType, other: CodeType) -> bool:
    """Line numbers aside, nested functions included."""
    if (one.co_code, one.co_names, one.co_varnames) != (
        other.co_code,
        other.co_names,
        other.co_varnames,
    ):
        return False
    if len(one.co_consts) != len(other.co_consts):
        return False
    return all(
        _is_same(a, b)
        if isinstance(a, CodeType) and isinstance(b, CodeType)
        else (type(a), a) == (type(b), b)
        for a, b in zip(one.co_consts, other.co_consts, strict=True)
    )
