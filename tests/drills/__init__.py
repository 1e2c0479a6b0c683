"""The delivery engine under fire: real processes, killed at random, a network that answers badly.

`python -m tests.drills.chaos` (its docstring says the rest).
"""
