//! Labels are words of closed sets (F-10): a counter can't be given a word that is not in its set, so
//! nothing that a caller sends makes a new series.

use std::fmt;
use std::marker::PhantomData;

use prometheus_client::encoding::EncodeMetric;
use prometheus_client::metrics::TypedMetric;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// The words that a label can take.
pub trait ClosedSet: Copy + PartialEq + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// The word as metrics and log lines show it.
    fn as_str(self) -> &'static str;
}

/// Declares an enum whose values are the words of a [`ClosedSet`].
#[macro_export]
macro_rules! closed_set {
    ($(#[$about:meta])* $visible:vis enum $name:ident {
        $($(#[$what:meta])* $variant:ident => $word:literal,)+
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $visible enum $name {
            $($(#[$what])* $variant,)+
        }

        impl $crate::metrics::ClosedSet for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

/// A metric for every word of a set. All are there from the start, and none is looked up.
#[derive(Clone)]
pub(crate) struct ByWord<W, M> {
    /// In the order of the set.
    metrics: Vec<M>,
    label: &'static str,
    words: PhantomData<W>,
}

impl<W, M> fmt::Debug for ByWord<W, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "by {}", self.label)
    }
}

impl<W: ClosedSet, M: EncodeMetric + TypedMetric + fmt::Debug + Clone + Send + Sync + 'static>
    ByWord<W, M>
{
    pub(crate) fn register(
        registry: &mut Registry,
        name: &'static str,
        help: &'static str,
        label: &'static str,
        new: fn() -> M,
    ) -> Self {
        let family: Family<[(&str, &str); 1], M> = Family::new_with_constructor(new);
        let of = |word: &W| family.get_or_create(&[(label, word.as_str())]).clone();
        let metrics = W::ALL.iter().map(of).collect();
        registry.register(name, help, family);
        Self {
            metrics,
            label,
            words: PhantomData,
        }
    }

    /// That of a word; none for a word that its own set does not have.
    pub(crate) fn get(&self, word: W) -> Option<&M> {
        let place = W::ALL.iter().position(|one| *one == word)?;
        self.metrics.get(place)
    }
}

/// A counter for every word of a set, at nought at first.
#[derive(Debug, Clone)]
pub struct Counted<W>(ByWord<W, Counter>);

impl<W: ClosedSet> Counted<W> {
    /// Shows up as `name` with `_total` behind it.
    pub fn register(
        registry: &mut Registry,
        name: &'static str,
        help: &'static str,
        label: &'static str,
    ) -> Self {
        let new = Counter::default;
        Self(ByWord::register(registry, name, help, label, new))
    }

    /// One more.
    pub fn count(&self, word: W) {
        if let Some(counter) = self.0.get(word) {
            counter.inc();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text;

    closed_set! {
        enum Bird {
            Pipit => "pipit",
            Lark => "lark",
        }
    }

    #[test]
    fn every_word_is_there_from_the_start() {
        let mut registry = Registry::default();
        let seen = Counted::register(&mut registry, "birds_seen", "Birds", "bird");
        seen.count(Bird::Lark);
        let mut shown = String::new();
        text::encode(&mut shown, &registry).unwrap();
        assert!(
            shown.contains("birds_seen_total{bird=\"lark\"} 1\n"),
            "{shown}"
        );
        assert!(
            shown.contains("birds_seen_total{bird=\"pipit\"} 0\n"),
            "{shown}"
        );
        assert_eq!(Bird::ALL, [Bird::Pipit, Bird::Lark]);
    }
}
