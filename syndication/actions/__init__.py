"""Actions of members and staff: the only way from views, forms and admin to a change.

Deliveries are in syndication.delivery, what pages only read in queries.
"""
