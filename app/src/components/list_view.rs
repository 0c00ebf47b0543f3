//! A long list of a page, written item by item.

use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::{AddAnyAttr, Render, RenderHtml},
    tachys::{
        hydration::Cursor,
        view::{Position, PositionState},
    },
};

/// Like a `Vec` of the items' views, with the same HTML. But each view is made when its HTML is written and is then dropped:
/// those of a menu of 500 dishes are megabytes.
pub struct ListView<I>(pub I);

impl<I, V> ListView<I>
where
    I: Iterator<Item = V>,
{
    fn views(self) -> Vec<V> {
        self.0.collect()
    }
}

impl<I, V> Render for ListView<I>
where
    I: Iterator<Item = V>,
    V: Render,
{
    type State = <Vec<V> as Render>::State;

    fn build(self) -> Self::State {
        self.views().build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.views().rebuild(state);
    }
}

impl<I, V> AddAnyAttr for ListView<I>
where
    I: Iterator<Item = V> + Send,
    V: RenderHtml,
{
    type Output<A: Attribute> = Vec<V::Output<A::Cloneable>>;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self::Output<A>
    where
        Self::Output<A>: RenderHtml,
    {
        let attribute = attribute.into_cloneable();
        let views = self.0.map(|view| view.add_any_attr(attribute.clone()));
        views.collect()
    }
}

impl<I, V> RenderHtml for ListView<I>
where
    I: Iterator<Item = V> + Send,
    V: RenderHtml,
{
    type AsyncOutput = Vec<V::AsyncOutput>;
    type Owned = Vec<V::Owned>;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self::AsyncOutput {
        self.views().resolve().await
    }

    fn html_len(&self) -> usize {
        self.0.size_hint().0 * V::MIN_LENGTH
    }

    fn to_html_with_buf(
        self,
        html: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        attributes: Vec<AnyAttribute>,
    ) {
        for view in self.0 {
            view.to_html_with_buf(html, position, escape, mark_branches, attributes.clone());
        }
        // What stands behind the items.
        Vec::<V>::new().to_html_with_buf(html, position, escape, mark_branches, attributes);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.views().hydrate::<FROM_SERVER>(cursor, position)
    }

    fn into_owned(self) -> Self::Owned {
        self.views().into_owned()
    }
}

#[cfg(feature = "server")]
#[cfg(test)]
mod tests {
    use leptos::prelude::*;

    use super::ListView;

    #[test]
    fn its_html_is_that_of_a_vec() {
        let item = |number: usize| view! { <li>{number}</li> };
        for count in [0, 1, 3] {
            let list = view! { <ul>{ListView((0..count).map(item))}</ul><p>"end"</p> }.to_html();
            let vec = view! { <ul>{(0..count).map(item).collect::<Vec<_>>()}</ul><p>"end"</p> }.to_html();
            assert_eq!(list, vec);
        }
    }
}
