//! [`Plan`]: which events are sent, and when they occur.

use std::{collections::VecDeque, io, time::Duration};

use hookgate::simulator::SampleId;

use super::{
    courier::Courier,
    edit::Edit,
    random_id::random_id,
    sender::{
        Event, {self},
    },
};

/// When each event of an onboarding occurs, in seconds after its start: about as long as a person takes.
const ONBOARDING: [u64; 7] = [0, 20, 32, 35, 36, 41, 43];

/// The events of a run, in turn.
pub(super) enum Plan {
    /// One event over and over, each time another one of its kind.
    Events {
        name: String,
        left: usize,
        /// The body that a file or an editor gave: they are asked once.
        body: Option<Vec<u8>>,
    },
    /// A whole onboarding of one operation.
    Onboarding {
        operation: SampleId,
        /// Each with the time after the start at which it is due.
        left: VecDeque<(String, Duration)>,
    },
}

impl Plan {
    pub(super) fn events(name: &str, count: usize) -> Self {
        Self::Events {
            name: name.to_owned(),
            left: count,
            body: None,
        }
    }

    /// `speed` times as fast as a person.
    pub(super) fn onboarding(is_shuffled: bool, speed: f64) -> io::Result<Self> {
        let mut names = sender::events("facephi");
        if is_shuffled {
            shuffle(&mut names)?;
        }
        Ok(Self::Onboarding {
            operation: random_id()?,
            left: names
                .into_iter()
                .zip(ONBOARDING.map(|secs| Duration::from_secs(secs).div_f64(speed)))
                .collect(),
        })
    }

    /// How many events are left.
    pub(super) fn left(&self) -> usize {
        match self {
            Self::Events { left, .. } => *left,
            Self::Onboarding { left, .. } => left.len(),
        }
    }

    /// The next event, and how long after the begin it occurs.
    pub(super) fn next(
        &mut self,
        courier: &Courier,
        edit: &Edit,
    ) -> io::Result<Option<(Event, Duration)>> {
        match self {
            Self::Events { left: 0, .. } => Ok(None),
            Self::Events { name, left, body } => {
                *left = left.saturating_sub(1);
                let mut event = event(name, random_id()?, courier);
                event.body = match body {
                    Some(body) => Some(body.clone()),
                    None => edit.body(&courier.sender, &event)?,
                };
                if edit.asks() {
                    body.clone_from(&event.body);
                }
                Ok(Some((event, Duration::ZERO)))
            }
            Self::Onboarding { operation, left } => {
                let next = left
                    .pop_front()
                    .map(|(name, due)| (event(&name, *operation, courier), due));
                Ok(next)
            }
        }
    }
}

fn event(name: &str, identity: SampleId, courier: &Courier) -> Event {
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
        names.swap(place, random_id()?.below(place.saturating_add(1)));
    }
    if names == before {
        names.rotate_left(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dues(speed: f64) -> Vec<Duration> {
        match Plan::onboarding(true, speed) {
            Ok(Plan::Onboarding { left, .. }) => left.into_iter().map(|(_, due)| due).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn an_onboarding_takes_as_long_as_a_person_divided_by_the_speed() {
        let real = dues(1.0);
        assert_eq!(real.first(), Some(&Duration::ZERO));
        assert_eq!(real.last(), Some(&Duration::from_secs(43)));
        assert!(real.is_sorted());
        for (fast, real) in dues(20.0).into_iter().zip(real) {
            assert_eq!(fast * 20, real);
        }
    }
}
