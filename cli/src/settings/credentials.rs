//! [`Credentials`]: keys and settings from the environment, files and standard input, never from arguments.

use std::{
    env, fs,
    io::{
        Read, {self},
    },
    path::{Path, PathBuf},
};

use clap::Args;
use hookgate::{
    keys::Encoding,
    providers::known::{self, CredentialForm},
    schemes::SchemeConfig,
};
use serde_json::{Map, Value, json};

use crate::settings::{
    access_only,
    catalog::algorithm_of,
    cloud_events::{
        CloudEventsRule, ProvedBy, {self},
    },
    files::{Files, inlined},
    keys_taken::is_shared,
    members::Settings,
    pem::PEM_BEGIN,
    public_key::WHPK,
    refused::Refused,
    token_binding::TokenBinding,
};

/// The most bytes that are read of a file of keys or settings.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Where keys and access credentials come from.
#[derive(Args)]
pub(crate) struct Credentials {
    /// Take a key from this environment variable, instead of the provider's usual one. May be repeated.
    ///
    /// A key says its encoding as in the records of `verify` (`utf8:`, `base64:`, `hex:`, `whsec_`). Without
    /// one it is text, as the sender's own console shows it. For signed requests it is the certificate in PEM.
    #[arg(long, value_name = "VARIABLE")]
    key_env: Vec<String>,
    /// Take the keys from this file, one a line, or one in PEM. `-` is standard input.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Take the provider's settings and access rule from this JSON file: `settings` of docs/verify.md.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

/// The result of reading [`Credentials`]. It has no `Debug`, since it holds secrets.
pub(crate) struct Loaded {
    /// Each with its encoding.
    pub(crate) keys: Vec<String>,
    /// The JSON text of the settings.
    pub(crate) settings: Option<String>,
}

/// The proof that a request is the sender's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A MAC with a secret that both ends have.
    Secret,
    /// A signature: the sender has the private key, the receiver the certificate.
    Certificate,
    /// The sender presents credentials and signs nothing.
    Access,
}

impl Proof {
    /// The proof of `provider` under these settings.
    pub(crate) fn of(provider: &str, settings: Option<&str>) -> Self {
        let is_signed = || {
            let members =
                settings.and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
            members.is_some_and(|members| members.contains_key("signed"))
        };
        match known::find(provider).map(|sender| (sender.proof.value(), sender.scheme())) {
            None if ["signed-request", "public-key-signature"].contains(&provider) => {
                Self::Certificate
            }
            None if provider == TOKENS => match signs_tokens_by_secret(settings) {
                true => Self::Secret,
                false => Self::Certificate,
            },
            None if provider == access_only::NAME => Self::Access,
            None if provider == cloud_events::NAME => Self::of_cloud_events(settings),
            Some((_, Some(SchemeConfig::JwtBodyHash(config))))
                if !config.algorithms.iter().any(|it| is_shared(*it)) =>
            {
                Self::Certificate
            }
            Some((
                _,
                Some(
                    SchemeConfig::SignedRequest(_)
                    | SchemeConfig::PublicKeySignature(_)
                    | SchemeConfig::Sns(_),
                ),
            )) => Self::Certificate,
            Some((known::Proof::AsConfigured, _)) if is_signed() => Self::Certificate,
            Some((known::Proof::AsConfigured | known::Proof::Access, _)) => Self::Access,
            _ => Self::Secret,
        }
    }

    fn of_cloud_events(settings: Option<&str>) -> Self {
        let rule = Settings::read(settings).and_then(|it| it.of_scheme::<CloudEventsRule>());
        match rule.map(|rule| rule.proved_by()) {
            Ok(ProvedBy::Secret) => Self::Secret,
            Ok(ProvedBy::PrivateKey) => Self::Certificate,
            // Of wrong settings nothing is built: that says so.
            Ok(ProvedBy::Access) | Err(_) => Self::Access,
        }
    }
}

/// The scheme of tokens that bind the body.
const TOKENS: &str = "jwt-body-hash";

/// Whether the settings of [`TOKENS`] name a MAC.
fn signs_tokens_by_secret(settings: Option<&str>) -> bool {
    let rule = Settings::read(settings).and_then(|it| it.of_scheme::<TokenBinding>());
    // Without any, nothing is built: it says so.
    rule.map_or(true, |rule| {
        rule.scheme.algorithms.iter().any(|it| is_shared(*it))
    })
}

/// The end of a webhook that wants keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Sender,
    Receiver,
}

impl Credentials {
    /// Reads the keys and settings of `provider`. The texts of errors show nothing that was read.
    pub(crate) fn load(&self, provider: &str, end: Role) -> io::Result<Loaded> {
        let settings = match &self.settings {
            Some(path) => Some(read_settings(path)?),
            None => None,
        };
        let proof = Proof::of(provider, settings.as_deref());
        let mut keys = Vec::new();
        for name in &self.key_env {
            keys.push(named_variable(name)?);
        }
        if let Some(path) = &self.key_file {
            let text = read(path, "--key-file")?;
            if text.contains(PEM_BEGIN) {
                keys.push(text);
            } else {
                let lines = text.lines().filter(|line| !line.is_empty());
                keys.extend(lines.map(str::to_owned));
            }
        }
        let needs_key = match proof {
            Proof::Secret => true,
            Proof::Certificate => end == Role::Receiver,
            Proof::Access => false,
        };
        if keys.is_empty() && needs_key {
            let usual = usual_variable(provider, proof);
            let text = variable(&usual).ok_or_else(|| {
                io::Error::other(format!(
                    "no key: set the environment variable {usual}, or use --key-env or --key-file"
                ))
            })?;
            keys.push(text);
        }
        let keys = keys.iter().map(|text| spelled(provider, text)).collect();
        let settings = with_usual_access(provider, settings)?;
        Ok(Loaded { keys, settings })
    }
}

/// The settings of a file, with the files that it names, from its folder on.
fn read_settings(path: &Path) -> io::Result<String> {
    // No text of JSON holds a line end as it is. Without them, a saved record is one line.
    let text = read(path, "--settings")?.replace(['\n', '\r'], " ");
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    match inlined(&text, Files::In(folder)) {
        Ok(text) => Ok(text.into_owned()),
        Err(Refused::Malformed(why) | Refused::BadCredential(why)) => Err(io::Error::other(why)),
        Err(Refused::BadKey) => Err(io::Error::other("a key of the settings cannot be used")),
    }
}

/// The variable that counts when no other is named: `FACEPHI_SECRET`, `LOGTO_SIGNING_KEY`.
fn usual_variable(provider: &str, proof: Proof) -> String {
    let known = known::find(provider);
    let of_row = known.and_then(|sender| sender.secret);
    match (proof, of_row) {
        (Proof::Secret, Some(secret)) => secret.variable.to_owned(),
        (Proof::Certificate, Some(key)) if known.and_then(algorithm_of).is_some() => {
            key.variable.to_owned()
        }
        (Proof::Certificate, _) if ["public-key-signature", TOKENS].contains(&provider) => {
            variable_of(provider, "KEY")
        }
        (Proof::Certificate, _) => variable_of(provider, "CERTIFICATE"),
        _ => variable_of(provider, "SECRET"),
    }
}

fn variable_of(provider: &str, last: &str) -> String {
    format!("{}_{last}", provider.to_uppercase().replace('-', "_"))
}

/// The private key in PEM that a sender signs with: from a file, or else from the provider's usual variable.
pub(crate) fn private_key(provider: &str, file: Option<&Path>) -> io::Result<String> {
    if let Some(path) = file {
        return read(path, "--private-key");
    }
    let usual = variable_of(provider, "PRIVATE_KEY");
    variable(&usual).ok_or_else(|| {
        io::Error::other(format!(
            "no private key: set the environment variable {usual} to its PEM, or use --private-key"
        ))
    })
}

/// With its encoding. Only Standard Webhooks' own `whsec_` is base64. Stripe's is text. Public keys are written as their
/// sender's console shows them.
fn spelled(provider: &str, text: &str) -> String {
    if text.contains(PEM_BEGIN) && !text.starts_with("pem:") {
        return format!("pem:{text}");
    }
    if text.starts_with('{') && text.contains("\"kty\"") {
        return format!("jwk:{text}");
    }
    let has_encoding = ["utf8:", "base64:", "hex:", "pem:", "der:", "jwk:"]
        .iter()
        .any(|encoding| text.starts_with(encoding));
    let sender = known::find(provider);
    let secret = sender.and_then(|sender| sender.secret);
    if let (Some(_), Some(key), false) = (sender.and_then(algorithm_of), secret, has_encoding) {
        return match key.encoding {
            Encoding::Hex => format!("hex:{text}"),
            _ => format!("base64:{text}"),
        };
    }
    let is_whsec = secret.is_some_and(|secret| secret.encoding == Encoding::Whsec)
        && (text.starts_with("whsec_") || text.starts_with(WHPK));
    if has_encoding || is_whsec {
        text.to_owned()
    } else {
        format!("utf8:{text}")
    }
}

/// The settings, with the access rule of the provider's usual variables if they have none.
fn with_usual_access(provider: &str, settings: Option<String>) -> io::Result<Option<String>> {
    let Some(access) = usual_access(provider) else {
        return Ok(settings);
    };
    let mut members = match &settings {
        None => Map::new(),
        Some(text) => match serde_json::from_str(text) {
            Ok(Value::Object(members)) => members,
            _ => return Err(io::Error::other("the settings are not a JSON object")),
        },
    };
    if members.contains_key("access") {
        return Ok(settings);
    }
    members.insert("access".to_owned(), access);
    Ok(Some(Value::Object(members).to_string()))
}

/// What the sender presents: the first of its row's credentials whose variable is set.
fn usual_access(provider: &str) -> Option<Value> {
    let credentials = known::find(provider)?.credentials.iter();
    credentials.filter_map(presented).next()
}

fn presented(credential: &known::Credential) -> Option<Value> {
    let text = variable(credential.variable)?;
    Some(match credential.form {
        CredentialForm::UserPassword => json!({"basic": [text]}),
        CredentialForm::Header(header) => json!({"api_key": {"header": header, "value": text}}),
        CredentialForm::HeaderAndValue => {
            let (header, value) = text.split_once(':').unwrap_or(("authorization", &text));
            json!({"api_key": {"header": header, "value": value}})
        }
        // Of a newer library.
        _ => return None,
    })
}

/// A variable that is set to something.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|text| !text.is_empty())
}

/// A variable that an option names.
pub(crate) fn named_variable(name: &str) -> io::Result<String> {
    variable(name).ok_or_else(|| {
        let name = if is_usual_name(name) {
            name
        } else {
            "that you named"
        };
        io::Error::other(format!(
            "the environment variable {name} is not set, is empty, or is not UTF-8"
        ))
    })
}

/// The most characters of a name in one word. Keys are longer.
const MAX_WORD: usize = 31;

/// Whether a text can only be a variable's name. Another may be the secret itself, which somebody gave in the name's
/// place. Keys have lower case, or one long word: base64, hexadecimal in capitals.
fn is_usual_name(text: &str) -> bool {
    let usual = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_word = text.len() <= MAX_WORD || text.contains('_');
    !text.is_empty() && text.len() <= 64 && is_word && text.chars().all(usual)
}

/// How an error calls the file that an option names. A path without a file may be the secret itself, which somebody
/// gave in the path's place.
pub(crate) fn shown_file(path: &Path, option: &str) -> String {
    if path.symlink_metadata().is_ok() {
        path.display().to_string()
    } else {
        format!("the file of {option}")
    }
}

/// Whether a path stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// The text of the file that an option names, or of standard input (`-`).
pub(crate) fn read(path: &Path, option: &str) -> io::Result<String> {
    let mut text = String::new();
    let read = if is_stdin(path) {
        io::stdin()
            .lock()
            .take(MAX_FILE_BYTES)
            .read_to_string(&mut text)
    } else {
        fs::File::open(path).and_then(|file| file.take(MAX_FILE_BYTES).read_to_string(&mut text))
    };
    match read {
        Ok(_) => Ok(text),
        Err(error) => Err(io::Error::new(
            error.kind(),
            format!("cannot read {}: {error}", shown_file(path, option)),
        )),
    }
}
