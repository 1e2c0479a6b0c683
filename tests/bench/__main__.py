"""`python -m tests.bench <what>`; `what` is one of the modules here that has a `main`."""

import sys

from tests.bench import fanout, import_history, memory, pages, pulls, queue, scale, scaleout

BENCHES = {
    "fanout": fanout.main,
    "import": import_history.main,
    "memory": memory.main,
    "pages": pages.main,
    "pulls": pulls.main,
    "queue": queue.main,
    "scale": scale.main,
    "scaleout": scaleout.main,
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in BENCHES:
        raise SystemExit(f"python -m tests.bench {'|'.join(BENCHES)}")
    BENCHES[sys.argv[1]](sys.argv[2:])
