//! Values that change while somebody looks at them, as one type of signal.
//!
//! A [`RwSignal`] is compiled anew for every type that it holds, one to three kilobytes each. Here the
//! signal and its place are the same for all types, and only a look at the value differs.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use leptos::prelude::*;

/// Does something now, and again whenever a value changes that it has looked at. Boxed for the same reason.
pub fn follow(work: Box<dyn FnMut()>) {
    let mut work = work;
    Effect::new(move |_| work());
}

/// A value that whoever reads it follows; cheap to copy. It lives as long as the owner under which it
/// was made, in most cases a screen.
pub struct Value<T> {
    changed: Trigger,
    place: StoredValue<Rc<dyn Any>, LocalStorage>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Value<T> {}

/// Never shows what it holds.
impl<T> fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value")
    }
}

impl<T: 'static> Value<T> {
    /// Holds this at first.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self {
            changed: Trigger::new(),
            place: StoredValue::new_local(Rc::new(RefCell::new(value))),
            of: PhantomData,
        }
    }

    fn place(self) -> Option<Rc<RefCell<T>>> {
        self.place.try_get_value()?.downcast().ok()
    }

    /// Looks at it, and follows it from now on.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.changed.track();
        self.with_untracked(look)
    }

    /// Looks at it once.
    ///
    /// # Panics
    ///
    /// When its owner is gone.
    pub fn with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> R {
        match self.place() {
            Some(place) => look(&place.borrow()),
            None => panic!("a value was read after its screen was gone"),
        }
    }

    /// Puts another one in its place and tells who follows it. Gives it back if the owner is gone.
    pub fn try_set(self, value: T) -> Option<T> {
        match self.place() {
            Some(place) => {
                place.replace(value);
                self.changed.notify();
                None
            }
            None => Some(value),
        }
    }

    /// The same where nobody minds that the owner is gone.
    pub fn set(self, value: T) {
        self.try_set(value);
    }
}

impl<T: Clone + 'static> Value<T> {
    /// A copy of it, which is followed from now on.
    #[must_use]
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    /// A copy of it.
    #[must_use]
    pub fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_what_is_read_next_and_debug_does_not_show_it() {
        Owner::new().with(|| {
            let number = Value::new("+49".to_owned());
            number.set("+44".to_owned());
            assert_eq!(number.get_untracked(), "+44");
            assert_eq!(number.with_untracked(String::len), 3);
            assert_eq!(format!("{number:?}"), "Value");
        });
    }

    #[test]
    fn a_value_whose_screen_is_gone_gives_back_what_is_set() {
        let screen = Owner::new();
        let value = screen.with(|| Value::new(1));
        assert_eq!(value.try_set(2), None);
        screen.cleanup();
        assert_eq!(value.try_set(3), Some(3));
    }
}
