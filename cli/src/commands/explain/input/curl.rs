//! The request that a `curl` command would send, as browsers, gateways and documentation write such commands.

#[cfg(test)]
mod tests;

use std::path::Path;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{Captured, Unreadable, header, named_file, path_of, shell};
use crate::commands::explain::encoded::form_encoded;

/// What an option does. What is none of these is refused: its text may be a secret that lost its option.
#[derive(Clone, Copy)]
enum Does {
    /// Nothing to the request, or nothing that matters here. It has no value.
    Nothing,
    /// The same, with a value.
    NothingWithValue,
    /// `-G`: no value. The data go into the URL.
    Get,
    /// `-I`: no value.
    Head,
    Method,
    Url,
    Header,
    /// A header of this name.
    HeaderOf(&'static str),
    User,
    Bearer,
    Data,
    DataRaw,
    DataBinary,
    Json,
    DataUrlencode,
}

impl Does {
    fn of(name: &str) -> Option<Self> {
        if FLAGS.contains(&name) {
            return Some(Self::Nothing);
        }
        if WITH_VALUE.contains(&name) {
            return Some(Self::NothingWithValue);
        }
        let mut known = OPTIONS.iter();
        known
            .find(|(names, _)| names.contains(&name))
            .map(|(_, does)| *does)
    }

    fn has_value(self) -> bool {
        !matches!(self, Self::Nothing | Self::Get | Self::Head)
    }
}

/// Options that change the request.
const OPTIONS: &[(&[&str], Does)] = &[
    (&["-G", "--get"], Does::Get),
    (&["-I", "--head"], Does::Head),
    (&["-X", "--request"], Does::Method),
    (&["--url"], Does::Url),
    (&["-H", "--header"], Does::Header),
    (&["-A", "--user-agent"], Does::HeaderOf("user-agent")),
    (&["-e", "--referer"], Does::HeaderOf("referer")),
    (&["-b", "--cookie"], Does::HeaderOf("cookie")),
    (&["-u", "--user"], Does::User),
    (&["--oauth2-bearer"], Does::Bearer),
    (&["-d", "--data", "--data-ascii"], Does::Data),
    (&["--data-raw"], Does::DataRaw),
    (&["--data-binary"], Does::DataBinary),
    (&["--json"], Does::Json),
    (&["--data-urlencode"], Does::DataUrlencode),
];

/// Options that do not change the request, or nothing of it that matters here.
const FLAGS: &[&str] = &[
    "-s",
    "-S",
    "-k",
    "-L",
    "-v",
    "-i",
    "-f",
    "-g",
    "-N",
    "-#",
    "-0",
    "-1",
    "-4",
    "-6",
    "--silent",
    "--show-error",
    "--insecure",
    "--location",
    "--verbose",
    "--include",
    "--fail",
    "--fail-with-body",
    "--globoff",
    "--no-buffer",
    "--compressed",
    "--http1.0",
    "--http1.1",
    "--http2",
    "--http2-prior-knowledge",
    "--http3",
    "--path-as-is",
    "--progress-bar",
    "--ipv4",
    "--ipv6",
    "--tlsv1.2",
    "--tlsv1.3",
    "--no-progress-meter",
];

/// The same with a value.
const WITH_VALUE: &[&str] = &[
    "-o",
    "-m",
    "-x",
    "-w",
    "-c",
    "-E",
    "--output",
    "--max-time",
    "--proxy",
    "--write-out",
    "--cookie-jar",
    "--cert",
    "--key",
    "--cacert",
    "--resolve",
    "--connect-timeout",
    "--connect-to",
    "--retry",
    "--retry-delay",
    "--interface",
    "--limit-rate",
];

/// Reads a command.
pub(super) fn read(text: &str, folder: &Path) -> Result<Captured, Unreadable> {
    let text = text.trim_start();
    let text = text.strip_prefix("$ ").unwrap_or(text);
    let mut words = shell::words(text)?.into_iter();
    if words.next().as_deref() != Some("curl") {
        return Err("the command is not curl".to_owned());
    }
    let mut command = Command::default();
    while let Some(word) = words.next() {
        if let Some(long) = word.strip_prefix("--") {
            let (name, attached) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            command.option(&format!("--{name}"), attached, &mut words, folder)?;
        } else if word.len() > 1 && word.starts_with('-') {
            command.short_options(&word, &mut words, folder)?;
        } else {
            command.url.get_or_insert(word);
        }
    }
    command.finish()
}

#[derive(Default)]
struct Command {
    method: Option<String>,
    url: Option<String>,
    headers: Vec<(String, String)>,
    /// Headers that `-H 'Name:'` takes away.
    removed: Vec<String>,
    data: Option<Vec<u8>>,
    /// The same with the line ends that `-d @file` takes out.
    data_with_lines: Option<Vec<u8>>,
    json: bool,
    get: bool,
}

impl Command {
    /// `-sSXPOST`: letters until one takes a value, which is the rest or the next word.
    fn short_options(
        &mut self,
        word: &str,
        words: &mut impl Iterator<Item = String>,
        folder: &Path,
    ) -> Result<(), Unreadable> {
        let mut rest = word.strip_prefix('-').unwrap_or(word).chars();
        while let Some(letter) = rest.next() {
            let name = format!("-{letter}");
            if Does::of(&name).is_some_and(|does| !does.has_value()) {
                self.option(&name, None, words, folder)?;
                continue;
            }
            let attached = Some(rest.as_str().to_owned()).filter(|rest| !rest.is_empty());
            return self.option(&name, attached, words, folder);
        }
        Ok(())
    }

    fn option(
        &mut self,
        name: &str,
        attached: Option<String>,
        words: &mut impl Iterator<Item = String>,
        folder: &Path,
    ) -> Result<(), Unreadable> {
        let does =
            Does::of(name).ok_or("an option of the command is not known here; take it away")?;
        let value = if does.has_value() {
            let value = attached.or_else(|| words.next());
            value.ok_or("the last option has no value")?
        } else {
            String::new()
        };
        match does {
            Does::Nothing | Does::NothingWithValue => {}
            Does::Get => self.get = true,
            Does::Head => self.method = Some("HEAD".to_owned()),
            Does::Method => self.method = Some(value),
            Does::Url => self.url = Some(value),
            Does::Header => self.header(&value)?,
            Does::HeaderOf(name) => self.headers.push((name.to_owned(), value)),
            Does::User => self.authorization("Basic", &BASE64_STANDARD.encode(value)),
            Does::Bearer => self.authorization("Bearer", &value),
            Does::Data => self.data(value, folder)?,
            Does::DataRaw => self.add(value.into_bytes(), None),
            Does::DataBinary | Does::Json => {
                self.json |= matches!(does, Does::Json);
                let bytes = match value.strip_prefix('@') {
                    Some(file) => named_file(file, folder)?,
                    None => value.into_bytes(),
                };
                self.add(bytes, None);
            }
            Does::DataUrlencode => self.add(urlencoded(&value).into_bytes(), None),
        }
        Ok(())
    }

    fn authorization(&mut self, scheme: &str, credentials: &str) {
        let value = format!("{scheme} {credentials}");
        self.headers.push(("authorization".to_owned(), value));
    }

    /// `-d`: of a file, without its line ends.
    fn data(&mut self, value: String, folder: &Path) -> Result<(), Unreadable> {
        let Some(file) = value.strip_prefix('@') else {
            self.add(value.into_bytes(), None);
            return Ok(());
        };
        let bytes = named_file(file, folder)?;
        let is_kept = |byte: &u8| !matches!(byte, b'\n' | b'\r' | 0);
        let stripped = bytes.iter().copied().filter(is_kept).collect();
        self.add(stripped, Some(bytes));
        Ok(())
    }

    fn header(&mut self, line: &str) -> Result<(), Unreadable> {
        if let Some(name) = line.strip_suffix(';').filter(|name| !name.contains(':')) {
            self.headers.push((name.to_owned(), String::new()));
            return Ok(());
        }
        let (name, value) = header(line).ok_or("an option -H is not 'Name: value'")?;
        if value.is_empty() {
            self.removed.push(name);
        } else {
            self.headers.push((name, value));
        }
        Ok(())
    }

    fn add(&mut self, bytes: Vec<u8>, with_lines: Option<Vec<u8>>) {
        let joined = |before: &Option<Vec<u8>>, bytes: &[u8]| match before {
            Some(before) => [before, &b"&"[..], bytes].concat(),
            None => bytes.to_vec(),
        };
        if let Some(with_lines) = &with_lines {
            self.data_with_lines = Some(joined(&self.data, with_lines));
        } else if let Some(before) = self.data_with_lines.take() {
            self.data_with_lines = Some(joined(&Some(before), &bytes));
        }
        self.data = Some(joined(&self.data, &bytes));
    }

    fn finish(mut self) -> Result<Captured, Unreadable> {
        let url = self.url.take().ok_or("the command has no URL")?;
        let mut notes = Vec::new();
        let has_data = self.data.is_some() && !self.get;
        let body = if self.get {
            Vec::new()
        } else {
            self.data.take().unwrap_or_default()
        };
        let has = |headers: &[(String, String)], name: &str| {
            headers
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        let removed = |name: &str| {
            self.removed
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
        };
        if has_data && !has(&self.headers, "content-type") && !removed("content-type") {
            let media_type = if self.json {
                "application/json"
            } else {
                notes.push(
                    "the command has no content-type: curl then says it is a form".to_owned(),
                );
                "application/x-www-form-urlencoded"
            };
            self.headers
                .push(("content-type".to_owned(), media_type.to_owned()));
        }
        let mut bodies = vec![body];
        if let Some(with_lines) = self
            .data_with_lines
            .filter(|with_lines| !bodies.contains(with_lines))
        {
            notes
                .push("curl's -d takes line ends out of a file; --data-binary does not".to_owned());
            bodies.push(with_lines);
        }
        let method = self
            .method
            .unwrap_or_else(|| if has_data { "POST" } else { "GET" }.to_owned());
        Ok(Captured {
            is_body_alone: false,
            method,
            path: path_of(&url),
            headers: self.headers,
            bodies,
            recorded: None,
            notes,
        })
    }
}

/// `--data-urlencode`: `content`, `=content` or `name=content`.
fn urlencoded(value: &str) -> String {
    let encode = |text: &str| form_encoded(text.as_bytes(), "%20").replace('*', "%2A");
    match value.split_once('=') {
        Some(("", content)) => encode(content),
        Some((name, content)) => format!("{name}={}", encode(content)),
        None => encode(value),
    }
}
