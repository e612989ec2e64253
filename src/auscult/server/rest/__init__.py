"""ROOM: what every router of our own API uses: queries and bodies checked, tenants found, work kept off the event loop.

How a capability adds a route: CONTRIBUTING.md, "Add an API route".
"""
