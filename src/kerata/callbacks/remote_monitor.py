"""Sending the logs of each epoch to a server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from kerata.base.messages import warn
from kerata.callbacks.callback import Callback, Logs
from kerata.callbacks.logs import plain_logs

# A server that does not answer must not hold the training up for long.
_PATIENCE = 10.0


class RemoteMonitor(Callback):
    """Posts the logs of each epoch to a server by HTTP.

    What is posted is a JSON object of the epoch (from 0) and the logs, as a field of a form or
    as the whole body. A server that can't be reached gives a warning; training goes on.

    Arguments:
        root: string, address of the server, of ``http`` or ``https``.
        path: string, what follows ``root``.
        field: string, name of the form's field; not used with ``send_as_json``.
        headers: dictionary of further HTTP headers, None by default.
        send_as_json: bool, whether the JSON is the whole body, of type ``application/json``.

    Raises:
        ValueError: an address of another kind.

    >>> RemoteMonitor("http://localhost:9000", send_as_json=True).path
    '/publish/epoch/end/'
    """

    first_process_only = True

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        if urlsplit(root).scheme not in ("http", "https"):
            raise ValueError(
                f"RemoteMonitor: root must begin with http:// or https://, got {root!r}."
            )
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Post the epoch's logs."""
        event = json.dumps({"epoch": epoch, **plain_logs(logs)})
        kind = "json" if self.send_as_json else "x-www-form-urlencoded"
        body = event if self.send_as_json else urlencode({self.field: event})
        headers = {"Content-Type": f"application/{kind}", **(self.headers or {})}
        request = Request(self.root + self.path, body.encode(), headers, method="POST")
        try:
            with urlopen(request, timeout=_PATIENCE):
                pass
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            warn(
                f"RemoteMonitor could not send the epoch to {self.root + self.path} ({reason}); "
                "training goes on.",
                stacklevel=2,
            )
