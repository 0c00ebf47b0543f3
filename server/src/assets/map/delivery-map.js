// Shows the map on which a diner sets the point of an address: the element `delivery-map`, which fires `pin` with "latitude,longitude".
// Both are millionths of a degree, as in its attributes, which are written in app/src/pages/ordering/checkout/pin.rs.

import { element, MapElement, pointText, readPoints, stepOf } from "{{base}}";

const CLOSE = 16;

class DeliveryMapElement extends MapElement {
  static observedAttributes = ["point"];
  #pin = element("div", "pin loose");
  #marker;

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#marker = undefined;
  }

  /** The point as the page knows it: it may be another's than the diner's. */
  attributeChangedCallback() {
    const point = this.#point;
    this.#pin.classList.toggle("loose", !point);
    if (!this.#marker || !point) return;
    this.#marker.setLngLat(point);
    this.bringIntoView(point);
  }

  get #point() {
    return readPoints(this.getAttribute("point"))[0];
  }

  firstView() {
    const point = this.#point;
    return point ? { center: point, zoom: CLOSE } : { bounds: readPoints(this.getAttribute("bounds")) };
  }

  opened() {
    const { map } = this;
    const marker = new this.library.Marker({ element: this.#pin, anchor: "bottom", draggable: true });
    this.#marker = marker.setLngLat(this.#point ?? map.getCenter()).addTo(map);
    map.getCanvas().addEventListener("keyup", (event) => stepOf(event) && this.#set(marker.getLngLat()));
    map.on("click", ({ lngLat, originalEvent }) => this.#pin.contains(originalEvent.target) || this.#set(lngLat));
    marker.on("dragend", () => this.#set(marker.getLngLat()));
  }

  pressed(event) {
    const step = stepOf(event);
    if (step) this.#nudge(step);
    else if (event.key === "Enter") this.#set(this.#marker.getLngLat());
    else return false;
    return true;
  }

  #nudge(step) {
    const place = this.moved(this.#marker.getLngLat(), step);
    this.#marker.setLngLat(place);
    this.bringIntoView(place);
  }

  #set(place) {
    const wrapped = place.wrap();
    this.#marker.setLngLat(wrapped);
    this.sayPlace(wrapped);
    this.dispatchEvent(new CustomEvent("pin", { detail: pointText(wrapped) }));
  }
}

customElements.define("delivery-map", DeliveryMapElement);
