//! [`RowState`]: what a row, or the entry of a key, says.

use std::time::Duration;

use hookgate::dedup::{End, State};

/// What a row says, or the entry of a key. SQL stores keep its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub enum RowState {
    /// A lease that runs, or has lapsed.
    InProgress = 0,
    /// A mark: the event was processed.
    Processed = 1,
    /// A mark: the event was ignored.
    Ignored = 2,
    /// A mark: the event was rejected.
    Rejected = 3,
    /// A lease that its owner released, or never had.
    Released = 4,
    /// An inbox holds the event: it waits for a worker, or runs in one.
    Queued = 5,
    /// A dead letter of an inbox.
    Dead = 6,
}

impl RowState {
    /// The number in the `state` column. It is stored data, so it never changes.
    ///
    /// ```
    /// use hookgate_store_kit::RowState;
    ///
    /// assert_eq!(RowState::Processed.number(), 1);
    /// assert_eq!(RowState::read(1), Some(RowState::Processed));
    /// ```
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// Reads the number. `None` for one that only a later release knows: what is not known is not done, since that
    /// would be answered as if the event were handled.
    pub fn read(number: i64) -> Option<Self> {
        Some(match number {
            0 => Self::InProgress,
            1 => Self::Processed,
            2 => Self::Ignored,
            3 => Self::Rejected,
            4 => Self::Released,
            5 => Self::Queued,
            6 => Self::Dead,
            _ => return None,
        })
    }

    /// What a settle writes.
    pub fn of(end: End) -> Self {
        match end {
            End::Processed => Self::Processed,
            End::Ignored => Self::Ignored,
            End::Rejected => Self::Rejected,
            End::Release => Self::Released,
        }
    }

    /// Whether the event has ended, as long as the row has not. What an inbox holds has not, although it is
    /// [done](State::Done) to everybody else.
    pub fn is_mark(self) -> bool {
        matches!(self, Self::Processed | Self::Ignored | Self::Rejected)
    }

    /// What it means for others, with so much left until its end.
    pub fn with_left(self, left: Duration) -> State {
        match self {
            // Wherever its end lies: a clock that was set back, or a failover's, may put it ahead.
            Self::Released => State::Free,
            _ if left.is_zero() => State::Free,
            Self::InProgress => State::InProgress { retry_after: left },
            Self::Processed | Self::Ignored | Self::Rejected => State::Done,
            // It is durable: its worker, or whoever looks after dead letters, comes to it.
            Self::Queued | Self::Dead => State::Done,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_read_as_it_was_written_and_no_other() {
        let read: Vec<_> = (0..7)
            .map(|number| RowState::read(number).unwrap())
            .collect();
        assert!(
            (0..)
                .zip(&read)
                .all(|(number, state)| state.number() == number)
        );
        for unknown in [-1, 7, 99, i64::MIN, i64::MAX] {
            assert_eq!(RowState::read(unknown), None);
        }
    }

    #[test]
    fn what_was_released_or_has_ended_is_free() {
        let second = Duration::from_secs(1);
        for number in 0..7 {
            let state = RowState::read(number).unwrap();
            assert_eq!(state.with_left(Duration::ZERO), State::Free, "{state:?}");
            let running = state.with_left(second);
            let is_done = state.is_mark() || matches!(state, RowState::Queued | RowState::Dead);
            assert_eq!(running == State::Done, is_done, "{state:?}");
        }
        assert_eq!(RowState::Released.with_left(second), State::Free);
        let retry_after = second;
        assert_eq!(
            RowState::InProgress.with_left(second),
            State::InProgress { retry_after }
        );
    }
}
