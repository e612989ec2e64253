"""Views of the steps after an audit."""
