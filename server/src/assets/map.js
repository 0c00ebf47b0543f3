// Shows the map on which a diner sets the point of an address: the element `delivery-map`, which fires `pin` with "latitude,longitude".
// Both are millionths of a degree, as in its attributes, which are written in app/src/pages/ordering/checkout/pin.rs. The server fills
// in where the rest of the map's files are.

const LIBRARY = "{{library}}";
const WORKER = "{{worker}}";
const ARCHIVE_READER = "{{archive}}";

const MILLIONTHS = 1_000_000;
/** Milliseconds until there is a picture. */
const TIMEOUT = 20_000;
const CLOSE = 16;
const CLOSEST = 19;
/** Tiles at an address do not say how far they go. */
const TEMPLATE_CLOSEST = { vector: 14, raster: 19 };
/** Pixels. The library takes no other vector tiles. */
const TILE_SIZE = { vector: 512, raster: 256 };
/** The type of vector tiles in a PMTiles file. */
const VECTOR_TILES = 1;
/** Pixels. */
const STEP = 8;
const LONG_STEP = 64;
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
  const { tileType } = await archive.getHeader();
  const protocol = new Protocol();
  protocol.add(archive);
  addProtocol("pmtiles", protocol.tile);
  const type = tileType === VECTOR_TILES ? "vector" : "raster";
  return { type, url: `pmtiles://${archive.source.getKey()}`, tileSize: TILE_SIZE[type] };
}

function templateSource(template) {
  const type = /\.(mvt|pbf)$/.test(new URL(template).pathname) ? "vector" : "raster";
  return { type, tiles: [template], maxzoom: TEMPLATE_CLOSEST[type], tileSize: TILE_SIZE[type] };
}

function element(name, classes, text = "") {
  const made = document.createElement(name);
  made.className = classes;
  made.textContent = text;
  return made;
}

class DeliveryMapElement extends HTMLElement {
  static observedAttributes = ["point"];
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #surface = element("div", "surface");
  #said = element("p", "facts");
  #pin = element("div", "pin loose");
  #timer;
  #source;
  #map;
  #marker;

  async connectedCallback() {
    this.#said.setAttribute("role", "status");
    this.replaceChildren(this.#surface, element("p", "attribution", this.getAttribute("attribution")), this.#said);
    this.#said.textContent = this.getAttribute("loading");
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
    this.#map?.remove();
    this.#map = this.#marker = undefined;
  }

  /** The point as the page knows it: it may be another's than the diner's. */
  attributeChangedCallback() {
    const point = this.#point;
    this.#pin.classList.toggle("loose", !point);
    if (!this.#marker || !point) return;
    this.#marker.setLngLat(point);
    this.#bringIntoView(point);
  }

  get #point() {
    const [latitude, longitude] = this.#numbers("point");
    return longitude === undefined ? undefined : [longitude, latitude];
  }

  #numbers(attribute) {
    return this.getAttribute(attribute)?.split(",").map((millionths) => Number(millionths) / MILLIONTHS) ?? [];
  }

  async #open(library) {
    const [archive, template] = ["archive", "template"].map((name) => this.getAttribute(name));
    library.setWorkerUrl(WORKER);
    this.#source = archive ? await archiveSource(archive, library) : templateSource(template);
    // It may have been closed meanwhile.
    if (!this.isConnected) return;
    const point = this.#point;
    const [south, west, north, east] = this.#numbers("bounds");
    const view = point ? { center: point, zoom: CLOSE } : { bounds: [[west, south], [east, north]] };
    const map = new library.Map({
      ...view,
      container: this.#surface,
      style: mapStyle(this.#source, this.#colours),
      locale: { "Map.Title": this.getAttribute("label") },
      maxZoom: CLOSEST,
      attributionControl: false,
      // The arrow keys are the pin's, and a second click does not zoom.
      keyboard: false,
      doubleClickZoom: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
    });
    map.touchZoomRotate.disableRotation();
    map.on("error", this.#fail);
    map.once("load", this.#shown);
    this.#map = map;
    this.#marker = new library.Marker({ element: this.#pin, anchor: "bottom", draggable: true }).setLngLat(point ?? map.getCenter()).addTo(map);
    this.#listen();
  }

  #listen() {
    const canvas = this.#map.getCanvas();
    canvas.setAttribute("role", "application");
    canvas.addEventListener("keydown", this.#pressed);
    canvas.addEventListener("keyup", (event) => ARROWS[event.key] && this.#set(this.#marker.getLngLat()));
    this.#map.on("click", ({ lngLat, originalEvent }) => this.#pin.contains(originalEvent.target) || this.#set(lngLat));
    this.#marker.on("dragend", () => this.#set(this.#marker.getLngLat()));
    this.#dark.addEventListener("change", this.#paint);
    const zoom = element("div", "zoom");
    zoom.append(this.#button("+", "zoom-in", () => this.#map.zoomIn()), this.#button("−", "zoom-out", () => this.#map.zoomOut()));
    this.#surface.after(zoom);
  }

  #button(sign, label, click) {
    const button = element("button", "", sign);
    button.type = "button";
    button.setAttribute("aria-label", this.getAttribute(label));
    button.addEventListener("click", click);
    return button;
  }

  get #colours() {
    return this.#dark.matches ? DARK : LIGHT;
  }

  #paint = () => this.#map.setStyle(mapStyle(this.#source, this.#colours));

  #shown = () => {
    clearTimeout(this.#timer);
    this.#said.textContent = "";
  };

  /** What is there of the map stays: a point can be set on a part of it. */
  #fail = () => {
    clearTimeout(this.#timer);
    this.#said.textContent = this.getAttribute("failed");
  };

  #pressed = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) this.#nudge(arrow, event.shiftKey ? LONG_STEP : STEP);
    else if (["+", "="].includes(event.key)) this.#map.zoomIn();
    else if (["-", "−"].includes(event.key)) this.#map.zoomOut();
    else if (event.key === "Enter") this.#set(this.#marker.getLngLat());
    else return;
    event.preventDefault();
  };

  #nudge([right, down], pixels) {
    const { x, y } = this.#map.project(this.#marker.getLngLat());
    const place = this.#map.unproject([x + right * pixels, y + down * pixels]);
    this.#marker.setLngLat(place);
    this.#bringIntoView(place);
  }

  #bringIntoView(place) {
    if (!this.#map.getBounds().contains(place)) this.#map.panTo(place);
  }

  #set(place) {
    const { lat, lng } = place.wrap();
    this.#marker.setLngLat([lng, lat]);
    const words = this.getAttribute("moved");
    this.#said.textContent = words.replace("{latitude}", lat.toFixed(5)).replace("{longitude}", lng.toFixed(5));
    this.dispatchEvent(new CustomEvent("pin", { detail: [lat, lng].map((degrees) => Math.round(degrees * MILLIONTHS)).join() }));
  }
}

customElements.define("delivery-map", DeliveryMapElement);
