// Writes a PMTiles file (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md) in which every tile is the same: a lake on
// land, as Protomaps names them.

const HEADER = 127;
const MAX_ZOOM = 14;
const VERSION = 3;
const IN_ORDER = 1;
const NO_COMPRESSION = 1;
const VECTOR = 1;
/** Sides of a tile. */
const EXTENT = 4096;

function varint(value: number): number[] {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

/** A field of a protocol buffer: a number, or bytes with their length. */
const field = (number: number, value: number | number[]): number[] =>
  typeof value === "number" ? [...varint(number << 3), ...varint(value)] : [...varint((number << 3) | 2), ...varint(value.length), ...value];

const text = (value: string) => [...Buffer.from(value)];
const zigzag = (value: number) => varint(value < 0 ? -2 * value - 1 : 2 * value);

/** A square from `from` to `to`, in the coordinates of the tile. */
function square(from: number, to: number): number[] {
  const side = to - from;
  const [start, lines, close] = [(1 << 3) | 1, (3 << 3) | 2, (1 << 3) | 7];
  return [start, ...zigzag(from), ...zigzag(from), lines, ...[side, 0, 0, side, -side, 0].flatMap(zigzag), close];
}

function layer(name: string, geometry: number[]): number[] {
  const polygon = 3;
  const feature = [...field(3, polygon), ...field(4, geometry)];
  return [...field(15, 2), ...field(1, text(name)), ...field(2, feature), ...field(5, EXTENT)];
}

const TILE = [...field(3, layer("earth", square(0, EXTENT))), ...field(3, layer("water", square(EXTENT / 4, EXTENT / 2)))];
const METADATA = text("{}");

export function pmtiles(): Uint8Array {
  const tiles = (4 ** (MAX_ZOOM + 1) - 1) / 3;
  // One entry: the first tile's number, for how many in a row it stands, its length, and its place plus one.
  const root = [...varint(1), ...varint(0), ...varint(tiles), ...varint(TILE.length), ...varint(1)];
  const header = new DataView(new ArrayBuffer(HEADER));
  text("PMTiles").forEach((byte, at) => header.setUint8(at, byte));
  const sections = [root.length, METADATA.length, 0, TILE.length];
  let offset = HEADER;
  sections.forEach((length, at) => {
    header.setBigUint64(8 + 16 * at, BigInt(offset), true);
    header.setBigUint64(16 + 16 * at, BigInt(length), true);
    offset += length;
  });
  [tiles, 1, 1].forEach((count, at) => header.setBigUint64(72 + 8 * at, BigInt(count), true));
  header.setUint8(7, VERSION);
  [IN_ORDER, NO_COMPRESSION, NO_COMPRESSION, VECTOR, 0, MAX_ZOOM].forEach((byte, at) => header.setUint8(96 + at, byte));
  // The whole earth, in ten-millionths of a degree.
  [-180, -85, 180, 85].forEach((degrees, at) => header.setInt32(102 + 4 * at, degrees * 10_000_000, true));
  return Uint8Array.from([...new Uint8Array(header.buffer), ...root, ...METADATA, ...TILE]);
}
