"""`manage.py sandbox`: as a process, until it is told to stop."""

import signal
import subprocess
import sys

import pytest
import requests

from tests.ports import free_row

DOORS = 5  # the main port, and a port for each network with servers of its own


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_and_stops_cleanly(number):
    port = free_row(DOORS)
    command = [
        sys.executable,
        "manage.py",
        "sandbox",
        "--port",
        str(port),
        "--site",
        "http://site/",
    ]
    with subprocess.Popen(
        [*command, "--password", "another"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            assert process.stdout.readline().strip() == f"Sandbox: {address}/"
            assert requests.get(f"{address}/mixi/_received").status_code == 200
            process.send_signal(number)
            assert process.wait(timeout=20) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()


def test_a_port_in_use_is_told(sandbox):
    port = sandbox.ports[""]
    command = [sys.executable, "manage.py", "sandbox", "--port", str(port)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert f"Port {port} cannot be used" in ended.stderr
