"""Charts drawn on the server as SVG, each for one width, from plain numbers; styles come from ``static/css/charts.css``.

Text is 12 px at any width, marks are links where they have an address, and no element has a style of its own
(the pages' policy refuses them). The template of a chart with information also has a table of it.
"""
