// Shows on a map where orders are to be brought: the element `order-map`. Its attributes are written in app/src/pages/board/order_map.rs.
// The marker of an order is a link to its card.

import { areaFeatures, areaLayers, readAreas, viewOf } from "{{areas}}";
import { element, MapElement, readPoints, stepOf } from "{{base}}";

/** A line for each order: its number, its point, the code and the sign of its column, and its name. */
const readOrders = (text) =>
  (text || "").split("\n").filter(Boolean).map((line) => {
    const [number, point, column, sign, label] = line.split("|");
    return { number, point: readPoints(point)[0], column, sign, label };
  });

class OrderMapElement extends MapElement {
  static observedAttributes = ["orders"];
  /** By the number of the order: a marker that stays keeps the focus. */
  #markers = new Map();

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#markers.clear();
  }

  attributeChangedCallback() {
    if (this.map) this.#show();
  }

  get #orders() {
    return readOrders(this.getAttribute("orders"));
  }

  get #areas() {
    return readAreas(this.getAttribute("areas"));
  }

  firstView() {
    return viewOf(this.#areas, this.#orders.map(({ point }) => point));
  }

  drawing(isDark) {
    const data = areaFeatures(this.#areas);
    return { sources: { areas: { type: "geojson", data } }, layers: areaLayers(isDark) };
  }

  opened() {
    this.#show();
  }

  /** The arrow keys move the map. */
  pressed(event) {
    const step = stepOf(event);
    if (step) this.map.panBy(step.map((pixels) => 4 * pixels), { animate: false });
    return Boolean(step);
  }

  #show() {
    const orders = this.#orders;
    const numbers = new Set(orders.map(({ number }) => number));
    for (const [number, marker] of this.#markers) {
      if (numbers.has(number)) continue;
      marker.remove();
      this.#markers.delete(number);
    }
    for (const order of orders) this.#put(order);
  }

  #put({ number, point, column, sign, label }) {
    const marker = this.#markers.get(number) ?? this.#marker(number, point);
    marker.setLngLat(point);
    const link = marker.getElement();
    link.dataset.column = column;
    link.setAttribute("aria-label", label);
    link.textContent = `${sign} ${number}`;
  }

  #marker(number, point) {
    const link = element("a", "order");
    link.href = `#o${number}`;
    const marker = new this.library.Marker({ element: link, anchor: "bottom" }).setLngLat(point).addTo(this.map);
    this.#markers.set(number, marker);
    return marker;
  }
}

customElements.define("order-map", OrderMapElement);
