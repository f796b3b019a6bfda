//! The possible parts of a signed request: which headers hold them, and which text of them is signed.

use super::super::super::case::Case;

/// The most headers that are looked at.
const MAX_HEADERS: usize = 64;
/// The most headers of one role that are tried, beside the configured one.
const MAX_OF_ROLE: usize = 4;
/// Longest nonce: as long as the library takes.
const MAX_NONCE_BYTES: usize = 256;

/// The separators that may stand between the parts, the likeliest first.
const SEPARATORS: [&str; 12] = [
    ".", "", "\n", ":", "|", "-", "_", ",", ";", " ", "&", "\r\n",
];

/// Headers that clients, servers and proxies write: no tag of the form stands in them.
const OF_OTHERS: [&str; 14] = [
    "accept",
    "authorization",
    "connection",
    "content-",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "host",
    "trace",
    "transfer-encoding",
    "user-agent",
    "via",
    "x-forwarded-",
];

/// A header, and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Held<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

/// The headers that may hold each part, the likeliest first.
pub(super) struct Parts<'a> {
    pub(super) signatures: Vec<Held<'a>>,
    nonces: Vec<Held<'a>>,
    timestamps: Vec<Held<'a>>,
    algorithms: Vec<Held<'a>>,
}

impl<'a> Parts<'a> {
    /// By the settings, by the headers' names, and by what is in them.
    pub(super) fn of(case: &'a Case, configured: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |held: &Held<'_>, setting: &str| {
            configured(setting).is_some_and(|name| held.name.eq_ignore_ascii_case(&name))
        };
        let all: Vec<Held<'a>> = case
            .headers
            .iter()
            .take(MAX_HEADERS)
            .map(|(name, value)| Held { name, value })
            .filter(|held| is_plain(held.name) && !held.value.is_empty())
            .collect();
        // The configured one, then those of such a name, then those of such a value.
        let of_role = |setting: &str, words: &[&str], fits: &dyn Fn(&str) -> bool| {
            let rank = |held: &Held<'_>| {
                let name = held.name.to_ascii_lowercase();
                if is_set(held, setting) {
                    Some(0)
                } else if OF_OTHERS.iter().any(|other| name.starts_with(other)) || !fits(held.value)
                {
                    None
                } else if words.iter().any(|word| name.contains(word)) {
                    Some(1)
                } else {
                    Some(2)
                }
            };
            let mut ranked: Vec<(u8, Held<'a>)> = all
                .iter()
                .filter_map(|held| Some((rank(held)?, *held)))
                .collect();
            ranked.sort_by_key(|(rank, _)| *rank);
            let ranked = ranked.into_iter().map(|(_, held)| held);
            ranked.take(MAX_OF_ROLE).collect::<Vec<_>>()
        };
        let signatures = of_role("signature_header", &["sign", "jws"], &is_signature);
        let timestamps = of_role("timestamp_header", &["time", "date"], &|value| {
            timestamp_form(value).is_some()
        });
        let algorithms = of_role("algorithm_header", &["alg"], &is_algorithm);
        let is_other = |value: &str| {
            let known = [&signatures, &timestamps, &algorithms];
            let mut known = known.into_iter().flatten();
            value.len() <= MAX_NONCE_BYTES && !known.any(|held| held.value == value)
        };
        Self {
            nonces: of_role("nonce_header", &["nonce", "jti", "uuid"], &is_other),
            signatures,
            timestamps,
            algorithms,
        }
    }
}

/// A header's name that can be shown and configured.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    name.len() <= 64 && name.chars().all(plain)
}

/// At least as long as the shortest signature there is, in a text form of signatures.
fn is_signature(value: &str) -> bool {
    let is_text = |c: char| c.is_ascii_alphanumeric() || "+/=-_.".contains(c);
    value.len() >= 43 && value.chars().all(is_text)
}

fn is_algorithm(value: &str) -> bool {
    let upper = value.to_ascii_uppercase();
    let beginnings = ["RS", "PS", "ES", "HS", "ED", "SHA", "RSA", "HMAC"];
    value.len() <= 32 && beginnings.iter().any(|begin| upper.starts_with(begin))
}

/// The form of a time, as settings call it.
pub(super) fn timestamp_form(value: &str) -> Option<&'static str> {
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return match value.len() {
            9..=11 => Some("seconds"),
            12..=14 => Some("milliseconds"),
            _ => None,
        };
    }
    hookgate::UnixTime::from_rfc3339(value).map(|_| "rfc3339")
}

/// A text that may be signed: a template, and the headers that fill it.
pub(super) struct Candidate<'a> {
    pub(super) template: String,
    pub(super) nonce: Option<Held<'a>>,
    pub(super) timestamp: Option<Held<'a>>,
    pub(super) algorithm: Option<Held<'a>>,
}

impl Candidate<'_> {
    /// The text, in one pass: a value that is filled in may look like a placeholder.
    pub(super) fn text(&self, body: &[u8]) -> Vec<u8> {
        let filled = |held: &Option<Held<'_>>| held.map_or("", |held| held.value).to_owned();
        let mut text = Vec::with_capacity(body.len().saturating_add(128));
        let mut rest = self.template.as_str();
        while let Some((literal, tail)) = rest.split_once('{') {
            text.extend_from_slice(literal.as_bytes());
            let (name, tail) = tail.split_once('}').unwrap_or((tail, ""));
            match name {
                "nonce" => text.extend_from_slice(filled(&self.nonce).as_bytes()),
                "timestamp" => text.extend_from_slice(filled(&self.timestamp).as_bytes()),
                "algorithm" => text.extend_from_slice(filled(&self.algorithm).as_bytes()),
                _ => text.extend_from_slice(body),
            }
            rest = tail;
        }
        text.extend_from_slice(rest.as_bytes());
        text
    }
}

/// Every text: the configured template, then each order of the parts with each separator.
pub(super) fn candidates<'a>(parts: &Parts<'a>, configured: Option<String>) -> Vec<Candidate<'a>> {
    let mut templates: Vec<String> = configured.into_iter().collect();
    templates.push(BODY.to_owned());
    for separator in SEPARATORS {
        for order in orders().iter().filter(|order| order.len() > 1) {
            templates.push(order.join(separator));
        }
    }
    let mut candidates = Vec::new();
    for template in templates {
        let fillings = |placeholder: &str, held: &[Held<'a>]| -> Vec<Option<Held<'a>>> {
            if template.contains(placeholder) {
                held.iter().copied().map(Some).collect()
            } else {
                vec![None]
            }
        };
        for timestamp in fillings(TIMESTAMP, &parts.timestamps) {
            for algorithm in fillings(ALGORITHM, &parts.algorithms) {
                for nonce in fillings(NONCE, &parts.nonces) {
                    candidates.push(Candidate {
                        template: template.clone(),
                        nonce,
                        timestamp,
                        algorithm,
                    });
                }
            }
        }
    }
    candidates
}

const BODY: &str = "{body}";
const NONCE: &str = "{nonce}";
const TIMESTAMP: &str = "{timestamp}";
const ALGORITHM: &str = "{algorithm}";

/// The placeholders with the body among them, in every order, those without the algorithm first.
fn orders() -> Vec<Vec<&'static str>> {
    let placeholders = [TIMESTAMP, NONCE, BODY, ALGORITHM];
    let mut all: Vec<Vec<&str>> = Vec::new();
    let mut last: Vec<Vec<&str>> = vec![Vec::new()];
    for _ in placeholders {
        last = last
            .iter()
            .flat_map(|order| {
                let others = placeholders.iter().filter(|it| !order.contains(it));
                others.map(|it| [order.as_slice(), &[*it]].concat())
            })
            .collect();
        all.extend(last.iter().filter(|order| order.contains(&BODY)).cloned());
    }
    all.sort_by_key(|order| order.contains(&ALGORITHM));
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::orders;

    #[test]
    fn every_order_with_the_body_is_there_once() {
        let orders = orders();
        // One alone, 3 × 2 pairs, 3 × 6 triples, 24 of all four.
        assert_eq!(orders.len(), 1 + 6 + 18 + 24);
        let distinct: BTreeSet<_> = orders.iter().collect();
        assert_eq!(distinct.len(), orders.len());
    }
}
