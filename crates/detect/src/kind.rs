//! What a value can be.

/// A kind of personal or secret data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sensitive {
    /// An e-mail address.
    Email,
    /// A person's full name.
    PersonName,
    /// A given name alone.
    GivenName,
    /// A family name alone.
    FamilyName,
    /// The name somebody signs in with.
    Username,
    /// A telephone or fax number.
    Phone,
    /// A street and number, or more of an address.
    PostalAddress,
    /// A postal code.
    Postcode,
    /// A company's name.
    Company,
    /// A bank account by its IBAN.
    Iban,
    /// The number of a payment card.
    CreditCard,
    /// A number by which a state knows a person: social security, tax, identity card, passport.
    NationalId,
    /// An IPv4 or IPv6 address.
    IpAddress,
    /// A network card's address.
    MacAddress,
    /// A password or its hash, a key, a token.
    Secret,
    /// When somebody was born.
    DateOfBirth,
    /// A place on earth by numbers.
    Coordinates,
    /// Text with one of the other kinds in it.
    FreeText,
    /// JSON with one of the other kinds in it.
    Document,
}

impl Sensitive {
    /// Every kind.
    pub const ALL: [Self; 19] = [
        Self::Email,
        Self::PersonName,
        Self::GivenName,
        Self::FamilyName,
        Self::Username,
        Self::Phone,
        Self::PostalAddress,
        Self::Postcode,
        Self::Company,
        Self::Iban,
        Self::CreditCard,
        Self::NationalId,
        Self::IpAddress,
        Self::MacAddress,
        Self::Secret,
        Self::DateOfBirth,
        Self::Coordinates,
        Self::FreeText,
        Self::Document,
    ];

    /// The name in rulesets, reports and errors.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PersonName => "person-name",
            Self::GivenName => "given-name",
            Self::FamilyName => "family-name",
            Self::Username => "username",
            Self::Phone => "phone",
            Self::PostalAddress => "postal-address",
            Self::Postcode => "postcode",
            Self::Company => "company",
            Self::Iban => "iban",
            Self::CreditCard => "credit-card",
            Self::NationalId => "national-id",
            Self::IpAddress => "ip-address",
            Self::MacAddress => "mac-address",
            Self::Secret => "secret",
            Self::DateOfBirth => "date-of-birth",
            Self::Coordinates => "coordinates",
            Self::FreeText => "free-text",
            Self::Document => "document",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The format fits, and other things have that format too.
    Likely,
    /// A checksum, an unmistakable format, or words beside it that say so.
    Sure,
}

/// Something found inside a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub what: Sensitive,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// How sure that is.
    pub certainty: Certainty,
}
