//! Meetings: several operations that go on together, or not at all. Whoever leaves breaks the
//! meeting up for everybody, so that nobody waits for what never comes.

use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_model::run::Failure;

/// How often it is told again what is waited for.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// One operation's seat. Dropped without [`Seat::rise`], it breaks the meeting up.
pub(crate) struct Seat<T> {
    table: Arc<watch::Sender<Table<T>>>,
    place: usize,
}

struct Table<T> {
    /// In the order of their turns.
    chairs: Vec<Chair<T>>,
    broken: Option<Broken>,
}

struct Chair<T> {
    name: String,
    /// What was said, one word a round.
    words: Vec<T>,
    /// How things stand with it, once the meeting has broken up.
    standing: Option<String>,
    has_left: bool,
}

/// Why a meeting broke up.
#[derive(Clone)]
struct Broken {
    by: String,
    failure: Failure,
}

impl<T> Table<T> {
    /// Who of the first `among` has said fewer words than `many`.
    fn behind(&self, among: usize, many: usize) -> Vec<String> {
        let chairs = self.chairs.iter().take(among);
        let behind = chairs.filter(|chair| chair.words.len() < many);
        behind.map(|chair| chair.name.clone()).collect()
    }

    fn break_up(&mut self, place: usize, failure: Failure) {
        let by = self.chairs.get(place).map(|chair| chair.name.clone());
        self.broken.get_or_insert(Broken {
            by: by.unwrap_or_default(),
            failure,
        });
    }
}

impl<T: Clone> Seat<T> {
    /// A seat for each of `names`, whose turns come in this order.
    pub(crate) fn all(names: &[String]) -> Vec<Self> {
        let chairs = names.iter().map(|name| Chair {
            name: name.clone(),
            words: Vec::new(),
            standing: None,
            has_left: false,
        });
        let table = Arc::new(watch::Sender::new(Table {
            chairs: chairs.collect(),
            broken: None,
        }));
        let seat = |place| Self {
            table: Arc::clone(&table),
            place,
        };
        (0..names.len()).map(seat).collect()
    }

    /// Says a word, and waits until everybody has said as many; returns what all said this time,
    /// in the order of their turns.
    ///
    /// # Errors
    /// What broke the meeting up; `interrupted`, `deadline`.
    pub(crate) async fn say(&self, word: T, doing: &str, context: &Context) -> Result<Vec<T>> {
        let mut round = 0;
        self.table.send_modify(|table| {
            if let Some(chair) = table.chairs.get_mut(self.place) {
                chair.words.push(word);
                round = chair.words.len();
            }
        });
        self.until((usize::MAX, round), doing, context).await?;
        let table = self.table.borrow();
        let said = table.chairs.iter();
        Ok(said
            .filter_map(|chair| chair.words.get(round.saturating_sub(1)).cloned())
            .collect())
    }

    /// Waits until everybody whose turn comes earlier has said the word that this seat says next.
    ///
    /// # Errors
    /// What broke the meeting up; `interrupted`, `deadline`.
    pub(crate) async fn turn(&self, doing: &str, context: &Context) -> Result<()> {
        let own = {
            let table = self.table.borrow();
            let own = table.chairs.get(self.place);
            own.map_or(0, |own| own.words.len())
        };
        self.until((self.place, own + 1), doing, context).await
    }

    /// Waits until each of the first `among` has said `many` words.
    async fn until(
        &self,
        (among, many): (usize, usize),
        doing: &str,
        context: &Context,
    ) -> Result<()> {
        let mut table = self.table.subscribe();
        loop {
            let what = {
                let table = table.borrow_and_update();
                if let Some(broken) = &table.broken {
                    return Err(broken.as_told(doing));
                }
                in_words(&table.behind(among, many))
            };
            let Some(what) = what else { return Ok(()) };
            let left = context.deadline.map_or(Duration::MAX, |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            context.waiting(what, left);
            tokio::select! {
                biased;
                stopped = context.stopped(doing) => return Err(stopped),
                _ = table.changed() => {}
                () = tokio::time::sleep(TELL_EVERY) => {}
            }
        }
    }

    /// Says how things stand with it after the meeting broke up, and waits until everybody who has
    /// not left has said so; returns what was said, by name.
    pub(crate) async fn take_stock(&self, standing: &str) -> Vec<(String, String)> {
        self.table.send_modify(|table| {
            if let Some(chair) = table.chairs.get_mut(self.place) {
                chair.standing = Some(standing.to_owned());
            }
        });
        let mut table = self.table.subscribe();
        let done = |chair: &Chair<T>| chair.has_left || chair.standing.is_some();
        // It ends only with the last seat, and this is one.
        let Ok(table) = table.wait_for(|table| table.chairs.iter().all(done)).await else {
            return Vec::new();
        };
        let told = table.chairs.iter();
        told.filter_map(|chair| Some((chair.name.clone(), chair.standing.clone()?)))
            .collect()
    }
}

impl<T> Seat<T> {
    /// Breaks the meeting up, unless it is broken up already.
    pub(crate) fn break_up(&self, failure: &Failure) {
        self.table
            .send_modify(|table| table.break_up(self.place, failure.clone()));
    }

    /// Leaves when all is done that there was to do together.
    pub(crate) fn rise(self) {
        self.table.send_modify(|table| {
            if let Some(chair) = table.chairs.get_mut(self.place) {
                chair.has_left = true;
            }
        });
    }
}

impl<T> Drop for Seat<T> {
    fn drop(&mut self) {
        self.table.send_modify(|table| {
            let place = self.place;
            let chair = table.chairs.get_mut(place);
            let Some(chair) = chair.filter(|chair| !chair.has_left) else {
                return;
            };
            chair.has_left = true;
            let doing = format!("wait for {}", chair.name);
            let gone = Error::new(Kind::Interrupted, doing, "it went away unexpectedly")
                .hint("run the group again: it starts from healed targets");
            table.break_up(place, Failure::from(&gone));
        });
    }
}

impl Broken {
    /// What it means to the others.
    fn as_told(&self, doing: &str) -> Error {
        let Self { by, failure } = self;
        let cause = format!(
            "its group does not go on without {by}, which could not {}: {}",
            failure.doing, failure.cause
        );
        retold(failure, doing, cause)
    }
}

/// A failure as the error it was, in other words.
pub(crate) fn retold(failure: &Failure, doing: impl Into<String>, cause: String) -> Error {
    let mut kinds = Kind::ALL.into_iter();
    let kind = kinds.find(|kind| kind.slug() == failure.kind);
    let error = Error::new(kind.unwrap_or(Kind::Internal), doing, cause);
    let error = match &failure.hint {
        Some(hint) => error.hint(hint.clone()),
        None => error,
    };
    match failure.transient {
        true => error.transient(),
        false => error,
    }
}

fn in_words(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| format!("{} to be ready", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_engine::SilentObserver;

    fn context() -> Context {
        Context::new(Arc::new(SilentObserver))
    }

    fn three() -> [Seat<u8>; 3] {
        let names = ["one", "two", "three"].map(str::to_owned);
        Seat::all(&names).try_into().ok().unwrap()
    }

    #[tokio::test]
    async fn nobody_goes_on_before_everybody_has_come() {
        let [one, two, three] = three();
        let context = context();
        let mut first = Box::pin(one.say(1, "wait", &context));
        let mut second = Box::pin(two.say(2, "wait", &context));
        assert!(futures::poll!(&mut first).is_pending());
        assert!(futures::poll!(&mut second).is_pending());
        assert_eq!(three.say(3, "wait", &context).await.unwrap(), [1, 2, 3]);
        assert_eq!(first.await.unwrap(), [1, 2, 3]);
        assert_eq!(second.await.unwrap(), [1, 2, 3]);
        one.rise();
        assert!(!two.table.borrow().chairs[1].has_left);
        assert!(three.table.borrow().broken.is_none());
    }

    #[tokio::test]
    async fn turns_come_in_order_and_again_in_the_next_round() {
        let [one, two, three] = three();
        let context = context();
        for round in 0..2 {
            let mut last = Box::pin(three.turn("wait", &context));
            let mut middle = Box::pin(two.turn("wait", &context));
            one.turn("wait", &context).await.unwrap();
            assert!(futures::poll!(&mut middle).is_pending(), "{round}");
            let mut first = Box::pin(one.say(1, "wait", &context));
            assert!(futures::poll!(&mut first).is_pending());
            middle.await.unwrap();
            assert!(futures::poll!(&mut last).is_pending());
            let mut second = Box::pin(two.say(2, "wait", &context));
            assert!(futures::poll!(&mut second).is_pending());
            last.await.unwrap();
            three.say(3, "wait", &context).await.unwrap();
            first.await.unwrap();
            second.await.unwrap();
        }
    }

    #[tokio::test]
    async fn whoever_leaves_breaks_it_up_for_all() {
        let [one, two, three] = three();
        let context = context();
        let mut first = Box::pin(one.say(1, "swap", &context));
        assert!(futures::poll!(&mut first).is_pending());
        let why = Error::new(Kind::Script, "run staging.sql", "line 3 failed").transient();
        three.break_up(&Failure::from(&why));
        drop(two);
        let error = first.await.unwrap_err();
        assert_eq!((error.kind(), error.doing()), (Kind::Script, "swap"));
        assert!(error.is_transient());
        let cause = error.cause();
        assert!(cause.contains("without three"), "{cause}");
        assert!(cause.contains("line 3 failed"), "{cause}");
        // Who has left is not waited for.
        let mut last = Box::pin(three.take_stock("as it was"));
        assert!(futures::poll!(&mut last).is_pending());
        let expected = [("one", "rolled back"), ("three", "as it was")];
        let expected = expected.map(|(name, word)| (name.to_owned(), word.to_owned()));
        assert_eq!(one.take_stock("rolled back").await, expected);
        assert_eq!(last.await, expected);
    }

    #[tokio::test]
    async fn a_seat_that_is_dropped_keeps_nobody_waiting() {
        let [one, two, three] = three();
        drop((two, three));
        let error = one.say(1, "swap", &context()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Interrupted);
        assert!(error.cause().contains("without two"), "{error}");
    }

    #[tokio::test]
    async fn waiting_ends_at_the_deadline() {
        let [one, _two, _three] = three();
        let soon = Instant::now() + Duration::from_millis(20);
        let context = context().with_deadline(Some(soon));
        let error = one.say(1, "swap", &context).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Deadline);
    }
}
