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
        }
    }
}

/// A command that can be sent, and sent again.
#[derive(Debug)]
pub(crate) struct Statement<'s> {
    command: Cmd,
    script: Option<&'s Script>,
}

impl Statement<'_> {
    /// A command without a script.
    pub(crate) fn plain(name: &str, key: &str) -> Self {
        let mut command = Cmd::with_capacity(ARGUMENTS, BYTES);
        command.arg(name).arg(key);
        Self {
            command,
            script: None,
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

    /// Sends a script's digest, and its text only to a server that does not know it yet.
    pub(crate) async fn send(&self, connection: &mut Connection) -> RedisResult<Value> {
        let answer = connection.send(&self.command).await;
        match (&answer, self.script) {
            (Err(error), Some(script)) if error.kind() == UNKNOWN_SCRIPT => {
                connection.send(&self.with_text(script)).await
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

const UNKNOWN_SCRIPT: ErrorKind = ErrorKind::Server(ServerErrorKind::NoScript);
