//! The values of columns, and of their lookalikes.

use crate::random::Random;
use crate::words::Words;
use crate::{numbers, secrets};

pub(crate) struct Maker<'a> {
    words: &'a Words,
    language: &'a str,
    random: Random,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(words: &'a Words, language: &'a str, random: Random) -> Self {
        Self {
            words,
            language,
            random,
        }
    }

    /// The next value; one in twenty is NULL.
    pub(crate) fn value(&mut self, what: &str) -> Option<String> {
        if self.random.chance(5) {
            return None;
        }
        Some(
            self.person(what)
                .or_else(|| self.number(what))
                .or_else(|| self.thing(what))
                .unwrap_or_else(|| panic!("no generator {what}")),
        )
    }

    fn word(&mut self, section: &str) -> String {
        let words = self.words.of(section);
        self.random.pick(&words).to_owned()
    }

    /// What is personal or secret.
    fn person(&mut self, what: &str) -> Option<String> {
        let (random, language) = (&mut self.random, self.language);
        Some(match what {
            "hash" => secrets::hash(random, language),
            "token" => secrets::token(random, language),
            "apikey" => secrets::api_key(random),
            "jwt" => secrets::jwt(random),
            "pem" => secrets::pem(random),
            "iban" => numbers::iban(random, language),
            "card" => numbers::card(random),
            "national" => numbers::national(random, language),
            "nhs" => numbers::health(random),
            "email" => self.email(),
            "full" | "people" => self.full(),
            "given" | "family" => self.word(what),
            "user" => self.user(),
            "address" => self.word("street"),
            "company" => self.word("company"),
            "phone" => {
                let format = self.word("phone");
                self.random.fill(&format)
            }
            "notes" => self.notes(),
            "doc" => self.document(),
            _ => return None,
        })
    }

    fn full(&mut self) -> String {
        let (given, family) = (self.word("given"), self.word("family"));
        match (self.language, self.random.below(10)) {
            (_, 0) => format!("{family}, {given}"),
            ("de", 1) => format!("Dr. {given} {family}"),
            ("es", 1..=6) => format!("{given} {family} {}", self.word("family")),
            _ => format!("{given} {family}"),
        }
    }

    fn user(&mut self) -> String {
        let (given, family) = (plain(&self.word("given")), plain(&self.word("family")));
        let initial: String = given.chars().take(1).collect();
        match self.random.below(4) {
            0 => format!("{given}{}", self.random.between(1, 99)),
            1 => format!("{initial}{family}"),
            2 => format!("{given}.{family}"),
            _ => format!("{given}_{initial}"),
        }
    }

    fn email(&mut self) -> String {
        let hosts = [
            "gmail.com",
            "web.de",
            "orange.fr",
            "telefonica.net",
            "acme.io",
            "mail.co.uk",
            "outlook.com",
            "uni-mainz.de",
        ];
        format!("{}@{}", self.user(), self.random.pick(&hosts))
    }

    /// Text, a quarter of which has somebody in it.
    fn notes(&mut self) -> String {
        if !self.random.chance(25) {
            return self.word("plain");
        }
        let mut text = self.word("note");
        for what in ["email", "phone", "given", "family", "address"] {
            let place = format!("{{{what}}}");
            if text.contains(&place) {
                let value = self.person(what).unwrap_or_default();
                text = text.replace(&place, &value);
            }
        }
        text
    }

    fn document(&mut self) -> String {
        let order = self.random.between(1, 9_999);
        if self.random.chance(40) {
            return format!(r#"{{"order": {order}, "tags": ["new", "paid"]}}"#);
        }
        let (email, phone, given) = (
            self.email(),
            self.person("phone").unwrap_or_default(),
            self.word("given"),
        );
        match self.random.below(3) {
            0 => format!(r#"{{"order": {order}, "contact": {{"email": "{email}"}}}}"#),
            1 => format!(r#"{{"first_name":"{given}","phone":"{phone}","order":{order}}}"#),
            _ => format!(r#"[{{"by": "{email}", "tel": "{phone}"}}]"#),
        }
    }

    /// Numbers, times and addresses of machines.
    fn number(&mut self, what: &str) -> Option<String> {
        let (random, language) = (&mut self.random, self.language);
        Some(match what {
            "postcode" if language == "en" && random.chance(50) => {
                format!(
                    "{}{} {}{}",
                    random.letters("BCELMNSW", 2),
                    random.between(1, 29),
                    random.between(1, 9),
                    random.letters("ABDEFGHJ", 2)
                )
            }
            "postcode" => format!("{:05}", random.between(1_001, 98_799)),
            "tax" => format!(
                "{}/{}/{}",
                random.digits(3),
                random.digits(3),
                random.digits(5)
            ),
            "vat" => format!("DE{}", random.digits(9)),
            "tracking2" => format!("28{}", random.digits(10)),
            "ip" => format!(
                "{}.{}.{}.{}",
                random.between(24, 223),
                random.below(256),
                random.below(256),
                random.between(1, 254)
            ),
            "ip6" => format!(
                "2a02:{}:{}:{}::{}",
                random.hex(4),
                random.hex(3),
                random.hex(4),
                random.hex(2)
            ),
            "mac" => (0..6).map(|_| random.hex(2)).collect::<Vec<_>>().join(":"),
            "dob" => self.date(1938, 2008, true),
            "date" => self.date(2012, 2025, false),
            "lat" => format!("{}.{}", random.between(36, 59), random.digits(6)),
            "lng" => format!("{}.{}", random.between(1, 14), random.digits(6)),
            "latlng" => format!(
                "{}.{}, {}.{}",
                random.between(36, 59),
                random.digits(5),
                random.between(1, 14),
                random.digits(5)
            ),
            "hex" => random.hex(16),
            "hex2" => random.hex(9),
            "sha" => random.hex(64),
            "md5" | "md5pass" => random.hex(32),
            "uuid" => format!(
                "{}-{}-4{}-a{}-{}",
                random.hex(8),
                random.hex(4),
                random.hex(3),
                random.hex(3),
                random.hex(12)
            ),
            "epoch" => format!("17{}", random.digits(8)),
            "price" => format!("{}.{}", random.between(1, 899), random.digits(2)),
            "counter" => random.below(3_000).to_string(),
            "flag" => random.below(2).to_string(),
            "ean" => numbers::ean(random),
            "isbn" => format!(
                "978-3-{}-{}-{}",
                random.digits(2),
                random.digits(6),
                random.digits(1)
            ),
            _ => return None,
        })
    }

    fn date(&mut self, from: u64, to: u64, birth: bool) -> String {
        let random = &mut self.random;
        let (year, month, day) = (
            random.between(from, to),
            random.between(1, 12),
            random.between(1, 28),
        );
        match (self.language, birth) {
            ("fr", true) => format!("{year}-{month:02}-{day:02}"),
            ("es", true) => format!("{year}-{month:02}-{day:02} 00:00:00"),
            ("en", false) => format!(
                "{year}-{month:02}-{day:02} {:02}:{:02}:07",
                random.below(24),
                random.below(60)
            ),
            _ => format!("{year}-{month:02}-{day:02}"),
        }
    }

    /// Names and codes of things.
    fn thing(&mut self, what: &str) -> Option<String> {
        let random = &mut self.random;
        Some(match what {
            "city" | "job" | "product" => self.word(what),
            "lorem" => self.word("plain"),
            "order" => match random.below(4) {
                0 => format!("0{}", random.digits(9)),
                1 => format!("49{}", random.digits(9)),
                2 => format!("{}-{}", random.between(2019, 2025), random.digits(6)),
                _ => random.digits(10),
            },
            "code" => format!("{}-{}", random.letters("ABCDEFGH", 2), random.digits(4)),
            "sku" => format!(
                "{}{}-{}",
                random.letters("KLMNPQRST", 3),
                random.digits(4),
                random.letters("ABC", 1)
            ),
            "tracking" if random.chance(50) => format!(
                "1Z{}{}",
                random.letters("ABCDEFGH0123456789", 6),
                random.digits(10)
            ),
            "tracking" => format!("00{}", random.digits(18)),
            "version" if random.chance(40) => format!(
                "{}.{}.{}",
                random.below(12),
                random.below(30),
                random.below(20)
            ),
            "version" => format!(
                "{}.{}.{}.{}",
                random.below(20),
                random.below(20),
                random.below(12),
                random.below(250)
            ),
            "plate" => format!("{} {}", random.letters("BHKMNS", 2), random.digits(4)),
            "bic" => format!(
                "{}DEFF{}",
                random.letters("ABCDEGKLMNOPS", 4),
                random.digits(3)
            ),
            "enum" => random
                .pick(&["new", "active", "express", "standard", "closed"])
                .to_owned(),
            "country" => random
                .pick(&["DE", "FR", "ES", "GB", "US", "IT", "NL"])
                .to_owned(),
            "currency" => random.pick(&["EUR", "USD", "GBP", "CHF"]).to_owned(),
            "lang" => random
                .pick(&["en-GB", "de-DE", "fr-FR", "es-ES"])
                .to_owned(),
            "mime" => random
                .pick(&["image/png", "application/pdf", "text/html"])
                .to_owned(),
            "hexcolour" => format!("#{}", random.hex(6)),
            "file" => format!(
                "scan_{}-{:02}.pdf",
                random.between(2018, 2025),
                random.between(1, 12)
            ),
            "url" => format!("https://shop.acme.io/p/{}", random.digits(6)),
            "slug" => format!(
                "{}-{}",
                random.pick(&["north", "blue", "fast", "late"]),
                random.pick(&["river", "engine", "route"])
            ),
            "config" => format!(
                r#"{{"theme": "dark", "page": {}, "beta": true}}"#,
                random.below(90)
            ),
            _ => return None,
        })
    }
}

/// A name as it stands in an address: small letters of ASCII.
fn plain(name: &str) -> String {
    let letters = name.to_lowercase();
    letters.chars().filter(char::is_ascii_alphabetic).collect()
}
