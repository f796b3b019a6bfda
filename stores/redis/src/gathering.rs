//! [`Gathering`]: commands that arrive while others are under way go together.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hookgate_store_kit::Meter;
use redis::{Cmd, ErrorKind, Pipeline, RedisError, RedisResult, Value, aio::ConnectionManager};
use tokio::{runtime::Handle, sync::oneshot, task, time::timeout};

use crate::script::{UNKNOWN_SCRIPT, joined};

/// How many commands go alone, each as soon as it comes. Only where as many are under way does the next one wait for
/// others: a hand-over between tasks costs more than it saves for a few.
const ALONE: usize = 4;
/// The most commands that go together. Their answers come together too, so the first waits for the last, and the server
/// does nothing else while it runs a joined script: about a fifth of a millisecond for so many.
const TOGETHER: usize = 64;

/// Sends the commands of one connection. Each has its own answer, as if it went alone: a pipeline is no transaction,
/// and what the server refuses of one command says nothing of the next.
///
/// Where many callers are under way, a command costs the client mostly its way to the connection's task and back. Those
/// that wait for one answer go that way as one. Calls of a script that takes several keys are one call: what the
/// server pays to begin a script is nearly half of its price.
///
/// A joined call is a try. Behind a proxy for several servers it may be refused, or find keys missing that another server
/// has. One key that holds what others wrote stops it half-way. So whatever it does not answer with a plain yes is
/// asked again alone, and that answer counts.
pub(crate) struct Gathering {
    state: Mutex<State>,
    /// That of the connection's task. A caller's could be one whose thread a handler blocks.
    runtime: Handle,
    meter: Meter,
    /// The longest wait for the answers of those that go together. Each caller has its own limit, which is no longer.
    limit: Duration,
}

#[derive(Default)]
struct State {
    alone: usize,
    waiting: Vec<Waiting>,
    /// Whether a task sends what waits.
    is_sending: bool,
    /// Whether the server has refused a joined call. Then nothing is joined any more.
    refuses_joined: bool,
    /// Whether the runtime has ended. Then each command goes alone.
    has_ended: bool,
}

struct Waiting {
    command: Cmd,
    joins: bool,
    tell: Tell,
}

type Tell = oneshot::Sender<Told>;

enum Told {
    Answer(RedisResult<Value>),
    AskAlone,
}

enum Turn<'g> {
    Alone(Alone<'g>),
    Together(oneshot::Receiver<Told>),
}

impl Gathering {
    /// Of a connection that was made on this runtime.
    pub(crate) fn new(runtime: Handle, limit: Duration) -> Arc<Self> {
        let state = Mutex::default();
        Arc::new(Self {
            state,
            runtime,
            meter: Meter::of("redis"),
            limit,
        })
    }

    pub(crate) async fn send(
        self: &Arc<Self>,
        server: &mut ConnectionManager,
        command: &Cmd,
        joins: bool,
    ) -> RedisResult<Value> {
        let told = match self.turn(server, command, joins) {
            Turn::Alone(_until_answered) => return server.send_packed_command(command).await,
            Turn::Together(told) => told.await,
        };
        match told {
            Ok(Told::Answer(answer)) => answer,
            Ok(Told::AskAlone) => server.send_packed_command(command).await,
            Err(_) => Err(unanswered()),
        }
    }

    fn turn(self: &Arc<Self>, server: &ConnectionManager, command: &Cmd, joins: bool) -> Turn<'_> {
        let mut state = self.state();
        if state.has_ended || (state.alone < ALONE && !state.is_sending) {
            state.alone = state.alone.saturating_add(1);
            let _under_way = self.under_way(1);
            return Turn::Alone(Alone {
                gathering: self,
                _under_way,
            });
        }
        let (tell, told) = oneshot::channel();
        state.waiting.push(Waiting {
            command: command.clone(),
            joins,
            tell,
        });
        let was_sending = std::mem::replace(&mut state.is_sending, true);
        drop(state);
        if !was_sending {
            let sending = Sending {
                gathering: self.clone(),
                is_done: false,
            };
            self.runtime.spawn(sending.run(server.clone()));
        }
        Turn::Together(told)
    }

    /// So many commands go together.
    fn under_way(&self, commands: usize) -> UnderWay<'_> {
        self.meter.began();
        self.meter.has(commands);
        UnderWay(&self.meter)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics half-way, so what a poisoned lock guards is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A command that goes alone, until it has its answer or its caller leaves.
struct Alone<'g> {
    gathering: &'g Gathering,
    _under_way: UnderWay<'g>,
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        let mut state = self.gathering.state();
        state.alone = state.alone.saturating_sub(1);
    }
}

/// Counts what is under way, until it is not.
struct UnderWay<'g>(&'g Meter);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.ended();
    }
}

/// The task that sends what waits, until nothing does.
struct Sending {
    gathering: Arc<Gathering>,
    is_done: bool,
}

impl Sending {
    async fn run(mut self, mut server: ConnectionManager) {
        loop {
            let batch = self.next();
            if batch.len() > 0 {
                self.send(&mut server, batch).await;
                // Those that were told are about to come with their next command.
                task::yield_now().await;
            } else if self.ends() {
                self.is_done = true;
                return;
            }
        }
    }

    fn next(&self) -> Batch {
        let mut state = self.gathering.state();
        let joins = !state.refuses_joined;
        let count = state.waiting.len().min(TOGETHER);
        let mut batch = Batch::default();
        for waiting in state.waiting.drain(..count) {
            // Nobody waits any more for what its caller has left.
            if waiting.tell.is_closed() {
                continue;
            }
            if waiting.joins && joins {
                batch.joined.push((waiting.command, waiting.tell));
            } else {
                batch.single.push((waiting.command, waiting.tell));
            }
        }
        drop(state);
        if batch.joined.len() == 1 {
            batch.single.append(&mut batch.joined);
        }
        batch
    }

    async fn send(&self, server: &mut ConnectionManager, batch: Batch) {
        let _under_way = self.gathering.under_way(batch.len());
        let mut commands = Pipeline::with_capacity(batch.single.len().saturating_add(1));
        let (calls, joined_tell): (Vec<Cmd>, Vec<Tell>) = batch.joined.into_iter().unzip();
        if !calls.is_empty() {
            commands.add_command(joined(calls.iter()));
        }
        let mut single_tell = Vec::with_capacity(batch.single.len());
        for (command, tell) in batch.single {
            commands.add_command(command);
            single_tell.push(tell);
        }
        let answers = server.send_packed_commands(&commands, 0, commands.len());
        match timeout(self.gathering.limit, answers).await {
            Ok(Ok(answers)) => {
                let mut answers = answers.into_iter();
                if !joined_tell.is_empty() {
                    self.tell_joined(answers.next(), joined_tell);
                }
                for (tell, answer) in single_tell.into_iter().zip(answers) {
                    let _ = tell.send(Told::Answer(Ok(answer)));
                }
            }
            Ok(Err(error)) => {
                for tell in joined_tell.into_iter().chain(single_tell) {
                    let _ = tell.send(Told::Answer(Err(error.clone())));
                }
            }
            // Their own limits have ended before.
            Err(_) => {}
        }
    }

    fn tell_joined(&self, answer: Option<Value>, tell: Vec<Tell>) {
        let answers = match answer.map(Value::extract_error) {
            Some(Ok(Value::Array(answers))) => answers,
            Some(Err(error)) if error.kind() == UNKNOWN_SCRIPT => Vec::new(),
            _ => {
                self.gathering.state().refuses_joined = true;
                Vec::new()
            }
        };
        let mut answers = answers.into_iter();
        for tell in tell {
            let _ = tell.send(match answers.next() {
                Some(yes @ Value::Int(1)) => Told::Answer(Ok(yes)),
                _ => Told::AskAlone,
            });
        }
    }

    /// Whether nothing waits any more. Then the next command does not wait either.
    fn ends(&self) -> bool {
        let mut state = self.gathering.state();
        state.is_sending = !state.waiting.is_empty();
        !state.is_sending
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        // Otherwise its runtime has ended, and so has the connection's task.
        if !self.is_done {
            let mut state = self.gathering.state();
            state.has_ended = true;
            state.waiting.clear();
        }
    }
}

/// What goes together, each with whom to tell.
#[derive(Default)]
struct Batch {
    joined: Vec<(Cmd, Tell)>,
    single: Vec<(Cmd, Tell)>,
}

impl Batch {
    fn len(&self) -> usize {
        self.joined.len().saturating_add(self.single.len())
    }
}

/// A command that was not answered, and may have run.
fn unanswered() -> RedisError {
    (ErrorKind::Io, "the connection's task has ended").into()
}
