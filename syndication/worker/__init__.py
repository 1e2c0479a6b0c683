"""The processes of `manage.py work`, what they are called by, and what they tidy up.

What a delivery does stands in syndication.delivery. `queue` is the only import of django_q.
"""
