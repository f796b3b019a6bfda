//! SQLite's write-ahead log, as far as its commits are to be found in it. See <https://www.sqlite.org/fileformat2.html>,
//! section 4, "The Write-Ahead Log".

use std::{fs::File, io, os::unix::fs::FileExt, path::Path};

pub(crate) const HEADER: usize = 32;
pub(crate) const FRAME_HEADER: usize = 24;
/// SQLite's default.
pub(crate) const PAGE: usize = 4096;
pub(crate) const FRAME: usize = FRAME_HEADER + PAGE;
/// Where the salts are, in the log's header and in a frame's. A frame belongs to the log where they are the same.
const SALTS: (usize, usize) = (16, 8);

/// Follows a log that was written to the database as a whole, and begins anew with the next commit.
pub(crate) struct Follower {
    log: File,
    /// The header that it had before: what stands behind it is of the time before.
    before: [u8; HEADER],
    /// How many frames were read.
    frames: usize,
    /// How many there were up to the last that ends a commit.
    committed: usize,
}

impl Follower {
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let log = File::open(path)?;
        let mut before = [0; HEADER];
        log.read_exact_at(&mut before, 0)?;
        Ok(Self {
            log,
            before,
            frames: 0,
            committed: 0,
        })
    }

    /// How many bytes the log has up to the end of its last commit.
    pub(crate) fn committed(&mut self) -> io::Result<usize> {
        let mut header = [0; HEADER];
        self.log.read_exact_at(&mut header, 0)?;
        if header == self.before {
            return Ok(HEADER);
        }
        let mut frame = [0; FRAME_HEADER];
        while let Ok(()) = self.log.read_exact_at(
            &mut frame,
            u64::try_from(place(self.frames)).unwrap_or(u64::MAX),
        ) {
            if !is_of(&header, &frame) {
                break;
            }
            self.frames += 1;
            if ends_commit(&frame) {
                self.committed = self.frames;
            }
        }
        Ok(place(self.committed))
    }
}

/// A page as a commit wrote it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written<'a> {
    pub(crate) number: usize,
    pub(crate) content: &'a [u8],
}

/// The frames of a whole log, up to its last commit.
pub(crate) fn frames(log: &[u8]) -> Vec<Written<'_>> {
    let mut frames = Vec::new();
    let mut committed = 0;
    let Some(header) = log.get(..HEADER) else {
        return frames;
    };
    while let Some(frame) = log.get(place(frames.len())..place(frames.len() + 1)) {
        let (of_it, content) = frame.split_at(FRAME_HEADER);
        if !is_of(header, of_it) {
            break;
        }
        let number = number(of_it, 0);
        frames.push(Written { number, content });
        if ends_commit(of_it) {
            committed = frames.len();
        }
    }
    frames.truncate(committed);
    frames
}

/// Where the frame of this index begins.
pub(crate) fn place(frame: usize) -> usize {
    HEADER + frame * FRAME
}

fn is_of(header: &[u8], frame: &[u8]) -> bool {
    let (in_header, in_frame) = SALTS;
    header.get(in_header..in_header + 8) == frame.get(in_frame..in_frame + 8)
}

/// It has the size of the database after a commit there.
fn ends_commit(frame: &[u8]) -> bool {
    number(frame, 4) != 0
}

fn number(bytes: &[u8], at: usize) -> usize {
    let four = bytes.get(at..at + 4).unwrap_or_default();
    four.iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte))
}
