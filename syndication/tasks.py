"""The old names of worker.tasks: wake-ups that were queued before an upgrade are taken for one version.

Gone in the version after 0.2. Nothing of ours imports this module: django-q2 does, by name.
"""

from syndication.worker.tasks import close_accounts, deliver, deliver_due, heartbeat, sweep

__all__ = ["close_accounts", "deliver", "deliver_due", "heartbeat", "sweep"]
