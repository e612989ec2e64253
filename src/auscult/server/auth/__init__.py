"""ROOM: authentication. Each way of signing in makes a ``Principal``; the layers behind it depend only on that.

``tokens`` reads the JWT of a program. Cookies of the agent's page: ``server/console/assist/session.py``.
"""
