//! Text that changes, and what listens to events, each as one type.
//!
//! A view is compiled anew for every type of closure in it, a kilobyte or two each time; boxed to one
//! type, all of a kind share one copy.

/// Words that may change, or be absent; good as a child and as an attribute's value.
pub type Said = Box<dyn FnMut() -> Option<String> + Send>;

/// Boxes what says the words. It is run again whenever a signal in it changes.
pub fn said(words: impl FnMut() -> Option<String> + Send + 'static) -> Said {
    Box::new(words)
}

/// What listens to an event, as one type for each kind of event.
pub type Heard<E> = Box<dyn FnMut(E)>;

/// Boxes what listens.
pub fn heard<E>(listen: impl FnMut(E) + 'static) -> Heard<E> {
    Box::new(listen)
}
