//! [`Statement`]: one command of the store, and the [`Script`] that it may call.

use redis::{Arg, Cmd, ErrorKind, RedisResult, ServerErrorKind, Value};

use crate::connection::Connection;

/// Room for the longest call, so that packing one never grows a buffer.
const ARGUMENTS: usize = 8;
const BYTES: usize = 256;

/// A script's text, and the digest by which a server that has run it before knows it.
#[derive(Debug)]
pub(crate) struct Script {
    text: String,
    digest: String,
}

impl Script {
    pub(crate) fn new(text: String) -> Self {
        let digest = redis::Script::new(&text).get_hash().to_owned();
        Self { text, digest }
    }

    /// A call on one key, without further arguments.
    pub(crate) fn call(&self, key: &str) -> Statement<'_> {
        let mut command = Cmd::with_capacity(ARGUMENTS, BYTES);
        command.arg("EVALSHA").arg(&self.digest).arg(1).arg(key);
        Statement {
            command,
            script: Some(self),
            joins: false,
        }
    }
}

/// One call on the keys of all `calls`, which are of one script and of one key each.
pub(crate) fn joined<'c>(calls: impl ExactSizeIterator<Item = &'c Cmd> + Clone) -> Cmd {
    let count = calls.len();
    let mut joined = Cmd::with_capacity(ARGUMENTS * count, BYTES * count);
    let simple = |argument| match argument {
        Arg::Simple(argument) => Some(argument),
        _ => None,
    };
    // The name of the command and the digest.
    let begin = calls.clone().next().into_iter().flat_map(Cmd::args_iter);
    for argument in begin.take(2).filter_map(simple) {
        joined.arg(argument);
    }
    joined.arg(count);
    for call in calls.clone() {
        for key in call.args_iter().skip(3).take(1).filter_map(simple) {
            joined.arg(key);
        }
    }
    for call in calls {
        for argument in call.args_iter().skip(4).filter_map(simple) {
            joined.arg(argument);
        }
    }
    joined
}

/// A command that can be sent, and sent again.
#[derive(Debug)]
pub(crate) struct Statement<'s> {
    command: Cmd,
    script: Option<&'s Script>,
    joins: bool,
}

impl Statement<'_> {
    /// A command without a script.
    pub(crate) fn plain(name: &str, key: &str) -> Self {
        let mut command = Cmd::with_capacity(ARGUMENTS, BYTES);
        command.arg(name).arg(key);
        Self {
            command,
            script: None,
            joins: false,
        }
    }

    pub(crate) fn text(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn bytes(mut self, argument: &[u8]) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn number(mut self, argument: u64) -> Self {
        self.command.arg(argument);
        self
    }

    /// Says that the script takes several keys, each with as many arguments, and answers each of them by 1 where it did
    /// what was asked. Anything else is asked again, alone.
    pub(crate) fn joining(self) -> Self {
        Self {
            joins: true,
            ..self
        }
    }

    /// Sends a script's digest, and its text only to a server that does not know it yet.
    pub(crate) async fn send(&self, connection: &mut Connection) -> RedisResult<Value> {
        let answer = connection.send(&self.command, self.joins).await;
        match (&answer, self.script) {
            (Err(error), Some(script)) if error.kind() == UNKNOWN_SCRIPT => {
                connection.send(&self.with_text(script), false).await
            }
            _ => answer,
        }
    }

    /// `EVAL` rather than `SCRIPT LOAD`: it goes to the one node that has the key, and nobody can forget the
    /// script between the loading and the call.
    fn with_text(&self, script: &Script) -> Cmd {
        let mut command = Cmd::new();
        command.arg("EVAL").arg(&script.text);
        for argument in self.command.args_iter().skip(2) {
            if let Arg::Simple(argument) = argument {
                command.arg(argument);
            }
        }
        command
    }
}

pub(crate) const UNKNOWN_SCRIPT: ErrorKind = ErrorKind::Server(ServerErrorKind::NoScript);
