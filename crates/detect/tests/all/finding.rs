//! What is found in texts, and what is not.

use weir_detect::Certainty::{Likely, Sure};
use weir_detect::Sensitive::{
    Coordinates, CreditCard, DateOfBirth, Email, FamilyName, GivenName, Iban, IpAddress,
    MacAddress, NationalId, PersonName, Phone, PostalAddress, Postcode, Secret,
};
use weir_detect::{Certainty, Sensitive, find};

/// What is found, as the kind, the text and the certainty.
fn found(text: &str) -> Vec<(Sensitive, &str, Certainty)> {
    let mut found = Vec::new();
    find(text.as_bytes(), &mut found);
    let texts = found
        .into_iter()
        .map(|one| (one.what, &text[one.start..one.end], one.certainty));
    texts.collect()
}

#[test]
fn single_values_are_found_whole() {
    let examples = [
        ("anna.kowalski+shop@mail.acme.io", Email, Sure),
        ("müller@straße.de", Email, Sure),
        ("+49 30 901820", Phone, Sure),
        ("+1 (202) 456-1111", Phone, Sure),
        ("(202) 456-1111", Phone, Sure),
        ("+442079460958", Phone, Sure),
        ("0049 (0)30 9018-20", Phone, Likely),
        ("030/9018200", Phone, Likely),
        ("020 7946 0958", Phone, Likely),
        ("06 12 34 56 78", Phone, Sure),
        ("612 345 678", Phone, Likely),
        ("DE89 3704 0044 0532 0130 00", Iban, Sure),
        ("GB29NWBK60161331926819", Iban, Sure),
        ("4111 1111 1111 1111", CreditCard, Sure),
        ("5555555555554444", CreditCard, Likely),
        ("219-09-9999", NationalId, Sure),
        ("AB 12 34 56 C", NationalId, Sure),
        ("86 095 742 719", NationalId, Sure),
        ("2 55 08 14 168 025 38", NationalId, Sure),
        ("12345678Z", NationalId, Likely),
        ("X-1234567-L", NationalId, Likely),
        ("756.9217.0769.85", NationalId, Sure),
        ("81.169.145.66", IpAddress, Sure),
        ("2a01:4f8:c17:b0f::2", IpAddress, Sure),
        ("fe80::1c2d:3eff:fe4f:5a6b", IpAddress, Sure),
        ("aa:bb:cc:dd:ee:ff", MacAddress, Sure),
        ("00-1B-44-11-3A-B7", MacAddress, Sure),
        (
            "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW",
            Secret,
            Sure,
        ),
        ("AKIAIOSFODNN7EXAMPLE", Secret, Sure),
        ("52.52001, 13.40495", Coordinates, Likely),
        ("SW1A 1AA", Postcode, Likely),
        ("Hauptstraße 12a", PostalAddress, Likely),
        ("221 Baker Street", PostalAddress, Likely),
        ("12 rue de la Paix", PostalAddress, Likely),
        ("Calle Mayor, 12", PostalAddress, Likely),
        ("Anna Schmidt", PersonName, Likely),
        ("María García López", PersonName, Likely),
    ];
    for (text, what, certainty) in examples {
        assert_eq!(found(text), [(what, text, certainty)], "{text}");
    }
}

#[test]
fn findings_stand_inside_of_texts() {
    let text = "Frau Schmidt (geboren am 12.03.1981) wohnt Hauptstr. 5, 10115 Berlin, Tel: 0171 2345678, anna@web.de.";
    let kinds: Vec<_> = found(text)
        .into_iter()
        .map(|(what, text, _)| (what, text))
        .collect();
    assert_eq!(
        kinds,
        [
            (PersonName, "Schmidt"),
            (DateOfBirth, "12.03.1981"),
            (PostalAddress, "Hauptstr. 5, 10115 Berlin"),
            (Phone, "0171 2345678"),
            (Email, "anna@web.de"),
        ]
    );
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow==\n-----END";
    assert_eq!(found(key)[0].0, Secret);
    let url = "postgres://app:hunter2@db/shop password=tr0ub4dor";
    assert_eq!(
        found(url),
        [(Secret, "hunter2", Sure), (Secret, "tr0ub4dor", Sure)]
    );
}

#[test]
fn keys_of_json_count() {
    let text = r#"{"id": 7, "first_name": "Zyxel", "surname":"Qwop", "tags": ["a"], "contact": {"mail": "q@acme.io"}, "email": null}"#;
    let kinds: Vec<_> = found(text)
        .into_iter()
        .map(|(what, text, _)| (what, text))
        .collect();
    assert_eq!(
        kinds,
        [
            (GivenName, "Zyxel"),
            (FamilyName, "Qwop"),
            (Email, "q@acme.io")
        ]
    );
}

#[test]
fn lookalikes_are_not_found() {
    let traps = [
        "release 10.4.12.1",
        "v1.22.333.4444",
        "550e8400-e29b-41d4-a716-446655440000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "2024-02-29T12:00:00Z",
        "1709208000",
        "ORD-2024-000123",
        "978-3-16-148410-0",
        "12:30:45",
        "logo@2x.png",
        "@mention",
        "someone@example.com",
        "user@test",
        "127.0.0.1",
        "255.255.255.0",
        "DE89370400440532013001",
        "4111111111111112",
        "12345678A",
        "000-12-3456",
        "1,234,567.89",
        "The Quick Brown Fox",
        "std::vec::Vec",
        "#112233",
        "C:\\Windows\\System32",
        "1.299,00 EUR",
        "Chapter 3 of 12",
    ];
    for text in traps {
        assert_eq!(found(text), [], "{text}");
    }
}
