"""Backup and restore: all rows and photos of a site as files that either kind of database takes back."""
