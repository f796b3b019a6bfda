//! The possible parts of a signed text: which headers hold a time or an id, the forms of the address, and every order of
//! them.

use hookgate::schemes::{HmacHeaderConfig, SignatureLayout};

use super::super::super::case::Case;

/// The most headers of one role, beside the configured one.
const MAX_OF_ROLE: usize = 4;
const MAX_VALUE_BYTES: usize = 256;

/// The separators that may stand between the parts, the likeliest first.
const SEPARATORS: [&str; 12] = [
    ".", "", ":", "\n", "|", "-", "_", ",", ";", " ", "&", "\r\n",
];
/// With four parts, those alone.
const FEW_SEPARATORS: usize = 5;

/// Headers that clients, servers and proxies write.
const OF_OTHERS: [&str; 20] = [
    "accept",
    "authorization",
    "cache-",
    "cf-",
    "connection",
    "content-",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "sec-",
    "te",
    "trace",
    "transfer-encoding",
    "user-agent",
    "x-forwarded-",
];

/// A part of the signed text.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Body,
    /// A time in a header; without a name it stands beside the signature.
    Time(Option<&'a str>, &'a str),
    /// An id, or another value, in a header.
    Id(&'a str, &'a str),
    /// In a form: as a template names it, and as it is.
    Address(&'static str, String),
    Literal(&'static str),
}

impl Part<'_> {
    fn is_time(&self) -> bool {
        matches!(self, Self::Time(..))
    }

    /// As a template has it.
    fn placeholder(&self) -> &str {
        match self {
            Self::Body => "{body}",
            Self::Time(..) => "{timestamp}",
            Self::Id(..) => "{id}",
            Self::Address(name, _) => name,
            Self::Literal(text) => text,
        }
    }

    /// As it stands in the request. Of the body its placeholder.
    fn text(&self) -> &str {
        match self {
            Self::Time(_, text) | Self::Id(_, text) => text,
            Self::Address(_, text) => text,
            part => part.placeholder(),
        }
    }
}

/// A text that may be signed: its parts in their order, and what stands between them.
#[derive(Clone)]
pub(super) struct Candidate<'a> {
    parts: Vec<Part<'a>>,
    separator: &'static str,
}

impl Candidate<'_> {
    pub(super) fn signed(&self, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(body.len().saturating_add(128));
        for (place, part) in self.parts.iter().enumerate() {
            if place > 0 {
                out.extend_from_slice(self.separator.as_bytes());
            }
            match part {
                Part::Body => out.extend_from_slice(body),
                part => out.extend_from_slice(part.text().as_bytes()),
            }
        }
        out
    }

    fn joined(&self, text: impl Fn(&Part<'_>) -> String) -> String {
        let parts: Vec<String> = self.parts.iter().map(text).collect();
        parts.join(self.separator)
    }

    /// As a template, the address by its name.
    pub(super) fn template(&self) -> String {
        self.joined(|part| part.placeholder().to_owned())
    }

    /// As a template that the library reads. What of the address that has no name for stands as it is.
    pub(super) fn with_address(&self) -> String {
        self.joined(|part| match part {
            Part::Address("{path}", _) => "{path}".to_owned(),
            Part::Address(name, _) if name.starts_with("{url") => "{url}".to_owned(),
            Part::Address(_, text) => text.clone(),
            part => part.placeholder().to_owned(),
        })
    }

    /// The whole address, where it is a part.
    pub(super) fn url(&self) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::Address(name, text) if name.starts_with("{url") => Some(text.as_str()),
            _ => None,
        })
    }

    /// As a template with nothing but the body left open.
    pub(super) fn literal(&self) -> String {
        self.joined(|part| part.text().to_owned())
    }

    /// Whether it has a part of the address that no placeholder names.
    pub(super) fn has_other_address(&self) -> bool {
        let is_other = |part: &Part<'_>| match part {
            Part::Address(name, _) => *name != "{path}" && !name.starts_with("{url"),
            _ => false,
        };
        self.parts.iter().any(is_other)
    }

    pub(super) fn time(&self) -> Option<&str> {
        let time = self.parts.iter().find(|part| part.is_time());
        time.map(Part::text)
    }

    pub(super) fn is_time_in_layout(&self) -> bool {
        let in_layout = |part: &Part<'_>| matches!(part, Part::Time(None, _));
        self.parts.iter().any(in_layout)
    }

    /// The header of the time, in lower case.
    pub(super) fn time_header(&self) -> Option<String> {
        let name = |part: &Part<'_>| match part {
            Part::Time(name, _) => name.map(str::to_ascii_lowercase),
            _ => None,
        };
        self.parts.iter().find_map(name)
    }

    /// The header of the id, in lower case.
    pub(super) fn id_header(&self) -> Option<String> {
        let name = |part: &Part<'_>| match part {
            Part::Id(name, _) => Some(name.to_ascii_lowercase()),
            _ => None,
        };
        self.parts.iter().find_map(name)
    }

    /// What stands in headers, and in which.
    pub(super) fn headers(&self) -> Vec<(&'static str, &str)> {
        self.parts
            .iter()
            .filter_map(|part| match part {
                Part::Time(Some(name), _) => Some(("time", *name)),
                Part::Id(name, _) => Some(("id", *name)),
                _ => None,
            })
            .collect()
    }
}

/// A header's name in lower case, where it is no longer than names are.
pub(super) fn shown(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.len() <= 64 && name.chars().all(plain) {
        name.to_ascii_lowercase()
    } else {
        "another header".to_owned()
    }
}

/// Every text, the likeliest first.
pub(super) fn candidates<'a>(case: &'a Case, scheme: &HmacHeaderConfig) -> Vec<Candidate<'a>> {
    let times = times(case, scheme);
    let ids = ids(case, scheme, &times);
    let addresses = addresses(case);
    let methods = [Part::Literal(match &*case.method {
        "GET" => "GET",
        "PUT" => "PUT",
        _ => "POST",
    })];
    let versions = [Part::Literal("v0"), Part::Literal("v1")];
    let groups: [&[&[Part<'a>]]; 11] = [
        &[],
        &[&times],
        &[&versions, &times],
        &[&ids, &times],
        &[&ids],
        &[&addresses],
        &[&addresses, &times],
        &[&methods, &addresses],
        &[&methods, &addresses, &times],
        &[&addresses, &ids],
        &[&methods, &times],
    ];
    let mut all = Vec::new();
    for group in groups {
        for parts in fillings(group) {
            let separators = if parts.len() > 2 { FEW_SEPARATORS } else { 12 };
            let parts = [parts, vec![Part::Body]].concat();
            let orders = orders(&parts);
            for separator in SEPARATORS.iter().take(separators) {
                for parts in &orders {
                    all.push(Candidate {
                        parts: parts.clone(),
                        separator,
                    });
                }
                if parts.len() == 1 {
                    break;
                }
            }
        }
    }
    all
}

/// One of each, in every way.
fn fillings<'a>(group: &[&[Part<'a>]]) -> Vec<Vec<Part<'a>>> {
    group.iter().fold(vec![Vec::new()], |all, parts| {
        all.iter()
            .flat_map(|before| {
                parts
                    .iter()
                    .map(move |part| [before.as_slice(), std::slice::from_ref(part)].concat())
            })
            .collect()
    })
}

/// The parts in every order.
fn orders<'a>(parts: &[Part<'a>]) -> Vec<Vec<Part<'a>>> {
    let Some((first, rest)) = parts.split_first() else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for order in orders(rest) {
        for place in 0..=order.len() {
            let mut order = order.clone();
            order.insert(place, first.clone());
            all.push(order);
        }
    }
    all
}

/// The values that look like times: the configured one, then those of such a name.
fn times<'a>(case: &'a Case, scheme: &HmacHeaderConfig) -> Vec<Part<'a>> {
    let mut found = Vec::new();
    if matches!(
        scheme.layout,
        SignatureLayout::TimeAndSignature | SignatureLayout::TimeAndList
    ) && let Some(value) = case.value(&scheme.signature_header)
    {
        let time = scheme.time_in(value).filter(|it| is_time(it));
        found.extend(time.map(|time| Part::Time(None, time)));
    }
    if let SignatureLayout::Pairs { .. } = scheme.layout
        && let Some(value) = case.value(&scheme.signature_header)
    {
        let parts = |c: char| matches!(c, ',' | ';' | ' ') || scheme.separator == Some(c);
        let pairs = value.split(parts).map(|pair| {
            let (_, time) = pair.split_once('=').unwrap_or(("", pair));
            time.trim()
        });
        found.extend(
            pairs
                .filter(|it| is_time(it))
                .map(|it| Part::Time(None, it)),
        );
    }
    let mut ranked: Vec<(u8, &str, &str)> = own_headers(case)
        .filter(|(_, value)| is_time(value))
        .map(|(name, value)| {
            let lower = name.to_ascii_lowercase();
            let is_set = scheme.timestamp_header.as_deref() == Some(&lower);
            let rank = match lower.contains("time") || lower.contains("date") {
                _ if is_set => 0,
                true => 1,
                false => 2,
            };
            (rank, name, value)
        })
        .collect();
    ranked.sort_by_key(|(rank, ..)| *rank);
    let ranked = ranked.into_iter().take(MAX_OF_ROLE);
    found.extend(ranked.map(|(_, name, value)| Part::Time(Some(name), value)));
    found
}

/// A number of seconds or more, or a date.
fn is_time(value: &str) -> bool {
    let number = value.trim_start_matches('-');
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_number = number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_date = value.starts_with("20") && value.get(4..5) == Some("-") && digits >= 8;
    is_number && (9..=20).contains(&digits) || is_date
}

/// The other short values, those of an id's name first.
fn ids<'a>(case: &'a Case, scheme: &HmacHeaderConfig, times: &[Part<'_>]) -> Vec<Part<'a>> {
    let is_known = |value: &str| times.iter().any(|part| part.text() == value);
    let mut ranked: Vec<(u8, &str, &str)> = own_headers(case)
        .filter(|(name, value)| {
            !name.eq_ignore_ascii_case(&scheme.signature_header) && !is_known(value)
        })
        .map(|(name, value)| {
            let lower = name.to_ascii_lowercase();
            let is_set = scheme.id_header.as_deref() == Some(&lower);
            let words = ["id", "delivery", "nonce", "uuid", "event", "message"];
            let rank = match words.iter().any(|word| lower.contains(word)) {
                _ if is_set => 0,
                true => 1,
                false => 2,
            };
            (rank, name, value)
        })
        .collect();
    ranked.sort_by_key(|(rank, ..)| *rank);
    let ranked = ranked.into_iter().take(MAX_OF_ROLE);
    ranked
        .map(|(_, name, value)| Part::Id(name, value))
        .collect()
}

/// The headers that a sender of webhooks writes.
fn own_headers(case: &Case) -> impl Iterator<Item = (&str, &str)> {
    case.headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, value)| {
            let lower = name.to_ascii_lowercase();
            let is_plain = !value.is_empty() && !value.contains(['{', '}']);
            is_plain
                && value.len() <= MAX_VALUE_BYTES
                && !OF_OTHERS.iter().any(|other| lower.starts_with(other))
        })
}

/// The address in the forms that senders sign.
fn addresses(case: &Case) -> Vec<Part<'static>> {
    let path = case.path.as_str();
    let bare = path.split(['?', '#']).next().unwrap_or_default();
    let mut found: Vec<Part<'static>> = Vec::new();
    let mut add = |name, text: String| {
        let is_known = found.iter().any(|part| part.text() == text);
        if text.len() > 1 && !text.contains(['{', '}']) && !is_known {
            found.push(Part::Address(name, text));
        }
    };
    if let Some(host) = case.value("host") {
        let slash = bare.strip_suffix('/').unwrap_or(bare);
        for (name, path) in [
            ("{url}", path),
            ("{url without its query}", bare),
            ("{url without its last slash}", slash),
        ] {
            add(name, format!("https://{host}{path}"));
        }
        add("{host and path}", format!("{host}{path}"));
        add("{url}", format!("http://{host}{path}"));
        add("{host}", host.to_owned());
    }
    add("{path}", path.to_owned());
    add("{path without its query}", bare.to_owned());
    found
}
