//! A request as text: editors' REST clients read it, and proxies and `nc` show it.
//!
//! ```text
//! @host = https://example.org
//! ### comments, and the border between requests
//! POST {{host}}/hook HTTP/1.1
//! Content-Type: application/json
//!
//! {"type":"push"}
//! ```

use std::path::Path;

use super::{Captured, Unreadable, header, named_file, path_of};

/// The most headers that are taken.
const MAX_HEADERS: usize = 256;

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
];

/// Whether a text begins as a request does.
pub(super) fn looks_like_one(text: &[u8]) -> bool {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    first.starts_with("###") || first.starts_with('@') || request_line(first.trim_end()).is_some()
}

/// The first request of a text.
pub(super) fn read(bytes: &[u8], folder: &Path) -> Result<Captured, Unreadable> {
    let mut lines = Lines { rest: bytes };
    let mut variables = Vec::new();
    let (method, target) = loop {
        let line = lines.next_text()?.ok_or("there is no request line")?;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        if let Some((name, value)) = line.strip_prefix('@').and_then(|line| line.split_once('=')) {
            variables.push((name.trim().to_owned(), value.trim().to_owned()));
            continue;
        }
        let line = substituted(line, &variables)?;
        let (method, target) = request_line(&line).ok_or("the first line is no request line")?;
        break (method.to_owned(), target.to_owned());
    };
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut on_the_wire = true;
    while let Some(line) = lines.next_text()? {
        // A copy of the wire has no variables.
        let variables = (!line.ends_with('\r')).then_some(&variables[..]);
        on_the_wire &= variables.is_none();
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        // RFC 9112 section 5.2: a folded line goes on with a blank.
        if let (true, Some((_, value))) = (line.starts_with([' ', '\t']), headers.last_mut()) {
            value.push(' ');
            value.push_str(line.trim());
            continue;
        }
        let line = match variables {
            Some(variables) => substituted(line, variables)?,
            None => line.to_owned(),
        };
        headers.push(header(&line).ok_or("a header's line is not `Name: value`")?);
        if headers.len() > MAX_HEADERS {
            return Err("there are too many headers".to_owned());
        }
    }
    let (bodies, mut notes) = bodies(lines.rest, &headers, on_the_wire, folder)?;
    if !variables.is_empty() {
        notes.push("variables are filled in in headers and URL, not in the body".to_owned());
    }
    Ok(Captured {
        is_body_alone: false,
        method,
        path: path_of(&target),
        headers,
        bodies,
        recorded: None,
        notes,
    })
}

type Bodies = (Vec<Vec<u8>>, Vec<String>);

/// The bodies that the text behind the headers may stand for.
fn bodies(
    text: &[u8],
    headers: &[(String, String)],
    on_the_wire: bool,
    folder: &Path,
) -> Result<Bodies, Unreadable> {
    let mut notes = Vec::new();
    if on_the_wire && !text.is_empty() {
        return Ok((vec![text.to_vec()], notes));
    }
    let text = match border(text) {
        Some(border) => {
            notes.push("there are more requests; this is about the first".to_owned());
            text.get(..border).unwrap_or_default()
        }
        None => text,
    };
    if let Some(name) = text.strip_prefix(b"< ") {
        let name = std::str::from_utf8(name).map_err(|_| "the body's file name is not UTF-8")?;
        return Ok((vec![named_file(name.trim(), folder)?], notes));
    }
    let declared = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.parse::<usize>().ok());
    let trimmed = text
        .strip_suffix(b"\r\n")
        .or_else(|| text.strip_suffix(b"\n"))
        .unwrap_or(text);
    let mut bodies = vec![trimmed.to_vec()];
    if trimmed.len() != text.len() {
        bodies.push(text.to_vec());
    }
    // A declared length decides.
    bodies.sort_by_key(|body| Some(body.len()) != declared);
    Ok((bodies, notes))
}

/// Where the line `###` begins that ends a request.
fn border(text: &[u8]) -> Option<usize> {
    if text.starts_with(b"###") {
        return Some(0);
    }
    let place = text.windows(4).position(|window| window == b"\n###")?;
    place.checked_add(1)
}

/// The method and target. `POST` where there is only a URL.
fn request_line(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_ascii_whitespace();
    let first = words.next()?;
    if METHODS.contains(&first) {
        return Some((first, words.next()?));
    }
    let is_url = first.starts_with("http://") || first.starts_with("https://");
    (is_url && words.next().is_none()).then_some(("POST", first))
}

/// `{{name}}` filled in.
fn substituted(line: &str, variables: &[(String, String)]) -> Result<String, Unreadable> {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((name, after)) = behind.split_once("}}") else {
            break;
        };
        let (_, value) = variables
            .iter()
            .rfind(|(known, _)| known == name.trim())
            .ok_or("a variable in `{{…}}` has no value in this file")?;
        out.push_str(before);
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Lines<'a> {
    /// The next line with its carriage return, if it has one.
    fn next_text(&mut self) -> Result<Option<&'a str>, Unreadable> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut parts = self.rest.splitn(2, |byte| *byte == b'\n');
        let line = parts.next().unwrap_or_default();
        self.rest = parts.next().unwrap_or_default();
        std::str::from_utf8(line)
            .map(Some)
            .map_err(|_| "the head of the request is not UTF-8".to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use proptest::prelude::*;

    use super::{Captured, read};

    fn http(text: &str) -> Captured {
        read(text.as_bytes(), Path::new("")).unwrap()
    }

    #[test]
    fn a_rest_clients_file_is_read() {
        let captured = http(
            "@host = https://example.org\n# a comment\n### The first\n# @name first\n\
             POST {{host}}/hook HTTP/1.1\nContent-Type: application/json\n// another\nX-Sig: a:b\n\n{}\n\n### next\nGET x\n",
        );
        assert_eq!(captured.method, "POST");
        assert_eq!(captured.path, "/hook");
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            captured.headers,
            [
                header("Content-Type", "application/json"),
                header("X-Sig", "a:b")
            ]
        );
        assert_eq!(captured.bodies, [b"{}\n".to_vec(), b"{}\n\n".to_vec()]);
        assert_eq!(captured.notes.len(), 2);
    }

    #[test]
    fn the_declared_length_says_whether_the_last_line_end_counts() {
        let with = "POST / HTTP/1.1\nContent-Length: 3\n\n{}\n";
        assert_eq!(http(with).bodies.first().unwrap(), b"{}\n");
        let without = "POST / HTTP/1.1\nContent-Length: 2\n\n{}\n";
        assert_eq!(http(without).bodies.first().unwrap(), b"{}");
    }

    #[test]
    fn a_body_may_be_in_another_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("body.json"), "{}\n").unwrap();
        let text = "POST /\n\n< ./body.json\n";
        let captured = read(text.as_bytes(), folder.path()).unwrap();
        assert_eq!(captured.bodies, [b"{}\n"]);
    }

    #[test]
    fn what_is_no_request_is_refused_without_repeating_it() {
        for text in ["", "s3cret", "POST /\ns3cret\n\n", "POST {{s3cret}}\n\n"] {
            let error = read(text.as_bytes(), Path::new("")).err().unwrap();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_went_over_the_wire_comes_back(
            body in proptest::collection::vec(any::<u8>(), 1..60),
            value in "[!-~]([ -~]{0,20}[!-~])?",
        ) {
            let mut text = format!("POST /hook?x HTTP/1.1\r\nX-Sig: {value}\r\n\r\n").into_bytes();
            text.extend_from_slice(&body);
            let captured = read(&text, Path::new("")).unwrap();
            prop_assert_eq!(captured.path, "/hook?x");
            prop_assert_eq!(captured.headers, [("X-Sig".to_owned(), value)]);
            prop_assert_eq!(captured.bodies, [body]);
        }

        #[test]
        fn any_bytes_are_a_request_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes, Path::new("/no such folder"));
            let request = [b"POST /\n\n", &bytes[..]].concat();
            let _ = read(&request, Path::new("/no such folder"));
        }
    }
}
