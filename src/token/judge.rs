//! Who a token request is from: what it shows, judged without waiting, then used up where it may be used once.

use std::sync::Arc;

use super::{
    asked::Asked,
    attempt::Attempt,
    claims::{Fault, Unproven},
    client::{UNKNOWN, find},
    grant::{Grant, Proven, Refused},
    issuer::Policy,
    parameters::Parameters,
    replays::Use,
};
use crate::time::{Timer, UnixTime};

impl Policy {
    /// What `asked` is granted. Wrong guesses are counted on the way, the moment that they are known.
    pub(super) async fn grant(
        &self,
        asked: &Asked<'_>,
        attempt: &Attempt<'_>,
        parameters: &Parameters,
        timer: &Arc<dyn Timer>,
    ) -> Result<Grant, Refused> {
        let proven = attempt.judged(self.judge(asked, self.clock.now()))?;
        let other = |id: &str| id != proven.client;
        if parameters.client_id.as_ref().is_some_and(|id| other(id)) {
            return Err(Refused::InvalidRequest(
                "`client_id` is another client's than the one that the credentials are of",
            ));
        }
        let scopes = proven
            .rights
            .grant(parameters.scope.as_ref().map(|it| it.as_str()))?;
        if let Some(once) = &proven.once {
            let replays = self.replays.as_ref().ok_or(Refused::StoreUnavailable)?;
            let used = replays.use_once(once, &self.name, timer).await?;
            attempt.judged(match used {
                Use::First => Ok(()),
                Use::Again => Err(used_before(asked)),
            })?;
        }
        Ok(Grant {
            client: proven.client.to_owned(),
            subject: proven.subject,
            scopes,
            audience: proven.rights.audience.clone(),
        })
    }

    fn judge(&self, asked: &Asked<'_>, now: UnixTime) -> Result<Proven<'_>, Refused> {
        match asked {
            Asked::Client(presented) => {
                let client = find(&self.clients, presented).ok_or(UNKNOWN)?;
                Ok(client.proven())
            }
            Asked::ClientAssertion(token) => self.signing_client(token.as_ref(), now),
            Asked::User(presented) => {
                const WRONG: Refused = Refused::InvalidGrant("user or password is wrong");
                Ok(find(&self.users, presented).ok_or(WRONG)?.proven())
            }
            Asked::Assertion(token) => {
                let judged = self.judge_assertion(token.as_ref(), now);
                let proven = judged.map_err(|fault| Refused::InvalidGrant(fault.why()))?;
                // A token's `sub` that is somebody's id would be taken for theirs (RFC 9068, section 5).
                if proven.subject != proven.client && self.knows(&proven.subject) {
                    return Err(Refused::InvalidGrant(
                        "the assertion's subject is the id of somebody else",
                    ));
                }
                Ok(proven)
            }
        }
    }

    /// The first setting that `token` fits, or what is wrong with it for the one that it fits best.
    fn judge_assertion(
        &self,
        token: Option<&Unproven<'_>>,
        now: UnixTime,
    ) -> Result<Proven<'_>, Fault> {
        let token = token.ok_or(Fault::Unreadable)?;
        let mut worst = Fault::Unreadable;
        for assertion in &self.assertions {
            match assertion.judge(token, &self.name, now) {
                Ok(proven) => return Ok(proven),
                Err(fault) => worst = worst.max(fault),
            }
        }
        Err(worst)
    }

    fn knows(&self, id: &str) -> bool {
        let named = self.clients.iter().chain(&self.users);
        let named = named.map(|client| client.id());
        named
            .chain(self.assertions.iter().map(|assertion| assertion.id()))
            .any(|known| known == id)
    }
}

fn used_before(asked: &Asked<'_>) -> Refused {
    const WHY: &str = "the assertion was used before";
    match asked {
        Asked::ClientAssertion(_) => Refused::InvalidClient(WHY),
        _ => Refused::InvalidGrant(WHY),
    }
}
