//! `hookgate explain`: what is wrong with one captured request, and what to change.
//!
//! ```text
//!  input ─▶ Captured ─┐
//!  keys ──────────────┼─▶ Case ─▶ search ─▶ Explanation ─▶ report
//!  options ───────────┘             │ ▲
//!                           mistakes▼ │court (the library's own road)
//! ```

mod bodies;
mod case;
mod charsets;
mod court;
pub(super) mod encoded;
mod finding;
mod headers;
mod input;
mod json_text;
mod keys;
mod mistakes;
mod report;
mod search;
mod signatures;
mod signing;
mod texts;
mod words;

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use bytes::Bytes;
use clap::Args;
use hookgate::{
    UnixTime,
    time::{Clock, SystemClock},
};

use self::{
    case::Case,
    court::{Court, Ruling},
    headers::{Given, HeaderOptions},
    input::{Captured, Form, read_file, read_within, settings_of},
    keys::KeyOptions,
    report::{Report, Subject},
    search::explain,
};
use crate::{
    commands::providers::unusable,
    output::screen::note,
    settings::{
        catalog,
        credentials::is_stdin,
        files::{Files, inlined},
        members::ASSUME_MEDIA_TYPE,
        peer::Peer,
        terms::WindowTerm,
    },
};

/// The most bytes of path, headers, recorded settings and recorded keys: more than servers take. Each change that is
/// tried has its own.
const MAX_HEAD_BYTES: usize = 512 * 1024;
/// What a header or a key takes beside its text. Many empty ones are a large head too.
const BESIDE_TEXT_BYTES: usize = 64;
/// Said of a body whose signature covers more than itself.
const UNCAPTURED: &str = "the signature covers the path, the method or headers, which a body alone does not show: the request \
                          is judged as POST to /";
/// The exit status when the input is no request, as for wrong arguments.
const UNREADABLE: u8 = 2;
/// The exit status when the cause was found.
const EXPLAINED: u8 = 3;
/// The exit status when the request is refused and no cause is certain or likely.
const UNEXPLAINED: u8 = 4;

/// Say in plain words why a captured request is refused, and what to change.
///
/// Judges the request as the middleware would. Where that refuses it, the command undoes the likely mistakes
/// one by one, and the library's own check says which of them was made. It sends nothing anywhere. It shows no
/// secret, no signature and nothing of the body.
///
/// The exit status is 0 when nothing is wrong, 3 when a cause was found, and 4 when the request is refused and
/// no cause was found. It is 2 when the input is no request, and 1 when something could not be read.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    hookgate explain captured.http --key-env WEBHOOK_SECRET\n  \
    hookgate explain copied-as-curl.sh --provider github --key-file secret.txt\n  \
    hookgate explain body.json -H 'x-hub-signature-256: sha256=…' --key-env WEBHOOK_SECRET\n  \
    hookgate explain record.json --other-key-env OLD_SECRET --json\n  \
    hookgate explain captured.http --provider unico-check --key-file unico.crt\n\n\
    From \"signature does not match\" to the line that mends it: docs/explain.md in the sources")]
pub(crate) struct Explain {
    /// A .http file, a curl command, a JSON record of `verify`, or a body. `-` is standard input.
    file: PathBuf,
    /// The form of FILE. [default: what it looks like]
    #[arg(long, value_name = "FORM")]
    form: Option<Form>,
    #[command(flatten)]
    headers: HeaderOptions,
    /// The provider whose receiver this is. [default: the record's, else recognised by the headers]
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    #[command(flatten)]
    keys: KeyOptions,
    /// A JSON file with the receiver's settings, as in a record: docs/verify.md lists them.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// When the request arrived, in Unix seconds, or `now`. [default: the record's; else time is not checked]
    #[arg(long, value_name = "SECONDS", value_parser = moment)]
    now: Option<UnixTime>,
    /// How many seconds old, and how many ahead, a signed time may be. [default: the provider's]
    #[arg(long, value_name = "SECONDS")]
    window: Option<u64>,
    /// Address and port of the connection's other end, or `unix`.
    #[arg(long, value_name = "ADDRESS")]
    peer: Option<Peer>,
    /// The path on which your application listens.
    #[arg(long, value_name = "PATH")]
    route: Option<String>,
    /// Write a JSON object.
    #[arg(long)]
    json: bool,
}

fn moment(text: &str) -> Result<UnixTime, String> {
    if text == "now" {
        return Ok(SystemClock::new().now());
    }
    let secs = text
        .parse()
        .map_err(|_| "neither whole seconds nor `now`".to_owned())?;
    Ok(UnixTime::from_secs(secs))
}

impl Explain {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        let takers = [
            is_stdin(&self.file),
            self.keys.takes_stdin(),
            self.headers.takes_stdin(),
        ];
        if takers.iter().filter(|takes| **takes).count() > 1 {
            return unreadable("standard input is either the request, or a key, or headers");
        }
        let given = match self.headers.read()? {
            Ok(given) => given,
            Err(why) => return unreadable(&why),
        };
        let (bytes, folder) = if is_stdin(&self.file) {
            (read_within(io::stdin().lock())?, PathBuf::new())
        } else {
            let folder = self.file.parent().map(Path::to_owned).unwrap_or_default();
            (read_file(&self.file, "the capture")?, folder)
        };
        let mut captured = match Captured::read(bytes, self.form, &self.file, &folder) {
            Ok(captured) => captured,
            Err(why) => return unreadable(&format!("the input is no request: {why}")),
        };
        captured.headers.extend(given.headers.iter().cloned());
        let mut subject = match self.subject(&captured) {
            Some(subject) => subject,
            None => {
                return unreadable(
                    "no header shows the provider: name it with --provider (`hookgate providers` lists them)",
                );
            }
        };
        let mut court = Court::new();
        let case = match self.case(captured, &given, &subject, &mut court)? {
            Ok(case) => case,
            Err(why) => return unreadable(&why),
        };
        if case.is_body_alone && signing::covers_head(&case) {
            subject.notes.push(UNCAPTURED.to_owned());
        }
        let mut explanation = explain(case.clone(), &mut court);
        explanation.findings.extend(mistakes::path_sign(&case));
        if matches!(explanation.ruling, Ruling::Accepted(_)) {
            explanation.findings.extend(mistakes::double_encoded(&case));
        }
        let report = Report::new(&subject, &case, &explanation);
        report.write(self.json)?;
        Ok(match (&explanation.ruling, explanation.is_explained()) {
            (_, true) => ExitCode::from(EXPLAINED),
            (Ruling::Accepted(_), false) => ExitCode::SUCCESS,
            (_, false) => ExitCode::from(UNEXPLAINED),
        })
    }

    /// Whose request this is.
    fn subject(&self, captured: &Captured) -> Option<Subject> {
        let notes = captured.notes.clone();
        let recorded = captured.recorded.as_ref().map(|it| it.provider.clone());
        if let Some(provider) = self.provider.clone().or(recorded) {
            return Some(Subject {
                provider,
                recognised_by: None,
                notes,
            });
        }
        let sender = signing::recognised(&captured.headers).into_iter().next()?;
        Some(Subject {
            provider: sender.provider.to_owned(),
            recognised_by: Some(sender.by),
            notes,
        })
    }

    /// The case, with the body that the capture most probably means. The inner error is about wrong options.
    fn case(
        &self,
        captured: Captured,
        given: &Given,
        subject: &Subject,
        court: &mut Court,
    ) -> io::Result<Result<Case, String>> {
        if catalog::find(&subject.provider).is_none() {
            let why = "the provider is unknown: `hookgate providers` lists those there are";
            return Ok(Err(why.to_owned()));
        }
        let mut keys = self.keys.read(&subject.provider)?;
        let mut bodies = captured.bodies.into_iter();
        let mut case = Case {
            provider: subject.provider.clone(),
            keys: Vec::new(),
            other_keys: Vec::new(),
            method: captured.method,
            path: captured.path,
            headers: captured.headers,
            body: Bytes::from(bodies.next().unwrap_or_default()),
            now: None,
            window: WindowTerm::OfPack,
            peer: None,
            settings: None,
            endpoint: "hook".to_owned(),
            tenant: None,
            is_body_alone: captured.is_body_alone,
            route: self.route.clone(),
        };
        if let Some(recorded) = captured.recorded {
            (recorded.terms)(&mut case);
            case.keys = recorded.keys;
        }
        if head_bytes(&case) > MAX_HEAD_BYTES {
            let why = "the input is no request: path, headers, keys and settings are over 512 KiB";
            return Ok(Err(why.to_owned()));
        }
        case.keys.append(&mut keys.of_receiver);
        case.other_keys = keys.others;
        case.now = self.now.or(case.now);
        case.window = self.window.map_or(case.window, WindowTerm::Secs);
        case.peer = self.peer.or(case.peer);
        if let Some(path) = &self.settings {
            match settings_of(&read_file(path, "--settings")?) {
                Ok(text) => case.settings = Some(text),
                Err(why) => return Ok(Err(why)),
            }
        }
        if let Err(why) = self.read_files(&mut case) {
            return Ok(Err(why));
        }
        if captured.is_body_alone && case.value("content-type").is_none() {
            case = case.with_setting(ASSUME_MEDIA_TYPE, true.into());
        }
        let names = mistakes::credential_headers(&case);
        if let Err(why) = given.without_credentials_in(&names) {
            return Ok(Err(why));
        }
        Ok(Ok(covered(case, bodies, court)))
    }
}

impl Explain {
    /// Puts what the files hold that the settings name in their place.
    fn read_files(&self, case: &mut Case) -> Result<(), String> {
        let Some(text) = case.settings.take() else {
            return Ok(());
        };
        let of_settings = self.settings.as_deref();
        let folder = of_settings.map(|file| file.parent().unwrap_or_else(|| Path::new("")));
        let refused = Files::Refused("give the settings by `--settings FILE`");
        let files = folder.map_or(refused, Files::In);
        let inlined = inlined(&text, files).map_err(|refused| unusable(refused).to_string())?;
        case.settings = Some(inlined.into_owned());
        Ok(())
    }
}

fn head_bytes(case: &Case) -> usize {
    let headers = case.headers.iter();
    let headers = headers.flat_map(|(name, value)| [name.len(), value.len(), BESIDE_TEXT_BYTES]);
    let keys = case.keys.iter();
    let keys = keys.flat_map(|key| [key.name.len(), key.text.len(), BESIDE_TEXT_BYTES]);
    let settings = case.settings.as_deref().unwrap_or_default();
    let others = [case.method.len(), case.path.len(), settings.len()];
    let all = headers.chain(keys).chain(others);
    all.fold(0, usize::saturating_add)
}

/// Where the capture leaves the body's end open, it means the reading that the signature covers.
fn covered(case: Case, others: impl Iterator<Item = Vec<u8>>, court: &mut Court) -> Case {
    let mut others = others.map(|body| {
        let mut case = case.clone();
        case.body = body.into();
        case
    });
    let proved = others.find(|other| court.rule(other).is_proved());
    proved.unwrap_or(case)
}

fn unreadable(why: &str) -> io::Result<ExitCode> {
    note(format_args!("hookgate: {why}"));
    Ok(ExitCode::from(UNREADABLE))
}
