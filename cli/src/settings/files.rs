//! Files that settings name, read once: `{"file": "keys.json"}` in place of a text or of a key set.

use std::{
    borrow::Cow,
    fs::{
        File, {self},
    },
    io::Read,
    path::Path,
};

use hookgate::json::{ByName, Json};
use serde_json::Value;

use crate::settings::{
    members::{ACCESS, TOKEN_ENDPOINT},
    refused::Refused,
};

const FILE: &str = "file";
/// The member whose file is a JSON object. The others are texts.
const JWKS: &str = "jwks";
/// The most bytes of a file.
const MAX_BYTES: u64 = 1024 * 1024;
/// Settings have no deeper levels.
const MAX_DEPTH: usize = 32;

/// Whether settings may name files.
#[derive(Clone, Copy)]
pub(crate) enum Files<'a> {
    /// A relative path begins at this folder.
    In(&'a Path),
    /// Whoever wrote a record may be a stranger, and its settings must not open what is on this machine. The text says,
    /// after "or", how the user allows it.
    Refused(&'static str),
}

/// The settings with the files' contents in the files' place. What is not as it should be stays as it is: who reads the
/// settings says what is wrong.
pub(crate) fn inlined<'t>(text: &'t str, files: Files<'_>) -> Result<Cow<'t, str>, Refused> {
    if !text.contains("\"file\"") {
        return Ok(text.into());
    }
    let Ok(members) = serde_json::from_str::<ByName<Json>>(text) else {
        return Ok(text.into());
    };
    let members = members.iter().map(|(name, value)| {
        let value = match name {
            ACCESS | TOKEN_ENDPOINT => with_files(name, value.get(), files, MAX_DEPTH)?,
            _ => value.get().to_owned(),
        };
        Ok(member(name, &value))
    });
    Ok(object(members.collect::<Result<_, Refused>>()?).into())
}

/// The JSON text of a value. `name` is its member's.
fn with_files(name: &str, json: &str, files: Files<'_>, depth: usize) -> Result<String, Refused> {
    let Some(depth) = depth.checked_sub(1) else {
        return Ok(json.to_owned());
    };
    if let Ok(items) = serde_json::from_str::<Vec<Json>>(json) {
        let items = items.iter();
        let items = items.map(|item| with_files(name, item.get(), files, depth));
        let items = items.collect::<Result<Vec<_>, Refused>>()?;
        return Ok(format!("[{}]", items.join(",")));
    }
    let Ok(members) = serde_json::from_str::<ByName<Json>>(json) else {
        return Ok(json.to_owned());
    };
    let path = members.get(FILE).filter(|_| members.len() == 1);
    if let Some(Ok(path)) = path.map(Json::parse::<String>) {
        return contents(name, &path, files);
    }
    let members = members.iter().map(|(name, value)| {
        let value = with_files(name, value.get(), files, depth)?;
        Ok(member(name, &value))
    });
    Ok(object(members.collect::<Result<_, Refused>>()?))
}

/// What the file holds, as JSON.
fn contents(name: &str, path: &str, files: Files<'_>) -> Result<String, Refused> {
    let fault =
        |why: &str| Refused::Malformed(format!("`settings`: `{name}`: the file {path} {why}"));
    let folder = match files {
        Files::In(folder) => folder,
        Files::Refused(hint) => {
            return Err(fault(&format!(
                "is named by a record: put what it holds in its place, or {hint}"
            )));
        }
    };
    let text = read(&folder.join(path)).map_err(|why| fault(&why))?;
    if name != JWKS {
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        return Ok(Value::from(text).to_string());
    }
    let mut set: ByName<Json> =
        serde_json::from_str(&text).map_err(|_| fault("holds no JSON object, or a name twice"))?;
    // RFC 7517, section 5: a set may have further members. Errors then name the file.
    set.insert(FILE, Json::of(path).map_err(|_| fault("has no name"))?);
    let members = set.iter().map(|(name, value)| member(name, value.get()));
    Ok(object(members.collect()))
}

/// The text of a file, or why there is none. A device or a pipe may never end.
fn read(path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is no plain file".to_owned());
    }
    let mut text = String::new();
    let mut file = File::open(path)
        .map_err(unreadable)?
        .take(MAX_BYTES.saturating_add(1));
    let length = file.read_to_string(&mut text).map_err(unreadable)?;
    if length as u64 > MAX_BYTES {
        return Err("is over 1 MiB".to_owned());
    }
    Ok(text)
}

fn member(name: &str, value: &str) -> String {
    format!("{}:{value}", Value::from(name))
}

fn object(members: Vec<String>) -> String {
    format!("{{{}}}", members.join(","))
}
