/// The name of something in a schema, as rules and manifests write it: what is in `public` goes
/// without its schema. A part that holds a dot or a quote is quoted as in SQL, so that no two
/// things share a name.
pub(crate) fn qualified(schema: &str, name: &str) -> String {
    if schema == "public" || schema.is_empty() {
        return part(name);
    }
    format!("{}.{}", part(schema), part(name))
}

fn part(name: &str) -> String {
    match name.contains(['.', '"']) {
        true => crate::config::identifier(name),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_things_share_a_name() {
        assert_eq!(qualified("public", "people"), "people");
        assert_eq!(qualified("a", "b"), "a.b");
        assert_eq!(qualified("public", "a.b"), "\"a.b\"");
        assert_eq!(qualified("a.b", "c\""), "\"a.b\".\"c\"\"\"");
    }
}
