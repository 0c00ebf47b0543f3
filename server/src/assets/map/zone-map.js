// Shows the map on which an owner draws delivery zones: the element `zone-map`, which fires `draw` with the area that is drawn, as its
// attributes name it. They are written in app/src/pages/office/part/zone_map.rs. The page decides whether an area is accepted.

import { areaFeatures, areaLayers, eastOf, metresBetween, readAreas, viewOf } from "{{areas}}";
import { element, MapElement, pointText, stepOf } from "{{base}}";

/** The radius of a circle that was not drawn yet, as a part of the map's width. */
const FIRST_RADIUS = 0.2;
const LEAST_RADIUS = 1;

const place = ([lng, lat]) => ({ lng, lat });
const pair = ({ lng, lat }) => [lng, lat];

class ZoneMapElement extends MapElement {
  static observedAttributes = ["areas", "drawn", "shape", "wrong"];
  #areas = [];
  /** What stands at each corner, or at the centre and the edge of a circle. */
  #handles = [];
  /** Between the corners. */
  #middles = [];
  #numbers = [];
  /** The corner that `remove` is about. */
  #chosen = 0;
  /** Areas from before, of each zone. */
  #before = new Map();

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#handles = this.#middles = this.#numbers = [];
  }

  attributeChangedCallback(name) {
    if (name === "areas") this.#areas = readAreas(this.getAttribute("areas"));
    if (!this.map) return;
    if (name === "wrong") this.repaint();
    this.#show();
  }

  get #drawn() {
    return Number(this.getAttribute("drawn"));
  }

  get #area() {
    return this.#areas[this.#drawn] ?? { points: [] };
  }

  get #isCircle() {
    return this.getAttribute("shape") === "circle";
  }

  firstView() {
    return viewOf(readAreas(this.getAttribute("areas")));
  }

  drawing(isDark) {
    const data = areaFeatures(this.#areas, this.#drawn);
    return { sources: { areas: { type: "geojson", data } }, layers: areaLayers(isDark, this.hasAttribute("wrong")) };
  }

  opened() {
    const { map } = this;
    map.on("click", ({ lngLat, originalEvent }) => originalEvent.target === map.getCanvas() && this.#add(lngLat.wrap()));
    this.addEventListener("keydown", this.#undoKey);
    const tools = element("div", "tools");
    tools.append(...["undo", "remove", "clear"].map((name) => this.#tool(name)));
    this.surface.after(tools);
    this.#show();
  }

  #tool(name) {
    const act = { undo: () => this.#undo(), remove: () => this.#remove(this.#chosen), clear: () => this.#draw([]) }[name];
    const button = this.button(this.getAttribute(name), name, act);
    button.className = `quiet ${name}`;
    button.removeAttribute("aria-label");
    return button;
  }

  /** The arrow keys move the map, and Enter sets a corner in its middle. */
  pressed(event) {
    const step = stepOf(event);
    if (step) this.map.panBy(step.map((pixels) => 4 * pixels), { animate: false });
    else if (event.key === "Enter") this.#add(this.map.getCenter().wrap());
    else return false;
    return true;
  }

  #undoKey = (event) => {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.#undo();
  };

  #add(at) {
    const { points } = this.#area;
    this.sayPlace(at);
    if (this.#isCircle) {
      this.#draw([pair(at)], this.#area.metres ?? this.#firstRadius(at));
      return;
    }
    this.#chosen = this.#area.metres ? 0 : points.length;
    this.#draw([...(this.#area.metres ? [] : points), pair(at)]);
  }

  #firstRadius(centre) {
    const edge = this.moved(centre, [this.surface.clientWidth * FIRST_RADIUS, 0]);
    return metresBetween(pair(centre), pair(edge));
  }

  /** A corner halfway to the next one. */
  #split(at) {
    const { points } = this.#area;
    const [a, b] = [points[at], points[(at + 1) % points.length]];
    this.#chosen = at + 1;
    this.#draw([...points.slice(0, at + 1), [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], ...points.slice(at + 1)]);
    this.#focusLater();
  }

  #remove(at) {
    const { points, metres } = this.#area;
    if (!points.length) return;
    this.#chosen = Math.max(0, Math.min(at, points.length - 2));
    this.#draw(metres ? [] : points.filter((_, corner) => corner !== at));
    this.#focusLater();
  }

  /** Keeps the focus on a corner, or on the map when there is none any more. The page answers before the next picture. */
  #focusLater() {
    requestAnimationFrame(() => (this.#handles[this.#chosen]?.getElement() ?? this.map?.getCanvas())?.focus());
  }

  #undo() {
    const before = this.#before.get(this.#drawn)?.pop();
    if (before !== undefined) this.#fire(before);
  }

  #draw(points, metres) {
    const kept = this.#before.get(this.#drawn) ?? [];
    this.#before.set(this.#drawn, [...kept, this.#text(this.#area)]);
    this.#fire(this.#text({ points, metres }));
  }

  #text({ points, metres }) {
    const text = points.map((point) => pointText(place(point))).join(" ");
    return metres ? `${text}@${Math.max(LEAST_RADIUS, Math.round(metres))}` : text;
  }

  #fire(detail) {
    this.dispatchEvent(new CustomEvent("draw", { detail }));
  }

  /** Puts everything where the area says. What stands for a corner stays the same element, so that it keeps the focus. */
  #show() {
    this.map.getSource("areas")?.setData(areaFeatures(this.#areas, this.#drawn));
    const area = this.#area;
    const isRound = Boolean(area.metres && area.points.length);
    const handles = isRound ? [area.points[0], eastOf(area)] : area.points;
    const middles = isRound || area.points.length < 2 ? [] : area.points.map((point, at) => middle(point, area.points[(at + 1) % area.points.length]));
    const numbers = this.#areas.map(({ points }, at) => [points[0], at]).filter(([point, at]) => point && at !== this.#drawn);
    this.#handles = this.#fit(this.#handles, handles, (at) => this.#handle(at));
    this.#middles = this.#fit(this.#middles, middles, (at) => this.#middle(at));
    this.#numbers = this.#fit(this.#numbers, numbers.map(([point]) => point), () => this.#number());
    this.#numbers.forEach((marker, at) => (marker.getElement().textContent = numbers[at][1] + 1));
    this.#chosen = Math.min(this.#chosen, Math.max(0, handles.length - 1));
    this.#handles.forEach((marker, at) => this.#name(marker.getElement(), at, isRound));
    this.querySelector(".remove").disabled = !handles.length;
    this.querySelector(".clear").disabled = !handles.length;
    this.querySelector(".undo").disabled = !this.#before.get(this.#drawn)?.length;
  }

  #fit(markers, points, make) {
    for (const marker of markers.slice(points.length)) marker.remove();
    return points.map((point, at) => (markers[at] ?? make(at).setLngLat(point).addTo(this.map)).setLngLat(point));
  }

  #name(handle, at, isRound) {
    const words = isRound ? this.getAttribute(at ? "edge" : "centre") : this.getAttribute("corner");
    const { points, metres } = this.#area;
    const values = { n: at + 1, count: points.length, metres };
    handle.setAttribute("aria-label", words.replace(/\{(\w+)\}/g, (_, name) => values[name]));
    handle.textContent = isRound ? "" : at + 1;
    handle.classList.toggle("chosen", at === this.#chosen);
  }

  #handle(at) {
    const handle = element("button", "corner");
    handle.type = "button";
    const marker = new this.library.Marker({ element: handle, draggable: true });
    // To drag it, the library keeps a press from doing this.
    handle.addEventListener("click", () => handle.focus());
    handle.addEventListener("focus", () => this.#choose(at));
    handle.addEventListener("keydown", (event) => this.#cornerKey(event, at, marker));
    handle.addEventListener("keyup", (event) => stepOf(event) && this.#moved(at, marker));
    marker.on("dragstart", () => this.#choose(at));
    marker.on("drag", () => this.#preview(at, marker));
    marker.on("dragend", () => this.#moved(at, marker));
    return marker;
  }

  #choose(at) {
    this.#chosen = at;
    this.#handles.forEach((marker, other) => marker.getElement().classList.toggle("chosen", other === at));
  }

  #cornerKey(event, at, marker) {
    const step = stepOf(event);
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (step) {
      marker.setLngLat(this.moved(marker.getLngLat(), step));
      this.bringIntoView(marker.getLngLat());
      this.#preview(at, marker);
    } else if (["Delete", "Backspace"].includes(event.key)) this.#remove(at);
    else if (event.key === "Enter" && !this.#area.metres && this.#area.points.length > 1) this.#split(at);
    else return;
    event.preventDefault();
  }

  /** The area with this corner where its marker is. */
  #with(at, marker) {
    const { points, metres } = this.#area;
    const here = pair(marker.getLngLat().wrap());
    if (!metres) return { points: points.map((point, corner) => (corner === at ? here : point)) };
    return at ? { points, metres: metresBetween(points[0], here) } : { points: [here], metres };
  }

  #preview(at, marker) {
    const areas = this.#areas.slice();
    areas[this.#drawn] = this.#with(at, marker);
    this.map.getSource("areas")?.setData(areaFeatures(areas, this.#drawn));
  }

  #moved(at, marker) {
    const { points, metres } = this.#with(at, marker);
    this.sayPlace(marker.getLngLat().wrap());
    this.#draw(points, metres);
  }

  /** For mouse and finger: with keys Enter on a corner does the same. */
  #middle(at) {
    const marker = new this.library.Marker({ element: element("div", "middle"), draggable: true });
    marker.getElement().setAttribute("aria-hidden", "true");
    const insert = () => {
      const { points } = this.#area;
      this.#chosen = at + 1;
      this.#draw([...points.slice(0, at + 1), pair(marker.getLngLat().wrap()), ...points.slice(at + 1)]);
    };
    marker.on("dragend", insert);
    return marker;
  }

  /** The number of a zone that is not being drawn. */
  #number() {
    const marker = new this.library.Marker({ element: element("span", "number") });
    marker.getElement().setAttribute("aria-hidden", "true");
    return marker;
  }
}

const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

customElements.define("zone-map", ZoneMapElement);
