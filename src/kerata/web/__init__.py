"""Pages in a browser of this machine: guarded, served on 127.0.0.1, in one look."""

from kerata.web.assets import Assets
from kerata.web.document import document
from kerata.web.guard import Guard
from kerata.web.requests import answering, refused, sent
from kerata.web.serving import free_socket, serve
from kerata.web.streams import event, event_stream, written_event

__all__ = [
    "Assets",
    "Guard",
    "answering",
    "document",
    "event",
    "event_stream",
    "free_socket",
    "refused",
    "sent",
    "serve",
    "written_event",
]
