//! [`Confirming`]: calls the address that confirms a subscription.

use std::sync::Arc;

use reqwest::Url;

use super::event::Confirmation;
use crate::{access::Calls, schemes::Sns, telemetry::log, time::spawn};

/// Calls the address that confirms a subscription, where it is that of SNS in the topic's region, byte for byte.
#[derive(Default)]
pub(super) struct Confirming {
    calls: Arc<Calls>,
    /// An emulator, in the place of SNS.
    emulator: Option<Url>,
}

impl Confirming {
    pub(super) fn at(emulator: Url) -> Self {
        Self {
            emulator: Some(emulator),
            ..Self::default()
        }
    }

    /// Begins the call in a task of its own: SNS gets its answer meanwhile. What ends a subscription is never called back.
    pub(super) fn confirm(&self, scheme: &Sns, asked: &Confirmation) {
        if !asked.begins {
            return;
        }
        let own = scheme.confirmation_url(&asked.topic_arn, &asked.token);
        let Some(url) = own.filter(|own| *own == asked.subscribe_url) else {
            log::not_confirmed(&"its address is not that of SNS for the topic");
            return;
        };
        let Ok(mut url) = Url::parse(&url) else {
            return;
        };
        if let Some(emulator) = &self.emulator {
            let asks = url.query().map(str::to_owned);
            url = emulator.clone();
            url.set_query(asks.as_deref());
        }
        let Some(call) = self.calls.begin() else {
            log::not_confirmed(&"others are being confirmed");
            return;
        };
        spawn(async move {
            match call.get(&url, Vec::new()).await {
                Ok(200) => log::confirmed(),
                Ok(status) => {
                    log::not_confirmed(&format_args!("it answered {status} instead of 200"));
                }
                Err(error) => log::not_confirmed(&error),
            }
        });
    }
}
