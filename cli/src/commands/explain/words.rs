//! Numbers in words.

use std::time::Duration;

/// A duration in its two largest units: `2 h 5 min`.
pub(crate) fn in_words(duration: Duration) -> String {
    let mut rest = duration.as_secs();
    let mut words = Vec::new();
    for (unit, name) in [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")] {
        if rest >= unit && words.len() < 2 {
            words.push(format!("{} {name}", rest / unit));
            rest %= unit;
        }
    }
    if words.is_empty() {
        return format!("{} ms", duration.as_millis());
    }
    words.join(" ")
}

/// A number of things: `1 header`, `2 headers`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
];

/// A method that is known. Others may hold anything.
pub(crate) fn shown_method(method: &str) -> &str {
    if METHODS.contains(&method) {
        method
    } else {
        "another method"
    }
}
