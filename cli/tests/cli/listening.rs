//! [`Listening`]: `hookgate listen` as a process of its own, stopped at the end.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use hookgate::{
    keys::{Encoding, JwsAlgorithm},
    providers::known,
    schemes::SchemeConfig,
};
use serde_json::Value;

use crate::command::hookgate;

/// The longest wait for any line.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `hookgate listen`.
pub(crate) struct Listening {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    pub(crate) events: Receiver<String>,
    pub(crate) notes: Receiver<String>,
}

/// The output of a receiver until it was stopped.
pub(crate) struct Shown {
    pub(crate) events: Vec<String>,
    pub(crate) notes: Vec<String>,
}

impl Listening {
    /// Starts it on a free port.
    pub(crate) fn start(provider: &str, arguments: &[&str]) -> Self {
        Self::start_in(&[], provider, arguments)
    }

    /// Starts one that must refuse to listen, and gives its output. Ends it if it listens all the same.
    pub(crate) fn refused(provider: &str, arguments: &[&str]) -> String {
        Self::refused_in(&[], provider, arguments)
    }

    /// The same with more in the environment.
    pub(crate) fn refused_in(
        environment: &[(&str, &str)],
        provider: &str,
        arguments: &[&str],
    ) -> String {
        let mut command = hookgate(&["listen", "--provider", provider, "--port", "0"]);
        let command = with_secrets(command.args(arguments)).envs(environment.iter().copied());
        let mut child = command.spawn().unwrap();
        let notes = lines(child.stderr.take().unwrap());
        let first = notes.recv_timeout(PATIENCE);
        if first
            .as_ref()
            .map_or(true, |line| line.starts_with("listening"))
        {
            let _ = child.kill();
        }
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(1), "{first:?}");
        first.unwrap()
    }

    /// With more in the environment.
    pub(crate) fn start_in(
        environment: &[(&str, &str)],
        provider: &str,
        arguments: &[&str],
    ) -> Self {
        let mut command = hookgate(&["listen", "--provider", provider, "--port", "0"]);
        command.args(arguments);
        let command = with_secrets(&mut command).envs(environment.iter().copied());
        let mut child = command.spawn().unwrap();
        let events = lines(child.stdout.take().unwrap());
        let notes = lines(child.stderr.take().unwrap());
        let first = notes.recv_timeout(PATIENCE).unwrap();
        assert!(first.ends_with("; Ctrl-C ends it"), "{first}");
        let url = first
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .unwrap_or_else(|| panic!("{first}"));
        Self {
            child,
            url: url.to_owned(),
            events,
            notes,
        }
    }

    /// The next event, as JSON.
    pub(crate) fn event(&self) -> Value {
        serde_json::from_str(&self.events.recv_timeout(PATIENCE).unwrap()).unwrap()
    }

    /// The next line on standard error.
    pub(crate) fn note(&self) -> String {
        self.notes.recv_timeout(PATIENCE).unwrap()
    }

    /// Asks it to stop, as a service manager does, and waits for its end.
    pub(crate) fn stop(mut self) -> Shown {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        Shown {
            events: self.events.iter().collect(),
            notes: self.notes.iter().collect(),
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver): (Sender<String>, _) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            if sender.send(line.unwrap()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The invented credentials of every provider, in its usual variables.
pub(crate) const SECRETS: [(&str, &str); 25] = [
    ("FACEPHI_SECRET", "s3cretOfFacephi"),
    ("FACEPHI_API_KEY", "s3cretKeyOfFacephi"),
    ("GITHUB_WEBHOOK_SECRET", "s3cretOfGitHub"),
    ("HMAC_BODY_FIELD_SECRET", "s3cretOfYetAnother"),
    ("HMAC_HEADER_SECRET", "s3cretOfAnyoneElse"),
    ("IDCLOUD_BASIC", "unico:s3cretOfIdCloud"),
    ("LOGTO_SIGNING_KEY", "s3cretOfLogto"),
    ("SHOPIFY_SECRET", "s3cretOfShopify"),
    ("PUBLIC_KEY_SIGNATURE_KEY", CERTIFICATE),
    ("PUBLIC_KEY_SIGNATURE_PRIVATE_KEY", PRIVATE_KEY),
    ("SIGNED_FORM_SECRET", "s3cretOfAForm"),
    ("SIGNED_MEMBERS_SECRET", "s3cretOfSomeMembers"),
    ("SIGNED_REQUEST_CERTIFICATE", CERTIFICATE),
    ("SIGNED_REQUEST_PRIVATE_KEY", PRIVATE_KEY),
    ("SNS_CERTIFICATE", CERTIFICATE),
    ("SNS_PRIVATE_KEY", PRIVATE_KEY),
    ("SLACK_SIGNING_SECRET", "s3cretOfSlack"),
    (
        "STANDARD_WEBHOOKS_SECRET",
        "whsec_czNjcmV0T2ZTdGFuZGFyZFdlYmhvb2tz",
    ),
    ("STRIPE_WEBHOOK_SECRET", "whsec_s3cretOfStripe"),
    ("SVIX_SECRET", "whsec_czNjcmV0T2ZTdmlYczNjcmV0"),
    ("UNICO_CHECK_CERTIFICATE", CERTIFICATE),
    ("UNICO_CHECK_PRIVATE_KEY", PRIVATE_KEY),
    ("UNICO_CHECK_SECRET", "s3cretOfUnicoCheck"),
    ("JWT_BODY_HASH_SECRET", "s3cretOfTokens"),
    ("CLOUDEVENTS_SECRET", "s3cretOfCloudEvents"),
];

/// The key pairs of senders that sign with private keys: the form of the public half, and both halves.
fn pairs() -> impl Iterator<Item = (String, String)> {
    let pairs = known::ALL.iter().filter_map(|sender| {
        let algorithm = match sender.scheme()? {
            SchemeConfig::PublicKeySignature(config) => config.algorithm,
            SchemeConfig::JwtBodyHash(config) => *config.algorithms.first()?,
            _ => return None,
        };
        let (public, private) = match algorithm {
            JwsAlgorithm::Hs256 => return None,
            JwsAlgorithm::EdDsa => (ED_PUBLIC, ED_PRIVATE),
            JwsAlgorithm::Rs256 => (CERTIFICATE, PRIVATE_KEY),
            _ => (P256_PUBLIC, P256_PRIVATE),
        };
        let name = sender.name.to_uppercase().replace('-', "_");
        let own = (sender.secret?.variable.to_owned(), public.to_owned());
        Some([own, (format!("{name}_PRIVATE_KEY"), private.to_owned())])
    });
    pairs.flatten()
}

const ED_PUBLIC: &str = include_str!("../../../tests/vectors/signed_request/ed.crt.pem");
const ED_PRIVATE: &str = include_str!("../../../tests/vectors/signed_request/ed.key.pem");
const P256_PUBLIC: &str = include_str!("../../../tests/vectors/signed_request/p256.crt.pem");
const P256_PRIVATE: &str = include_str!("../../../tests/vectors/signed_request/p256.key.pem");
const CERTIFICATE: &str = include_str!("../../../tests/vectors/signed_request/rsa.crt.pem");
const PRIVATE_KEY: &str = include_str!("../../../tests/vectors/signed_request/rsa.key.pem");

/// `command` with the credentials of all senders.
pub(crate) fn with_secrets(command: &mut Command) -> &mut Command {
    let of_rows = known::ALL.iter().filter_map(|sender| sender.secret);
    command
        .envs(of_rows.map(|secret| (secret.variable, any_secret(secret.encoding))))
        .envs(pairs())
        .envs(SECRETS)
        .env_remove("HOOKGATE_STORE")
}

/// One that a console might show in this form.
fn any_secret(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Hex => "5ec2e70fa4912077",
        Encoding::Base64 => "c2VjcmV0IG9mIGFueSByb3c=",
        Encoding::Whsec => "whsec_c2VjcmV0IG9mIGFueSByb3c=",
        _ => "s3cretOfAnyRow",
    }
}

/// `hookgate send` with these arguments, to its end.
pub(crate) fn send(arguments: &[&str]) -> Output {
    let mut command = hookgate(&["send"]);
    command.args(arguments).stdin(Stdio::null());
    with_secrets(&mut command).output().unwrap()
}

/// The JSON lines of a run of `send`, the summary apart.
pub(crate) fn sent(output: &Output) -> (Vec<Value>, Value) {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    let mut lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let summary = lines.pop().unwrap_or_else(|| panic!("{output:?}"));
    (lines, summary["summary"].clone())
}
