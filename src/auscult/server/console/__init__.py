"""ROOM: pages for people: the console, and the agent's page.

The console's pages are below ``/console`` (``application.py``), for signed-in users. They call the same services as the
API. Each capability has a folder: ``audits/desk.py`` is a page, ``audits/desk_view.py`` its view model, a struct with
every text as the page shows it, and ``audits/templates/desk.html`` its template. ``frame`` has what all of them use.

The agent's page consists of files without any conversation, and of the sign-in by a link. Its script requests everything
under ``/assist/-/``, where the handlers of ``api/assist/live.py`` are served again, to a browser with a cookie instead of
a token.
"""
