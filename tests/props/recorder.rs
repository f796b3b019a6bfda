//! [`Recorded`]: a recorder that keeps every value.

use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// Clones are one recorder.
#[derive(Clone, Default)]
pub(crate) struct Recorded(Arc<Mutex<Vec<Keyed>>>);

/// One metric with one set of labels.
type Keyed = (Key, Arc<Series>);

/// The values of one metric with one set of labels.
#[derive(Default)]
pub(crate) struct Series(Mutex<Values>);

#[derive(Default)]
struct Values {
    sum: f64,
    samples: usize,
}

impl Recorded {
    /// Every series.
    pub(crate) fn all(&self) -> Vec<Keyed> {
        self.0.lock().unwrap().clone()
    }

    /// The sum over all series of `name` with these labels among theirs.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.chosen(name, labels).map(|values| values.0).sum()
    }

    /// How many values were recorded in them.
    pub(crate) fn samples(&self, name: &str, labels: &[(&str, &str)]) -> usize {
        self.chosen(name, labels).map(|values| values.1).sum()
    }

    fn chosen(&self, name: &str, labels: &[(&str, &str)]) -> impl Iterator<Item = (f64, usize)> {
        let fits = |key: &Key| {
            key.name() == name
                && labels.iter().all(|(name, value)| {
                    let mut own = key.labels();
                    own.any(|label| label.key() == *name && label.value() == *value)
                })
        };
        let all = self.all();
        let chosen: Vec<(f64, usize)> = all
            .iter()
            .filter(|(key, _)| fits(key))
            .map(|(_, series)| {
                let values = series.0.lock().unwrap();
                (values.sum, values.samples)
            })
            .collect();
        chosen.into_iter()
    }

    fn series(&self, key: &Key) -> Arc<Series> {
        let mut all = self.0.lock().unwrap();
        if let Some((_, series)) = all.iter().find(|(known, _)| known == key) {
            return series.clone();
        }
        let series = Arc::new(Series::default());
        all.push((key.clone(), series.clone()));
        series
    }
}

impl Series {
    fn change(&self, change: impl FnOnce(&mut f64)) {
        let mut values = self.0.lock().unwrap();
        change(&mut values.sum);
        values.samples += 1;
    }
}

impl CounterFn for Series {
    fn increment(&self, value: u64) {
        self.change(|sum| *sum += value as f64);
    }

    fn absolute(&self, value: u64) {
        self.change(|sum| *sum = value as f64);
    }
}

impl GaugeFn for Series {
    fn increment(&self, value: f64) {
        self.change(|sum| *sum += value);
    }

    fn decrement(&self, value: f64) {
        self.change(|sum| *sum -= value);
    }

    fn set(&self, value: f64) {
        self.change(|sum| *sum = value);
    }
}

impl HistogramFn for Series {
    fn record(&self, value: f64) {
        self.change(|sum| *sum += value);
    }
}

impl Recorder for Recorded {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.series(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.series(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.series(key))
    }
}
