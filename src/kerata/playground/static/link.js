// The WebSocket to the engine: JSON goes out, texts and frames come in.

/** Split a frame into its header and its bytes. */
export function unframed(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return { header, bytes: new Uint8Array(buffer, 4 + length) };
}

export class Link {
  /** `heard` gets each message as (kind, message, bytes); `state` gets "open" or "lost". */
  constructor(heard, state) {
    this.heard = heard;
    this.state = state;
    this.open();
  }

  open() {
    const socket = new WebSocket(`ws://${location.host}/talk`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => this.state("open");
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") {
        const message = JSON.parse(data);
        this.heard(message.kind, message, null);
        return;
      }
      const { header, bytes } = unframed(data);
      // Drawn when the screen is: a hidden page lets the engine wait.
      requestAnimationFrame(() => {
        this.heard(header.kind, header, bytes);
        this.say("drawn");
      });
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.state("lost");
      setTimeout(() => this.open(), 1500);
    };
  }

  say(what, about = {}) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ do: what, ...about }));
  }
}
