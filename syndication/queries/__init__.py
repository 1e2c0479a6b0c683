"""What pages read: questions about many rows, answered in the reader's words. Nothing here writes.

A question about the rows of one model is a method of its QuerySet.
"""
