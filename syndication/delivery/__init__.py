"""The delivery engine: plan, claim, send, reconcile and retry deliveries; protect networks and hosts.

It has no pages and no processes. Only actions, queries and worker import it.
"""
