"""ROOM: common parts of the routers of our own API: checks of queries and bodies, tenants, threads for blocking work.

How a capability adds a route: CONTRIBUTING.md, "Add an API route".
"""
