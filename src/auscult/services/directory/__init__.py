"""Queues, teams and agents as people call and join them: renamed, merged, imported from a table, with undo."""
