"""What both scripts beside this file need first: no network, and a standard output that only they write to."""

import os
import sys


def refuse_network() -> None:
    """Make every look-up of a host name and every connection to another host an error.

    An audit hook cannot be taken away again, neither by Airflow nor by a DAG file.
    """

    def hook(event: str, arguments: tuple) -> None:
        if event == "socket.getaddrinfo" or event == "socket.gethostbyname":
            raise PermissionError(f"network refused: {event} {arguments[0]!r}")
        # A Unix socket's address is a string, that of any other kind a tuple.
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            raise PermissionError(f"network refused: connect {arguments[1]!r}")

    sys.addaudithook(hook)


def take_stdout():
    """Return the real standard output; whatever else prints, Airflow's loggers too, goes to standard error."""
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return report
