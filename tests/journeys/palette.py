"""Pictures with at most 256 colours: a third of the size, and a page of text looks the same."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Page

# Counts the colours of a picture, keeps the most frequent, and gives every point the nearest of them.
_REDUCED = """async (picture) => {
  const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const { width, height } = bitmap;
  const pen = new OffscreenCanvas(width, height).getContext("2d");
  pen.drawImage(bitmap, 0, 0);
  const points = new Uint32Array(pen.getImageData(0, 0, width, height).data.buffer);
  const often = new Map();
  for (const colour of points) often.set(colour, (often.get(colour) || 0) + 1);
  const kept = [...often].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const palette = kept.map(parts);
  const place = new Map(kept.map((colour, at) => [colour, at]));
  const nearest = (colour) => {
    const [red, green, blue] = parts(colour);
    let best = 0, least = Infinity;
    palette.forEach(([r, g, b], at) => {
      const far = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
      if (far < least) { least = far; best = at; }
    });
    return best;
  };
  let text = "";
  for (const colour of points) {
    if (!place.has(colour)) place.set(colour, nearest(colour));
    text += String.fromCharCode(place.get(colour));
  }
  return { width, height, palette: palette.flat(), points: btoa(text) };
}"""


def reduce_colours(page: Page, path: Path) -> None:
    """Writes the picture anew with a palette. The page only lends its browser: it sees nothing of it."""
    found = page.evaluate(_REDUCED, base64.b64encode(path.read_bytes()).decode())
    width, height = found["width"], found["height"]
    points = base64.b64decode(found["points"])
    # Each line begins with how it is filtered: not at all, which is best for a palette.
    lines = b"".join(b"\0" + points[start : start + width] for start in range(0, len(points), width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(lines, 9)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_part(*part) for part in (*parts, (b"IEND", b""))))


def _part(kind: bytes, content: bytes) -> bytes:
    whole = kind + content
    return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))
