//! Templates: the five names that may stand in a value, and no more.

use crate::yaml::{listed, nearest};

/// What the names in a template stand for. A name without a value may not be used in that place.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Names<'a> {
    pub(crate) environment: Option<&'a str>,
    pub(crate) app: Option<&'a str>,
    pub(crate) engine: Option<&'a str>,
    pub(crate) instance: Option<&'a str>,
    pub(crate) database: Option<&'a str>,
}

impl<'a> Names<'a> {
    fn all(self) -> [(&'static str, Option<&'a str>); 5] {
        [
            ("environment", self.environment),
            ("app", self.app),
            ("engine", self.engine),
            ("instance", self.instance),
            ("database", self.database),
        ]
    }

    fn allowed(self) -> Vec<&'static str> {
        self.all()
            .into_iter()
            .filter(|(_, value)| value.is_some())
            .map(|(name, _)| name)
            .collect()
    }

    fn value(self, name: &str) -> Option<&'a str> {
        self.all()
            .into_iter()
            .find(|(known, _)| *known == name)
            .and_then(|(_, value)| value)
    }
}

/// What is wrong with a template and what would be right.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) help: String,
}

/// Replaces `{name}`; `{{` and `}}` stand for braces.
pub(crate) fn expand(template: &str, names: Names<'_>) -> Result<String, Wrong> {
    let mut result = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        result.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            result.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            result.push('}');
            rest = after;
        } else {
            let (name, after) = from
                .strip_prefix('{')
                .and_then(|inner| inner.split_once('}'))
                .ok_or_else(lone_brace)?;
            result.push_str(names.value(name).ok_or_else(|| unknown(name, names))?);
            rest = after;
        }
    }
    result.push_str(rest);
    Ok(result)
}

fn lone_brace() -> Wrong {
    Wrong {
        message: "a brace without its partner".to_owned(),
        help: "a template is `{name}`; write `{{` or `}}` for a brace itself".to_owned(),
    }
}

fn unknown(name: &str, names: Names<'_>) -> Wrong {
    let allowed = names.allowed();
    let known = names.all().iter().any(|(known, _)| *known == name);
    let message = if known {
        format!("the template {{{name}}} cannot be used here")
    } else {
        format!("unknown template {{{name}}}")
    };
    let braced: Vec<String> = allowed.iter().map(|name| format!("{{{name}}}")).collect();
    let braced: Vec<&str> = braced.iter().map(String::as_str).collect();
    let list = listed(&braced);
    let help = match nearest(name, allowed.iter().copied()) {
        Some(near) if !known => {
            format!("did you mean `{{{near}}}`? templates here: {list}; `{{{{` for a brace itself")
        }
        _ => format!("templates here: {list}; `{{{{` for a brace itself"),
    };
    Wrong { message, help }
}

#[cfg(test)]
mod tests {
    use super::{Names, expand};

    const NAMES: Names<'_> = Names {
        environment: Some("staging"),
        app: Some("ckan"),
        engine: Some("postgres"),
        instance: None,
        database: None,
    };

    #[test]
    fn replaces_names_and_doubled_braces() {
        assert_eq!(
            expand("{app}-{engine}.{environment}", NAMES).unwrap(),
            "ckan-postgres.staging"
        );
        assert_eq!(expand("{{x}}", NAMES).unwrap(), "{x}");
        assert_eq!(expand("", NAMES).unwrap(), "");
    }

    #[test]
    fn says_which_names_may_be_used() {
        let wrong = expand("{ap}", NAMES).unwrap_err();
        assert_eq!(wrong.message, "unknown template {ap}");
        assert!(
            wrong.help.starts_with("did you mean `{app}`?"),
            "{}",
            wrong.help
        );
        let wrong = expand("{database}", NAMES).unwrap_err();
        assert_eq!(wrong.message, "the template {database} cannot be used here");
        assert!(expand("a{b", NAMES).is_err());
        assert!(expand("a}b", NAMES).is_err());
    }
}
