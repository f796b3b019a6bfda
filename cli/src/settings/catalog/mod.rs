//! Every pack, preset and scheme that the command knows.

mod entry;
mod keys;
mod packs;
mod schemes;

use std::{borrow::Cow, sync::LazyLock};

use hookgate::{
    ReceiverBuilder,
    providers::{
        known::{self, KnownSender},
        preset::Preset,
    },
};

pub(crate) use self::{
    entry::Relaxed,
    keys::{SAMPLE_SECRET, algorithm_of},
};
use self::{
    entry::{Entry, Words},
    keys::{keys_of, sample_key_for},
    packs::PACKS,
    schemes::SCHEMES,
};
use crate::settings::{
    cloud_events,
    dated_events::{DatedEventsConfig, dates_events},
    members::Settings,
    of_row::RowSettings,
    refused::Refused,
    terms::Terms,
};

/// A pack, preset or scheme.
pub(crate) struct Listed {
    /// Its name in records.
    pub(crate) name: &'static str,
    of: Of,
}

enum Of {
    /// A sender that leaves nothing to be set.
    Row(&'static KnownSender),
    /// A sender with a pack of its own, which has settings.
    Pack(&'static KnownSender, &'static Entry),
    /// No sender: a scheme, which its settings describe.
    Scheme(&'static Entry, &'static Words),
}

/// Where all is known.
pub(crate) const NOTHING: &str = "nothing";

/// Settings of a sender that signs the address.
const ADDRESS: &str = r#"{"url":"https://hooks.example/hook"}"#;
/// Settings of a sender whose tokens are each for somebody.
const AUDIENCE: &str = r#"{"audiences":["sample"]}"#;

/// The one of this name.
pub(crate) fn find(name: &str) -> Option<&'static Listed> {
    all().iter().find(|listed| listed.name == name)
}

/// The senders of the library's rows, then the schemes.
pub(crate) fn all() -> &'static [Listed] {
    static ALL: LazyLock<Vec<Listed>> = LazyLock::new(|| {
        let senders = known::ALL.iter().map(|sender| Listed {
            name: sender.name,
            of: match PACKS.iter().find(|pack| pack.name == sender.name) {
                Some(pack) => Of::Pack(sender, pack),
                None => Of::Row(sender),
            },
        });
        let schemes = SCHEMES.iter().map(|(scheme, words)| Listed {
            name: scheme.name,
            of: Of::Scheme(scheme, words),
        });
        senders.chain(schemes).collect()
    });
    &ALL
}

impl Listed {
    /// Its receiver.
    pub(crate) fn receiver(&self, terms: Terms<'_>) -> Result<ReceiverBuilder, Refused> {
        let answers = Settings::read(terms.settings)?.answers()?;
        match self.of {
            Of::Row(sender) if sender.has_open_settings() => terms
                .row(keys_of(sender), |settings: RowSettings, keys| {
                    Ok(answers.of(settings.preset(sender, keys)))
                }),
            Of::Row(sender) if dates_events(sender) => terms
                .row(keys_of(sender), |config: DatedEventsConfig, keys| {
                    Ok(answers.of(config.preset(sender, keys)))
                }),
            Of::Row(sender) => {
                terms.pack(keys_of(sender), |keys| answers.of(Preset::of(sender, keys)))
            }
            Of::Pack(_, entry) | Of::Scheme(entry, _) => {
                // Any sender of CloudEvents may ask by `OPTIONS`.
                if entry.name != cloud_events::NAME {
                    answers.none()?;
                }
                (entry.builder)(terms)
            }
        }
    }

    /// The least settings with which a receiver can be built.
    pub(crate) fn least_settings(&self) -> Option<&'static str> {
        match self.of {
            Of::Row(sender) if sender.signs_address() => Some(ADDRESS),
            Of::Row(sender) if sender.needs_audience() => Some(AUDIENCE),
            _ => self.entry()?.least_settings,
        }
    }

    /// A key with which a receiver can be built. It never verifies anything.
    pub(crate) fn sample_key(&self) -> &'static str {
        match self.of {
            Of::Row(sender) => sample_key_for(algorithm_of(sender)),
            Of::Pack(_, entry) | Of::Scheme(entry, _) => entry.sample_key,
        }
    }

    /// The setting that lets `application/json` in, where the pack has one.
    pub(crate) fn plain_json(&self) -> Option<Relaxed> {
        self.entry()?.plain_json
    }

    /// The row of the sender; `None` where it is no sender but a scheme.
    pub(crate) fn sender(&self) -> Option<&'static KnownSender> {
        match self.of {
            Of::Row(sender) | Of::Pack(sender, _) => Some(sender),
            Of::Scheme(..) => None,
        }
    }

    /// How it signs.
    pub(crate) fn signature(&self) -> Cow<'static, str> {
        match self.of {
            Of::Row(sender) | Of::Pack(sender, _) => sender.proof_in_words().into(),
            Of::Scheme(_, words) => words.proof.into(),
        }
    }

    /// What identifies an event.
    pub(crate) fn event_key(&self) -> Cow<'static, str> {
        match self.of {
            Of::Row(sender) | Of::Pack(sender, _) => sender.identity_in_words().into(),
            Of::Scheme(_, words) => words.identity.into(),
        }
    }

    /// How long it waits, and when it sends again.
    pub(crate) fn manner(&self) -> String {
        match self.of {
            Of::Row(sender) | Of::Pack(sender, _) => sender.manner_in_words(),
            Of::Scheme(..) => "waits for an unknown time, sends again: unknown".to_owned(),
        }
    }

    /// What is assumed of the sender rather than known.
    pub(crate) fn assumed(&self) -> Cow<'static, str> {
        match self.of {
            Of::Scheme(..) => "how long it waits, and whether it sends again".into(),
            Of::Row(sender) | Of::Pack(sender, _) => {
                let assumptions = sender.assumptions();
                if assumptions.is_empty() {
                    return NOTHING.into();
                }
                assumptions.join("; ").into()
            }
        }
    }

    fn entry(&self) -> Option<&'static Entry> {
        match self.of {
            Of::Row(_) => None,
            Of::Pack(_, entry) | Of::Scheme(entry, _) => Some(entry),
        }
    }
}
