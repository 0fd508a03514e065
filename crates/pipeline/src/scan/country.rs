//! Whose national identifiers a column holds: the transformer must be told, and the detectors only say
//! that each passed a check.

use weir_detect::{Found, Sensitive, find};

/// Share of the values that must be identifiers of one country.
const MOST: f64 = 0.9;

/// The country for `national-id` whose identifiers nearly all of the values are. `None` where they
/// are of several, or of a country that the transformer does not make: Switzerland, and the health
/// and insurance numbers of Britain and Germany.
pub(super) fn of<'a>(values: impl Iterator<Item = &'a [u8]>) -> Option<&'static str> {
    let mut counts = [0_u32; COUNTRIES.len()];
    let (mut seen, mut found) = (0_u32, Vec::new());
    for value in values {
        let value = value.trim_ascii();
        if value.is_empty() {
            continue;
        }
        seen += 1;
        let country = country(value, &mut found);
        let count = country.and_then(|country| counts.get_mut(country));
        count.into_iter().for_each(|count| *count += 1);
    }
    let mut pairs = COUNTRIES.iter().zip(counts);
    let (country, _) =
        pairs.find(|(_, count)| *count > 0 && f64::from(*count) >= MOST * f64::from(seen))?;
    Some(country)
}

const COUNTRIES: [&str; 5] = ["de", "es", "fr", "gb", "us"];

/// The place of the country in the list. Each of the checks that a value can have passed knows
/// another shape.
fn country(value: &[u8], found: &mut Vec<Found>) -> Option<usize> {
    find(value, found);
    let whole =
        |one: &Found| one.what == Sensitive::NationalId && one.end - one.start == value.len();
    found.iter().find(|one| whole(one))?;
    let compact: Vec<u8> = value
        .iter()
        .copied()
        .filter(u8::is_ascii_alphanumeric)
        .collect();
    let digits = |part: Option<&[u8]>| part.is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let code = match compact.len() {
        11 if digits(Some(&compact)) => "de",
        15 => "fr",
        9 if digits(Some(&compact)) => "us",
        9 if digits(compact.get(1..8)) => "es",
        9 if digits(compact.get(2..8)) => "gb",
        _ => return None,
    };
    COUNTRIES.iter().position(|known| *known == code)
}

#[cfg(test)]
mod tests {
    use super::of;

    fn country(values: &[&str]) -> Option<&'static str> {
        of(values.iter().map(|value| value.as_bytes()))
    }

    #[test]
    fn the_country_is_that_of_nearly_all_values() {
        assert_eq!(country(&["123-45-6789", "", "219-09-9998"]), Some("us"));
        assert_eq!(country(&["12345678Z", "X1234567L"]), Some("es"));
        assert_eq!(country(&["1 85 05 78 006 084 91"]), Some("fr"));
        assert_eq!(country(&["AB123456C", "JG 10 37 59 A"]), Some("gb"));
        assert_eq!(country(&["86 095 742 719"]), Some("de"));
        assert_eq!(country(&["123-45-6789", "12345678Z"]), None);
        assert_eq!(country(&["756.9217.0769.85"]), None);
        assert_eq!(country(&["hello", ""]), None);
    }
}
