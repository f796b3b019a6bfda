//! [`Misplaced`]: objects that are to be put into their order, all in one pass.

use std::ops::Range;

/// Objects whose members were written in another order than theirs.
#[derive(Default)]
pub(super) struct Misplaced {
    objects: Vec<Object>,
    /// The members of all of them, each object's in its right order.
    members: Vec<Range<usize>>,
}

struct Object {
    /// From brace to brace.
    whole: Range<usize>,
    members: Range<usize>,
}

impl Misplaced {
    pub(super) fn note(
        &mut self,
        whole: Range<usize>,
        members: impl Iterator<Item = Range<usize>>,
    ) {
        let first = self.members.len();
        self.members.extend(members);
        self.objects.push(Object {
            whole,
            members: first..self.members.len(),
        });
    }

    /// What was written from `place` on is taken back.
    pub(super) fn forget_from(&mut self, place: usize) {
        self.objects.retain(|object| object.whole.start < place);
    }

    /// Copies what was written, every noted object in its right order, outer ones before those inside.
    pub(super) fn put_right(mut self, written: Vec<u8>) -> Vec<u8> {
        if self.objects.is_empty() {
            return written;
        }
        self.objects
            .sort_unstable_by_key(|object| object.whole.start);
        let mut out = Vec::with_capacity(written.len());
        let mut left = Vec::from_iter(std::iter::once(0..written.len()));
        while let Some(span) = left.pop() {
            let next = self
                .objects
                .partition_point(|object| object.whole.start < span.start);
            let copy = |out: &mut Vec<u8>, span| {
                out.extend_from_slice(written.get(span).unwrap_or_default());
            };
            match self.objects.get(next) {
                Some(object) if object.whole.start < span.end => {
                    let members = self.members.get(object.members.clone()).unwrap_or_default();
                    let brace = object.whole.end.saturating_sub(1);
                    copy(&mut out, span.start..object.whole.start.saturating_add(1));
                    left.push(brace..span.end);
                    for (place, member) in members.iter().enumerate().rev() {
                        left.push(member.clone());
                        if place > 0 {
                            left.push(COMMA);
                        }
                    }
                }
                _ if span == COMMA => out.push(b','),
                _ => copy(&mut out, span),
            }
        }
        out
    }
}

/// Stands for a comma between two members: no span of a text is like it.
const COMMA: Range<usize> = usize::MAX..usize::MAX;
