//! The table of pages: what each is, how thick its client may be, and what it needs.

use crate::render::Mode;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route {
    pub path: &'static str,
    pub view: View,
    pub default: Mode,
    pub allows: &'static [Mode],
    /// Whether a device that was here before can show it without a network.
    pub offline: bool,
    /// The bundle of wasm that hydrated and thick views need.
    pub chunk: Chunk,
    /// Seconds that a shared cache may keep a thin view.
    pub shared_for: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    Home,
    Restaurant,
    About,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chunk {
    Diner,
}

#[rustfmt::skip]
pub static ROUTES: [Route; 3] = [
    Route { path: "/",                   view: View::Home,       default: Mode::Hydrated, allows: &Mode::ALL,                    offline: true,  chunk: Chunk::Diner, shared_for: 30 },
    Route { path: "/restaurants/{slug}", view: View::Restaurant, default: Mode::Hydrated, allows: &Mode::ALL,                    offline: true,  chunk: Chunk::Diner, shared_for: 30 },
    Route { path: "/about",              view: View::About,      default: Mode::Thin,     allows: &[Mode::Thin, Mode::Hydrated], offline: false, chunk: Chunk::Diner, shared_for: 30 },
];

impl Route {
    /// The value of the one parameter a path may have, or an empty text; `None` if the path is another's.
    pub fn matches<'a>(&self, path: &'a str) -> Option<&'a str> {
        let Some((before, _)) = self.path.split_once('{') else {
            return (path == self.path).then_some("");
        };
        path.strip_prefix(before).filter(|value| !value.is_empty() && !value.contains('/'))
    }
}

pub fn find(path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.matches(path).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_one_row() {
        for (path, row) in [
            ("/", Some("/")),
            ("/restaurants/a-b", Some("/restaurants/{slug}")),
            ("/about", Some("/about")),
            ("/about/", None),
            ("/restaurants/", None),
            ("/restaurants/a/b", None),
            ("", None),
        ] {
            assert_eq!(find(path).map(|route| route.path), row, "{path}");
        }
    }

    #[test]
    fn each_row_allows_its_default_and_a_way_without_script() {
        for route in &ROUTES {
            assert!(route.allows.contains(&route.default), "{}", route.path);
            assert!(route.allows.contains(&Mode::Thin), "{}: whoever has no script needs a way in", route.path);
        }
    }
}
