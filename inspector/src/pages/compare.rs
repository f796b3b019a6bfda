//! `compare`: two deliveries side by side, with what differs.

use askama::Template;
use serde::Serialize;

use super::{
    Asked, Frame,
    facts::{Facts, Subject},
};
use crate::{answer::Refused, text::Text};

#[derive(Template, Serialize)]
#[template(path = "compare.html")]
pub(super) struct Compare {
    #[serde(skip)]
    frame: Frame,
    /// `null` where it was not asked.
    inbox_answered: Option<bool>,
    is_one_event: bool,
    left: Text,
    right: Text,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    left: Option<Text>,
    right: Option<Text>,
    differs: bool,
}

pub(super) async fn page(asked: &Asked<'_>) -> Result<Compare, Refused> {
    let [left, right] = ["a", "b"].map(|name| asked.query.get(name).ok_or(Refused::NOT_FOUND));
    let (left, right) = (left?, right?);
    let left = Subject::find(asked, left).await?;
    let right = Subject::find(asked, right).await?;
    // Each side may have asked it.
    let answers = [left.inbox_answered, right.inbox_answered];
    let inbox_answered = answers.into_iter().flatten().reduce(|a, b| a && b);
    let (left, right) = (left.subject, right.subject);
    let mut frame = asked.frame("compare", "Two deliveries");
    frame.is_inbox_away = inbox_answered == Some(false);
    Ok(Compare {
        frame,
        inbox_answered,
        is_one_event: left.key().is_some() && left.key() == right.key(),
        left: Text(left.title()),
        right: Text(right.title()),
        rows: rows(facts(asked, &left), facts(asked, &right)),
    })
}

fn facts(asked: &Asked<'_>, subject: &Subject) -> Facts {
    let mut facts = subject.facts(asked);
    if let Subject::Seen(seen) = subject {
        facts.add("outcome", seen.reason.outcome());
        facts.add("reason", seen.reason.as_str());
        if let Some(said) = &seen.said {
            facts.add("said", &**said);
        }
    }
    facts
}

/// In the order of the left one. What the right one alone has comes last.
fn rows(left: Facts, right: Facts) -> Vec<Row> {
    let mut right = right.0;
    let mut rows: Vec<_> = (left.0.into_iter())
        .map(|fact| {
            let at = right.iter().position(|other| other.name == fact.name);
            let other = at.map(|at| right.remove(at).value);
            Row {
                differs: other.as_ref() != Some(&fact.value),
                name: fact.name,
                left: Some(fact.value),
                right: other,
            }
        })
        .collect();
    rows.extend(right.into_iter().map(|fact| Row {
        name: fact.name,
        left: None,
        right: Some(fact.value),
        differs: true,
    }));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Facts {
        let mut facts = Facts::default();
        for (name, value) in pairs {
            facts.add(name, *value);
        }
        facts
    }

    #[test]
    fn each_fact_has_one_row_and_says_whether_it_differs() {
        let rows = rows(
            of(&[("a", "1"), ("b", "2"), ("c", "3")]),
            of(&[("d", "4"), ("a", "1"), ("b", "x")]),
        );
        let shown: Vec<_> = rows
            .iter()
            .map(|row| (row.name.as_str(), row.differs))
            .collect();
        assert_eq!(shown, [("a", false), ("b", true), ("c", true), ("d", true)]);
    }
}
