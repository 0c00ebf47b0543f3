// What the maps of all pages share: the library, the picture, and the element that shows it. What is set or shown on it is in the files
// beside this one, each of which is an element of its own. The server fills in where the other files are.

const LIBRARY = "{{library}}";
const WORKER = "{{worker}}";
const ARCHIVE_READER = "{{archive}}";

export const MILLIONTHS = 1_000_000;
/** Milliseconds until there is a picture. */
const TIMEOUT = 20_000;
const CLOSEST = 19;
/** Tiles at an address do not say how far they go. */
const TEMPLATE_CLOSEST = { vector: 14, raster: 19 };
/** Pixels. The library takes no other vector tiles. */
const TILE_SIZE = { vector: 512, raster: 256 };
/** The type of vector tiles in a PMTiles file. */
const VECTOR_TILES = 1;
/** Pixels that an arrow key moves something, without and with Shift. */
const STEP = 8;
const LONG_STEP = 64;
/** Where the arrow keys lead, to the right and down. */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const LIGHT = { ground: "#f3efe6", green: "#dde7cf", water: "#b5d0de", building: "#e2d8c7", edge: "#c9bda9", road: "#ffffff", brightness: 1 };
const DARK = { ground: "#211e1a", green: "#262c20", water: "#1d2f3a", building: "#2e2923", edge: "#14120f", road: "#4a4238", brightness: 0.7 };

const AREA = ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]];
const LINE = ["in", ["geometry-type"], ["literal", ["LineString", "MultiLineString"]]];
/** Protomaps says `kind`, OpenMapTiles `class`. */
const KIND = ["coalesce", ["get", "kind"], ["get", "class"], ""];
const GREEN = ["in", KIND, ["literal", ["park", "grass", "grassland", "wood", "forest", "garden", "meadow", "cemetery", "nature_reserve", "golf_course", "recreation_ground", "scrub", "farmland"]]];
const MAIN_ROAD = ["in", KIND, ["literal", ["highway", "major_road", "motorway", "trunk", "primary", "secondary"]]];
const PATH = ["in", KIND, ["literal", ["path", "track"]]];

/** The width of a road in pixels, and that of the edges on both sides of it. */
const roadWidth = (edges) => {
  const at = (main, street, path) => ["case", MAIN_ROAD, main + edges, PATH, path + edges, street + edges];
  return ["interpolate", ["exponential", 1.6], ["zoom"], 10, at(1.5, 0.4, 0), 14, at(5, 2.5, 0.8), 19, at(34, 24, 5)];
};

/** Without names, which would need fonts. Each layer of the picture is called one thing by Protomaps and another by OpenMapTiles. */
function vectorLayers(colours) {
  const fill = (layer, colour, filter) => ({ id: layer, source: "map", "source-layer": layer, type: "fill", filter, paint: { "fill-color": colour } });
  const line = (id, layer, colour, width) => ({
    id, source: "map", "source-layer": layer, type: "line", filter: LINE, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour, "line-width": width },
  });
  return [
    fill("earth", colours.ground, AREA),
    ...["landcover", "landuse", "park"].map((layer) => fill(layer, colours.green, ["all", AREA, GREEN])),
    fill("water", colours.water, AREA),
    line("river", "water", colours.water, 1.5),
    line("waterway", "waterway", colours.water, 1.5),
    ...["buildings", "building"].map((layer) => fill(layer, colours.building, AREA)),
    ...["roads", "transportation"].map((layer) => line(`${layer}-edge`, layer, colours.edge, roadWidth(2))),
    ...["roads", "transportation"].map((layer) => line(layer, layer, colours.road, roadWidth(0))),
  ];
}

function mapStyle(source, colours) {
  const ground = { id: "ground", type: "background", paint: { "background-color": colours.ground } };
  const picture = { id: "picture", source: "map", type: "raster", paint: { "raster-brightness-max": colours.brightness } };
  const layers = source.type === "vector" ? vectorLayers(colours) : [picture];
  return { version: 8, sources: { map: source }, layers: [ground, ...layers] };
}

/** Tiles of a PMTiles file, which is read in parts. */
async function archiveSource(address, { addProtocol }) {
  const { PMTiles, Protocol } = await import(ARCHIVE_READER);
  const archive = new PMTiles(new URL(address, location).href);
  const { tileType, minLon, minLat, maxLon, maxLat } = await archive.getHeader();
  const protocol = new Protocol();
  protocol.add(archive);
  addProtocol("pmtiles", protocol.tile);
  const type = tileType === VECTOR_TILES ? "vector" : "raster";
  return { type, url: `pmtiles://${archive.source.getKey()}`, tileSize: TILE_SIZE[type], bounds: [minLon, minLat, maxLon, maxLat] };
}

function templateSource(template) {
  const type = /\.(mvt|pbf)$/.test(new URL(template).pathname) ? "vector" : "raster";
  return { type, tiles: [template], maxzoom: TEMPLATE_CLOSEST[type], tileSize: TILE_SIZE[type] };
}

export function element(name, classes, text = "") {
  const made = document.createElement(name);
  made.className = classes;
  made.textContent = text;
  return made;
}

/** The step to the right and down, in pixels, that a key asks for. */
export function stepOf({ key, shiftKey }) {
  const pixels = shiftKey ? LONG_STEP : STEP;
  return ARROWS[key]?.map((way) => way * pixels);
}

/** `latitude,longitude` in millionths of a degree, as the pages write points. */
export const pointText = ({ lat, lng }) => [lat, lng].map((degrees) => Math.round(degrees * MILLIONTHS)).join();

/** Latitudes and longitudes in millionths of a degree as pairs of longitude and latitude, which is the library's order. */
export function readPoints(text) {
  const degrees = (text || "").split(/[ ,]/).filter(Boolean).map((millionths) => Number(millionths) / MILLIONTHS);
  return degrees.flatMap((latitude, at) => (at % 2 ? [] : [[degrees[at + 1], latitude]]));
}

/** The smallest view with all these points. */
export function boundsOf(points) {
  const [east, north] = [0, 1].map((axis) => points.map((point) => point[axis]));
  return [[Math.min(...east), Math.min(...north)], [Math.max(...east), Math.max(...north)]];
}

export class MapElement extends HTMLElement {
  surface = element("div", "surface");
  said = element("p", "facts");
  map;
  library;
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #timer;
  #source;

  async connectedCallback() {
    this.said.setAttribute("role", "status");
    this.replaceChildren(this.surface, element("p", "attribution", this.getAttribute("attribution")), this.said);
    this.said.textContent = this.getAttribute("loading");
    this.#timer = setTimeout(this.#fail, TIMEOUT);
    try {
      await this.#open(await import(LIBRARY));
    } catch (error) {
      console.warn(error);
      this.#fail();
    }
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#dark.removeEventListener("change", this.#paint);
    this.map?.remove();
    this.map = undefined;
  }

  /** Where the map begins: the library's options. Without one it begins where its tiles are. */
  firstView() {}

  /** What is on the map beside its picture: sources and layers of the library. */
  drawing(_isDark) {
    return { sources: {}, layers: [] };
  }

  /** The map is made; its picture may still be loading. */
  opened() {}

  /** A key on the map itself. Whether it meant something. */
  pressed(_event) {
    return false;
  }

  async #open(library) {
    const [archive, template] = ["archive", "template"].map((name) => this.getAttribute(name));
    library.setWorkerUrl(WORKER);
    this.#source = archive ? await archiveSource(archive, library) : templateSource(template);
    // It may have been closed meanwhile.
    if (!this.isConnected) return;
    this.library = library;
    const map = new library.Map({
      ...(this.firstView() ?? (this.#source.bounds && { bounds: this.#source.bounds })),
      container: this.surface,
      style: this.#style,
      locale: { "Map.Title": this.getAttribute("label") },
      maxZoom: CLOSEST,
      attributionControl: false,
      // The arrow keys are the element's, and a second click does not zoom.
      keyboard: false,
      doubleClickZoom: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
    });
    map.touchZoomRotate.disableRotation();
    map.on("error", this.#fail);
    map.once("load", this.#shown);
    this.map = map;
    this.#listen();
    this.opened();
  }

  #listen() {
    const canvas = this.map.getCanvas();
    canvas.setAttribute("role", "application");
    canvas.addEventListener("keydown", this.#keyDown);
    this.#dark.addEventListener("change", this.#paint);
    const zoom = element("div", "zoom");
    zoom.append(this.button("+", "zoom-in", () => this.map.zoomIn()), this.button("−", "zoom-out", () => this.map.zoomOut()));
    this.surface.after(zoom);
  }

  /** A button whose name is an attribute of this element. */
  button(sign, label, click) {
    const button = element("button", "", sign);
    button.type = "button";
    button.setAttribute("aria-label", this.getAttribute(label));
    button.addEventListener("click", click);
    return button;
  }

  get #style() {
    const isDark = this.#dark.matches;
    const picture = mapStyle(this.#source, isDark ? DARK : LIGHT);
    const { sources, layers } = this.drawing(isDark);
    return { ...picture, sources: { ...picture.sources, ...sources }, layers: [...picture.layers, ...layers] };
  }

  #paint = () => this.map.setStyle(this.#style);

  /** Paints what `drawing` says by now. */
  repaint() {
    this.#paint();
  }

  #shown = () => {
    clearTimeout(this.#timer);
    this.said.textContent = "";
  };

  /** What is there of the map stays: a point can be set on a part of it. */
  #fail = () => {
    clearTimeout(this.#timer);
    this.said.textContent = this.getAttribute("failed");
  };

  #keyDown = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (["+", "="].includes(event.key)) this.map.zoomIn();
    else if (["-", "−"].includes(event.key)) this.map.zoomOut();
    else if (!this.pressed(event)) return;
    event.preventDefault();
  };

  /** The place that is so many pixels to the right and down. */
  moved(place, [right, down]) {
    const { x, y } = this.map.project(place);
    return this.map.unproject([x + right, y + down]);
  }

  bringIntoView(place) {
    if (!this.map.getBounds().contains(place)) this.map.panTo(place);
  }

  /** Says where something is now. */
  sayPlace({ lat, lng }) {
    const words = this.getAttribute("moved");
    this.said.textContent = words.replace("{latitude}", lat.toFixed(5)).replace("{longitude}", lng.toFixed(5));
  }
}
