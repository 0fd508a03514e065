//! Signing in with an operator's token.

use super::frame::{Frame, Fresh, page};
use maud::{Markup, html};

/// The form, posted to `/sign-in` as `token` and `next`. `refused` is why it was not enough
/// before, `next` the page to go to afterwards.
#[must_use]
pub fn sign_in(refused: Option<&str>, next: &str, frame: &Frame) -> Markup {
    let content = html! {
        div.narrow {
            h1 { "Sign in" }
            @if let Some(why) = refused {
                p.failure role="alert" id="refused" { (why) }
            }
            form.stacked method="post" action="/sign-in" {
                (frame.token())
                input type="hidden" name="next" value=(next);
                label for="token" { "Operator's token" }
                input id="token" name="token" type="password" required autocomplete="current-password"
                    aria-describedby=[refused.map(|_| "refused")] aria-invalid=[refused.map(|_| "true")];
                p.help { "It stands behind your name in the operators file of weir.yaml's " code { "serve" } "." }
                button.primary { "Sign in" }
            }
        }
    };
    page("Sign in", Fresh::Still, &content, frame)
}
