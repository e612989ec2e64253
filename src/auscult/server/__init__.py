"""ROOM: the only Litestar. ``api`` by capability, ``auth``, ``console``; ``rest`` is the common part of all routers."""
