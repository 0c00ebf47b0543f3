//! Delivery zones on a map: what is typed is shown there, and what is drawn is typed.

use leptos::{html, prelude::*, web_sys::CustomEvent};
use servery_domain::{delivery_area::Point, delivery_map::DeliveryMap, limits};

use super::inputs::Inputs;
use crate::{
    components::{
        area_points::{circle_text, line_text},
        form,
        map_opener::MapOpener,
        map_points::read_point,
    },
    part_form::{AREA_INPUTS, AreaMistake, TypedArea, points_text, zone_field},
    text::{Key as CommonKey, Texts, office::Key},
};

/// Characters of a line with a point.
const POINT_LENGTH: usize = 28;
const CIRCLE: &str = "circle";
const CORNERS: &str = "corners";

/// The inputs of a zone's area.
#[derive(Clone, Copy, Default)]
struct AreaInputs {
    points: NodeRef<html::Textarea>,
    radius: NodeRef<html::Input>,
}

/// The areas of all lines of the form, as they are typed by now.
#[derive(Clone, Copy)]
pub struct ZoneAreas {
    typed: RwSignal<Vec<TypedArea>>,
    inputs: StoredValue<Vec<AreaInputs>>,
}

impl ZoneAreas {
    /// `texts` are points and radius of each zone, as the form has them at first.
    pub fn new(texts: &[[String; 2]]) -> Self {
        let typed = texts
            .iter()
            .map(|[points, radius]| TypedArea::read(points, radius));
        Self {
            typed: RwSignal::new(typed.collect()),
            inputs: StoredValue::new(texts.iter().map(|_| AreaInputs::default()).collect()),
        }
    }

    fn inputs(self, at: usize) -> AreaInputs {
        self.inputs
            .with_value(|inputs| inputs.get(at).copied().unwrap_or_default())
    }

    /// Somebody has typed something.
    fn read(self, at: usize) {
        let AreaInputs { points, radius } = self.inputs(at);
        if let (Some(points), Some(radius)) = (points.get_untracked(), radius.get_untracked()) {
            let area = TypedArea::read(&points.value(), &radius.value());
            self.typed.update(|typed| {
                if let Some(known) = typed.get_mut(at) {
                    *known = area;
                }
            });
        }
    }

    fn write(self, at: usize, drawn: &str) {
        let inputs = self.inputs(at);
        let (Some(points), Some(radius)) = (inputs.points.get_untracked(), inputs.radius.get_untracked())
        else {
            return;
        };
        let (corners, metres) = drawn.split_once('@').unwrap_or((drawn, ""));
        let corners: Vec<Point> = corners.split(' ').filter_map(read_point).collect();
        points.set_value(&points_text(&corners));
        radius.set_value(metres);
        form::say_typed(&points);
    }

    fn area(self, at: usize) -> TypedArea {
        self.typed
            .with(|typed| typed.get(at).cloned().unwrap_or_default())
    }

    fn crosses_itself(self, at: usize) -> bool {
        self.area(at).area() == Err(AreaMistake::Crossing)
    }

    /// As the element reads them.
    fn attribute(self) -> String {
        self.typed.with(|typed| {
            let areas: Vec<String> = typed.iter().map(area_attribute).collect();
            areas.join("|")
        })
    }
}

fn area_attribute(area: &TypedArea) -> String {
    let radius = area
        .radius()
        .filter(|metres| (1..=limits::RADIUS).contains(metres));
    match (area.points(), radius) {
        ([centre], Some(metres)) => circle_text(*centre, metres),
        (points, _) => line_text(points),
    }
}

impl Inputs<'_> {
    /// The inputs of a zone's area on the map.
    pub fn zone_area(
        &self,
        zones: ZoneAreas,
        number: usize,
        [points, radius]: [String; 2],
    ) -> impl IntoView + use<> {
        let at = number - 1;
        let inputs = zones.inputs(at);
        let names = AREA_INPUTS.map(|field| zone_field(number, field));
        let label = |key: Key| self.texts.fill(key, &[("n", &number.to_string())]);
        let [points_name, radius_name] = names;
        let crossing = Memo::new(move |_| zones.crosses_itself(at));
        let id = format!("wrong-zone-crossing-{number}");
        let described = {
            let id = id.clone();
            move || crossing.get().then(|| id.clone())
        };
        let sentence = label(Key::WrongPartZoneCrossing);
        let invalid = self.invalid(AreaMistake::Points.code());
        let is_invalid = move || if crossing.get() { Some("true") } else { invalid() };
        view! {
            <label>
                <span>{label(Key::PartZonePoints)}</span>
                <textarea
                    name=points_name rows="3" dir="ltr" autocomplete="off" spellcheck="false" maxlength=limits::CORNERS * POINT_LENGTH node_ref=inputs.points
                    prop:value=points.clone() aria-invalid=is_invalid aria-describedby=described on:input=move |_| zones.read(at)
                >{points.clone()}</textarea>
            </label>
            {move || crossing.get().then(|| view! { <p class="wrong" id=id.clone() role="alert">{sentence.clone()}</p> })}
            <label>
                <span>{label(Key::PartZoneRadius)}</span>
                <input type="text" name=radius_name value=radius maxlength="12" inputmode="numeric" autocomplete="off" dir="ltr" node_ref=inputs.radius on:input=move |_| zones.read(at)/>
            </label>
        }
    }

    /// `names` are those of the zones, as the form has them at first.
    pub fn zone_map(&self, zones: ZoneAreas, names: Vec<String>) -> Option<impl IntoView + use<>> {
        let (texts, map) = (self.texts, self.map.clone()?);
        let opener = MapOpener::create();
        let button = opener.button(
            texts,
            "draw-zones",
            texts.get(Key::ZoneMapOpen),
            map.zones_script.clone(),
        );
        Some(view! {
            <div class="zone-drawing">
                {button}
                <p class="facts" role="status">{opener.said(texts)}</p>
                {move || opener.is_open().then(|| drawing(texts, &map, zones, &names))}
            </div>
        })
    }
}

/// What is chosen above the map, and the map.
fn drawing(texts: Texts, map: &DeliveryMap, zones: ZoneAreas, names: &[String]) -> impl IntoView + use<> {
    let at = RwSignal::new(0_usize);
    // The shape that somebody has chosen for what is drawn next.
    let chosen = RwSignal::new(None::<bool>);
    let is_circle = Memo::new(move |_| {
        let is_circle = zones.area(at.get()).radius().is_some();
        chosen.get().unwrap_or(is_circle)
    });
    let choose_zone = move |event| {
        at.set(event_target_value(&event).parse().unwrap_or_default());
        chosen.set(None);
    };
    let choose_shape = move |event| chosen.set(Some(event_target_value(&event) == CIRCLE));
    let options: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let number = texts.fill(Key::ZoneMapZone, &[("n", &(at + 1).to_string())]);
            let label = match name.as_str() {
                "" => number,
                name => format!("{number}: {name}"),
            };
            view! { <option value=at.to_string()>{label}</option> }
        })
        .collect();
    view! {
        <p class="hint" id="zone-map-hint">{texts.get(Key::ZoneMapHint)}</p>
        <div class="beside">
            <label><span>{texts.get(Key::ZoneMapChoose)}</span><select id="drawn-zone" on:change=choose_zone>{options}</select></label>
            <label>
                <span>{texts.get(Key::ZoneMapShape)}</span>
                <select id="drawn-shape" prop:value=move || if is_circle.get() { CIRCLE } else { CORNERS } on:change=choose_shape>
                    <option value=CORNERS>{texts.get(Key::ZoneMapCorners)}</option>
                    <option value=CIRCLE>{texts.get(Key::ZoneMapCircle)}</option>
                </select>
            </label>
        </div>
        {element(texts, map, zones, (at, is_circle))}
        {outcome(texts, zones, at)}
    }
}

fn element(
    texts: Texts,
    map: &DeliveryMap,
    zones: ZoneAreas,
    (at, is_circle): (RwSignal<usize>, Memo<bool>),
) -> impl IntoView + use<> {
    let (archive, template) = (map.tiles.archive(), map.tiles.template());
    let drawn = move |event: CustomEvent| {
        if let Some(area) = event.detail().as_string() {
            zones.write(at.get_untracked(), &area);
        }
    };
    view! {
        <zone-map
            archive=archive template=template attribution=map.attribution.clone()
            areas=move || zones.attribute() drawn=move || at.get().to_string() shape=move || if is_circle.get() { CIRCLE } else { CORNERS }
            wrong=move || zones.crosses_itself(at.get()).then_some("true")
            label=texts.get(Key::ZoneMapLabel) loading=texts.get(CommonKey::MapLoading) failed=texts.get(Key::ZoneMapFailed) moved=texts.get(CommonKey::MapPointMoved)
            zoom-in=texts.get(CommonKey::MapZoomIn) zoom-out=texts.get(CommonKey::MapZoomOut)
            corner=texts.get(Key::ZoneMapCorner) centre=texts.get(Key::ZoneMapCentre) edge=texts.get(Key::ZoneMapEdge)
            undo=texts.get(Key::ZoneMapUndo) remove=texts.get(Key::ZoneMapRemove) clear=texts.get(Key::ZoneMapClear)
            on:draw=drawn
        ></zone-map>
    }
}

/// What the drawn area is by now, in words. That it is not accepted is announced beside its input.
fn outcome(texts: Texts, zones: ZoneAreas, at: RwSignal<usize>) -> impl IntoView {
    let said = move || {
        let (area, number) = (zones.area(at.get()), (at.get() + 1).to_string());
        let of_zone = |what: &str| texts.fill(Key::ZoneMapIs, &[("n", &number), ("what", what)]);
        match (area.points(), area.radius()) {
            ([_], Some(metres)) => {
                of_zone(&texts.fill(Key::ZoneMapRadius, &[("metres", &metres.to_string())]))
            }
            (points, _) => of_zone(&texts.count(Key::ZoneMapCount, points.len())),
        }
    };
    let wrong = move || {
        let number = (at.get() + 1).to_string();
        zones.crosses_itself(at.get()).then(
            || view! { <p class="wrong">{texts.fill(Key::WrongPartZoneCrossing, &[("n", &number)])}</p> },
        )
    };
    view! { <p class="facts" role="status">{said}</p>{wrong} }
}
