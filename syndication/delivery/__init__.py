"""The engine: what one delivery does from its plan to its end, and what keeps networks and hosts well.

No page and no process stands here: actions, queries and worker call it, and nothing else.
"""
