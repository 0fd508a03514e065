//! Patterns of names.

/// A name in which `*` stands for any letters; capitals do not count.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(String);

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self(text.trim().to_lowercase())
    }

    /// Whether it says nothing.
    pub(super) fn is_all(&self) -> bool {
        self.0.bytes().all(|byte| byte == b'*')
    }

    /// Whether a name is like it.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut left) = name.strip_prefix(first) else {
            return false;
        };
        let Some(last) = parts.next_back() else {
            // There was no star.
            return left.is_empty();
        };
        for part in parts {
            match left.find(part).and_then(|at| left.get(at + part.len()..)) {
                Some(rest) => left = rest,
                None => return false,
            }
        }
        left.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn stars_stand_for_any_letters() {
        let matches = |pattern: &str, name: &str| Pattern::new(pattern).matches(name);
        assert!(matches("*_at", "Created_AT") && matches("*", "") && matches("a*b*c", "a-b-b-c"));
        assert!(matches("*email*", "UserEmailAddress") && matches("created", "CREATED"));
        assert!(!matches("*_at", "at") && !matches("a*a", "a") && !matches("a*b*c", "a-c-b"));
        assert!(!matches("created", "created_at") && !matches("", "x") && matches("", ""));
    }
}
