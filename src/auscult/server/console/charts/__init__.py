"""Charts drawn on the server as SVG, each for one width, from plain numbers; styles come from ``static/css/charts.css``.

Text is 12 px at any width, marks are links where they have an address, and no element carries a style of its own
(the pages' policy refuses them). A chart that says something has a table beside it in its template.
"""
