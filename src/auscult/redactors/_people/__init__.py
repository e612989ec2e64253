"""Names of people: the lists, the words around a name, spelled names, and the finder that puts them together."""
