// A picture's file as the pixels that a network takes, scaled as Pillow scales.

// Shares are whole numbers of this, as Pillow has them, so that the last bit is the same.
const ONE = 2 ** 22;

/** What each output place takes of the inputs: a triangle as wide as the step, where it shrinks. */
function taps(size, start, length, out) {
  const scale = length / out, reach = Math.max(1, scale);
  return Array.from({ length: out }, (_, place) => {
    const middle = start + (place + 0.5) * scale;
    const from = Math.max(0, Math.trunc(middle - reach + 0.5));
    const to = Math.min(size, Math.trunc(middle + reach + 0.5));
    const weights = [];
    for (let one = from; one < to; one++)
      weights.push(Math.max(0, 1 - Math.abs((one - middle + 0.5) / reach)));
    const sum = weights.reduce((total, one) => total + one, 0);
    return { from, weights: weights.map((one) => Math.round((one / sum) * ONE)) };
  });
}

const byte = (sum) => Math.min(255, Math.max(0, Math.floor(sum / ONE + 0.5)));

/** Scale pixels `(height, width, channels)` by triangles, along rows first. */
export function scaled(pixels, [height, width, channels], [outHeight, outWidth], box = [0, 0, width, height]) {
  const [left, top, right, bottom] = box;
  const across = taps(width, left, right - left, outWidth);
  const down = taps(height, top, bottom - top, outHeight);
  const between = new Uint8Array(height * outWidth * channels);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < outWidth; column++) {
      const { from, weights } = across[column];
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++)
          sum += weights[tap] * pixels[(row * width + from + tap) * channels + channel];
        between[(row * outWidth + column) * channels + channel] = byte(sum);
      }
    }
  const found = new Uint8Array(outHeight * outWidth * channels);
  for (let row = 0; row < outHeight; row++) {
    const { from, weights } = down[row];
    for (let place = 0; place < outWidth * channels; place++) {
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++)
        sum += weights[tap] * between[(from + tap) * outWidth * channels + place];
      found[row * outWidth * channels + place] = byte(sum);
    }
  }
  return found;
}

/** The middle of a picture that has the proportions of another. */
export function middle(height, width, [outHeight, outWidth]) {
  const wanted = outWidth / outHeight, has = width / height;
  if (has === wanted) return [0, 0, width, height];
  const [w, h_] = has >= wanted ? [wanted * height, height] : [width, width / wanted];
  return [(width - w) / 2, (height - h_) / 2, (width + w) / 2, (height + h_) / 2];
}

/** Red, green, blue and transparency as the channels that are wanted. */
export function channelsOf(rgba, channels) {
  const count = rgba.length / 4;
  const found = new Uint8Array(count * channels);
  for (let place = 0; place < count; place++) {
    const [red, green, blue, cover] = rgba.subarray(4 * place, 4 * place + 4);
    if (channels === 1) found[place] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
    else found.set(channels === 4 ? [red, green, blue, cover] : [red, green, blue], place * channels);
  }
  return found;
}

const UNSEEN = "This browser can't read a picture that is transparent in places: save it without transparency.";

function opaque(rgba) {
  for (let place = 3; place < rgba.length; place += 4) if (rgba[place] !== 255) return false;
  return true;
}

/** Pixels as the file has them: a canvas would mix colours with what is seen through them. */
function unmixed(picture, width, height) {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl");
  if (!gl || Math.max(width, height) > gl.getParameter(gl.MAX_TEXTURE_SIZE))
    throw new Error(UNSEEN);
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, picture);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const pixels = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  if (gl.getError()) throw new Error(UNSEEN);
  return pixels;
}

const MOST_PIXELS = 50e6;
// Colours are taken as the numbers in the file, as in training.
const AS_WRITTEN = { colorSpaceConversion: "none", premultiplyAlpha: "none" };

/** Read a picture's file, `size` high, wide and deep; of photos the middle is taken. */
export async function pixelsOf(file, size, photos) {
  let picture;
  try {
    picture = await createImageBitmap(file, AS_WRITTEN);
  } catch {
    throw new Error("This file is damaged or no picture that the browser can read.");
  }
  const { width, height } = picture;
  if (width * height > MOST_PIXELS) throw new Error(`This picture has ${Math.round(width * height / 1e6)} million pixels; 50 are the most.`);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  let rgba = context.getImageData(0, 0, width, height).data;
  if (!opaque(rgba)) rgba = unmixed(picture, width, height);
  const pixels = channelsOf(rgba, size[2]);
  if (width === size[1] && height === size[0]) return pixels;
  const box = photos ? middle(height, width, size) : [0, 0, width, height];
  return scaled(pixels, [height, width, size[2]], size, box);
}
