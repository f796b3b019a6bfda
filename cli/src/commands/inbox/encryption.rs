//! [`EncryptionKeys`]: what the rows of an encrypted inbox are opened with.

use std::{io, path::PathBuf};

use clap::Args;
use hookgate::{
    Key, Keyring,
    inbox::{BoxInbox, EncryptedInbox},
};

use super::failed;
use crate::settings::{
    credentials::{named_variable, read},
    shared_secret::secret,
};

/// No argument holds a key: others can see the arguments of a program. Its id is no secret.
#[derive(Args)]
pub(crate) struct EncryptionKeys {
    /// Open what is encrypted with the key of this id, which is in this environment variable. May be repeated.
    ///
    /// A key is base64, as `openssl rand -base64 32` writes it, or says its encoding: `utf8:`, `hex:`.
    #[arg(long, value_name = "ID=VARIABLE", global = true)]
    encryption_key_env: Vec<String>,
    /// Open what is encrypted with a key of this file. Each line is an id, a space and a key. `-` is standard input.
    #[arg(long, value_name = "FILE", global = true)]
    encryption_key_file: Option<PathBuf>,
}

impl EncryptionKeys {
    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.encryption_key_env.is_empty() && self.encryption_key_file.is_none()
    }

    /// The inbox as these keys open it. Without any it stays as it is.
    pub(crate) fn open(&self, inbox: BoxInbox) -> io::Result<BoxInbox> {
        let mut keys = Vec::new();
        for named in &self.encryption_key_env {
            // A name of a variable has no `=`. An id may.
            let (id, variable) = named.rsplit_once('=').ok_or_else(|| {
                io::Error::other("--encryption-key-env takes an id, `=` and a variable's name")
            })?;
            let key = key_of(id, &named_variable(variable)?);
            keys.push(key.ok_or_else(|| unfit(&format!("of the variable {variable}")))?);
        }
        if let Some(path) = &self.encryption_key_file {
            for (line, text) in (1..).zip(read(path, "--encryption-key-file")?.lines()) {
                let text = text.trim();
                if text.is_empty() {
                    continue;
                }
                // What stands first may be a key too, so that errors show nothing of a line.
                let key = text.rsplit_once([' ', '\t']);
                let key = key.and_then(|(id, text)| key_of(id.trim_end(), text));
                keys.push(
                    key.ok_or_else(|| unfit(&format!("in line {line} of {}", path.display())))?,
                );
            }
        }
        if keys.is_empty() {
            return Ok(inbox);
        }
        let keys = Keyring::new(keys).map_err(failed)?;
        let inbox = EncryptedInbox::new(inbox, keys).map_err(failed)?;
        Ok(BoxInbox::new(inbox))
    }
}

fn key_of(id: &str, text: &str) -> Option<Key> {
    let has_encoding = text.contains(':');
    let secret = if has_encoding {
        secret(text)
    } else {
        secret(&format!("base64:{text}"))
    };
    secret.map(|secret| Key::new(id, secret))
}

fn unfit(place: &str) -> io::Error {
    io::Error::other(format!(
        "the encryption key {place} cannot be read: it is base64, or says its encoding"
    ))
}
