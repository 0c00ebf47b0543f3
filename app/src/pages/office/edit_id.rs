//! The input that names the edit which a form makes.

use leptos::prelude::*;
use servery_domain::id::EditId;

/// A form that is sent twice makes one edit.
pub fn edit_id(id: EditId) -> impl IntoView {
    view! { <input type="hidden" name="id" value=id.to_string()/> }
}
