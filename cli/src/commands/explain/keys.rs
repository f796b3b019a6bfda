//! Keys from the environment, files and standard input. They never come from the argument list, which others
//! can see.

use std::{io, path::PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use clap::Args;
use hookgate::{keys::Encoding, providers::known};

use super::{
    case::{NamedKey, Reading},
    input::{read_file, read_within},
};
use crate::settings::{credentials::named_variable, pem::PEM_BEGIN};

/// Where the keys are.
#[derive(Args)]
pub(crate) struct KeyOptions {
    /// An environment variable with a key of the receiver. May be given several times.
    #[arg(long = "key-env", value_name = "VARIABLE")]
    key_env: Vec<String>,
    /// A file with a key of the receiver. One line end at its end does not count.
    #[arg(long = "key-file", value_name = "FILE")]
    key_file: Vec<PathBuf>,
    /// Read a key of the receiver from standard input, as from a file.
    #[arg(long = "key-stdin")]
    key_stdin: bool,
    /// How the receiver reads its keys. [default: pem or der for a certificate or public key, whsec for Standard
    /// Webhooks and Svix, else utf8]
    #[arg(long = "key-as", value_name = "READING")]
    key_as: Option<Reading>,
    /// An environment variable with another key that you have. The request may be signed with it.
    #[arg(long = "other-key-env", value_name = "VARIABLE")]
    other_key_env: Vec<String>,
    /// A file with another key that you have.
    #[arg(long = "other-key-file", value_name = "FILE")]
    other_key_file: Vec<PathBuf>,
}

/// The keys that options name.
pub(crate) struct Keys {
    pub(crate) of_receiver: Vec<NamedKey>,
    pub(crate) others: Vec<NamedKey>,
}

impl KeyOptions {
    pub(crate) fn takes_stdin(&self) -> bool {
        self.key_stdin
    }

    /// Reads them, for a receiver of this provider.
    pub(crate) fn read(&self, provider: &str) -> io::Result<Keys> {
        let secret = known::find(provider).and_then(|sender| sender.secret);
        let is_whsec = secret.is_some_and(|secret| secret.encoding == Encoding::Whsec);
        let usual = |text: &str| match text {
            _ if text.contains(PEM_BEGIN) => Reading::Pem,
            _ if is_whsec => Reading::Whsec,
            _ => Reading::Utf8,
        };
        let key = |name: String, text: String| NamedKey {
            name,
            reading: self.key_as.unwrap_or_else(|| usual(&text)),
            text,
        };
        let of_bytes = |name: String, bytes: Vec<u8>| -> io::Result<NamedKey> {
            // DER begins with a sequence, and is hardly ever text.
            if self.key_as.is_none()
                && bytes.first() == Some(&0x30)
                && str::from_utf8(&bytes).is_err()
            {
                return Ok(NamedKey {
                    name,
                    text: BASE64_STANDARD.encode(bytes),
                    reading: Reading::Der,
                });
            }
            Ok(key(name, text_of(bytes)?))
        };
        let mut of_receiver = Vec::new();
        for name in &self.key_env {
            of_receiver.push(key(format!("${name}"), named_variable(name)?));
        }
        for path in &self.key_file {
            let bytes = read_file(path, "--key-file")?;
            of_receiver.push(of_bytes(path.display().to_string(), bytes)?);
        }
        if self.key_stdin {
            let name = "the key of standard input".to_owned();
            of_receiver.push(of_bytes(name, read_within(io::stdin().lock())?)?);
        }
        let mut others = Vec::new();
        for name in &self.other_key_env {
            others.push(key(format!("${name}"), named_variable(name)?));
        }
        for path in &self.other_key_file {
            let bytes = read_file(path, "--other-key-file")?;
            others.push(of_bytes(path.display().to_string(), bytes)?);
        }
        Ok(Keys {
            of_receiver,
            others,
        })
    }
}

fn text_of(bytes: Vec<u8>) -> io::Result<String> {
    let mut text = String::from_utf8(bytes).map_err(|_| io::Error::other("a key is not UTF-8"))?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}
