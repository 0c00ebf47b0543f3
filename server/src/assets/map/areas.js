// Delivery areas on a map: how the pages write them, and how they are drawn.

import { boundsOf, readPoints } from "{{base}}";

/** Metres in a degree of latitude, as in app/domain/src/delivery_area.rs. */
const METRES = 111_194.9266;
/** Corners of what is drawn as a circle. */
const ROUND = 72;

const LIGHT = { line: "#8a2f0d", halo: "#fffdf8", wrong: "#a3001b" };
const DARK = { line: "#ffb38a", halo: "#14120f", wrong: "#ff8f9a" };

/** The place so many metres from the centre, in this direction. */
function around([longitude, latitude], metres, radians) {
  const degrees = metres / METRES;
  return [longitude + (Math.cos(radians) * degrees) / Math.cos((latitude * Math.PI) / 180), latitude + Math.sin(radians) * degrees];
}

/** The place on the circle to the east of its centre. */
export const eastOf = ({ points: [centre], metres }) => around(centre, metres, 0);

/** Metres between two places. The earth is flat within a town. */
export function metresBetween([east, north], [otherEast, otherNorth]) {
  const shrunk = Math.cos((north * Math.PI) / 180);
  return Math.hypot((otherEast - east) * shrunk, otherNorth - north) * METRES;
}

/** `latitude,longitude …`, with `@metres` after the one point of a circle. */
function readArea(text) {
  const [points, metres] = text.split("@");
  return { points: readPoints(points), metres: metres ? Number(metres) : undefined };
}

/** The areas of all zones, with `|` between them: the place of each is its number. */
export const readAreas = (text) => (text || "").split("|").map(readArea);

/** The corners of what is drawn, as a line. */
function outline({ points, metres }) {
  if (!metres || !points.length) return points;
  return Array.from({ length: ROUND }, (_, at) => around(points[0], metres, (at / ROUND) * 2 * Math.PI));
}

/** A view with all of them, if there is anything. */
export function viewOf(areas, others = []) {
  const points = [...areas.flatMap(outline), ...others];
  return points.length ? { bounds: boundsOf(points), fitBoundsOptions: { padding: 48, maxZoom: 15 } } : undefined;
}

/** `chosen`: the place of the area that stands out. */
export function areaFeatures(areas, chosen) {
  const features = areas.map(outline).map((corners, at) => {
    const ring = [...corners, ...corners.slice(0, 1)];
    const geometry = corners.length < 3 ? { type: "LineString", coordinates: corners } : { type: "Polygon", coordinates: [ring] };
    return { type: "Feature", properties: { chosen: at === chosen }, geometry };
  });
  return { type: "FeatureCollection", features: features.filter(({ geometry }) => geometry.coordinates.length > 1 || geometry.type === "Polygon") };
}

/** The area that is chosen has a broad line, and the others a dashed one. */
export function areaLayers(isDark, isWrong = false) {
  const colours = isDark ? DARK : LIGHT;
  const [chosen, other] = [["get", "chosen"], ["!", ["get", "chosen"]]];
  const colour = isWrong ? colours.wrong : colours.line;
  const line = (id, filter, paint) => ({ id, source: "areas", type: "line", filter, layout: { "line-join": "round" }, paint });
  return [
    { id: "areas", source: "areas", type: "fill", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colours.line, "fill-opacity": ["case", chosen, 0.16, 0.07] } },
    line("halo", true, { "line-color": colours.halo, "line-width": ["case", chosen, 7, 4] }),
    line("others", other, { "line-color": colours.line, "line-width": 2, "line-dasharray": [3, 2] }),
    line("chosen", chosen, { "line-color": colour, "line-width": 4, ...(isWrong && { "line-dasharray": [1, 1] }) }),
  ];
}
