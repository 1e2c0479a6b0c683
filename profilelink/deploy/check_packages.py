"""Check that the installed packages are those that a requirements file pins: `check_packages.py <file>`."""

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def differing_packages(lines: list[str]) -> list[str]:
    """Return a line for each package that is missing or of another version; lines with markers are skipped."""
    found = []
    for line in lines:
        requirement, _semicolon, marker = line.partition(";")
        name, _equals, wanted = requirement.strip().partition("==")
        if not name or marker:
            continue
        try:
            here = version(name)
        except PackageNotFoundError:
            here = "missing"
        if here != wanted:
            found.append(f"{name}: {wanted} is pinned, {here} is here")
    return found


if __name__ == "__main__":
    sys.exit("\n".join(differing_packages(Path(sys.argv[1]).read_text().splitlines())) or 0)
