"""ROOM: authentication. Each way of signing in makes a ``Principal``; everything behind it asks only that.

``tokens`` reads the JWT of a program. Cookies of the agent's page: ``server/console/session.py``.
"""
