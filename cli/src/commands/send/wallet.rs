//! [`Wallet`]: what a sender shows to log in, fetched anew before it ends.

use std::{io, time::Duration};

use tokio::{sync::Mutex, time::Instant};

use super::presented::Presented;
use crate::commands::token::Endpoint;

/// A token is not used in its last seconds: it could end on the way.
const MARGIN: Duration = Duration::from_secs(10);

/// Fixed credentials, or a token of an endpoint.
pub(super) struct Wallet {
    fixed: Presented,
    endpoint: Option<Endpoint>,
    fetched: Mutex<Option<(Presented, Instant)>>,
}

impl Wallet {
    /// A token of `endpoint` is shown beside the fixed credentials.
    pub(super) fn new(fixed: Presented, endpoint: Option<Endpoint>) -> Self {
        Self {
            fixed,
            endpoint,
            fetched: Mutex::new(None),
        }
    }

    /// What to show now.
    pub(super) async fn presented(&self) -> io::Result<Presented> {
        let Some(endpoint) = &self.endpoint else {
            return Ok(self.fixed.clone());
        };
        // Held while asking: several deliveries at once need one token, not one each.
        let mut fetched = self.fetched.lock().await;
        if let Some((presented, end)) = fetched.as_ref()
            && Instant::now() < *end
        {
            return Ok(presented.clone());
        }
        let issued = endpoint.ask().await?;
        let token = issued.token().ok_or_else(|| {
            io::Error::other(format!(
                "the token endpoint answered {} {}",
                issued.status().as_u16(),
                issued.error().unwrap_or("without a token")
            ))
        })?;
        let presented = self.fixed.clone().with_token(token);
        let end = Instant::now() + issued.lifetime().saturating_sub(MARGIN);
        *fetched = Some((presented.clone(), end));
        Ok(presented)
    }
}
