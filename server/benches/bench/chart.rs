//! A chart of how long requests take as a town grows, as SVG: both axes are logarithmic.

use std::fmt::Write as _;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 170.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 48.0;
/// The least distance between two names at the end of lines.
const NAME_HEIGHT: f64 = 16.0;
/// Read well on white and on black.
const COLORS: [&str; 8] = [
    "#d1495b", "#2e86ab", "#4c9f70", "#b07d2b", "#8963ba", "#5c7c8a", "#c85fa0", "#3f9c9c",
];

/// A request, and how many microseconds it took in each town.
pub struct Line {
    pub name: &'static str,
    pub times: Vec<f64>,
}

struct Scale {
    from: f64,
    to: f64,
}

impl Scale {
    /// Whole powers of ten around these values.
    fn around(values: impl Iterator<Item = f64> + Clone) -> Self {
        let least = values.clone().fold(f64::INFINITY, f64::min);
        let most = values.fold(0.0, f64::max);
        Self {
            from: least.log10().floor(),
            to: most.log10().ceil(),
        }
    }

    /// From 0 to 1.
    fn place(&self, value: f64) -> f64 {
        (value.log10() - self.from) / (self.to - self.from)
    }

    fn powers(&self) -> impl Iterator<Item = f64> + use<> {
        (self.from as i32..=self.to as i32).map(|power| 10_f64.powi(power))
    }
}

pub fn draw(towns: &[usize], lines: &[Line]) -> String {
    let towns: Vec<f64> = towns.iter().map(|town| *town as f64).collect();
    let (first, last) = (towns[0].log10(), towns[towns.len() - 1].log10());
    let x = |town: f64| LEFT + (town.log10() - first) / (last - first) * (WIDTH - LEFT - RIGHT);
    let scale = Scale::around(lines.iter().flat_map(|line| line.times.iter().copied()));
    let y = |time: f64| TOP + (1.0 - scale.place(time)) * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\">\n\
         <title>Time of a request by the number of restaurants</title>\n\
         <style>text {{ fill: #222 }} .grid {{ stroke: #8884 }} @media (prefers-color-scheme: dark) {{ text {{ fill: #ddd }} }}</style>\n"
    );
    for power in scale.powers() {
        let (at, label) = (y(power), duration(power));
        let _ = writeln!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            at + 4.0
        );
    }
    for town in &towns {
        let (at, end) = (x(*town), HEIGHT - BOTTOM);
        let _ = writeln!(
            svg,
            "<path class=\"grid\" d=\"M{at:.1} {TOP}V{end}\"/><text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            end + 18.0,
            grouped(*town as u64)
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">restaurants</text>",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 10.0
    );
    for ((line, color), name_at) in lines.iter().zip(COLORS).zip(name_places(lines, y)) {
        let points = towns.iter().zip(&line.times);
        let points: Vec<_> = points
            .map(|(town, time)| format!("{:.1},{:.1}", x(*town), y(*time)))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" style=\"fill:{color}\">{}</text>",
            points.join(" "),
            WIDTH - RIGHT + 8.0,
            name_at + 4.0,
            line.name.replace('_', " ")
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Beside the ends of the lines, moved apart where they would cover each other.
fn name_places(lines: &[Line], y: impl Fn(f64) -> f64) -> Vec<f64> {
    let ends = lines.iter().map(|line| y(line.times[line.times.len() - 1]));
    let mut order: Vec<(usize, f64)> = ends.enumerate().collect();
    order.sort_by(|one, next| one.1.total_cmp(&next.1));
    let mut places = vec![0.0; lines.len()];
    let mut free_from = f64::NEG_INFINITY;
    for (line, end) in order {
        places[line] = end.max(free_from);
        free_from = places[line] + NAME_HEIGHT;
    }
    places
}

fn duration(microseconds: f64) -> String {
    match microseconds {
        less if less < 1e3 => format!("{less:.0} µs"),
        less if less < 1e6 => format!("{:.0} ms", less / 1e3),
        more => format!("{:.0} s", more / 1e6),
    }
}

fn grouped(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1_000), number % 1_000),
    }
}
