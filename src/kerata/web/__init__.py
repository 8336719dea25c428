"""Pages in a browser of this machine: guarded, served on 127.0.0.1, in one look."""

from kerata.web.assets import Assets
from kerata.web.document import document
from kerata.web.guard import Guard
from kerata.web.serving import free_socket, serve
from kerata.web.streams import event, event_stream

__all__ = ["Assets", "Guard", "document", "event", "event_stream", "free_socket", "serve"]
