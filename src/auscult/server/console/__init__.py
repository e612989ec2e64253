"""ROOM: pages for people: the console, and the agent's page.

The console's pages are below ``/console`` (``application.py``), for signed-in users. The agent's page consists of files
without any conversation, and of the sign-in by a link. Its script requests everything under ``/assist/-/``, where the
handlers of ``api/assist/live.py`` are served again, to a browser with a cookie instead of a token.
"""
