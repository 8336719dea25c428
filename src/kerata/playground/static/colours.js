// Orange to blue through the paper's colour: negative to positive, class 0 to class 1.

const parts = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number);
let made = null;

/** The colours of the present theme: {low, high, middle, ink, paper, soft, table}; `table` has 256
 *  colours of four bytes. */
export function colours() {
  if (made) return made;
  const probe = document.createElement("span");
  document.body.append(probe);
  const read = (name) => {
    probe.style.color = `var(${name})`;
    return parts(getComputedStyle(probe).color);
  };
  const [low, middle, high] = ["--low", "--middle", "--high"].map(read);
  const table = new Uint8ClampedArray(1024);
  for (let place = 0; place < 256; place += 1) {
    const share = place / 127.5 - 1;
    const end = share < 0 ? low : high;
    // Pale near the middle, so that points and lines stay visible on it.
    const strength = Math.abs(share) ** 0.85 * 0.56;
    for (let part = 0; part < 3; part += 1)
      table[4 * place + part] = middle[part] + (end[part] - middle[part]) * strength;
    table[4 * place + 3] = 255;
  }
  const css = (rgb) => `rgb(${rgb.join(" ")})`;
  made = {
    table, low: css(low), high: css(high), middle: css(middle),
    ink: css(read("--ink")), paper: css(read("--paper")), soft: css(read("--soft")),
  };
  probe.remove();
  return made;
}

addEventListener("kerata-theme", () => { made = null; });

/** Paint bytes 0 to 255 (or -127 to 127, if signed) into a canvas of side by side pixels. */
export function paint(canvas, bytes, side, signed = false) {
  if (canvas.width !== side) [canvas.width, canvas.height] = [side, side];
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(side, side);
  const words = new Uint32Array(image.data.buffer);
  const table = new Uint32Array(colours().table.buffer);
  if (signed) {
    const numbers = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let place = 0; place < numbers.length; place += 1) words[place] = table[numbers[place] + 128];
  } else for (let place = 0; place < bytes.length; place += 1) words[place] = table[bytes[place]];
  pen.putImageData(image, 0, 0);
}
