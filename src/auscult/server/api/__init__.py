"""Our own API, version 1, by capability. How to add a route: CONTRIBUTING.md, "Add an API route"."""
