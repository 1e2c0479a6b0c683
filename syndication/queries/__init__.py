"""Queries: what pages read of many rows, in the reader's language. Nothing here writes.

A question about the rows of one model is a method of its QuerySet.
"""
