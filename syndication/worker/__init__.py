"""The processes of `manage.py work`: supervisor, tasks, sweeper, import worker, and their cleaning up.

Deliveries themselves are in syndication.delivery. Only `queue` imports django_q.
"""
