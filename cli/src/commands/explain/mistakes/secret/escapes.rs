//! A secret as programs escape it that put it into HTML, an address or a quoted text.

use super::super::super::encoded::form_encoded;

const IN_HTML: &str = "HTML";
const IN_AN_ADDRESS: &str = "an address (percent-encoded)";
const IN_QUOTES: &str = "a quoted text (with backslashes)";

/// Other spellings of `text`, each with what writes it so, in words.
pub(super) fn escaped(text: &str) -> Vec<(String, &'static str)> {
    let as_html = html_manners().map(|manner| (manner.escape(text), IN_HTML));
    let as_address =
        ["+", "%20"].map(|blank| (form_encoded(text.as_bytes(), blank), IN_AN_ADDRESS));
    let as_json = serde_json::to_string(text)
        .ok()
        .map(|json| (json.trim_matches('"').to_owned(), IN_QUOTES));
    let twice: String = text.bytes().map(char::from).collect();
    let all = as_html
        .chain([(in_numbers(text), IN_HTML)])
        .chain(as_address)
        .chain([(with_slashes(text), IN_QUOTES)])
        .chain(as_json)
        .chain([(twice, "Latin-1 read as UTF-8")]);
    let mut found: Vec<(String, &'static str)> = Vec::new();
    for (escaped, how) in all {
        if escaped != text && !found.iter().any(|(known, _)| *known == escaped) {
            found.push((escaped, how));
        }
    }
    found
}

/// What a program makes of the marks of HTML. `None` where it leaves one as it is.
struct HtmlManner {
    quote: Option<&'static str>,
    apostrophe: Option<&'static str>,
    slash: Option<&'static str>,
    angles: bool,
}

/// The manners of the escapers of HTML that are in use, in every combination.
fn html_manners() -> impl Iterator<Item = HtmlManner> {
    let quotes = [Some("&quot;"), None, Some("&#34;"), Some("&#x22;")];
    let apostrophes = [
        None,
        Some("&#039;"),
        Some("&#39;"),
        Some("&#x27;"),
        Some("&apos;"),
    ];
    let slashes = [None, Some("&#x2F;"), Some("&#47;")];
    quotes.into_iter().flat_map(move |quote| {
        apostrophes.into_iter().flat_map(move |apostrophe| {
            slashes.into_iter().flat_map(move |slash| {
                [true, false].map(|angles| HtmlManner {
                    quote,
                    apostrophe,
                    slash,
                    angles,
                })
            })
        })
    })
}

impl HtmlManner {
    fn escape(&self, text: &str) -> String {
        let mut out = String::new();
        for character in text.chars() {
            let entity = match character {
                '&' => Some("&amp;"),
                '<' if self.angles => Some("&lt;"),
                '>' if self.angles => Some("&gt;"),
                '"' => self.quote,
                '\'' => self.apostrophe,
                '/' => self.slash,
                _ => None,
            };
            match entity {
                Some(entity) => out.push_str(entity),
                None => out.push(character),
            }
        }
        out
    }
}

/// HTML with numbers alone, as XML libraries write it.
fn in_numbers(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' | '<' | '>' | '"' | '\'' => format!("&#{};", u32::from(c)),
            c if !c.is_ascii() => format!("&#{};", u32::from(c)),
            c => c.to_string(),
        })
        .collect()
}

/// PHP's addslashes.
fn with_slashes(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if matches!(character, '\\' | '"' | '\'') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
