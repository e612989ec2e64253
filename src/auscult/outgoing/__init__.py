"""Connections to other machines: one function decides on every address, at the connection, after the name is resolved.

``dial`` is that function. The rest lets HTTP clients and libraries that connect by themselves go through it.
"""
