"""What members and staff do, by verb: the only way from views, forms and admin to a change.

What follows for the networks stands in syndication.delivery; what pages only read, in queries.
"""
