"""From an accepted conversation to its rows: analysis, evaluation, rendering."""
