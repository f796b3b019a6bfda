//! [`Plan`]: which events are sent, and when.

use std::{io, time::Duration};

use super::{
    courier::Courier,
    edit::Edit,
    identity::Identity,
    sender::{self, Event},
};

/// When each event of an onboarding occurs, in seconds after its begin: about as long as a person takes.
const ONBOARDING: [u64; 7] = [0, 20, 32, 35, 36, 41, 43];

/// One delivery.
pub(super) struct Job {
    pub(super) event: Event,
    /// Counted from 1.
    pub(super) copy: usize,
    /// When it is due, after the begin of the run.
    pub(super) due: Duration,
}

/// What a run sends.
pub(super) enum Plan {
    /// One event over and over, each time another one of its kind.
    Events {
        name: String,
        count: usize,
        copies: usize,
        /// Deliveries a second.
        rate: Option<f64>,
    },
    /// A whole onboarding of one operation.
    Flow { copies: usize, shuffled: bool },
}

impl Plan {
    /// How many deliveries it has.
    pub(super) fn deliveries(&self) -> usize {
        match self {
            Self::Events { count, copies, .. } => count.saturating_mul(*copies),
            Self::Flow { copies, .. } => ONBOARDING.len().saturating_mul(*copies),
        }
    }

    /// Its deliveries in turn.
    pub(super) fn jobs<'a>(
        &'a self,
        courier: &'a Courier,
        edit: &'a Edit,
    ) -> io::Result<Box<dyn Iterator<Item = io::Result<Job>> + 'a>> {
        match self {
            Self::Events {
                name,
                count,
                copies,
                rate,
            } => {
                // A file or an editor is asked once; members are set in each event anew.
                let mut once = None;
                let mut next = move || {
                    let mut event = event(name, Identity::new()?, courier);
                    event.body = match &once {
                        Some(body) => Some(Vec::clone(body)),
                        None => edit.body(&courier.sender, &event)?,
                    };
                    if edit.asks() {
                        once.clone_from(&event.body);
                    }
                    Ok::<_, io::Error>(event)
                };
                let gap = rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
                let mut number: u32 = 0;
                let jobs = (0..*count).flat_map(move |_| {
                    let event = next();
                    let copies = (1..=*copies).map(|copy| {
                        let due = gap.saturating_mul(number);
                        number = number.saturating_add(1);
                        match &event {
                            Ok(event) => Ok(Job {
                                event: event.clone(),
                                copy,
                                due,
                            }),
                            Err(error) => Err(io::Error::other(error.to_string())),
                        }
                    });
                    copies.collect::<Vec<_>>()
                });
                Ok(Box::new(jobs))
            }
            Self::Flow { copies, shuffled } => {
                let identity = Identity::new()?;
                let mut names = sender::events("facephi");
                if *shuffled {
                    shuffle(&mut names)?;
                }
                let jobs = names
                    .into_iter()
                    .zip(ONBOARDING)
                    .flat_map(move |(name, at)| {
                        let due = Duration::from_secs(at).div_f64(courier.speed);
                        let event = event(&name, identity.clone(), courier);
                        let copies = (1..=*copies).map(|copy| {
                            Ok(Job {
                                event: event.clone(),
                                copy,
                                due,
                            })
                        });
                        copies.collect::<Vec<_>>()
                    });
                Ok(Box::new(jobs))
            }
        }
    }
}

fn event(name: &str, identity: Identity, courier: &Courier) -> Event {
    Event {
        name: name.to_owned(),
        identity,
        at: courier.now(),
        body: None,
    }
}

/// Fisher and Yates; then once around if that left them in order.
fn shuffle(names: &mut [String]) -> io::Result<()> {
    let before = names.to_vec();
    for place in (1..names.len()).rev() {
        names.swap(place, Identity::new()?.below(place.saturating_add(1)));
    }
    if names == before {
        names.rotate_left(1);
    }
    Ok(())
}
