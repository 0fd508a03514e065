use serde::Deserialize;

/// A rule of a bucket's lifecycle that is enabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleRule {
    /// Its name, where it has one.
    pub id: String,
    /// What the keys it is for begin with; empty for all.
    pub prefix: String,
    /// Whether it is for some of those objects only, by tag or size.
    pub narrowed: bool,
    /// After how many days an object is removed.
    pub expires_after: Option<u32>,
    /// The days after which an object moves to another class.
    pub transitions: Vec<Transition>,
    /// After how many days an older version is removed.
    pub old_versions_expire_after: Option<u32>,
    /// After how many days a write that was never finished is removed.
    pub unfinished_expire_after: Option<u32>,
}

/// A move to another storage class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// After how many days.
    pub days: u32,
    /// To which class, e.g. `GLACIER`.
    pub class: String,
}

impl LifecycleRule {
    /// Whether it is for every object whose key begins with `prefix`.
    #[must_use]
    pub fn covers(&self, prefix: &str) -> bool {
        !self.narrowed && prefix.starts_with(&self.prefix)
    }

    /// Whether it can be for some object whose key begins with `prefix`.
    #[must_use]
    pub fn touches(&self, prefix: &str) -> bool {
        prefix.starts_with(&self.prefix) || self.prefix.starts_with(prefix)
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Configuration {
    #[serde(rename = "Rule", default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    #[serde(rename = "ID", default)]
    id: String,
    status: String,
    /// Where rules written before filters have it.
    prefix: Option<String>,
    filter: Option<Filter>,
    expiration: Option<Expiration>,
    #[serde(rename = "Transition", default)]
    transitions: Vec<Move>,
    noncurrent_version_expiration: Option<OldVersions>,
    abort_incomplete_multipart_upload: Option<Unfinished>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    prefix: Option<String>,
    and: Option<Box<Filter>>,
    #[serde(rename = "Tag", default)]
    tags: Vec<serde::de::IgnoredAny>,
    object_size_greater_than: Option<u64>,
    object_size_less_than: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Expiration {
    days: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Move {
    days: Option<u32>,
    storage_class: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OldVersions {
    noncurrent_days: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Unfinished {
    days_after_initiation: Option<u32>,
}

impl Filter {
    fn prefix(&self) -> Option<String> {
        let within = || self.and.as_ref().and_then(|and| and.prefix());
        self.prefix.clone().or_else(within)
    }

    fn narrows(&self) -> bool {
        !self.tags.is_empty()
            || self.object_size_greater_than.is_some()
            || self.object_size_less_than.is_some()
            || self.and.as_ref().is_some_and(|and| and.narrows())
    }
}

/// The rules that are in force.
pub(super) fn enabled_rules(configuration: Configuration) -> Vec<LifecycleRule> {
    let rules = configuration.rules.into_iter();
    rules
        .filter(|rule| rule.status == "Enabled")
        .map(|rule| {
            let filter = rule.filter.unwrap_or_default();
            LifecycleRule {
                id: rule.id,
                prefix: filter.prefix().or(rule.prefix).unwrap_or_default(),
                narrowed: filter.narrows(),
                expires_after: rule.expiration.and_then(|found| found.days),
                transitions: transitions(rule.transitions),
                old_versions_expire_after: rule
                    .noncurrent_version_expiration
                    .and_then(|found| found.noncurrent_days),
                unfinished_expire_after: rule
                    .abort_incomplete_multipart_upload
                    .and_then(|found| found.days_after_initiation),
            }
        })
        .collect()
}

fn transitions(moves: Vec<Move>) -> Vec<Transition> {
    moves
        .into_iter()
        .filter_map(|found| {
            Some(Transition {
                days: found.days?,
                class: found.storage_class,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Rule><ID>all</ID><Filter/><Status>Enabled</Status>
    <Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>
    <Transition><Days>60</Days><StorageClass>GLACIER</StorageClass></Transition>
    <Expiration><Days>120</Days></Expiration>
    <NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>
  </Rule>
  <Rule><ID>some</ID><Status>Enabled</Status>
    <Filter><And><Prefix>app/</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></And></Filter>
    <Expiration><Days>1</Days></Expiration></Rule>
  <Rule><ID>old form</ID><Prefix>logs/</Prefix><Status>Enabled</Status>
    <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>
  <Rule><ID>off</ID><Filter><Prefix></Prefix></Filter><Status>Disabled</Status>
    <Expiration><Days>2</Days></Expiration></Rule>
</LifecycleConfiguration>"#;

    #[test]
    fn rules_are_read_in_every_form() {
        let rules = enabled_rules(quick_xml::de::from_str(DOCUMENT).unwrap());
        let [all, some, old] = &rules[..] else {
            panic!("three rules are enabled: {rules:?}");
        };
        assert_eq!(
            (all.expires_after, all.old_versions_expire_after),
            (Some(120), Some(1))
        );
        let classes: Vec<(u32, &str)> = all
            .transitions
            .iter()
            .map(|found| (found.days, found.class.as_str()))
            .collect();
        assert_eq!(classes, [(30, "STANDARD_IA"), (60, "GLACIER")]);
        assert!(all.covers("app/") && all.touches("app/"));
        assert!(some.narrowed && some.prefix == "app/");
        assert!(!some.covers("app/") && some.touches("app/x") && some.touches(""));
        assert_eq!(
            (old.prefix.as_str(), old.unfinished_expire_after),
            ("logs/", Some(7))
        );
        assert!(!old.touches("app/"));
    }
}
