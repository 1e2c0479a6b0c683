"""What `manage.py work` runs: supervisor, worker processes, tasks, sweeper, import worker, and their cleaning up.

Deliveries themselves are in syndication.delivery. Only `queue` imports django_q.
"""
