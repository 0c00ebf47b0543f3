//! The table of pages: path, view, modes, program and caching of each.

use servery_domain::slug::Slug;

use crate::mode::Mode;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route {
    pub path: &'static str,
    pub view: View,
    pub default: Mode,
    pub allows: &'static [Mode],
    /// Whether a returning visitor can open it offline.
    pub offline: bool,
    /// The program that hydrated and thick views need.
    pub chunk: Chunk,
    /// Seconds for which a shared cache may store a thin view.
    pub shared_for: u32,
    /// Whether it contains personal data: then it is never cached.
    pub personal: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    Home,
    Restaurant,
    Legal,
    Allergens,
    About,
    Dish,
    Board,
    Devices,
    AuditLog,
    OrderList,
    OrderRecord,
    Account,
    SignUp,
    AskReset,
    Reset,
    Verify,
    Basket,
    Checkout,
    Order,
    History,
    Device,
    Till,
    Kitchen,
    Floor,
    Runs,
    Invitation,
    NewRestaurant,
    Office,
    OfficePart,
    OfficeChanges,
    OfficeHistory,
    OfficeTables,
    OfficeCoupons,
    OfficeTranslations,
    OfficeImport,
    OfficeShare,
    OfficeStaff,
    Operator,
}

/// The set of pages that is one program, `frontend/{name}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Chunk {
    Browse,
    Ordering,
    Account,
    Staff,
    Office,
}

impl Chunk {
    pub const ALL: [Self; 5] = [
        Self::Browse,
        Self::Ordering,
        Self::Account,
        Self::Staff,
        Self::Office,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Browse => "browse",
            Self::Ordering => "ordering",
            Self::Account => "account",
            Self::Staff => "staff",
            Self::Office => "office",
        }
    }
}

#[rustfmt::skip]
pub static ROUTES: [Route; 38] = [
    Route { path: "/",                                 view: View::Home,       default: Mode::Hydrated, allows: &Mode::ALL,                    offline: true,  chunk: Chunk::Browse,  shared_for: 30, personal: false },
    Route { path: "/restaurants/{slug}",               view: View::Restaurant, default: Mode::Hydrated, allows: &Mode::ALL,                    offline: true,  chunk: Chunk::Browse,  shared_for: 30, personal: false },
    Route { path: "/restaurants/{slug}/legal",         view: View::Legal,      default: Mode::Thin,     allows: &[Mode::Thin],                 offline: false, chunk: Chunk::Browse,  shared_for: 30, personal: false },
    Route { path: "/restaurants/{slug}/allergens",     view: View::Allergens,  default: Mode::Thin,     allows: &[Mode::Thin],                 offline: false, chunk: Chunk::Browse,  shared_for: 30, personal: false },
    Route { path: "/about",                            view: View::About,      default: Mode::Thin,     allows: &[Mode::Thin, Mode::Hydrated], offline: false, chunk: Chunk::Browse,  shared_for: 30, personal: false },
    Route { path: "/restaurants/{slug}/dishes/{dish}", view: View::Dish,       default: Mode::Hydrated, allows: &Mode::ALL,                    offline: true,  chunk: Chunk::Ordering, shared_for: 30, personal: false },
    Route { path: "/restaurants/{slug}/basket",        view: View::Basket,     default: Mode::Hydrated, allows: &Mode::ALL,                    offline: true,  chunk: Chunk::Ordering, shared_for: 0,  personal: true },
    Route { path: "/restaurants/{slug}/checkout",      view: View::Checkout,   default: Mode::Hydrated, allows: &Mode::ALL,                    offline: true,  chunk: Chunk::Ordering, shared_for: 0,  personal: true },
    Route { path: "/orders",                           view: View::History,    default: Mode::Hydrated, allows: &Mode::ALL,                    offline: true,  chunk: Chunk::Ordering, shared_for: 0,  personal: true },
    Route { path: "/orders/{token}",                   view: View::Order,      default: Mode::Hydrated, allows: &Mode::ALL,                    offline: true,  chunk: Chunk::Ordering, shared_for: 0,  personal: true },
    Route { path: "/board/{slug}",                       view: View::Board,      default: Mode::Hydrated, allows: &[Mode::Thin, Mode::Hydrated],          offline: false, chunk: Chunk::Account,   shared_for: 0,  personal: true },
    Route { path: "/board/{slug}/devices",               view: View::Devices,    default: Mode::Hydrated, allows: &[Mode::Thin, Mode::Hydrated],          offline: false, chunk: Chunk::Account,   shared_for: 0,  personal: true },
    Route { path: "/board/{slug}/log",                   view: View::AuditLog,   default: Mode::Thin,     allows: &[Mode::Thin, Mode::Hydrated],          offline: false, chunk: Chunk::Account,   shared_for: 0,  personal: true },
    Route { path: "/board/{slug}/orders",                view: View::OrderList,  default: Mode::Thin,     allows: &[Mode::Thin],                          offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/board/{slug}/orders/{id}",           view: View::OrderRecord, default: Mode::Thin,    allows: &[Mode::Thin],                          offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/account",                            view: View::Account,    default: Mode::Hydrated, allows: &Mode::ALL,                             offline: false, chunk: Chunk::Account,   shared_for: 0,  personal: true },
    Route { path: "/account/sign-up",                    view: View::SignUp,     default: Mode::Thin,     allows: &Mode::ALL,                             offline: false, chunk: Chunk::Account,   shared_for: 0,  personal: true },
    Route { path: "/account/reset",                      view: View::AskReset,   default: Mode::Thin,     allows: &Mode::ALL,                             offline: false, chunk: Chunk::Account,   shared_for: 0,  personal: true },
    Route { path: "/account/reset/{token}",              view: View::Reset,      default: Mode::Thin,     allows: &Mode::ALL,                             offline: false, chunk: Chunk::Account,   shared_for: 0,  personal: true },
    Route { path: "/account/verify/{token}",             view: View::Verify,     default: Mode::Thin,     allows: &Mode::ALL,                             offline: false, chunk: Chunk::Account,   shared_for: 0,  personal: true },
    Route { path: "/invitations/{token}",                view: View::Invitation,    default: Mode::Thin,     allows: &[Mode::Thin],                     offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/new-restaurant",                     view: View::NewRestaurant, default: Mode::Hydrated, allows: &[Mode::Thin, Mode::Hydrated],     offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/office/{slug}",                      view: View::Office,        default: Mode::Hydrated, allows: &Mode::ALL,                         offline: true,  chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/office/{slug}/parts/{part}",         view: View::OfficePart,    default: Mode::Hydrated, allows: &Mode::ALL,                         offline: true,  chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/office/{slug}/changes",              view: View::OfficeChanges, default: Mode::Thin,     allows: &[Mode::Thin],                     offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/office/{slug}/history",              view: View::OfficeHistory, default: Mode::Thin,     allows: &[Mode::Thin],                     offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/office/{slug}/coupons",              view: View::OfficeCoupons, default: Mode::Thin,     allows: &[Mode::Thin],                     offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/office/{slug}/tables",               view: View::OfficeTables,  default: Mode::Thin,     allows: &[Mode::Thin],                     offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/office/{slug}/import",               view: View::OfficeImport,  default: Mode::Thin,     allows: &[Mode::Thin],                     offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/office/{slug}/share",                view: View::OfficeShare,   default: Mode::Thin,     allows: &[Mode::Thin],                     offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/office/{slug}/translations",         view: View::OfficeTranslations, default: Mode::Thin,     allows: &[Mode::Thin],                     offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/office/{slug}/staff",                view: View::OfficeStaff,   default: Mode::Thin,     allows: &[Mode::Thin],                     offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/operator",                           view: View::Operator,      default: Mode::Thin,     allows: &[Mode::Thin],                     offline: false, chunk: Chunk::Office,   shared_for: 0,  personal: true },
    Route { path: "/staff/{slug}",                       view: View::Device,     default: Mode::Thick,    allows: &[Mode::Thin, Mode::Thick],                     offline: true,  chunk: Chunk::Staff,    shared_for: 0,  personal: true },
    Route { path: "/staff/{slug}/till",                  view: View::Till,       default: Mode::Thick,    allows: &[Mode::Thick],                                 offline: true,  chunk: Chunk::Staff,    shared_for: 0,  personal: true },
    Route { path: "/staff/{slug}/kitchen",               view: View::Kitchen,    default: Mode::Thick,    allows: &[Mode::Thin, Mode::Thick],                     offline: true,  chunk: Chunk::Staff,    shared_for: 0,  personal: true },
    Route { path: "/staff/{slug}/floor",                 view: View::Floor,      default: Mode::Thick,    allows: &[Mode::Thick],                                 offline: true,  chunk: Chunk::Staff,    shared_for: 0,  personal: true },
    Route { path: "/staff/{slug}/runs",                  view: View::Runs,       default: Mode::Thick,    allows: &[Mode::Thick],                                 offline: true,  chunk: Chunk::Staff,    shared_for: 0,  personal: true },
];

impl Route {
    /// Whether no mode of it has a program.
    pub fn is_always_thin(&self) -> bool {
        self.allows == [Mode::Thin]
    }

    /// Whether only one visitor may see the page in this mode. A shell is the same for everybody, whatever it will show.
    pub fn is_personal(&self, mode: Mode) -> bool {
        self.personal && mode != Mode::Thick
    }

    /// The values of the path's parameters, in order; `None` if the path does not match.
    pub fn matches<'a>(&self, path: &'a str) -> Option<Vec<&'a str>> {
        let mut values = Vec::new();
        let mut parts = path.split('/');
        for known in self.path.split('/') {
            let part = parts.next()?;
            if known.starts_with('{') && !part.is_empty() {
                values.push(part);
            } else if part != known {
                return None;
            }
        }
        parts.next().is_none().then_some(values)
    }
}

pub fn read(path: &str) -> Option<(&'static Route, Vec<&str>)> {
    ROUTES
        .iter()
        .find_map(|route| Some((route, route.matches(path)?)))
}

pub fn find(path: &str) -> Option<&'static Route> {
    read(path).map(|(route, _)| route)
}

/// The page to use without a script, if this page needs one.
pub fn plain_way(path: &str) -> Option<String> {
    let (route, values) = read(path)?;
    let needed = route.chunk == Chunk::Staff && !route.allows.contains(&Mode::Thin);
    slug(&values)
        .filter(|_| needed)
        .map(|slug| format!("/board/{slug}"))
}

/// The manifest that a page belongs to: each restaurant's staff app is installed by itself.
pub fn manifest(path: &str) -> Option<String> {
    let (route, values) = read(path)?;
    match route.chunk {
        Chunk::Staff => slug(&values).map(|slug| format!("/staff/{slug}/app.webmanifest")),
        Chunk::Browse | Chunk::Ordering | Chunk::Account | Chunk::Office => {
            Some("/app.webmanifest".to_owned())
        }
    }
}

/// The restaurant of a path: its first parameter.
pub fn slug(values: &[&str]) -> Option<Slug> {
    values.first()?.parse().ok()
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
            ("/restaurants/a/basket", Some("/restaurants/{slug}/basket")),
            ("/orders", Some("/orders")),
            ("/orders/a", Some("/orders/{token}")),
            ("/orders/a/pay", None),
            (
                "/restaurants/a/dishes/b",
                Some("/restaurants/{slug}/dishes/{dish}"),
            ),
            ("/restaurants//dishes/b", None),
            ("/restaurants/a/dishes/b/", None),
            ("", None),
        ] {
            assert_eq!(find(path).map(|route| route.path), row, "{path}");
        }
    }

    #[test]
    fn the_staff_of_a_restaurant_install_an_app_of_their_own() {
        for (path, expected) in [
            ("/", Some("/app.webmanifest")),
            ("/orders/a", Some("/app.webmanifest")),
            ("/staff/a-b", Some("/staff/a-b/app.webmanifest")),
            ("/staff/a-b/till", Some("/staff/a-b/app.webmanifest")),
            ("/staff/A/till", None),
            ("/nowhere", None),
        ] {
            assert_eq!(manifest(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn the_values_of_a_path_come_in_order() {
        assert_eq!(
            read("/restaurants/a/dishes/b").map(|(_, values)| values),
            Some(vec!["a", "b"])
        );
        assert_eq!(read("/").map(|(_, values)| values), Some(vec![]));
    }

    #[test]
    fn each_row_allows_its_default_and_a_way_without_script() {
        for route in &ROUTES {
            assert!(route.allows.contains(&route.default), "{}", route.path);
            let plain =
                route.allows.contains(&Mode::Thin) || plain_way(&route.path.replace("{slug}", "a")).is_some();
            assert!(plain, "{}: whoever has no script needs a way in", route.path);
        }
    }

    #[test]
    fn the_staff_app_is_never_taken_over_from_a_servers_page() {
        let staff = || ROUTES.iter().filter(|route| route.chunk == Chunk::Staff);
        assert!(
            staff().all(|route| !route.allows.contains(&Mode::Hydrated)),
            "its program has no code for that"
        );
    }
}
