"""Views of what follows an audit."""
