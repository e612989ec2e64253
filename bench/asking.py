"""Asks a server as fast as it answers, over several connections, with next to no work of its own."""

import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping

CONNECTIONS = 8
_ROOM = 4 << 20


class Asker:
    """One request, asked over and over."""

    def __init__(self, port: int, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Prepare the request."""
        told = {**headers, "Host": "bench", "Content-Type": "application/json", "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self._request = f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
        self._port = port

    def ask(self) -> bytes:
        """The body of one answer. Exits where it is a refusal."""
        return next(self.answers())

    def answers(self) -> Iterator[bytes]:
        """Bodies of answers, one after the other on one connection."""
        room = memoryview(bytearray(_ROOM))
        with self._connected() as connection:
            while True:
                begin, end = self._exchange(connection, room)
                if bytes(room[:12]) != b"HTTP/1.1 200":
                    sys.exit(bytes(room[:end]).decode())
                yield bytes(room[begin:end])

    def rate(self, seconds: float) -> float:
        """Answers a second over all connections."""
        counts = [0] * CONNECTIONS
        until = time.perf_counter() + seconds

        def work(number: int) -> None:
            room = memoryview(bytearray(_ROOM))
            with self._connected() as connection:
                while time.perf_counter() < until:
                    self._exchange(connection, room)
                    counts[number] += 1

        began = time.perf_counter()
        threads = [threading.Thread(target=work, args=(number,)) for number in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / (time.perf_counter() - began)

    def _connected(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _exchange(self, connection: socket.socket, room: memoryview) -> tuple[int, int]:
        """Send the request, read one whole answer into ``room``; where its body begins and ends there."""
        connection.sendall(self._request)
        size, end = 0, -1
        while end < 0:
            size += connection.recv_into(room[size:])
            end = bytes(room[: min(size, 4096)]).find(b"\r\n\r\n")
        head = bytes(room[:end]).lower()
        total = end + 4 + int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        while size < total:
            size += connection.recv_into(room[size:])
        return end + 4, total
