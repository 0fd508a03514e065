//! What others write stays text.

use super::screens::all;

const MARKUP: &str =
    "</td><script>alert(1)</script><img src=x onerror=alert(2)> \" onclick=\"x ' style='x";
const STEERING: &str = "\u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}txet\u{2066} \u{9b}31m \0";

#[test]
fn markup_in_names_logs_and_errors_is_shown_and_not_obeyed() {
    for screen in all(MARKUP, 0) {
        let page = screen.page.into_string();
        assert!(
            page.contains("&lt;script&gt;"),
            "{} does not show it",
            screen.name
        );
        assert!(!page.contains("<script>"), "{}", screen.name);
        assert!(!page.contains("<img src=x"), "{}", screen.name);
    }
}

#[test]
fn what_steers_a_terminal_or_turns_text_around_is_written_out() {
    for screen in all(STEERING, 0) {
        let page = screen.page.into_string();
        assert!(
            page.contains("\\u{1b}[2J"),
            "{} does not show it",
            screen.name
        );
        let steering = |letter: char| {
            letter.is_control() && letter != '\n' || matches!(letter, '\u{202a}'..='\u{2069}')
        };
        assert!(!page.contains(steering), "{}", screen.name);
    }
}

#[test]
fn no_page_has_a_style_or_a_script_of_its_own() {
    for text in ["plain", MARKUP] {
        for screen in all(text, 0) {
            for tag in tags(&screen.page.into_string()) {
                for name in attributes(&tag) {
                    assert!(
                        name != "style" && !name.starts_with("on"),
                        "{}: {tag}",
                        screen.name
                    );
                }
                assert!(!tag.starts_with("style"), "{}: {tag}", screen.name);
                assert!(!tag.contains("javascript:"), "{}: {tag}", screen.name);
                assert!(
                    !tag.starts_with("script") || tag == "script src=\"/assets/weir.js\" defer",
                    "{}: {tag}",
                    screen.name
                );
                assert!(!tag.contains("=\"http"), "{}: {tag}", screen.name);
            }
        }
    }
}

/// The insides of the tags of a page. Attributes are in double quotes, and may hold `>`.
fn tags(page: &str) -> Vec<String> {
    let (mut tags, mut tag, mut quoted) = (Vec::new(), None::<String>, false);
    for letter in page.chars() {
        match (&mut tag, letter) {
            (None, '<') => tag = Some(String::new()),
            (Some(inside), '>') if !quoted => {
                tags.push(std::mem::take(inside));
                tag = None;
            }
            (Some(inside), letter) => {
                quoted ^= letter == '"';
                inside.push(letter);
            }
            (None, _) => {}
        }
    }
    tags
}

/// The names of a tag's attributes: what stands before each `="`, outside of quotes.
fn attributes(tag: &str) -> Vec<&str> {
    tag.split('"')
        .step_by(2)
        .filter_map(|outside| outside.strip_suffix('='))
        .filter_map(|outside| outside.rsplit(' ').next())
        .collect()
}

#[test]
fn attributes_are_found_where_they_are() {
    assert_eq!(
        attributes("a href=\"x on=\" title=\"y\" b"),
        ["href", "title"]
    );
    assert_eq!(tags("<p title=\"a>b\">x</p>"), ["p title=\"a>b\"", "/p"]);
}
