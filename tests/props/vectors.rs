//! [`vector`]: a recorded file. [`Token`]: a recorded token.

use std::{fs, path::Path};

use serde::Deserialize;

/// The file at `path` in `tests/vectors`.
pub(crate) fn vector(path: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    fs::read(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A token of `jwt/tokens.json`.
#[derive(Deserialize)]
pub(crate) struct Token {
    pub(crate) name: String,
    /// Which key signed it.
    pub(crate) key: String,
    pub(crate) accepted: bool,
    pub(crate) token: String,
}

impl Token {
    pub(crate) fn all() -> Vec<Self> {
        serde_json::from_slice(&vector("jwt/tokens.json")).unwrap()
    }

    /// The text of the token of this name.
    pub(crate) fn named(name: &str) -> String {
        let found = Self::all().into_iter().find(|it| it.name == name);
        found.unwrap().token
    }
}
