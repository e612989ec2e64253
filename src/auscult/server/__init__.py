"""ROOM: the only Litestar. ``api`` by capability, ``auth``, ``console``; ``rest`` is what every router uses."""
