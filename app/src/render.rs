//! Decides the mode of a page view, and the reason: one pure function.

use crate::{mode::Mode, routes::Route};

/// Who decided, in the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    Visitor,
    Operator,
    Browser,
    Load,
    Default,
    /// The device used stored data; no server was asked.
    Kept,
}

impl Reason {
    pub const ALL: [Self; 6] = [
        Self::Visitor,
        Self::Operator,
        Self::Browser,
        Self::Load,
        Self::Default,
        Self::Kept,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Operator => "operator",
            Self::Browser => "browser",
            Self::Load => "load",
            Self::Default => "default",
            Self::Kept => "kept",
        }
    }
}

/// The preferences for a view; `None` leaves it to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RenderInputs {
    pub visitor: Option<Mode>,
    pub operator: Option<Mode>,
    pub browser: BrowserSupport,
    pub load: ServerLoad,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BrowserSupport {
    #[default]
    Able,
    /// It is able, but asked to save data.
    Saving,
    /// It runs no script, or has no WebAssembly.
    Unable,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ServerLoad {
    #[default]
    Calm,
    /// The server is busy and prefers cheap answers.
    Heavy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decision {
    pub mode: Mode,
    pub reason: Reason,
}

/// The first preference wins. A mode that the route does not allow is ignored.
/// A browser that cannot run a script comes first.
pub fn decide(route: &Route, inputs: RenderInputs) -> Decision {
    let unable = (inputs.browser == BrowserSupport::Unable).then_some(Mode::Thin);
    let saving = (inputs.browser == BrowserSupport::Saving).then_some(Mode::Thin);
    // A hydrated page costs rendering and data; a shell is a static file, and a thin page is cached for
    // all.
    let heavy = (inputs.load == ServerLoad::Heavy && route.default == Mode::Hydrated).then_some(Mode::Thin);
    [
        (unable, Reason::Browser),
        (inputs.visitor, Reason::Visitor),
        (inputs.operator, Reason::Operator),
        (saving, Reason::Browser),
        (heavy, Reason::Load),
    ]
    .into_iter()
    .find_map(|(mode, reason)| {
        mode.filter(|mode| route.allows.contains(mode))
            .map(|mode| Decision { mode, reason })
    })
    .unwrap_or(Decision {
        mode: route.default,
        reason: Reason::Default,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::{Chunk, View};

    /// The specified order, written as plain steps.
    fn expected(route: &Route, inputs: RenderInputs) -> Decision {
        let allowed = |mode: Option<Mode>| mode.filter(|mode| route.allows.contains(mode));
        if inputs.browser == BrowserSupport::Unable && route.allows.contains(&Mode::Thin) {
            return Decision {
                mode: Mode::Thin,
                reason: Reason::Browser,
            };
        }
        if let Some(mode) = allowed(inputs.visitor) {
            return Decision {
                mode,
                reason: Reason::Visitor,
            };
        }
        if let Some(mode) = allowed(inputs.operator) {
            return Decision {
                mode,
                reason: Reason::Operator,
            };
        }
        if inputs.browser == BrowserSupport::Saving && route.allows.contains(&Mode::Thin) {
            return Decision {
                mode: Mode::Thin,
                reason: Reason::Browser,
            };
        }
        if inputs.load == ServerLoad::Heavy
            && route.default == Mode::Hydrated
            && route.allows.contains(&Mode::Thin)
        {
            return Decision {
                mode: Mode::Thin,
                reason: Reason::Load,
            };
        }
        Decision {
            mode: route.default,
            reason: Reason::Default,
        }
    }

    #[test]
    fn every_combination_is_decided_in_the_order_of_the_design() {
        let rows: [&'static [Mode]; 7] = [
            &[Mode::Thin],
            &[Mode::Hydrated],
            &[Mode::Thick],
            &[Mode::Thin, Mode::Hydrated],
            &[Mode::Thin, Mode::Thick],
            &[Mode::Hydrated, Mode::Thick],
            &Mode::ALL,
        ];
        let spoken = [None, Some(Mode::Thin), Some(Mode::Hydrated), Some(Mode::Thick)];
        let mut cases = 0;
        for allows in rows {
            for default in allows.iter().copied() {
                let route = Route {
                    path: "/",
                    view: View::Home,
                    default,
                    allows,
                    offline: true,
                    chunk: Chunk::Browse,
                    shared_for: 0,
                    personal: false,
                };
                for visitor in spoken {
                    for operator in spoken {
                        for browser in [
                            BrowserSupport::Able,
                            BrowserSupport::Saving,
                            BrowserSupport::Unable,
                        ] {
                            for load in [ServerLoad::Calm, ServerLoad::Heavy] {
                                let inputs = RenderInputs {
                                    visitor,
                                    operator,
                                    browser,
                                    load,
                                };
                                let decision = decide(&route, inputs);
                                assert_eq!(decision, expected(&route, inputs), "{inputs:?} on {allows:?}");
                                assert!(allows.contains(&decision.mode));
                                cases += 1;
                            }
                        }
                    }
                }
            }
        }
        assert_eq!(cases, 12 * 96);
    }
}
