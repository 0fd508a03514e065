//! Asking before something is done.

use super::frame::{Frame, Fresh, page};
use crate::views::{Confirm, Field, FieldKind};
use maud::{Markup, html};

/// What will happen, what is asked besides, and the button that does it.
#[must_use]
pub fn confirm(confirm: &Confirm, frame: &Frame) -> Markup {
    let content = html! {
        div.narrow {
            h1 { (confirm.title) }
            @if !confirm.will.is_empty() {
                section.will .danger[confirm.danger] aria-labelledby="will" {
                    h2 id="will" { "What this does" }
                    ul { @for sentence in &confirm.will { li { (sentence) } } }
                }
            }
            form.stacked method="post" action=(confirm.form) {
                (frame.token())
                @for one in &confirm.fields { (field(one)) }
                p.buttons {
                    button.primary .danger[confirm.danger] { (confirm.button) }
                    " "
                    a href="/" data-back { "Leave it as it is" }
                }
            }
            @if let Some(person) = &frame.person {
                p.faint { "It will be recorded that " (person) " asked for it." }
            }
        }
    };
    page(&confirm.title, Fresh::Still, &content, frame)
}

fn field(field: &Field) -> Markup {
    let id = format!("field-{}", field.name);
    let help = field.help.as_ref().map(|_| format!("{id}-help"));
    html! {
        @if field.kind == FieldKind::Hidden {
            input type="hidden" name=(field.name) value=(field.value);
        } @else {
            label for=(id) {
                (field.label)
                @if !field.required { span.faint { " (may be left empty)" } }
            }
            @match &field.kind {
                FieldKind::Choice(choices) => {
                    select id=(id) name=(field.name) required[field.required] aria-describedby=[&help] {
                        @for choice in choices {
                            option value=(choice) selected[*choice == field.value] { (choice) }
                        }
                    }
                }
                FieldKind::Text | FieldKind::Hidden => {
                    input id=(id) name=(field.name) type="text" value=(field.value)
                        required[field.required] autocomplete="off" aria-describedby=[&help];
                }
            }
            @if let (Some(text), Some(id)) = (&field.help, &help) {
                p.help id=(id) { (text) }
            }
        }
    }
}
