"""Middleware of every request: headers, the size of bodies, NUL.

That of old phones stands in profilelink.phone, that of sessions in accounts.urlsession.
"""
