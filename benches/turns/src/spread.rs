//! What the middle of several values is, and how far they lie apart.

/// From so many values on, the outermost quarters are left out: among hundreds of short turns some meet another program.
const MANY: usize = 50;

/// The median of several values, and between which they lie: all of them where they are fewer than 50, the middle half of
/// more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The least of those that count.
    pub least: f64,
    /// The value in the middle, of an even number the greater one.
    pub median: f64,
    /// The greatest of those that count.
    pub most: f64,
}

impl Spread {
    /// Of all `values`.
    ///
    /// # Panics
    ///
    /// Where there is none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let left_out = if values.len() < MANY {
            0
        } else {
            values.len() / 4
        };
        Self {
            least: values[left_out],
            median: values[values.len() / 2],
            most: values[values.len() - 1 - left_out],
        }
    }
}

/// The value in the middle alone.
///
/// # Panics
///
/// Where there is none.
#[must_use]
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    Spread::of(values).median
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn few_values_count_all() {
        let spread = Spread::of([3.0, 1.0, 9.0]);
        assert_eq!((spread.least, spread.median, spread.most), (1.0, 3.0, 9.0));
    }

    #[test]
    fn of_many_values_the_middle_half_counts() {
        let spread = Spread::of((0..101).rev().map(f64::from));
        assert_eq!(
            (spread.least, spread.median, spread.most),
            (25.0, 50.0, 75.0)
        );
    }
}
