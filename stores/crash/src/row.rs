//! The rows of the matrix.

use std::time::Duration;

use crate::dying::Dies;

/// What goes wrong with the database, while events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sound,
    /// PostgreSQL's processes are killed, again and again.
    IsKilled,
    /// PostgreSQL's backends are ended twice a second.
    LosesBackends,
    /// So many others are connected, and do nothing.
    IsCrowded,
    /// Connections break, before a statement arrives or before its answer does.
    Breaks,
    /// Its disk is full, again and again.
    RunsFull,
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
    /// So many seconds their clocks are ahead, or behind where they are negative.
    pub(crate) clocks: [i64; 2],
    /// An instance of the release before, without an inbox, gets half of the deliveries.
    pub(crate) beside_inline: bool,
    /// Whether an effect that commits alone may be there twice.
    pub(crate) may_repeat: bool,
    /// Whether the rate before must be reached again.
    pub(crate) recovers: bool,
}

impl Row {
    /// Whether something must have gone wrong before the row says anything.
    pub(crate) fn must_go_wrong(&self) -> bool {
        let dies = [self.receiver, self.worker]
            .iter()
            .any(|it| *it != Dies::Never);
        dies || self.receiver_killed.is_some()
            || self.worker_killed.is_some()
            || !matches!(self.database, Database::Sound | Database::IsCrowded)
    }

    /// Whether it needs a server of a database.
    pub(crate) fn is_of_server(&self) -> bool {
        !matches!(self.database, Database::Sound | Database::RunsFull)
    }
}

const SOUND: Row = Row {
    name: "nothing",
    receiver: Dies::Never,
    worker: Dies::Never,
    receiver_killed: None,
    worker_killed: None,
    database: Database::Sound,
    clocks: [0; 2],
    beside_inline: false,
    may_repeat: false,
    recovers: false,
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
        recovers: true,
        ..SOUND
    }
}

const fn clocks(name: &'static str, clocks: [i64; 2]) -> Row {
    Row {
        name,
        clocks,
        ..SOUND
    }
}

pub(crate) const ROWS: [Row; 18] = [
    // Compared too: it shows how far two databases are apart to which the same happened.
    Row {
        recovers: true,
        ..SOUND
    },
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
        worker_killed: Some(Duration::from_millis(500)),
        recovers: true,
        ..worker("the worker is killed again and again", Dies::Never)
    },
    clocks(
        "the receiver's clock is 60 s ahead, the worker's 60 s behind",
        [60, -60],
    ),
    clocks(
        "the receiver's clock is 60 s behind, the worker's 60 s ahead",
        [-60, 60],
    ),
    Row {
        beside_inline: true,
        ..receiver("an instance without an inbox beside", Dies::Never)
    },
    database("the disk is full again and again", Database::RunsFull),
    database("the database is killed again and again", Database::IsKilled),
    database("its backends end twice a second", Database::LosesBackends),
    Row {
        // The server is sound, so nothing may make an effect repeat.
        may_repeat: false,
        ..database("300 idle connections", Database::IsCrowded)
    },
    database("connections break around statements", Database::Breaks),
];
