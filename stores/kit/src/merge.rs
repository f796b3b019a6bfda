//! [`Merge`]: accepts of equal keys, before one statement takes them all.

use std::collections::HashMap;

use hookgate::{
    dedup::StoreError,
    inbox::{Accept, Entry},
};

/// Entries of one commit, with those of equal keys put together.
///
/// One statement cannot take a key twice: it would queue the event twice, or fail. So the first of equal keys is written,
/// and the others are told what became of it, after the commit. Where another one's content differs, a verdict on the
/// first says nothing about it: it is written in a further round.
///
/// ```no_run
/// # use hookgate::{dedup::StoreError, inbox::{Accept, Entry}};
/// # use hookgate_store_kit::Merge;
/// # async fn write(round: &[&Entry]) -> Result<Vec<Accept>, StoreError> { unimplemented!() }
/// # async fn accept(entries: &[Entry]) -> Result<Vec<Accept>, StoreError> {
/// let mut merge = Merge::of(entries);
/// while let Some(round) = merge.round() {
///     let accepted = write(&round).await?;
///     merge.answered(&accepted)?;
/// }
/// merge.answers()
/// # }
/// ```
#[derive(Debug)]
pub struct Merge<'a> {
    entries: Vec<&'a Entry>,
    answers: Vec<Option<Accept>>,
    /// Places of entries that no round has had yet, in the order in which they came.
    left: Vec<usize>,
    /// Of this round: places of those that are written, each with those that follow it.
    round: Vec<(usize, Vec<usize>)>,
}

impl<'a> Merge<'a> {
    /// Of `entries`, in the order in which they came.
    pub fn of(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let entries: Vec<_> = entries.into_iter().collect();
        Self {
            answers: vec![None; entries.len()],
            left: (0..entries.len()).collect(),
            entries,
            round: Vec::new(),
        }
    }

    /// The entries of the next statement: no two have one key. In the order in which they came, by which they are
    /// numbered. Where keys are locked, lock them in the order of keys, or two commits wait for each other.
    pub fn round(&mut self) -> Option<Vec<&'a Entry>> {
        let mut firsts = HashMap::new();
        let mut left = Vec::new();
        self.round.clear();
        for place in std::mem::take(&mut self.left) {
            let Some(&entry) = self.entries.get(place) else {
                continue;
            };
            let position = *firsts.entry(entry.key).or_insert(self.round.len());
            match self.round.get_mut(position) {
                None => self.round.push((place, Vec::new())),
                Some((first, followers)) => match self.entries.get(*first) {
                    Some(first) if first.content == entry.content => followers.push(place),
                    _ => left.push(place),
                },
            }
        }
        self.left = left;
        let round: Vec<_> = (self.round.iter())
            .filter_map(|(first, _)| self.entries.get(*first).copied())
            .collect();
        (!round.is_empty()).then_some(round)
    }

    /// What became of a round, in its order.
    ///
    /// # Errors
    ///
    /// When it does not answer each.
    pub fn answered(&mut self, accepted: &[Accept]) -> Result<(), StoreError> {
        if accepted.len() != self.round.len() {
            return Err(StoreError::Timeout);
        }
        for ((first, followers), &accept) in std::mem::take(&mut self.round).iter().zip(accepted) {
            for place in followers {
                let follower = self.follows(*first, *place, accept);
                self.answer(*place, follower);
            }
            self.answer(*first, accept);
        }
        Ok(())
    }

    /// What an entry is told, where one of the same key and content was told `first`.
    fn follows(&self, first: usize, follower: usize, told: Accept) -> Accept {
        let token = |place: usize| self.entries.get(place).map(|entry| entry.token);
        match told {
            // A repeat of the same accept is no copy.
            Accept::Queued if token(first) != token(follower) => Accept::Copy,
            told => told,
        }
    }

    fn answer(&mut self, place: usize, accept: Accept) {
        if let Some(answer) = self.answers.get_mut(place) {
            *answer = Some(accept);
        }
    }

    /// What became of all entries, in their order.
    ///
    /// # Errors
    ///
    /// When a round was not answered.
    pub fn answers(self) -> Result<Vec<Accept>, StoreError> {
        let answers: Option<Vec<_>> = self.answers.into_iter().collect();
        answers.ok_or(StoreError::Timeout)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hookgate::{EventKey, dedup::OwnerToken, pack::ContentDigest};

    use super::*;

    fn entry(key: u8, token: u8, content: Option<&str>) -> Entry {
        Entry {
            key: EventKey::from_bytes([key; 32]),
            token: OwnerToken::from_bytes([token; 16]),
            content: content.map(|text| ContentDigest::of(text.as_bytes())),
            endpoint: "endpoint".into(),
            event_type: "known",
            key_id: "key".into(),
            order: None,
            retain: Duration::from_secs(60),
            format: 1,
            payload: vec![key, token].into(),
        }
    }

    fn tokens(round: &[&Entry]) -> Vec<u8> {
        round
            .iter()
            .map(|entry| entry.token.as_bytes()[0])
            .collect()
    }

    #[test]
    fn the_first_of_equal_keys_is_written_and_the_others_are_its_copies() {
        let entries = [
            entry(2, 1, None),
            entry(1, 2, None),
            entry(2, 3, None),
            entry(2, 1, None),
        ];
        let mut merge = Merge::of(&entries);
        let round = merge.round().unwrap();
        assert_eq!(tokens(&round), [1, 2]);
        merge.answered(&[Accept::Queued, Accept::Copy]).unwrap();
        assert!(merge.round().is_none());
        let (queued, copy) = (Accept::Queued, Accept::Copy);
        assert_eq!(merge.answers().unwrap(), [queued, copy, copy, queued]);
    }

    #[test]
    fn what_keeps_the_first_one_out_keeps_the_others_out() {
        let entries = [entry(1, 1, None), entry(1, 2, None)];
        let retry_after = Duration::from_secs(7);
        for told in [
            Accept::InProgress { retry_after },
            Accept::Done { same_content: true },
        ] {
            let mut merge = Merge::of(&entries);
            merge.round().unwrap();
            merge.answered(&[told]).unwrap();
            assert_eq!(merge.answers().unwrap(), [told, told]);
        }
    }

    #[test]
    fn other_contents_of_one_key_are_asked_for_by_themselves() {
        let (one, two) = (Some("one"), Some("two"));
        let entries = [
            entry(1, 1, one),
            entry(1, 2, two),
            entry(1, 3, one),
            entry(1, 4, None),
            entry(2, 5, two),
        ];
        let mut merge = Merge::of(&entries);
        let mut rounds = Vec::new();
        while let Some(round) = merge.round() {
            rounds.push(tokens(&round));
            let done = |entry: &&Entry| Accept::Done {
                same_content: entry.content == entries[0].content,
            };
            let accepted: Vec<_> = round.iter().map(done).collect();
            merge.answered(&accepted).unwrap();
        }
        assert_eq!(rounds, [vec![1, 5], vec![2], vec![4]]);
        let same: Vec<_> = merge.answers().unwrap();
        let same = same
            .iter()
            .map(|it| *it == Accept::Done { same_content: true });
        assert_eq!(same.collect::<Vec<_>>(), [true, false, true, false, false]);
    }

    #[test]
    fn an_engine_that_does_not_answer_each_has_said_nothing() {
        let entries = [entry(1, 1, None), entry(2, 2, None)];
        let mut merge = Merge::of(&entries);
        merge.round().unwrap();
        assert!(matches!(
            merge.answered(&[Accept::Queued]),
            Err(StoreError::Timeout)
        ));
        assert!(matches!(merge.answers(), Err(StoreError::Timeout)));
    }
}
