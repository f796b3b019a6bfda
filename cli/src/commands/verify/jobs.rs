//! [`verdicts`]: several threads judge, and verdicts come in the order of their records all the same.
//!
//! One thread reads and hands out pieces of the input, each with a ticket. Whoever writes takes one ticket after the other,
//! so order costs no sorting. A piece goes out before its reader waits for more input: a program that feeds records one by
//! one sees each verdict before it sends the next.

use std::{
    io::{
        Read, {self},
    },
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvError, SyncSender, TryRecvError, sync_channel},
    },
    thread,
};

use super::{
    judge::Judge,
    judged,
    lines::{Line, Lines},
};
use crate::output::screen::Screen;

/// Most threads that judge. Each may hold a line of 32 MiB, and another one that waits for it.
pub(crate) const MAX_JOBS: u16 = 64;
/// How many threads judge unless told otherwise, at most: beyond, one thread reads no faster than they judge.
const DEFAULT_JOBS: usize = 8;
/// The text of a piece, unless one line has more: enough that handing it over does not count.
const PIECE_BYTES: usize = 64 * 1024;

/// One for each processor.
pub(crate) fn by_default() -> usize {
    thread::available_parallelism().map_or(1, |it| it.get().min(DEFAULT_JOBS))
}

/// Some lines of the input.
#[derive(Default)]
struct Piece {
    text: Vec<u8>,
    lines: Vec<Kept>,
}

/// A line of a piece.
struct Kept {
    number: u64,
    /// Where it ends in the text. `None` of one that was too long.
    end: Option<usize>,
}

/// What is written for a piece.
struct Done {
    output: Screen<Vec<u8>>,
    all_judged: bool,
}

/// What is written next, once it is there.
type Ticket = Receiver<io::Result<Done>>;

/// A piece, and where its verdicts go.
type Job = (Piece, SyncSender<io::Result<Done>>);

/// Judges every line of `input` with `jobs` threads. Returns whether all of them were records.
///
/// The threads are left alone when this returns early, since the reader may wait for input that never comes.
pub(super) fn verdicts(
    input: impl Read + Send + 'static,
    files: Option<&PathBuf>,
    jobs: usize,
) -> io::Result<bool> {
    // These bounds are those of the memory: a piece for each thread, and one that waits for it.
    let (hand_out, jobs_left) = sync_channel::<Job>(jobs);
    let (promise, tickets) = sync_channel(jobs);
    let jobs_left = Arc::new(Mutex::new(jobs_left));
    for _ in 0..jobs {
        let (jobs_left, files) = (jobs_left.clone(), files.cloned());
        thread::spawn(move || judge_all(&jobs_left, files));
    }
    thread::spawn(move || {
        if let Err(error) = read(input, &hand_out, &promise) {
            // Nobody listens any more: then nobody asks.
            let _ = promise.send(Err(error));
        }
    });
    write(&tickets)
}

fn read(
    input: impl Read,
    hand_out: &SyncSender<Job>,
    promise: &SyncSender<io::Result<Ticket>>,
) -> io::Result<()> {
    let mut lines = Lines::new(input);
    let mut piece = Piece::default();
    let hand_over = |piece: &mut Piece| {
        let piece = std::mem::take(piece);
        if piece.lines.is_empty() {
            return Ok(());
        }
        let (done, ticket) = sync_channel(1);
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        promise.send(Ok(ticket)).map_err(gone)?;
        hand_out
            .send((piece, done))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    };
    let mut number: u64 = 0;
    while let Some(line) = lines.next(|| hand_over(&mut piece))? {
        number = number.saturating_add(1);
        let end = match line {
            Line::Whole(line) if line.trim_ascii().is_empty() => continue,
            Line::Whole(line) => {
                piece.text.extend_from_slice(line);
                Some(piece.text.len())
            }
            Line::TooLong => None,
        };
        piece.lines.push(Kept { number, end });
        if piece.text.len() >= PIECE_BYTES {
            hand_over(&mut piece)?;
        }
    }
    hand_over(&mut piece)
}

/// Judges pieces until there are no more.
fn judge_all(jobs: &Mutex<Receiver<Job>>, files: Option<PathBuf>) {
    let mut judge = Judge::new(files);
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((piece, done)) = job else {
            return;
        };
        // Whoever asked for it may be gone.
        let _ = done.send(verdicts_on(&piece, &mut judge));
    }
}

fn verdicts_on(piece: &Piece, judge: &mut Judge) -> io::Result<Done> {
    let mut output = Screen::in_memory();
    let mut all_judged = true;
    let mut begin = 0;
    for kept in &piece.lines {
        let line = kept.end.and_then(|end| {
            let line = piece.text.get(begin..end);
            begin = end;
            line
        });
        let line = line.map_or(Line::TooLong, Line::Whole);
        all_judged &= judged(line, kept.number, judge, &mut output)?;
    }
    Ok(Done { output, all_judged })
}

/// Writes what was promised, in that order. Shows what is there before it waits.
fn write(tickets: &Receiver<io::Result<Ticket>>) -> io::Result<bool> {
    let mut screen = Screen::stdout_in_blocks();
    let mut all_judged = true;
    while let Ok(ticket) = next(tickets, &mut screen)? {
        let done = next(&ticket?, &mut screen)?;
        let done =
            done.map_err(|RecvError| io::Error::other("a thread that judged has failed"))??;
        all_judged &= done.all_judged;
        screen.append(done.output)?;
    }
    screen.flush()?;
    Ok(all_judged)
}

fn next<T>(
    from: &Receiver<T>,
    screen: &mut Screen<impl io::Write>,
) -> io::Result<Result<T, RecvError>> {
    match from.try_recv() {
        Ok(next) => Ok(Ok(next)),
        Err(TryRecvError::Disconnected) => Ok(Err(RecvError)),
        Err(TryRecvError::Empty) => {
            screen.flush()?;
            Ok(from.recv())
        }
    }
}
