//! [`HeaderOptions`]: headers beside those of the capture. Credentials come as keys do, and never from the argument
//! list, which others can see.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::Args;

use super::input::{header, read_file, read_within};
use crate::settings::credentials::{is_stdin, named_variable};

/// Where headers are.
#[derive(Args)]
pub(crate) struct HeaderOptions {
    /// A header of the request, beside those of FILE. One with a credential (authorization, x-api-key, cookie, …) is
    /// refused: others can see the arguments of a program.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// A file with headers of the request, `Name: value` on each line. `-` is standard input.
    #[arg(long = "header-file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// An environment variable with a header of the request, `Name: value`, or several on lines of their own.
    #[arg(long = "header-env", value_name = "VARIABLE")]
    variables: Vec<String>,
}

/// The headers that options name.
pub(crate) struct Given {
    pub(crate) headers: Vec<(String, String)>,
    /// How many of them, counted from the first, are arguments.
    of_arguments: usize,
}

/// Why the options cannot be followed. Shows no value.
pub(crate) type Wrong = String;

impl HeaderOptions {
    pub(crate) fn takes_stdin(&self) -> bool {
        self.files.iter().any(|path| is_stdin(path))
    }

    /// Reads them. The inner error is about wrong options.
    pub(crate) fn read(&self) -> io::Result<Result<Given, Wrong>> {
        let mut headers = Vec::new();
        for line in &self.headers {
            match header(line) {
                Some((name, value)) if is_credential(&name, &value) => {
                    return Ok(Err(credential(&name)));
                }
                Some(header) => headers.push(header),
                None => return Ok(Err("an option -H is not `Name: value`".to_owned())),
            }
        }
        let of_arguments = headers.len();
        let mut texts = Vec::new();
        for path in &self.files {
            texts.push(text_of(path)?);
        }
        for name in &self.variables {
            texts.push(named_variable(name)?);
        }
        for line in texts.iter().flat_map(|text| text.lines()) {
            match header(line) {
                Some(header) => headers.push(header),
                None if line.trim().is_empty() => {}
                None => {
                    let why = "a line of --header-file or --header-env is not `Name: value`";
                    return Ok(Err(why.to_owned()));
                }
            }
        }
        Ok(Ok(Given {
            headers,
            of_arguments,
        }))
    }
}

impl Given {
    /// Refuses an argument that has one of the receiver's own credentials, under any header's name.
    pub(crate) fn without_credentials_in(&self, names: &[String]) -> Result<(), Wrong> {
        let arguments = self.headers.iter().take(self.of_arguments);
        let names_one = |name: &str| {
            names
                .iter()
                .any(|credential| credential.eq_ignore_ascii_case(name))
        };
        match arguments.into_iter().find(|(name, _)| names_one(name)) {
            Some((name, _)) => Err(credential(name)),
            None => Ok(()),
        }
    }
}

fn text_of(path: &Path) -> io::Result<String> {
    let bytes = if is_stdin(path) {
        read_within(io::stdin().lock())?
    } else {
        read_file(path, "--header-file")?
    };
    String::from_utf8(bytes).map_err(|_| io::Error::other("a file of headers is not UTF-8"))
}

fn credential(name: &str) -> Wrong {
    format!(
        "{name} has a credential, and others can see the arguments of a program: give it with --header-file or \
         --header-env"
    )
}

/// Parts of the names of headers with credentials.
const PARTS: [&str; 10] = [
    "authorization",
    "cookie",
    "credential",
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "jwt",
    "session",
];
/// Words that make `…-key` the name of a key that lets somebody in.
const KEYS: [&str; 7] = [
    "access",
    "api",
    "auth",
    "client",
    "functions",
    "private",
    "subscription",
];
/// Words of names that stand for a credential by themselves. As parts they also stand in harmless names, such as
/// `bypass`.
const WORDS: [&str; 5] = ["auth", "pass", "passphrase", "pwd", "pw"];
/// Whole names that are a key's. `idempotency-key` and its like let nobody in.
const NAMES: [&str; 2] = ["key", "x-key"];
/// How credentials of `Authorization` begin, under any header's name: RFC 7617, RFC 6750, RFC 7616, RFC 4559, and two
/// that vendors made up.
const SCHEMES: [&str; 6] = ["basic", "bearer", "digest", "negotiate", "token", "apikey"];

/// Whether a header looks like one that logs somebody in. A signature does not: it belongs to this request
/// alone.
fn is_credential(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let words: Vec<&str> = name.split('-').collect();
    let is_key = words.windows(2).any(|pair| match pair {
        [kind, last] => *last == "key" && KEYS.contains(kind),
        _ => false,
    });
    let scheme = value
        .split_once([' ', '\t'])
        .map_or("", |(scheme, _)| scheme);
    is_key
        || NAMES.contains(&name.as_str())
        || words.iter().any(|word| WORDS.contains(word))
        || PARTS.iter().any(|part| name.contains(part))
        || SCHEMES.iter().any(|it| it.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
mod tests {
    use super::is_credential;

    #[test]
    fn credentials_are_known_by_their_names_and_forms() {
        for name in [
            "Authorization",
            "proxy-authorization",
            "Cookie",
            "X-API-Key",
            "x_api_key",
            "apikey",
            "x-auth-token",
            "X-Auth",
            "x-gitlab-token",
            "x-webhook-secret",
            "ocp-apim-subscription-key",
            "x-functions-key",
            "Key",
            "x-key",
            "X_Key",
            "x-pass",
            "x-pwd",
            "x-passphrase",
        ] {
            assert!(is_credential(name, "k3y"), "{name}");
        }
        assert!(is_credential("x-anything", "bearer ey"));
        assert!(is_credential("x-anything", "Basic dTpw"));
        assert!(is_credential("x-anything", "Basic\tdTpw"));
        assert!(is_credential("x-anything", "Digest username=\"u\""));
        assert!(is_credential("x-anything", "negotiate YII="));
        assert!(is_credential("x-anything", "Token k3y"));
        assert!(is_credential("x-anything", "ApiKey k3y"));
    }

    #[test]
    fn what_senders_sign_with_and_describe_is_none() {
        for (name, value) in [
            ("x-hub-signature-256", "sha256=00"),
            ("webhook-signature", "v1,AAAA v1,BBBB"),
            ("stripe-signature", "t=1,v1=00"),
            ("x-slack-request-timestamp", "1"),
            ("logto-signature-sha-256", "00"),
            ("svix-id", "msg_1"),
            ("content-type", "application/json; charset=utf-8"),
            ("x-author", "ana"),
            ("idempotency-key", "7"),
            ("user-agent", "Basics of it"),
            (
                "digest",
                "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
            ),
            ("x-key-id", "7"),
            ("x-bypass-cache", "Tokens of it"),
        ] {
            assert!(!is_credential(name, value), "{name}");
        }
    }
}
