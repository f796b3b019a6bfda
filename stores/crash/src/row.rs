//! The rows of the matrix.

use std::time::Duration;

use crate::dying::Dies;

/// What goes wrong with the database, while events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sound,
    /// PostgreSQL's processes end at once, again and again.
    Crashes,
    /// PostgreSQL's backends are ended twice a second.
    LosesBackends,
    /// So many others are connected, and do nothing.
    IsCrowded,
    /// Connections break, before a statement arrives or before its answer does.
    Breaks,
}

/// One row: what goes wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) receiver: Dies,
    pub(crate) worker: Dies,
    /// Killed from outside again and again, after a time at random below this.
    pub(crate) receiver_killed: Option<Duration>,
    pub(crate) worker_killed: Option<Duration>,
    pub(crate) database: Database,
    /// An instance of the release before, without an inbox, gets half of the deliveries.
    pub(crate) beside_inline: bool,
    /// Whether an effect that commits alone may be there twice.
    pub(crate) may_repeat: bool,
}

impl Row {
    /// Whether a process must have died before the row says anything.
    pub(crate) fn kills(&self) -> bool {
        let dies = [self.receiver, self.worker]
            .iter()
            .any(|it| *it != Dies::Never);
        dies || self.receiver_killed.is_some() || self.worker_killed.is_some()
    }
}

const SOUND: Row = Row {
    name: "nothing",
    receiver: Dies::Never,
    worker: Dies::Never,
    receiver_killed: None,
    worker_killed: None,
    database: Database::Sound,
    beside_inline: false,
    may_repeat: false,
};

const fn receiver(name: &'static str, receiver: Dies) -> Row {
    Row {
        name,
        receiver,
        ..SOUND
    }
}

const fn worker(name: &'static str, worker: Dies) -> Row {
    Row {
        name,
        worker,
        // Others run in the same process when it dies.
        may_repeat: true,
        ..SOUND
    }
}

const fn database(name: &'static str, database: Database) -> Row {
    Row {
        name,
        database,
        may_repeat: true,
        ..SOUND
    }
}

pub(crate) const ROWS: [Row; 15] = [
    SOUND,
    receiver("the receiver dies before its commit", Dies::BeforeCommit),
    receiver(
        "the receiver dies between commit and answer",
        Dies::BeforeAnswer,
    ),
    Row {
        receiver_killed: Some(Duration::from_millis(500)),
        ..receiver("the receiver is killed again and again", Dies::Never)
    },
    worker("the worker dies before a handler", Dies::BeforeHandler),
    worker("the worker dies in a handler", Dies::InHandler),
    worker("the worker dies between effect and end", Dies::BeforeSettle),
    worker("the worker dies in their transaction", Dies::InTransaction),
    worker("the worker dies after that commit", Dies::AfterTransaction),
    Row {
        // PostgreSQL's inbox looks for the lapsed leases of others from a second after its start on.
        worker_killed: Some(Duration::from_secs(3)),
        ..worker("the worker is killed again and again", Dies::Never)
    },
    Row {
        beside_inline: true,
        ..receiver("an instance without an inbox beside", Dies::Never)
    },
    database("the database crashes again and again", Database::Crashes),
    database("its backends end twice a second", Database::LosesBackends),
    database("150 idle connections", Database::IsCrowded),
    database("connections break around statements", Database::Breaks),
];
