//! A form that was decoded and written anew, with another encoder than the sender's, or as JSON.

use std::collections::BTreeSet;

use serde::de::Error as _;
use serde_json::{Map, Value};

use super::{
    super::{
        bodies::within,
        case::Case,
        court::Ruling,
        encoded::form_text,
        finding::{Finding, Trial},
    },
    Trials, concerns_proof,
};

/// Each more doubles the encoders.
const MAX_MARKS: usize = 8;
/// More fields are not tried in other orders. Five have 120.
const MAX_ORDERED: usize = 5;
const MAX_FIELDS: usize = 256;
/// The most bodies that are tried.
const MAX_BODIES: usize = 3_000;
const MAX_BODY_BYTES: usize = 256 * 1024;
/// The most bytes that are written. Most encoders write a form with few marks alike, which is not judged.
const MAX_WRITTEN_BYTES: usize = 256 * 1024 * 1024;

const RAW: &str = "hand the form to the check as it arrived, before anything decodes it";

/// A name, and a value where there is one.
type Field = (Vec<u8>, Option<Vec<u8>>);

/// How an encoder writes a form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Encoder {
    /// The characters, beside letters and digits, that it leaves as they are.
    plain: BTreeSet<u8>,
    /// `+` for a blank, in place of `%20`.
    plus: bool,
    /// `%2F` in place of `%2f`.
    upper: bool,
}

/// What known encoders leave as it is, the likeliest first: browsers and Java, Python and RFC 3986, PHP, JavaScript.
const PLAIN: [&[u8]; 7] = [
    b"*-._",
    b"-._~",
    b"-._",
    b"-._~!'()*",
    b"-._~!$'()*,;:@/?",
    b"-._~/",
    b"",
];
/// What some encoder may leave as it is. `&`, `%`, `+` and bytes outside of ASCII are always encoded.
const MARKS: &[u8] = b"*~-._!'()/:@,;$?=[]{}\"<>|\\^`#";

pub(super) fn trials<'c>(case: &'c Case, ruling: &'c Ruling) -> Trials<'c> {
    if !concerns_proof(ruling) || case.body.len() > MAX_BODY_BYTES {
        return Box::new(std::iter::empty());
    }
    let of_form = fields(&case.body);
    let of_json = of_object(&case.body);
    let is_decoded = !case.body.iter().any(|byte| matches!(byte, b'%' | b'+'));
    let trial = move |mistake: &'static str, cause: &'static str| {
        move |body: Vec<u8>| {
            Trial::proof(case.with_body(body), mistake, cause, RAW).reworded(reworded)
        }
    };
    let anew = if is_decoded {
        trial(
            "form_decoded",
            "the form was decoded: the sender signed it encoded",
        )
    } else {
        trial(
            "form_rewritten",
            "the form was decoded and written anew: the sender signed it in another encoding",
        )
    };
    let as_json = trial(
        "form_decoded",
        "all fields of a form became a JSON object: the sender signed the form",
    );
    let all = |fields| within(MAX_WRITTEN_BYTES, all_encoded(fields).map(Ok));
    let anew = of_form.into_iter().flat_map(all).map(anew);
    let as_json = of_json.into_iter().flat_map(all).map(as_json);
    let all = anew.chain(as_json).take(MAX_BODIES);
    Box::new(all.filter(|trial| trial.case.body != case.body))
}

/// The fields of a form, decoded. `None` where it is none.
fn fields(body: &[u8]) -> Option<Vec<Field>> {
    let text = std::str::from_utf8(body).ok()?;
    let begins = text.trim_start().starts_with(['{', '[', '<', '"']);
    if begins || !text.contains('=') {
        return None;
    }
    let fields: Vec<Field> = text
        .split('&')
        .map(|field| match field.split_once('=') {
            Some((name, value)) => (form_text(name), Some(form_text(value))),
            None => (form_text(field), None),
        })
        .collect();
    (fields.len() <= MAX_FIELDS).then_some(fields)
}

/// The fields of which a parser made a JSON object: nested ones as `a[b]`, as most parsers read them.
fn of_object(body: &[u8]) -> Option<Vec<Field>> {
    let members: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let order = in_order(body).ok()?;
    let mut found = Vec::new();
    for name in order {
        add(&name, members.get(&name)?, &mut found)?;
    }
    (!found.is_empty() && found.len() <= MAX_FIELDS).then_some(found)
}

/// The names of an object's members as they stand.
fn in_order(body: &[u8]) -> Result<Vec<String>, serde_json::Error> {
    use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
    struct Names;
    impl<'de> Visitor<'de> for Names {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut names = Vec::new();
            while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                if names.contains(&name) {
                    return Err(A::Error::custom("a member is repeated"));
                }
                names.push(name);
            }
            Ok(names)
        }
    }
    serde_json::Deserializer::from_slice(body).deserialize_map(Names)
}

fn add(name: &str, value: &Value, found: &mut Vec<Field>) -> Option<()> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is) => is.to_string(),
        Value::Null => String::new(),
        Value::Array(list) => {
            for one in list {
                add(name, one, found)?;
            }
            return Some(());
        }
        Value::Object(members) => {
            for (inner, value) in members {
                add(&format!("{name}[{inner}]"), value, found)?;
            }
            return Some(());
        }
    };
    found.push((name.as_bytes().to_vec(), Some(text.into_bytes())));
    (found.len() <= MAX_FIELDS).then_some(())
}

/// The fields in each encoding: first those of known encoders, in other orders too, then every mixture of the characters
/// that are in them.
fn all_encoded(fields: Vec<Field>) -> impl Iterator<Item = Vec<u8>> {
    let known: Vec<Encoder> = PLAIN
        .iter()
        .flat_map(|plain| encoders(plain.iter().copied().collect()))
        .collect();
    let present: BTreeSet<u8> = fields
        .iter()
        .flat_map(|(name, value)| name.iter().chain(value.iter().flatten()))
        .copied()
        .collect();
    let marks: Vec<u8> = MARKS
        .iter()
        .copied()
        .filter(|mark| present.contains(mark))
        .take(MAX_MARKS)
        .collect();
    let mixtures = (0..1_usize << marks.len()).flat_map(move |mixture| {
        let chosen = marks.iter().enumerate();
        let chosen = chosen.filter(|(place, _)| mixture >> place & 1 == 1);
        encoders(chosen.map(|(_, mark)| *mark).collect())
    });
    let orders = orders(&fields);
    let likely: Vec<Encoder> = known.iter().take(8).cloned().collect();
    let ordered = orders.into_iter().flat_map(move |fields| {
        let likely = likely.clone().into_iter();
        likely.map(move |encoder| encoder.write(&fields))
    });
    let as_it_is = known.into_iter().chain(mixtures);
    as_it_is
        .map(move |encoder| encoder.write(&fields))
        .chain(ordered)
}

fn encoders(plain: BTreeSet<u8>) -> [Encoder; 4] {
    [(true, true), (false, true), (true, false), (false, false)].map(|(plus, upper)| Encoder {
        plain: plain.clone(),
        plus,
        upper,
    })
}

/// The fields sorted by name; every order of a few; and those without a value with an empty one, or the other way round.
fn orders(fields: &[Field]) -> Vec<Vec<Field>> {
    let mut sorted = fields.to_vec();
    sorted.sort();
    let mut orders = vec![sorted];
    let mut filled = fields.to_vec();
    let mut bare = fields.to_vec();
    for (_, value) in &mut filled {
        value.get_or_insert_default();
    }
    for (_, value) in &mut bare {
        if value.as_ref().is_some_and(Vec::is_empty) {
            *value = None;
        }
    }
    orders.extend([filled, bare]);
    if fields.len() <= MAX_ORDERED {
        permute(&mut fields.to_vec(), 0, &mut orders);
    }
    orders
}

fn permute(fields: &mut Vec<Field>, from: usize, orders: &mut Vec<Vec<Field>>) {
    if from >= fields.len() {
        orders.push(fields.clone());
        return;
    }
    for place in from..fields.len() {
        fields.swap(from, place);
        permute(fields, from.saturating_add(1), orders);
        fields.swap(from, place);
    }
}

impl Encoder {
    fn write(&self, fields: &[Field]) -> Vec<u8> {
        let mut out = Vec::new();
        for (place, (name, value)) in fields.iter().enumerate() {
            if place > 0 {
                out.push(b'&');
            }
            self.text(name, &mut out);
            if let Some(value) = value {
                out.push(b'=');
                self.text(value, &mut out);
            }
        }
        out
    }

    fn text(&self, text: &[u8], out: &mut Vec<u8>) {
        for byte in text {
            match byte {
                b' ' if self.plus => out.push(b'+'),
                byte if byte.is_ascii_alphanumeric() || self.plain.contains(byte) => {
                    out.push(*byte);
                }
                byte if self.upper => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
                byte => out.extend_from_slice(format!("%{byte:02x}").as_bytes()),
            }
        }
    }
}

/// By what the sender wrote differently.
fn reworded(before: &Case, signed: &Case, finding: Finding) -> Finding {
    if finding.mistake != "form_rewritten" {
        return finding;
    }
    let has = |case: &Case, text: &[u8]| case.body.windows(text.len()).any(|it| it == text);
    let letters = |case: &Case| -> BTreeSet<bool> {
        let escapes = case.body.windows(3).filter(|it| it.starts_with(b"%"));
        let letters = escapes.flatten().filter(|it| it.is_ascii_alphabetic());
        letters.map(u8::is_ascii_uppercase).collect()
    };
    let mut how = Vec::new();
    if has(before, b"%20") && !has(signed, b"%20") {
        how.push("with + for blanks");
    } else if has(signed, b"%20") && !has(before, b"%20") {
        how.push("with %20 for blanks");
    }
    if letters(before) != letters(signed) && letters(signed).len() == 1 {
        how.push(if letters(signed).contains(&true) {
            "with escapes in upper case (%2F)"
        } else {
            "with escapes in lower case (%2f)"
        });
    }
    let same_fields = {
        let sorted = |case: &Case| {
            let mut fields = fields(&case.body).unwrap_or_default();
            fields.sort();
            fields
        };
        fields(&before.body) != fields(&signed.body) && sorted(before) == sorted(signed)
    };
    if same_fields {
        how.push("with its fields in another order");
    }
    if how.is_empty() {
        how.push("with other characters escaped");
    }
    Finding {
        cause: format!(
            "the form was decoded and written anew: the sender signed it {}",
            how.join(" and ")
        ),
        ..finding
    }
}
