//! Senders of every shape, with everything that a trial needs.

use std::{collections::BTreeSet, process::Output};

use hookgate::{
    Secret,
    pack::{Provider, TimeKind},
    providers::{
        known::{self, KnownSender, Proof},
        preset::Preset,
    },
    schemes::{SchemeConfig, SignatureLayout},
};

use crate::listening::{Listening, send};

/// A sender, and why a receiver refuses its wrong requests.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) provider: &'static str,
    pub(crate) event: &'static str,
    /// The name of the file with both ends' settings.
    pub(crate) settings: Option<&'static str>,
    pub(crate) unsigned: &'static str,
    pub(crate) tampered: &'static str,
    /// `None` where it signs no time.
    pub(crate) stale: Option<&'static str>,
}

/// One that signs the body alone.
const fn signing(provider: &'static str, event: &'static str) -> Row {
    Row {
        provider,
        event,
        settings: None,
        unsigned: "missing_signature",
        tampered: "signature_mismatch",
        stale: None,
    }
}

/// One that signs a time too.
const fn signing_time(provider: &'static str, event: &'static str) -> Row {
    Row {
        stale: Some("timestamp_too_old"),
        ..signing(provider, event)
    }
}

/// One that only shows credentials.
const fn showing(provider: &'static str, event: &'static str) -> Row {
    Row {
        unsigned: "access_missing",
        tampered: "access_denied",
        ..signing(provider, event)
    }
}

/// Senders whose endpoints are configured in a file.
const CONFIGURED: [Row; 11] = [
    showing("access-only", "user.created").with("access-only.json"),
    showing("cloudevents", "user.created").with("cloudevents.json"),
    signing_time("cloudevents", "user.created").with("cloudevents-signed.json"),
    signing("hmac-body-field", "user.created").with("hmac-body-field.json"),
    signing_time("hmac-header", "user.created").with("hmac-header.json"),
    signing_time("jwt-body-hash", "user.created").with("jwt-body-hash.json"),
    signing_time("public-key-signature", "user.created").with("public-key-signature.json"),
    signing("signed-form", "user.created").with("signed-form.json"),
    signing("signed-members", "user.created").with("signed-members.json"),
    signing_time("signed-request", "user.created").with("signed-request.json"),
    signing_time("unico-check", "update_process").with("unico-check-signed.json"),
];

/// An event of a sender whose simulator has events of its own.
fn event_of(sender: &KnownSender) -> &'static str {
    match sender.name {
        "facephi" => "id_captured",
        "idcloud" => "process_finished",
        "logto" => "PostSignIn",
        "sns" => "Notification",
        "unico-check" => "update_process",
        name => panic!("name an event of {name}"),
    }
}

/// What of a row this command can treat in its own way: its names are data like any other. The tests of the library run over
/// every row.
fn shape(sender: &KnownSender) -> String {
    let Some(SchemeConfig::HmacHeader(mut config)) = sender.scheme() else {
        return sender.name.to_owned();
    };
    let template = ["{id}", "{timestamp", "{body}", "{url}", "{path}"];
    let template = template.map(|it| config.template.contains(it));
    for name in [&mut config.id_header, &mut config.timestamp_header] {
        *name = name.as_ref().map(|_| String::new());
    }
    config.signature_header = String::new();
    config.template = format!("{template:?}");
    config.layout = match config.layout {
        SignatureLayout::Single { prefix } if !prefix.is_empty() => SignatureLayout::after("any"),
        SignatureLayout::SpaceSeparated { .. } => SignatureLayout::SpaceSeparated {
            prefix: String::new(),
        },
        other => other,
    };
    let type_at = std::mem::discriminant(sender.event_type.value());
    let identity = std::mem::discriminant(sender.identity.value());
    let time = sender
        .body_time
        .map(|time| (time.value().form, time.value().kind));
    let form = sender.form_field.is_some();
    format!("{config:?} {type_at:?} {identity:?} {time:?} {form}")
}

/// Senders of every shape: those of the library's rows come by themselves.
pub(crate) fn rows() -> Vec<Row> {
    let mut seen = BTreeSet::new();
    // `tokens` has those that only show a token.
    let signs = |sender: &&&KnownSender| !matches!(sender.proof.value(), Proof::Token(_));
    let shapes = known::ALL
        .iter()
        .filter(signs)
        .filter(|sender| seen.insert(shape(sender)));
    let known = shapes.map(|sender| {
        let event = match sender.sample {
            Some(sample) => sample.types[0],
            None => event_of(sender),
        };
        let profile = Preset::of(sender, Secret::utf8("any").unwrap()).profile();
        let of = match (sender.proof.value(), profile.time) {
            (Proof::Scheme(_), TimeKind::NotSigned) => signing,
            (Proof::Scheme(_), _) => signing_time,
            _ => showing,
        };
        let row = of(sender.name, event);
        match sender.name {
            "sns" => row.with("sns.json"),
            _ if sender.signs_address() => row.with("address.json"),
            _ if sender.needs_audience() => row.with("audience.json"),
            _ => row,
        }
    });
    CONFIGURED.into_iter().chain(known).collect()
}

impl Row {
    const fn with(mut self, settings: &'static str) -> Self {
        self.settings = Some(settings);
        self
    }

    fn settings(&self) -> Vec<String> {
        let path = |name| format!("{}/tests/cli/settings/{name}", env!("CARGO_MANIFEST_DIR"));
        let arguments = self
            .settings
            .map(|name| ["--settings".to_owned(), path(name)]);
        arguments.into_iter().flatten().collect()
    }

    pub(crate) fn listen(&self, arguments: &[&str]) -> Listening {
        let settings = self.settings();
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        Listening::start(self.provider, &[&settings, arguments].concat())
    }

    pub(crate) fn send(&self, url: &str, arguments: &[&str]) -> Output {
        let settings = self.settings();
        let mut all = vec![self.provider, self.event, "--to", url];
        all.extend(settings.iter().map(String::as_str));
        all.extend(arguments);
        send(&all)
    }

    /// For messages of assertions.
    pub(crate) fn name(&self) -> &'static str {
        self.settings.unwrap_or(self.provider)
    }
}
