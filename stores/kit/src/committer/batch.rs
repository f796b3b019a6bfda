//! [`Batch`]: what goes into one commit, and its way out when that fails.

use std::slice;

use hookgate::dedup::StoreError;
use tokio::sync::oneshot;

use super::{Call, Commit, Failed, Room};
use crate::shared_error::SharedError;

/// What goes into one commit.
pub(super) struct Batch<C: Commit> {
    pub(super) items: Vec<C::Item>,
    tell: Vec<oneshot::Sender<Result<C::Answer, StoreError>>>,
    /// Given back when all is written.
    room: Vec<Room>,
}

impl<C: Commit> Default for Batch<C> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            tell: Vec::new(),
            room: Vec::new(),
        }
    }
}

impl<C: Commit> Batch<C> {
    pub(super) fn extend(&mut self, call: Call<C>) {
        for job in call {
            if job.tell.is_closed() && C::is_for_its_caller(&job.item) {
                continue;
            }
            self.items.push(job.item);
            self.tell.push(job.tell);
            self.room.extend(job.room);
        }
    }

    pub(super) async fn write(self, commit: &C) {
        if self.items.is_empty() {
            return;
        }
        match all(commit, &self.items).await {
            Ok(answers) => {
                for (tell, answer) in self.tell.into_iter().zip(answers) {
                    let _ = tell.send(Ok(answer));
                }
            }
            Err(Failed::Engine(error)) if !is_of_one(&error, self.items.len()) => {
                let error = SharedError::new(error);
                for tell in self.tell {
                    let _ = tell.send(Err(error.get()));
                }
            }
            Err(failed) => self.write_one_by_one(commit, failed).await,
        }
    }

    /// One of them may be what failed, and must not harm the others.
    async fn write_one_by_one(self, commit: &C, failed: Failed) {
        // Alone it has been tried already.
        let mut known = Some(failed).filter(|_| self.items.len() == 1);
        let mut away = None;
        let mut failures = 0;
        for (item, tell) in self.items.iter().zip(self.tell) {
            if let Some(error) = away.as_ref().filter(|_| failures >= 2) {
                let _ = tell.send(Err(SharedError::get(error)));
                continue;
            }
            let written = match known.take() {
                Some(failed) => Err(failed),
                None => all(commit, slice::from_ref(item)).await,
            };
            let answer = match written {
                Ok(mut answers) => {
                    failures = 0;
                    answers.pop().ok_or(StoreError::Timeout)
                }
                Err(Failed::Item(error)) => {
                    failures = 0;
                    commit.refused(item, error).await
                }
                // Two in a row: it is the engine.
                Err(Failed::Engine(error)) => {
                    failures += 1;
                    let error = SharedError::new(error);
                    let answer = Err(error.get());
                    away = Some(error);
                    answer
                }
            };
            let _ = tell.send(answer);
        }
    }
}

/// Whether one item may be to blame for `error`. What is slow is not asked again for each.
fn is_of_one(error: &StoreError, items: usize) -> bool {
    items > 1 && !matches!(error, StoreError::Timeout)
}

/// A commit that answers each item, or has failed.
async fn all<C: Commit>(commit: &C, items: &[C::Item]) -> Result<Vec<C::Answer>, Failed> {
    let answers = commit.commit(items).await?;
    if answers.len() == items.len() {
        return Ok(answers);
    }
    // It has said nothing of what it wrote.
    Err(Failed::Engine(StoreError::Timeout))
}
