//! One line of the bill: note, course, and removing it.

use leptos::{ev::SubmitEvent, html, prelude::*};
use servery_domain::{id::LineId, limits, pos::op::Action};

use super::till_state::{TillDialog, TillState};
use crate::{pages::staff::dialog::Dialog, text::staff::Key};

#[component]
pub fn Line(till: TillState, line: LineId) -> impl IntoView {
    let shown = till
        .bill()
        .get_untracked()
        .and_then(|bill| Some((bill.id, bill.line(line)?.clone())))?;
    let (bill, shown) = shown;
    let (note, course) = (NodeRef::<html::Input>::new(), RwSignal::new(shown.course));
    let begun = shown.sent > 0;
    let keeping = till.clone();
    let keep = move |event: SubmitEvent| {
        event.prevent_default();
        let note = note.get_untracked().map(|note| note.value()).unwrap_or_default();
        keeping.submit_and_close(Action::Note {
            bill,
            line,
            note,
            course: course.get_untracked(),
        });
    };
    let courses = (0..=4).map(|number: u8| {
        let label = match number {
            0 => till.text(Key::CourseNone).to_owned(),
            number => till.texts.fill(Key::LineCourse, &[("n", &number.to_string())]),
        };
        let here = move || (course.get() == number).to_string();
        view! { <button type="button" aria-pressed=here disabled=begun on:click=move |_| course.set(number)>{label}</button> }
    });
    let courses: Vec<_> = courses.collect();
    let removing = till.clone();
    let remove = move |_| {
        removing.over.set(None);
        // The count may have changed meanwhile.
        let count = removing
            .pos
            .with_untracked(|pos| pos.merged_bill(bill)?.line(line).map(|line| line.count));
        if let Some(count) = count
            .and_then(|count| i16::try_from(count).ok())
            .filter(|count| *count > 0)
        {
            removing.change_count(line, -count);
        }
    };
    let over = till.over;
    let discount = move |_| over.set(Some(TillDialog::Discount(Some(line))));
    Some(view! {
        <Dialog title=shown.name.clone() close=till.close()>
            <form class="fields" on:submit=keep>
                {begun.then(|| view! { <p class="hint">{till.text(Key::LineBegun)}</p> })}
                <label><span>{till.text(Key::LineNote)}</span><input node_ref=note value=shown.note.clone() disabled=begun maxlength=limits::NOTE autocomplete="off"/></label>
                <fieldset class="choices"><legend>{till.text(Key::LineCourses)}</legend>{courses}</fieldset>
                <button type="submit" class="main" disabled=begun>{till.text(Key::DoKeep)}</button>
                <div class="beside">
                    <button type="button" on:click=discount>{till.text(Key::DoDiscount)}</button>
                    <button type="button" class="less" on:click=remove>{till.text(Key::LineRemove)}</button>
                </div>
            </form>
        </Dialog>
    })
}
