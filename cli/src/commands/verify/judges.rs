//! [`Judges`]: the judge of each policy that records name, built once.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use hookgate::{framework::Judge, time::SystemClock};
use sha2::{Digest, Sha256};

use super::record::Record;
use crate::settings::{
    catalog::Listed,
    files::{Files, inlined},
    members::Settings,
    refused::Refused,
    terms::{Terms, WindowTerm},
};

/// Most judges that are kept. Building one costs less than a verdict, so this need not be many.
const KEPT: usize = 256;

/// Judges by their policy.
pub(crate) struct Judges {
    files: Option<PathBuf>,
    built: HashMap<[u8; 32], Result<Built, Refused>>,
}

/// A judge, and what records may leave out for it.
pub(crate) struct Built {
    pub(crate) judge: Judge,
    pub(crate) assumes_media_type: bool,
}

impl Judges {
    pub(crate) fn new(files: Option<PathBuf>) -> Self {
        Self {
            files,
            built: HashMap::new(),
        }
    }

    /// The judge that `record` asks for, or why there is none.
    pub(crate) fn of(&mut self, listed: &Listed, record: &Record<'_>) -> &Result<Built, Refused> {
        let policy = policy(record);
        // Records come from a few endpoints; where they do not, starting over keeps memory bounded.
        if self.built.len() >= KEPT && !self.built.contains_key(&policy) {
            self.built.clear();
        }
        self.built.entry(policy).or_insert_with(|| {
            let settings = record.settings.map(|settings| settings.get());
            let refused = Files::Refused("allow files by `--files FOLDER`");
            let files = self.files.as_deref().map_or(refused, Files::In);
            let settings = settings.map(|text| inlined(text, files)).transpose()?;
            let settings = settings.as_deref();
            let builder = listed.receiver(Terms {
                endpoint: &record.endpoint,
                keys: &record.keys,
                has_tenant: record.tenant.is_some(),
                window: record.window,
                settings,
                clock: Arc::new(SystemClock::new()),
            })?;
            Ok(Built {
                judge: builder.judge()?,
                assumes_media_type: Settings::read(settings)?.assumes_media_type()?,
            })
        })
    }
}

/// Stands for everything of a record that its judge is built from. A digest, so that keys are kept
/// nowhere but in the judges; lengths keep two policies from running together.
fn policy(record: &Record<'_>) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut part = |bytes: &[u8]| {
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    part(record.provider.as_bytes());
    part(record.endpoint.as_bytes());
    part(&[u8::from(record.tenant.is_some())]);
    match record.window {
        WindowTerm::OfPack => part(b"pack"),
        WindowTerm::Unchecked => part(b"unchecked"),
        WindowTerm::Secs(secs) => part(&secs.to_be_bytes()),
    }
    part(
        record
            .settings
            .map_or("", |settings| settings.get())
            .as_bytes(),
    );
    for key in &record.keys {
        part(key.as_bytes());
    }
    digest.finalize().into()
}
