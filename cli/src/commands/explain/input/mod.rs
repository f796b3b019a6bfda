//! A captured request, in any of the usual forms.

mod curl;
mod http_file;
mod record;
mod shell;

use std::{
    fs::File,
    io::{
        Read, {self},
    },
    path::Path,
};

pub(crate) use self::record::settings_of;
use super::case::{Case, NamedKey};
use crate::settings::credentials::shown_file;

/// The largest input that is read. Base64 of the largest body that `listen` saves needs 11 MiB.
const MAX_INPUT_BYTES: u64 = 16 * 1024 * 1024;

/// The form of a capture.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// A request as text: `POST /hook`, headers, an empty line, the body.
    Http,
    /// A `curl` command.
    Curl,
    /// A JSON record, as `hookgate verify` reads them.
    Json,
    /// The body alone. Headers come from `-H`.
    Body,
}

/// The captured request.
pub(crate) struct Captured {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The bodies that it may have, the likeliest first, never empty: text formats leave the last line end
    /// open.
    pub(crate) bodies: Vec<Vec<u8>>,
    /// Only the body was captured, so that no header says anything by its absence.
    pub(crate) is_body_alone: bool,
    /// The parts that only a record has.
    pub(crate) recorded: Option<Recorded>,
    /// Notes for the reader of the report on how the input was read.
    pub(crate) notes: Vec<String>,
}

/// What a record says beside the request.
pub(crate) struct Recorded {
    pub(crate) provider: String,
    pub(crate) keys: Vec<NamedKey>,
    /// A case with the rest: time, window, peer, settings, endpoint, tenant.
    pub(crate) terms: Box<dyn Fn(&mut Case)>,
}

/// Why an input is no request. The text shows nothing of it.
pub(crate) type Unreadable = String;

impl Captured {
    /// A request of which only the body is known.
    fn of_body(body: Vec<u8>) -> Self {
        Self {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            headers: Vec::new(),
            bodies: vec![body],
            is_body_alone: true,
            recorded: None,
            notes: vec![
                "a body without a head says no media type: the provider's is assumed, unless -H gives one".to_owned(),
            ],
        }
    }

    /// Reads `bytes` in `form`, or in the form that they seem to have. Relative names of files are looked up
    /// in `folder`.
    pub(crate) fn read(
        bytes: Vec<u8>,
        form: Option<Form>,
        name: &Path,
        folder: &Path,
    ) -> Result<Self, Unreadable> {
        match form.unwrap_or_else(|| guessed(&bytes, name)) {
            Form::Body => Ok(Self::of_body(bytes)),
            Form::Json => record::read(&bytes),
            Form::Http => http_file::read(&bytes, folder),
            Form::Curl => {
                let text = String::from_utf8(bytes).map_err(|_| "the command is not UTF-8")?;
                curl::read(&text, folder)
            }
        }
    }
}

fn guessed(bytes: &[u8], name: &Path) -> Form {
    let start = bytes.trim_ascii_start();
    let start = start.strip_prefix(b"$ ").unwrap_or(start);
    if start.starts_with(b"curl ") || start.starts_with(b"curl\\") || start.starts_with(b"curl\t") {
        return Form::Curl;
    }
    if record::looks_like_one(start) {
        return Form::Json;
    }
    let extension = name.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("http" | "rest") => Form::Http,
        Some("json" | "jsonl") => Form::Body,
        _ if http_file::looks_like_one(start) => Form::Http,
        _ => Form::Body,
    }
}

/// Reads the file that an option names whole, within the limit.
pub(crate) fn read_file(path: &Path, option: &str) -> io::Result<Vec<u8>> {
    read_within(File::open(path).map_err(|error| {
        let text = format!("cannot open {}: {error}", shown_file(path, option));
        io::Error::new(error.kind(), text)
    })?)
}

/// Reads an input whole, within the limit.
pub(crate) fn read_within(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input
        .take(MAX_INPUT_BYTES.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_INPUT_BYTES {
        return Err(io::Error::other("the input is larger than 16 MiB"));
    }
    Ok(bytes)
}

/// A file that a capture names.
fn named_file(name: &str, folder: &Path) -> Result<Vec<u8>, Unreadable> {
    read_file(&folder.join(name), "the capture")
        .map_err(|error| format!("the body's file: {}", error.kind()))
}

/// Splits a header's line.
pub(crate) fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let token = |c: char| c.is_ascii_graphic() && !"\"(),/:;<=>?@[\\]{}".contains(c);
    let name = name.trim();
    (!name.is_empty() && name.chars().all(token))
        .then(|| (name.to_owned(), value.trim().to_owned()))
}

/// The path and query of a URL or request target.
fn path_of(target: &str) -> String {
    // No client sends the fragment.
    let target = target.split('#').next().unwrap_or_default();
    let rest = target.split_once("://").map_or(target, |(_, rest)| rest);
    if rest.len() == target.len() && target.starts_with('/') {
        return target.to_owned();
    }
    match rest.find(['/', '?']) {
        Some(place) => {
            let path = rest.get(place..).unwrap_or_default();
            if path.starts_with('?') {
                format!("/{path}")
            } else {
                path.to_owned()
            }
        }
        None => "/".to_owned(),
    }
}
