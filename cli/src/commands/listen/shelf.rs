//! [`Shelf`]: requests as they came, each a record that `verify` and `explain` read.

use std::{
    fs::{
        OpenOptions, {self},
    },
    io::{
        Write, {self},
    },
    net::SocketAddr,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::time::{Clock, SystemClock};
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use crate::{output::screen, settings::credentials::Loaded};

/// The most bytes that are kept of a body: more than any pack takes by default. A larger one is refused.
pub(super) const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// How long a body may take to arrive. The receiver, which has a deadline of its own, comes later.
pub(super) const BODY_DEADLINE: Duration = Duration::from_secs(5);

/// A directory of records.
pub(super) struct Shelf {
    directory: PathBuf,
    provider: &'static str,
    endpoint: String,
    window: Option<u64>,
    keys: Vec<String>,
    settings: Option<Box<RawValue>>,
    clock: SystemClock,
    next: AtomicU64,
}

/// A request before anybody has judged it.
pub(super) struct Arrived {
    pub(super) method: String,
    /// Path and query.
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) peer: Option<SocketAddr>,
}

/// `docs/verify.md` says what each member means.
#[derive(Serialize)]
struct Record<'a> {
    id: &'a str,
    provider: &'a str,
    keys: &'a [String],
    method: &'a str,
    path: &'a str,
    headers: &'a [(String, String)],
    body_base64: String,
    now: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_s: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<SocketAddr>,
    endpoint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<&'a RawValue>,
}

impl Shelf {
    /// Makes the directory if there is none. Existing records are kept.
    pub(super) fn open(
        directory: PathBuf,
        provider: &'static str,
        endpoint: &str,
        window: Option<u64>,
        loaded: Loaded,
    ) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        let settings = loaded.settings.map(RawValue::from_string).transpose();
        Ok(Self {
            directory,
            provider,
            endpoint: endpoint.to_owned(),
            window,
            keys: loaded.keys,
            settings: settings.map_err(|_| io::Error::other("the settings are not JSON"))?,
            clock: SystemClock::new(),
            next: AtomicU64::new(1),
        })
    }

    /// Writes one record to a file of its own. Only its owner can read it, since it holds keys.
    pub(super) fn keep(&self, arrived: Arrived) -> io::Result<()> {
        let now = self.clock.now().as_millis();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let id = format!("{number:06}");
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = match options.open(self.directory.join(format!("{id}.json"))) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                opened => opened?,
            };
            let record = Record {
                id: &id,
                provider: self.provider,
                keys: &self.keys,
                method: &arrived.method,
                path: &arrived.path,
                headers: &arrived.headers,
                body_base64: STANDARD.encode(&arrived.body),
                now: seconds(now),
                window_s: self.window,
                peer: arrived.peer,
                endpoint: &self.endpoint,
                settings: self.settings.as_deref(),
            };
            // The sender's text may be read on a terminal, too.
            let mut line = screen::json(serde_json::to_vec(&record)?);
            line.push(b'\n');
            return file.write_all(&line);
        }
    }
}

/// Milliseconds as Unix seconds with a fraction.
fn seconds(millis: i64) -> Value {
    let text = format!("{}.{:03}", millis.div_euclid(1000), millis.rem_euclid(1000));
    serde_json::from_str(&text).unwrap_or(Value::Null)
}
