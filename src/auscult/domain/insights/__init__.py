"""Values of insights over many conversations."""
