"""gunicorn's configuration: `gunicorn profilelink.wsgi -c profilelink/deploy/gunicorn.py`.

Behind a TLS-terminating proxy in production; set TRUSTED_PROXY_COUNT to the number of proxies.
"""

import gc
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import environ

# The file that the settings read, too: gunicorn starts before them.
environ.Env.read_env(Path(__file__).resolve().parents[2] / ".env")

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(
    os.environ.get("WEB_THREADS", "16")
)  # of which 7 may wait for servers, 3 for pictures, 4 for passwords (accounts/bulkhead.py)
worker_class = "accounts.urlsession.gunicorn_worker.QuietThreadWorker"  # threads
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - heartbeat files
timeout = 90  # longer than the longest upload from a slow phone
graceful_timeout = 20
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
# Workers share what was loaded before they were forked, also those that begin anew after max_requests. New code
# comes with a restart, not with a reload (HUP).
preload_app = True

# A client must not be able to say where the site is mounted (a SCRIPT_NAME header).
forwarder_headers = ""
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")

# Addresses hold tokens: both logs show them masked.
is_json = os.environ.get("LOG_FORMAT", "text") == "json"
logger_class = f"accounts.urlsession.logmask.Gunicorn{'Json' if is_json else ''}Logger"
accesslog = os.environ.get("ACCESS_LOG", "-")
access_log_format = '%(h)s %(t)s "%(r)s" %(s)s %(b)s %(M)sms'

# Where the processes count requests for /metrics (profilelink/metrics.py), if that is installed.
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
if find_spec("prometheus_client") and COUNTS not in os.environ:
    os.environ[COUNTS] = tempfile.mkdtemp(prefix="profilelink-metrics-")


def pre_fork(server: Any, worker: Any) -> None:
    """Keep the garbage collector from writing to pages that the workers share."""
    gc.collect()
    gc.freeze()


def on_exit(server: Any) -> None:
    """Counts begin anew with the next start, as monitors expect it."""
    folder = os.environ.get(COUNTS, "")
    if Path(folder).name.startswith("profilelink-metrics-"):
        shutil.rmtree(folder, ignore_errors=True)


# No second door: nothing here is steered through a socket.
control_socket_disable = True
