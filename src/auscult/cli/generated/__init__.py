"""Commands made from the operations of the API: ``table.json`` has what ``python -m tools.operations`` found in the routes.

The table is enough for ``--help``; the handler of an operation, and with it the web framework, is imported when its
command runs.
"""
